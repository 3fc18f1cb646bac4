#include "providers/systemd_unit/systemd_unit.h"

#include <algorithm>

#include "providers/sdk/managers.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/place_limits.h"
#include "providers/systemd_unit/sections.h"

namespace plumb::providers::systemd_unit {
namespace {

constexpr std::size_t kLargest = std::size_t{1} << 20;
constexpr std::string_view kAddsTo = ".d";
constexpr const char* kNoFolder = "no_folder";      // observed: the folder of a file that adds to a unit is to be made
constexpr const char* kMadeFolder = "made_folder";  // of what goes: that folder came with it
constexpr const char* kAlone = "alone";             // observed of it: nothing else is in that folder

std::string base_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// Of a file that adds to a unit its folder, which systemd looks for and nobody else.
bool adds(const std::string& path) {
  return parent_of(path).ends_with(kAddsTo) && path.ends_with(".conf");
}

// Units of accounts are what their own managers load, which their services tell them.
bool is_of_users(const std::string& path) {
  return path.find("/systemd/user/") != std::string::npos;
}

// The unit that the file makes or adds to.
std::string unit_of(const std::string& path) {
  if (!adds(path)) return base_of(path);
  std::string folder = base_of(parent_of(path));
  folder.resize(folder.size() - kAddsTo.size());
  return folder;
}

// What systemd finds wrong in the text itself, and not in what it names, which may come later: the lines that it tells
// by file and number.
std::string complaint_about(const std::string& path, const std::string& text, System& system) {
  if (system.is_image() || adds(path) || system.find_program("systemd-analyze").empty()) return {};
  ProcessRequest request;
  const std::string name = base_of(path);
  // Where nothing may be written but in this folder, no other one can be made.
  constexpr const char* kVerify =
      "d=$TMPDIR; [ -d \"$d\" ] || exit 0; cat >\"$d/$1\" || exit 0; systemd-analyze verify --man=no $2 \"$d/$1\" 2>&1 "
      "| "
      "sed -n \"s|^$d/$1:||p\"; : >\"$d/$1\"";
  request.argv = {"sh", "-c", kVerify, "sh", name, is_of_users(path) ? "--user" : ""};
  request.env = {{"SYSTEMD_COLORS", "0"}, {"SYSTEMD_LOG_LEVEL", "warning"}};
  request.stdin_text = text;
  request.changes_nothing = true;
  const Result<ProcessResult> result = system.run(request);
  if (!result) return {};
  std::string_view said = result->output;
  return std::string(take_line(said));
}

Diagnostic in_the_way(const std::string& path, const std::string& what) {
  return Diagnostic(Code::kRefusedByState, path + " is " + what);
}

// As a new file is, which nobody asked to have another owner or mode.
bool is_as_made(const FileInfo& info) {
  return info.uid == 0 && info.gid == 0 && info.mode == 0644;
}

Result<> observe_file(const std::string& path, bool absent, System& system, Observed& observed) {
  PLUMB_TRY_ASSIGN(const auto info, system.stat(path, false));
  if (!info) return {};
  if (info->type != FileType::kFile) {
    observed.exists = absent;
    observed.obstacle = info->type == FileType::kLink
                            ? in_the_way(path, "a symbolic link to " + info->link_target)
                                  .with_hint("a mask goes with `masked: false` of its `service`")
                            : in_the_way(path, "there and is no file");
    return {};
  }
  observed.exists = true;
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(path, kLargest));
  const Json known = asked_sections({{}, sections_in(text), {}});
  for (const auto& [section, keys] : known.items()) observed.attributes[section] = keys;
  if (text != text_of(known) || (absent && !is_as_made(*info))) observed.attributes["by_hand"] = true;
  const Json all = sections_in(text);
  std::vector<std::string> others;
  for (const auto& [section, unused] : all.items()) {
    if (!known.contains(section)) others.push_back(section);
  }
  if (!others.empty()) observed.attributes["others"] = others;
  return {};
}

Result<> observe_folder(const std::string& path, System& system, Observed& observed) {
  const std::string folder = parent_of(path);
  PLUMB_TRY_ASSIGN(const auto info, system.stat(folder, false));
  const bool is_as_made =
      info && info->type == FileType::kDirectory && info->uid == 0 && info->gid == 0 && info->mode == 0755;
  if (!is_as_made) return {};
  PLUMB_TRY_ASSIGN(const std::vector<std::string> names, system.list(folder));
  if (names.size() == 1) observed.attributes[kAlone] = true;
  return {};
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  const std::string path = desired.text("path");
  const bool absent = wants_absent(desired);
  PLUMB_TRY(observe_file(path, absent, system, observed));
  if (!system.is_image() && !is_of_users(path)) {
    PLUMB_TRY_ASSIGN(const auto runs, system.stat("/run/systemd/system", true));
    if (runs) observed.attributes["manager"] = "systemd";
  }
  if (absent && observed.exists && desired.flag(kMadeFolder, false)) PLUMB_TRY(observe_folder(path, system, observed));
  if (absent || observed.obstacle) return observed;
  if (!observed.exists) {
    const std::string folder = parent_of(path);
    PLUMB_TRY_ASSIGN(const auto there, system.stat(folder, true));
    if (!there && adds(path)) {
      observed.attributes[kNoFolder] = true;
      PLUMB_TRY(note_missing_parent(folder, system, observed));
    } else {
      PLUMB_TRY(note_missing_parent(path, system, observed));
    }
  }
  return observed;
}

// Only a text that is to be written is worth asking systemd.
void note_complaint(const Desired& desired, const Change& change, System& system, Observed& observed) {
  if (change.op == Op::kNone || change.op == Op::kDelete || observed.obstacle) return;
  const std::string said = complaint_about(desired.text("path"), text_of(asked_sections(desired)), system);
  if (said.empty()) return;
  observed.obstacle =
      Diagnostic(Code::kBadValue, base_of(desired.text("path")) + " is not what systemd takes, line " + said);
  observed.obstacle->hint = "`systemd-analyze verify` says so of the text that its sections make";
}

}  // namespace

