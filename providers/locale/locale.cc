#include "providers/locale/locale.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "providers/sdk/managers.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::locale {
namespace {

constexpr const char* kSupported = "/usr/share/i18n/SUPPORTED";
constexpr const char* kSources = "/usr/share/i18n/locales/";
constexpr const char* kList = "/etc/locale.gen";
constexpr const char* kDebianDefault = "/etc/default/locale";
constexpr const char* kDefault = "/etc/locale.conf";
constexpr const char* kArchive = "/usr/lib/locale/locale-archive";
constexpr std::size_t kLargest = std::size_t{4} << 20;

// "en_US.UTF-8" as it is called once it is made: "en_US.utf8".
std::string made_name(const std::string& name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) return name;
  const std::size_t at = std::min(name.find('@', dot), name.size());
  std::string plain = name.substr(0, dot + 1);
  for (std::size_t i = dot + 1; i < at; ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    if (std::isalnum(c) != 0) plain += static_cast<char>(std::tolower(c));
  }
  return plain + name.substr(at);
}

// Those that the C library itself has: nothing makes, lists or removes them.
bool is_built_in(const std::string& name) {
  return name == "C" || name == "C.UTF-8" || name == "POSIX";
}

// "de_DE@euro" of "de_DE.ISO-8859-15@euro".
std::string source_of(const std::string& name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) return name;
  return name.substr(0, dot) + name.substr(std::min(name.find('@', dot), name.size()));
}

Result<std::string> text_at(const std::string& path, System& system) {
  PLUMB_TRY_ASSIGN(const auto there, system.stat(path, true));
  if (!there || there->type != FileType::kFile) return std::string();
  return system.read_file(path, kLargest);
}

// What the host knows, read once for all.
struct Known {
  std::map<std::string, std::string> charsets;  // of those that can be made
  std::set<std::string> made;
  bool has_list = false;
  std::set<std::string> listed;
  std::string file;  // where the default stands
  std::string lang;
  std::optional<std::string> lang_text;        // as it is written there
  std::map<std::string, std::string> remarks;  // lines of that list that name one and are none of it
};

Result<std::set<std::string>> read_made(System& system) {
  std::set<std::string> made;
  ProcessRequest request;
  request.argv = {"locale", "-a"};
  request.changes_nothing = true;
  request.decided_by = {kArchive, "/usr/lib/locale"};
  const Result<ProcessResult> result = system.run(request);
  if (!result && result.error().code() == Code::kProgramMissing) return made;
  if (!result) return result.error();
  for (std::string_view rest = result->output; !rest.empty();) made.insert(made_name(std::string(take_line(rest))));
  return made;
}

Result<std::string> default_file(System& system) {
  PLUMB_TRY_ASSIGN(const auto debian, system.stat(kDebianDefault, true));
  if (debian) return std::string(kDebianDefault);
  PLUMB_TRY_ASSIGN(const auto list, system.stat(kList, true));
  PLUMB_TRY_ASSIGN(const auto folder, system.stat("/etc/default", true));
  PLUMB_TRY_ASSIGN(const auto own, system.stat(kDefault, true));
  return std::string(!own && list && folder ? kDebianDefault : kDefault);
}

Result<Known> read_known(System& system) {
  Known known;
  PLUMB_TRY_ASSIGN(const std::string supported, text_at(kSupported, system));
  for (std::string_view rest = supported; !rest.empty();) {
    const std::vector<std::string> words = words_of(take_line(rest));
    if (words.size() == 2 && !words[0].starts_with('#')) known.charsets[words[0]] = words[1];
  }
  PLUMB_TRY_ASSIGN(const auto list, system.stat(kList, true));
  known.has_list = list.has_value();
  PLUMB_TRY_ASSIGN(const std::string listed, text_at(kList, system));
  for (std::string_view rest = listed; !rest.empty();) {
    const std::string line(take_line(rest));
    const std::vector<std::string> words = words_of(line);
    if (words.size() >= 2 && !words[0].starts_with('#')) known.listed.insert(words[0]);
    // The last one of a name is the one that a line takes the place of.
    const std::size_t begin = std::min(line.find_first_not_of("# \t"), line.size());
    const std::vector<std::string> named = words_of(line.substr(begin));
    if (begin > 0 && named.size() == 2) known.remarks[named[0]] = line;
  }
  PLUMB_TRY_ASSIGN(known.file, default_file(system));
  PLUMB_TRY_ASSIGN(const std::string settings, text_at(known.file, system));
  for (std::string_view rest = settings; !rest.empty();) {
    std::string_view line = take_line(rest);
    if (!line.starts_with("LANG=")) continue;
    line.remove_prefix(5);
    known.lang_text = line;
    if (line.size() > 1 && line.front() == '"' && line.back() == '"') line = line.substr(1, line.size() - 2);
    known.lang = line;
  }
  PLUMB_TRY_ASSIGN(known.made, read_made(system));
  return known;
}

