#include "providers/alternatives/alternatives.h"

#include <array>
#include <charconv>

#include "providers/sdk/managers.h"
#include "providers/sdk/observe_each.h"

namespace plumb::providers::alternatives {
namespace {

constexpr const char* kProgram = "update-alternatives";
constexpr std::array<const char*, 2> kFolders = {"/var/lib/dpkg/alternatives", "/var/lib/alternatives"};
constexpr std::size_t kLargest = std::size_t{1} << 20;
constexpr int kUsualPriority = 50;

struct Follower {
  std::string name;
  std::string link;
  friend bool operator==(const Follower&, const Follower&) = default;
};

struct Choice {
  std::string path;
  int priority = 0;
  std::vector<std::string> followers;  // their paths, in the order of the group's
};

// What the tool keeps of a name.
struct Group {
  bool automatic = false;
  std::string link;
  std::vector<Follower> followers;
  std::vector<Choice> choices;
};

int number_in(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// "auto" or "manual", the link, followers by name and link, an empty line; then choices by path and priority and what
// their followers lead to, and another empty line.
Group group_in(std::string_view text) {
  Group group;
  group.automatic = take_line(text) == "auto";
  group.link = take_line(text);
  while (!text.empty()) {
    const std::string_view name = take_line(text);
    if (name.empty()) break;
    group.followers.push_back({std::string(name), std::string(take_line(text))});
  }
  while (!text.empty()) {
    const std::string_view path = take_line(text);
    if (path.empty()) break;
    Choice choice{std::string(path), number_in(take_line(text)), {}};
    for (std::size_t i = 0; i < group.followers.size(); ++i) choice.followers.emplace_back(take_line(text));
    group.choices.push_back(std::move(choice));
  }
  return group;
}

std::string link_of(const Desired& desired) {
  return desired.text("link", "/usr/bin/" + desired.text("name"));
}

// What is asked for of the followers, by name, link and path.
Json followers_asked(const Desired& desired) {
  Json list = Json::array();
  const Json& given = desired.attribute("followers");
  if (!given.is_array()) return list;
  for (const Json& one : given) {
    if (!one.is_object()) continue;
    list.push_back({{"name", text_of(one, "name")}, {"link", text_of(one, "link")}, {"path", text_of(one, "path")}});
  }
  return list;
}

bool is_in_state(const Desired& desired, std::string_view state) {
  return desired.text("state", "selected") == state;
}

Result<> observe_group(const Desired& desired, System& system, Observed& observed) {
  const std::string path = desired.text("path");
  for (const char* folder : kFolders) {
    const std::string file = std::string(folder) + '/' + desired.text("name");
    PLUMB_TRY_ASSIGN(const auto there, system.stat(file, true));
    if (!there) continue;
    PLUMB_TRY_ASSIGN(const std::string text, system.read_file(file, kLargest));
    const Group group = group_in(text);
    observed.attributes["automatic"] = group.automatic;
    observed.attributes["link"] = group.link;
    for (const Choice& choice : group.choices) {
      if (choice.path != path) continue;
      observed.attributes["registered"] = true;
      observed.attributes["priority"] = choice.priority;
      Json followers = Json::array();
      for (std::size_t i = 0; i < group.followers.size(); ++i) {
        if (choice.followers[i].empty()) continue;
        followers.push_back(
            {{"name", group.followers[i].name}, {"link", group.followers[i].link}, {"path", choice.followers[i]}});
      }
      observed.attributes["followers"] = followers;
    }
    break;
  }
  PLUMB_TRY_ASSIGN(const auto link, system.stat("/etc/alternatives/" + desired.text("name"), false));
  if (link && link->type == FileType::kLink) observed.attributes["selected"] = link->link_target;
  observed.exists = observed.flag("registered", false) || (is_in_state(desired, "auto") && observed.has("link"));
  return {};
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  PLUMB_TRY(observe_group(desired, system, observed));
  const std::string path = desired.text("path");
  if (wants_absent(desired)) return observed;
  if (system.find_program(kProgram).empty()) observed.missing.push_back({{"", "program", kProgram}, "name"});
  if (path.empty()) {
    if (!observed.has("link")) observed.missing.push_back({{"", "alternative", desired.text("name")}, "name"});
    return observed;
  }
  PLUMB_TRY_ASSIGN(const auto there, system.stat(path, true));
  if (!there) observed.missing.push_back({{"", "file", path}, "path"});
  return observed;
}

class Differences {
 public:
  Differences(const Desired& desired, const Observed& observed)
      : desired_(desired), observed_(observed), name_(desired.text("name")), path_(desired.text("path")) {}

  Change change() {
    if (wants_absent(desired_)) {
      remove();
      return std::move(change_);
    }
    if (!path_.empty()) install();
    if (is_in_state(desired_, "selected") &&
        (observed_.text("selected") != path_ || observed_.flag("automatic", true))) {
      // One that is the best already is held all the same.
      if (observed_.text("selected") != path_) note("selected", path_);
      if (observed_.flag("automatic", true)) note("automatic", false);
      run({"--set", name_, path_});
    }
    if (is_in_state(desired_, "auto") && !observed_.flag("automatic", false)) {
      note("automatic", true);
      run({"--auto", name_});
    }
    if (!change_.operations.empty()) {
      change_.op = observed_.exists || !change_.before.empty() ? Op::kUpdate : Op::kCreate;
    }
    return std::move(change_);
  }

 private:
  void run(std::vector<std::string> words) {
    Run run;
    run.argv = {kProgram};
    run.argv.insert(run.argv.end(), words.begin(), words.end());
    run.timeout_seconds = 60;
    change_.operations.push_back(std::move(run));
  }
  void note(const char* attribute, const Json& wanted) {
    if (observed_.has(attribute)) change_.before[attribute] = observed_.attribute(attribute);
    change_.after[attribute] = wanted;
  }

  // What is registered by a package stays as that has it, where nothing else is asked for.
  void install() {
    const bool there = observed_.flag("registered", false);
    const Json& priority = desired_.attribute("priority");
    const Json asked = priority.is_number_integer() ? priority
                       : there                      ? observed_.attribute("priority")
                                                    : Json(kUsualPriority);
    const std::string link = there && !desired_.has("link") ? observed_.text("link") : link_of(desired_);
    const Json followers =
        there && !desired_.has("followers") ? observed_.attribute("followers") : followers_asked(desired_);
    const bool same = there && observed_.attribute("priority") == asked && observed_.text("link") == link &&
                      observed_.attribute("followers") == followers;
    if (same) return;
    if (!there) note("registered", true);
    if (observed_.attribute("priority") != asked) note("priority", asked);
    if (observed_.text("link") != link) note("link", link);
    if (observed_.attribute("followers") != followers && (there || !followers.empty())) note("followers", followers);
    std::vector<std::string> words = {"--install", link, name_, path_,
                                      asked.is_number_integer() ? std::to_string(asked.get<int>()) : "0"};
    if (followers.is_array()) {
      for (const Json& one : followers) {
        if (one.is_object())
          words.insert(words.end(), {"--slave", text_of(one, "link"), text_of(one, "name"), text_of(one, "path")});
      }
    }
    run(std::move(words));
  }

  void remove() {
    if (!observed_.flag("registered", false)) return;
    change_.op = Op::kDelete;
    for (const char* attribute : {"priority", "selected", "link", "followers"}) {
      if (observed_.has(attribute)) change_.before[attribute] = observed_.attribute(attribute);
    }
    run({"--remove", name_, path_});
  }

  const Desired& desired_;
  const Observed& observed_;
  std::string name_, path_;
  Change change_;
};

}  // namespace

std::vector<Result<Observed>> AlternativesProvider::observe(std::span<const Desired* const> desired,
                                                            System& system) const {
  return observe_each(desired, [&system](const Desired& one) { return observe_one(one, system); });
}

Change AlternativesProvider::diff(const Desired& desired, const Observed& observed) const {
  return Differences(desired, observed).change();
}

std::vector<Address> AlternativesProvider::infers(const Desired& desired) const {
  const std::string path = desired.text("path");
  if (wants_absent(desired) || path.empty()) return {};
  return {{"", "file", path}, {"", "link", path}};
}

std::vector<ImpliedPath> AlternativesProvider::implies_paths(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  std::vector<ImpliedPath> paths = {{"/etc/alternatives/" + desired.text("name")}, {link_of(desired)}};
  if (const std::string path = desired.text("path"); !path.empty()) paths.push_back({path, false, true});
  return paths;
}

bool AlternativesProvider::asks_about(const Desired& desired, std::string_view name) const {
  return !wants_absent(desired) && !name.empty() && name == desired.text("path");
}

std::vector<std::string> AlternativesProvider::claims(const Desired& desired) const {
  const std::string name = desired.text("name");
  if (is_in_state(desired, "selected") || is_in_state(desired, "auto"))
    return {"what the alternative " + name + " leads to"};
  return {desired.text("path") + " as an alternative for " + name};
}

std::string AlternativesProvider::remedy(const Desired&, const Missing& missing) const {
  if (missing.what.kind == "alternative") return "give `path`, or name what brings it with `after`";
  return missing.what.kind == "file" ? "name what brings it with `after`" : "";
}

Observed AlternativesProvider::as_declared(const Desired& desired) const {
  Observed observed;
  observed.exists = !wants_absent(desired);
  if (!observed.exists) return observed;
  const Json& priority = desired.attribute("priority");
  observed.attributes = {{"registered", true},
                         {"link", link_of(desired)},
                         {"priority", priority.is_number_integer() ? priority : Json(kUsualPriority)},
                         {"followers", followers_asked(desired)},
                         {"automatic", !is_in_state(desired, "selected")},
                         {"selected", desired.text("path")}};
  return observed;
}

std::optional<Desired> AlternativesProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again;
  again.address = desired.address;
  again.attributes["name"] = desired.attribute("name");
  const bool registered = before.flag("registered", false);
  const std::string path = desired.text("path");
  if (is_in_state(desired, "auto")) {
    if (before.flag("automatic", true) || before.text("selected").empty()) return std::nullopt;
    again.attributes["path"] = before.attribute("selected");
    return again;
  }
  again.attributes["path"] = path;
  if (!registered) {
    // It is registered no more, and then the tool chooses by itself.
    if (before.has("link") && !before.flag("automatic", true)) return std::nullopt;
    again.attributes["state"] = "absent";
    return again;
  }
  const bool selected = before.text("selected") == path && !before.flag("automatic", true);
  if (is_in_state(desired, "selected") && !selected) return std::nullopt;
  again.attributes["state"] = selected ? "selected" : "present";
  for (const char* attribute : {"priority", "link", "followers"}) {
    if (before.has(attribute)) again.attributes[attribute] = before.attribute(attribute);
  }
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "alternatives",
                .provider = make_provider<AlternativesProvider>(),
                .operations = OperationSet::of<Run>(),
                .stands_on_inferred = true,
                .adoption = {survey, "system"}});
}

}  // namespace plumb::providers::alternatives
