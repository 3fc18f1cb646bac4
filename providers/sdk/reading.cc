#include "providers/sdk/reading.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "engine/base/digest.h"
#include "engine/base/sealed.h"

namespace plumb {
namespace {

constexpr int kLongestTimeout = 600;

Error no_source(const std::string& why) {
  return fail(Code::kProtocol, "a reading has no source that there can be: " + why);
}

bool holds_only(const Json& json, std::initializer_list<std::string_view> names) {
  return std::all_of(json.items().begin(), json.items().end(), [&](const auto& member) {
    return std::find(names.begin(), names.end(), member.key()) != names.end();
  });
}

Result<bool> flag_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end()) return false;
  if (!found->is_boolean()) return no_source(std::string("`") + name + "` is true or false");
  return found->get<bool>();
}

Result<std::string> path_of(const Json& value) {
  if (!value.is_string() || !value.get_ref<const std::string&>().starts_with('/'))
    return no_source("a path begins with /");
  return value.get<std::string>();
}

Result<int> timeout_of(const Json& json, int otherwise) {
  const auto timeout = json.find("timeout");
  if (timeout == json.end()) return otherwise;
  if (!timeout->is_number_integer() || *timeout < 1 || *timeout > kLongestTimeout)
    return no_source("`timeout` is 1 to " + std::to_string(kLongestTimeout));
  return timeout->get<int>();
}

Result<std::string> word_of(const Json& value, const char* what) {
  if (!value.is_string() || value.get_ref<const std::string&>().empty())
    return no_source(std::string("its ") + what + " is a text");
  return value.get<std::string>();
}

Result<CommandSource> command_of(const Json& json) {
  CommandSource source;
  const Json& command = json["command"];
  if (command.is_string()) {
    source.script = command.get<std::string>();
  } else if (command.is_array() &&
             std::all_of(command.begin(), command.end(), [](const Json& word) { return word.is_string(); })) {
    source.argv = command.get<std::vector<std::string>>();
  }
  if (source.script.empty() && (source.argv.empty() || source.argv[0].empty()))
    return no_source("its command names no program");
  if (const auto gives = json.find("gives"); gives != json.end()) {
    if (*gives != Json("exit_code")) return no_source("`gives` is exit_code");
    source.exit_code = true;
  }
  PLUMB_TRY_ASSIGN(source.timeout_seconds, timeout_of(json, source.timeout_seconds));
  return source;
}

}  // namespace

Json to_json(const ReadingSource& source) {
  Json json = Json::object();
  if (const auto* command = std::get_if<CommandSource>(&source.what)) {
    json["command"] = command->argv.empty() ? Json(command->script) : Json(command->argv);
    if (command->exit_code) json["gives"] = "exit_code";
    if (command->timeout_seconds != CommandSource().timeout_seconds) json["timeout"] = command->timeout_seconds;
  } else if (const auto* file = std::get_if<FileSource>(&source.what)) {
    json["file"] = file->file;
  } else if (const auto* path = std::get_if<PathSource>(&source.what)) {
    json["path"] = path->path;
    if (path->follow) json["follow"] = true;
  } else if (const auto* package = std::get_if<PackageSource>(&source.what)) {
    json["package"] = package->package;
  } else if (const auto* unit = std::get_if<UnitSource>(&source.what)) {
    json["unit"] = unit->unit;
  } else if (const auto* fact = std::get_if<FactSource>(&source.what)) {
    json["fact"] = fact->fact;
  } else {
    const auto& url = std::get<UrlSource>(source.what);
    json["url"] = url.url;
    if (url.timeout_seconds != UrlSource().timeout_seconds) json["timeout"] = url.timeout_seconds;
  }
  if (!source.match.empty()) json["match"] = source.match;
  if (source.sensitive) json["sensitive"] = true;
  return json;
}

Result<ReadingSource> reading_source_from(const Json& json) {
  if (!json.is_object()) return no_source("it is no map");
  ReadingSource source;
  if (json.contains("command")) {
    if (!holds_only(json, {"command", "gives", "timeout", "match", "sensitive"})) return no_source("of a command");
    PLUMB_TRY_ASSIGN(source.what, command_of(json));
  } else if (json.contains("file")) {
    if (!holds_only(json, {"file", "match", "sensitive"})) return no_source("of a file");
    PLUMB_TRY_ASSIGN(std::string file, path_of(json["file"]));
    source.what = FileSource{std::move(file)};
  } else if (json.contains("path")) {
    if (!holds_only(json, {"path", "follow", "sensitive"})) return no_source("of a path");
    PLUMB_TRY_ASSIGN(std::string path, path_of(json["path"]));
    PLUMB_TRY_ASSIGN(const bool follow, flag_of(json, "follow"));
    source.what = PathSource{std::move(path), follow};
  } else if (json.contains("package")) {
    if (!holds_only(json, {"package", "match", "sensitive"})) return no_source("of a package");
    PLUMB_TRY_ASSIGN(std::string package, word_of(json["package"], "package"));
    source.what = PackageSource{std::move(package)};
  } else if (json.contains("unit")) {
    if (!holds_only(json, {"unit", "sensitive"})) return no_source("of a unit");
    PLUMB_TRY_ASSIGN(std::string unit, word_of(json["unit"], "unit"));
    source.what = UnitSource{std::move(unit)};
  } else if (json.contains("url")) {
    if (!holds_only(json, {"url", "timeout", "match", "sensitive"})) return no_source("of a URL");
    UrlSource url;
    PLUMB_TRY_ASSIGN(url.url, word_of(json["url"], "URL"));
    PLUMB_TRY_ASSIGN(url.timeout_seconds, timeout_of(json, url.timeout_seconds));
    source.what = std::move(url);
  } else if (json.contains("fact")) {
    if (!holds_only(json, {"fact"})) return no_source("of a fact");
    PLUMB_TRY_ASSIGN(std::string fact, word_of(json["fact"], "fact"));
    source.what = FactSource{std::move(fact)};
  } else {
    return no_source("it names neither command, file, path, package, unit, url nor fact");
  }
  if (const auto match = json.find("match"); match != json.end()) {
    if (!match->is_string() || match->get_ref<const std::string&>().empty()) return no_source("`match` is a pattern");
    source.match = match->get<std::string>();
  }
  PLUMB_TRY_ASSIGN(source.sensitive, flag_of(json, "sensitive"));
  return source;
}

std::optional<Address> thing_of(const ReadingSource& source) {
  if (const auto* package = std::get_if<PackageSource>(&source.what)) return Address{"", "package", package->package};
  if (const auto* unit = std::get_if<UnitSource>(&source.what)) return Address{"", "unit", unit->unit};
  return std::nullopt;
}

std::string digest_of(const ToldReading& told, bool sensitive, const std::string& key) {
  // Why there is none says nothing of whether it is the same.
  const std::string text = canonical(told.absent.empty() ? Json{{"value", told.value}} : Json{{"absent", true}});
  return sensitive ? Sealed::of(key, text).encode() : digest(text);
}

}  // namespace plumb