Observed describe(const Desired& desired, const Known& known) {
  Observed observed;
  const std::string name = desired.text("name");
  observed.exists = known.made.contains(made_name(name));
  if (known.has_list && !is_built_in(name)) observed.attributes["listed"] = known.listed.contains(name);
  observed.attributes["default"] = known.lang == name;
  if (known.lang_text && *known.lang_text != name) observed.attributes["lang"] = *known.lang_text;
  const auto remark = known.remarks.find(name);
  const bool takes_its_place = observed.has("listed") && !observed.flag("listed", false);
  if (takes_its_place && remark != known.remarks.end()) observed.attributes["line"] = remark->second;
  observed.attributes["file"] = known.file;
  const auto charset = known.charsets.find(name);
  if (charset != known.charsets.end()) {
    observed.attributes["charset"] = charset->second;
  } else if (const std::size_t dot = name.find('.'); dot != std::string::npos) {
    observed.attributes["charset"] = name.substr(dot + 1, name.find('@', dot) - dot - 1);
  }
  return observed;
}

Result<> note_source(const Desired& desired, const Known& known, System& system, Observed& observed) {
  const std::string name = desired.text("name");
  if (wants_absent(desired) && observed.exists && is_built_in(name)) {
    observed.obstacle = Diagnostic(Code::kBadValue, "the locale " + name + " cannot go")
                            .with_hint("the C library has it built in; `default: false` makes it not the host's own");
  }
  if (wants_absent(desired) || observed.exists) return {};
  PLUMB_TRY_ASSIGN(const auto there, system.stat(kSources + source_of(name), true));
  if (!there) {
    observed.missing.push_back({{"", "file", kSources + source_of(name)}, "name"});
  } else if (!known.charsets.empty() && !known.charsets.contains(name)) {
    observed.obstacle = Diagnostic(Code::kBadValue, "this host can make no locale " + name)
                            .with_hint(std::string("those that it can are in ") + kSupported);
  }
  return {};
}

}  // namespace

std::vector<Result<Observed>> LocaleProvider::observe(std::span<const Desired* const> desired, System& system) const {
  std::vector<Result<Observed>> results;
  results.reserve(desired.size());
  const Result<Known> known = read_known(system);
  for (const Desired* one : desired) {
    if (!known) {
      results.emplace_back(known.error());
      continue;
    }
    Observed observed = describe(*one, *known);
    const Result<> noted = note_source(*one, *known, system, observed);
    results.push_back(noted ? Result<Observed>(std::move(observed)) : Result<Observed>(noted.error()));
  }
  return results;
}

