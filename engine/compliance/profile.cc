#include "engine/compliance/profile.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "engine/base/glob.h"
#include "engine/config/schema.h"
#include "engine/config/types.h"
#include "engine/config/validate.h"

namespace plumb::compliance {
namespace {

using lang::Entry;
using lang::Node;

const cel::Environment& facts_environment() {
  static const cel::Environment environment = [] {
    cel::Environment names;
    const Json& facts = config::builtin_schema("facts");
    names.add_variable("facts", config::type_of_schema(facts, facts, "facts"));
    return names;
  }();
  return environment;
}

// "2027-03-01", whose form the schema saw to.
std::optional<std::chrono::sys_days> day_of(const std::string& text) {
  const std::chrono::year_month_day date{std::chrono::year(std::stoi(text.substr(0, 4))),
                                         std::chrono::month(static_cast<unsigned>(std::stoi(text.substr(5, 2)))),
                                         std::chrono::day(static_cast<unsigned>(std::stoi(text.substr(8, 2))))};
  return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

class ProfileReader {
 public:
  ProfileReader(const Folder& project, Diagnostics& diagnostics, lang::SourceMap& sources)
      : project_(project), diagnostics_(diagnostics), sources_(sources) {}

  // `asked_at` is where another file names it.
  void read(const std::string& file, const std::optional<SourceSpan>& asked_at) {
    const std::filesystem::path plain = std::filesystem::path(file).lexically_normal();
    if (!seen_.insert(plain.generic_string()).second) return;
    if (seen_.size() > kMostFiles)
      return complain(
          Diagnostic(Code::kProfile, "a profile is made of " + std::to_string(kMostFiles) + " files at the most"),
          asked_at);
    if (plain.is_absolute() || plain.empty() || *plain.begin() == "..")
      return complain(
          Diagnostic(Code::kOutsideProject, "profiles must lie in the project folder, and `" + file + "` does not"),
          asked_at);
    const std::optional<std::filesystem::path> real = project_.real(plain);
    const std::optional<std::filesystem::path> root_folder = project_.real();
    if (real && root_folder && !is_within(*real, *root_folder))
      return complain(Diagnostic(Code::kOutsideProject, "a link leads `" + file + "` out of the project folder"),
                      asked_at);
    Result<std::string> text = project_.read(plain, kMostBytes);
    if (!text) return complain(Diagnostic(text.error().diagnostic()), asked_at);
    const std::string name = plain.generic_string();
    Diagnostics found;
    std::optional<Node> root = lang::read_yaml(name, *text, found);
    sources_.add(name, *text);
    profile_.files.push_back({name, std::move(*text)});
    diagnostics_.extend(std::move(found));
    if (root) take(*root, name, !asked_at);
  }

  Profile finish() {
    for (const Waiver& waiver : profile_.waivers) {
      const bool means = std::any_of(profile_.controls.begin(), profile_.controls.end(),
                                     [&](const Control& one) { return glob_match(waiver.control, one.id); });
      if (!means)
        diagnostics_.add(Diagnostic(Code::kProfile, "a waiver of a control that is not there: `" + waiver.control + "`")
                             .at(waiver.span, "no control has this number"));
    }
    if (profile_.controls.empty() && !diagnostics_.has_errors())
      diagnostics_.add(Diagnostic(Code::kProfile, "`" + profile_.name + "` holds no control")
                           .at(named_at_, "expected `controls`, or a profile with some under `extends`"));
    return std::move(profile_);
  }

 private:
  void complain(Diagnostic told, const std::optional<SourceSpan>& at) {
    if (at) told.span = *at;
    diagnostics_.add(std::move(told));
  }

  void take(const Node& root, const std::string& file, bool outermost) {
    const Json& schema = config::builtin_schema("profile");
    config::ValidateOptions options;
    options.root = &schema;
    const SourceSpan where = root.is_map() ? root.span : SourceSpan{file, 1, 1, 1, 1};
    const std::optional<Json> typed = config::validate(root, schema, "a profile", where, options, diagnostics_);
    if (!typed) return;
    if (outermost) {
      profile_.name = (*typed)["profile"].get<std::string>();
      named_at_ = root.find("profile")->value.span;
    }
    for (const auto& [key, text] :
         {std::pair{"title", &profile_.title}, {"version", &profile_.version}, {"source", &profile_.source}}) {
      // What a file does not say of itself holds of what it extends.
      if (text->empty()) *text = typed->value(key, std::string());
    }
    if (const Entry* extends = root.find("extends")) {
      for (const Node& one : extends->value.items) read(one.text, one.span);
    }
    each(root, *typed, "controls", [this](const Node& node, const Json& one) { take_control(node, one); });
    each(root, *typed, "waivers", [this](const Node& node, const Json& one) { take_waiver(node, one); });
  }

  template <class Take>
  static void each(const Node& root, const Json& typed, const char* part, Take take) {
    const Entry* list = root.find(part);
    if (list == nullptr) return;
    for (std::size_t i = 0; i < list->value.items.size(); ++i) take(list->value.items[i], typed[part][i]);
  }

  void take_control(const Node& node, const Json& typed) {
    Control control;
    control.id = typed["id"].get<std::string>();
    control.level = typed.value("level", std::string());
    control.title = typed["title"].get<std::string>();
    control.cites = typed.value("cites", std::string());
    control.span = node.find("id")->value.span;
    control.resources = typed.value("resources", std::vector<std::string>());
    control.rules = typed.value("rules", std::vector<std::string>());
    const auto [place, added] = numbers_.emplace(control.id, control.span);
    if (!added) {
      diagnostics_.add(Diagnostic(Code::kDuplicateKey, "two controls have the number `" + control.id + "`")
                           .at(control.span, "a second time here")
                           .with_related(place->second, "first here"));
      return;
    }
    const bool right = compile(node, "applies", control.applies) && compile(node, "holds", control.holds);
    if (control.resources.empty() && control.rules.empty() && node.find("holds") == nullptr) {
      diagnostics_.add(Diagnostic(Code::kProfile, "nothing can meet the control `" + control.id + "`")
                           .at(control.span, "expected `resources`, `rules` or `holds` beside it"));
      return;
    }
    if (right) profile_.controls.push_back(std::move(control));
  }

  bool compile(const Node& node, const char* key, std::optional<config::Condition>& into) {
    const Entry* entry = node.find(key);
    if (entry == nullptr) return true;
    into = config::Condition::compile(std::make_shared<const Node>(entry->value),
                                      {facts_environment(), sources_, diagnostics_});
    return into.has_value();
  }

  void take_waiver(const Node& node, const Json& typed) {
    const std::string until = typed["until"].get<std::string>();
    const std::optional<std::chrono::sys_days> day = day_of(until);
    if (!day) {
      diagnostics_.add(Diagnostic(Code::kBadValue, "there is no day " + until).at(node.find("until")->value.span));
      return;
    }
    profile_.waivers.push_back({typed["control"].get<std::string>(), typed["hosts"].get<std::string>(),
                                typed["reason"].get<std::string>(), *day, node.find("control")->value.span});
  }

  const Folder& project_;
  Diagnostics& diagnostics_;
  lang::SourceMap& sources_;
  Profile profile_;
  SourceSpan named_at_;
  std::set<std::string> seen_;  // files
  std::map<std::string, SourceSpan> numbers_;
};

}  // namespace

std::vector<std::string> Profile::facts() const {
  std::set<std::string> names;
  for (const Control& control : controls) {
    for (const auto* condition : {&control.applies, &control.holds}) {
      if (!*condition) continue;
      for (const cel::Reference& one : (*condition)->program().references())
        names.insert(one.path.empty() ? std::string() : one.path.front());
    }
  }
  return {names.begin(), names.end()};
}

std::optional<Profile> read_profile(const Folder& project, const std::string& file, Diagnostics& diagnostics,
                                    lang::SourceMap& sources) {
  const std::size_t before = diagnostics.error_count();
  ProfileReader reader(project, diagnostics, sources);
  reader.read(file, std::nullopt);
  if (diagnostics.error_count() > before) return std::nullopt;
  Profile profile = reader.finish();
  if (diagnostics.error_count() > before) return std::nullopt;
  return profile;
}

}  // namespace plumb::compliance