std::vector<Result<Observed>> SystemdUnitProvider::observe(std::span<const Desired* const> desired,
                                                           System& system) const {
  return observe_places(*this, desired, system, [&](const Desired& one) {
    Result<Observed> observed = observe_one(one, system);
    if (observed) note_complaint(one, diff(one, *observed), system, *observed);
    return observed;
  });
}

Change SystemdUnitProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::string path = desired.text("path");
  const auto reload = [&] {
    if (observed.has("manager"))
      change.operations.push_back(ServiceAction{observed.text("manager"), unit_of(path), "daemon_reload"});
  };
  const auto told = [](const std::string& name) {
    return name != "manager" && name != kNoFolder && name != "by_hand" && name != kAlone;
  };
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    for (const auto& [name, value] : observed.attributes.items()) {
      if (told(name)) change.before[name] = value;
    }
    change.operations.push_back(Remove{path, false, desired.flag("backup", false)});
    if (observed.flag(kAlone, false)) change.operations.push_back(Remove{parent_of(path), false, false});
    reload();
    return change;
  }
  const Json asked = asked_sections(desired);
  const Json found = asked_sections({{}, observed.attributes, {}});
  for (const auto& [section, keys] : asked.items()) {
    if (member_of(found, section) == keys) continue;
    if (found.contains(section)) change.before[section] = found[section];
    change.after[section] = keys;
  }
  for (const auto& [section, keys] : found.items()) {
    if (asked.contains(section)) continue;
    change.before[section] = keys;
    change.after[section] = nullptr;
  }
  if (const std::vector<std::string> others = texts_in(observed.attribute("others")); !others.empty()) {
    change.before["others"] = others;
    change.after["others"] = nullptr;
  }
  if (observed.exists && change.after.empty()) return change;
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  if (observed.flag(kNoFolder, false)) change.operations.push_back(MakeDirectory{parent_of(path), {}, false});
  EditFile write;
  write.path = path;
  write.edits = {TextEdit{text_of(asked)}};
  write.create = true;
  write.backup = observed.exists && desired.flag("backup", false);
  change.operations.push_back(std::move(write));
  reload();
  return change;
}

std::vector<Address> SystemdUnitProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  const std::string path = desired.text("path");
  std::vector<Address> edges = infer_path_edges(desired, path);
  const std::string unit = unit_of(path);
  edges.push_back({"", "package", unit.substr(0, unit.rfind('.'))});
  return edges;
}

// Nothing brings the folders of units but systemd.
std::string SystemdUnitProvider::remedy(const Desired&, const Missing& missing) const {
  if (missing.what.kind != "directory" || !missing.what.identity.ends_with("/systemd/system")) return {};
  return "this host has no systemd, so nothing reads units; services of another manager are files of its own";
}

std::vector<std::string> SystemdUnitProvider::manages_paths(const Desired& desired) const {
  return {desired.text("path")};
}

std::vector<ImpliedPath> SystemdUnitProvider::implies_paths(const Desired& desired) const {
  if (!wants_absent(desired) || !desired.flag(kMadeFolder, false)) return {};
  return {{parent_of(desired.text("path")), true}};
}

std::vector<std::string> SystemdUnitProvider::replaces_paths(const Desired& desired) const {
  return {desired.text("path")};
}

std::optional<std::string> SystemdUnitProvider::text_given(const Desired& desired) const {
  if (wants_absent(desired)) return std::nullopt;
  return text_of(asked_sections(desired));
}

std::optional<Desired> SystemdUnitProvider::restore(const Desired& desired, const Observed& before) const {
  // Of sections that the kind does not know only the names were kept; and of all others what they say, without remarks,
  // order and blanks.
  if (before.has("others") || before.flag("by_hand", false)) return std::nullopt;
  Desired again = desired_again(desired, before, {});
  again.attributes["path"] = desired.text("path");
  if (before.flag(kNoFolder, false)) again.attributes[kMadeFolder] = true;
  if (!before.exists) return again;
  const Json sections = asked_sections({{}, before.attributes, {}});
  again.attributes.update(sections);
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "systemd_unit",
                .provider = make_provider<SystemdUnitProvider>(),
                .operations = OperationSet::of<EditFile, Remove, MakeDirectory, ServiceAction>(),
                .stands_on_inferred = true,
                .confirmable = true,
                .adoption = {survey, "services"}});
}

}  // namespace plumb::providers::systemd_unit