Change LocaleProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::string name = desired.text("name");
  const bool absent = wants_absent(desired);
  const auto note = [&](const char* attribute, const Json& wanted) {
    if (observed.flag(attribute, false)) change.before[attribute] = true;
    change.after[attribute] = wanted;
  };
  const auto edit = [&](const std::string& path, LineEdit line, bool create) {
    EditFile one;
    one.path = path;
    one.edits = {std::move(line)};
    one.create = create;
    one.follow = true;
    change.operations.push_back(std::move(one));
  };
  const std::string charset = observed.text("charset", "UTF-8");
  if (observed.has("listed") && observed.flag("listed", false) == absent) {
    note("listed", !absent);
    LineEdit line;
    line.match = absent ? "^\\s*\\Q" + name + "\\E\\s" : "^[#\\s]*\\Q" + name + "\\E\\s+\\S+\\s*$";
    line.absent = absent && !desired.has("line");
    if (!line.absent) line.text = absent ? desired.text("line") : name + " " + charset;
    edit(kList, std::move(line), false);
  }
  if (absent == observed.exists) {
    Run run;
    run.timeout_seconds = 300;
    if (absent) {
      run.argv = {"localedef", "--delete-from-archive", made_name(name)};
    } else {
      // It says 1 for a source that it has remarks on, and makes it all the same.
      run.argv = {"localedef", "-c", "-i", source_of(name), "-f", charset, name};
      run.expect = {0, 1};
    }
    change.operations.push_back(std::move(run));
  }
  const bool is_default = observed.flag("default", false);
  const bool wants_default = desired.flag("default", absent ? false : is_default);
  // As whoever takes a change back asks for it, `false` being no such line.
  const Json& lang = desired.attribute("lang");
  const bool as_it_was = !lang.is_null();
  const Json found_lang = is_default && !observed.has("lang") ? Json(name) : observed.attribute("lang");
  const bool other_lang = as_it_was && found_lang != (lang.is_string() ? lang : Json());
  if (is_default != wants_default || other_lang) {
    if (is_default != wants_default) note("default", wants_default);
    if (other_lang && observed.has("lang")) change.before["lang"] = found_lang;
    if (other_lang) change.after["lang"] = lang;
    LineEdit line;
    line.match = "^LANG=";
    line.absent = as_it_was ? !lang.is_string() : !wants_default;
    if (!line.absent) line.text = "LANG=" + (as_it_was ? lang.get<std::string>() : name);
    edit(observed.text("file", kDefault), std::move(line), !line.absent);
  }
  if (change.operations.empty()) return change;
  change.op = absent ? Op::kDelete : observed.exists || !change.before.empty() ? Op::kUpdate : Op::kCreate;
  if (!absent && !observed.exists) change.after["name"] = name;
  if (change.op == Op::kDelete) {
    change.before["name"] = name;
    change.after = Json::object();
  }
  return change;
}

std::vector<Address> LocaleProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  return {{"", "package", "locales"}, {"", "package", "locales-all"}, {"", "package", "glibc-locale-source"}};
}

std::vector<std::string> LocaleProvider::claims(const Desired& desired) const {
  std::vector<std::string> claims = {"the locale " + made_name(desired.text("name"))};
  if (desired.flag("default", false)) claims.emplace_back("the host's own locale");
  return claims;
}

std::vector<std::string> LocaleProvider::edits_paths(const Desired& desired) const {
  if (!desired.has("default") && !wants_absent(desired)) return {kList};
  return {kList, kDebianDefault, kDefault};
}

std::string LocaleProvider::remedy(const Desired&, const Missing& missing) const {
  return missing.what.kind == "file" ? "the package `locales` has them, on Red Hat's `glibc-locale-source`" : "";
}

Observed LocaleProvider::as_declared(const Desired& desired) const {
  Observed observed;
  observed.exists = !wants_absent(desired);
  observed.attributes["default"] = observed.exists && desired.flag("default", false);
  return observed;
}

std::optional<Desired> LocaleProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again;
  again.address = desired.address;
  again.attributes["name"] = desired.attribute("name");
  again.attributes["state"] = before.exists ? "present" : "absent";
  const bool was_default = before.flag("default", false);
  if (was_default) again.attributes["default"] = true;
  if (was_default != desired.flag("default", wants_absent(desired) ? false : was_default)) {
    // Whichever it was, and however it was written.
    const Json plain = was_default ? desired.attribute("name") : Json(false);
    again.attributes["default"] = was_default;
    again.attributes["lang"] = before.has("lang") ? before.attribute("lang") : plain;
  }
  if (before.has("line")) again.attributes["line"] = before.attribute("line");
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "locale",
                .provider = make_provider<LocaleProvider>(),
                .operations = OperationSet::of<EditFile, Run>(),
                .adoption = {survey, "system"}});
}

}  // namespace plumb::providers::locale
