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
  if (const auto timeout = json.find("timeout"); timeout != json.end()) {
    if (!timeout->is_number_integer() || *timeout < 1 || *timeout > kLongestTimeout)
      return no_source("`timeout` is 1 to " + std::to_string(kLongestTimeout));
    source.timeout_seconds = timeout->get<int>();
  }
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
  } else {
    const auto& path = std::get<PathSource>(source.what);
    json["path"] = path.path;
    if (path.follow) json["follow"] = true;
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
  } else {
    return no_source("it names neither command nor file nor path");
  }
  if (const auto match = json.find("match"); match != json.end()) {
    if (!match->is_string() || match->get_ref<const std::string&>().empty()) return no_source("`match` is a pattern");
    source.match = match->get<std::string>();
  }
  PLUMB_TRY_ASSIGN(source.sensitive, flag_of(json, "sensitive"));
  return source;
}

std::string digest_of(const ToldReading& told, bool sensitive, const std::string& key) {
  // Why there is none says nothing of whether it is the same.
  const std::string text = canonical(told.absent.empty() ? Json{{"value", told.value}} : Json{{"absent", true}});
  return sensitive ? Sealed::of(key, text).encode() : digest(text);
}

}  // namespace plumb
