#include "providers/dpkg_divert/dpkg_divert.h"

#include <map>

#include "providers/sdk/managers.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::dpkg_divert {
namespace {

constexpr const char* kProgram = "dpkg-divert";
constexpr const char* kDatabase = "/var/lib/dpkg/diversions";
constexpr std::size_t kLargest = std::size_t{4} << 20;
constexpr const char* kNobody = "LOCAL";  // the holder of a diversion that is no package's

std::string target_of(const Desired& desired) {
  return desired.text("divert", desired.text("path") + ".distrib");
}

std::string holder_of(const Desired& desired) {
  return desired.text("holder", kNobody);
}

bool renames(const Desired& desired) {
  return desired.flag("rename", true);
}

struct Diversion {
  std::string target;
  std::string holder;
};

// By path. Three lines each: the path, where packages put it, and whose the diversion is, ":" being nobody's.
Result<std::map<std::string, Diversion>> read_diversions(System& system) {
  std::map<std::string, Diversion> all;
  PLUMB_TRY_ASSIGN(const auto there, system.stat(kDatabase, true));
  if (!there) return all;
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(kDatabase, kLargest));
  for (std::string_view rest = text; !rest.empty();) {
    std::string path(take_line(rest));
    Diversion one{std::string(take_line(rest)), std::string(take_line(rest))};
    if (one.holder == ":") one.holder = kNobody;
    all.emplace(std::move(path), std::move(one));
  }
  return all;
}

Diagnostic refused(std::string summary) {
  return Diagnostic(Code::kRefusedByState, std::move(summary));
}

// Why what is asked for cannot be had.
std::optional<Obstacle> in_the_way(const Desired& desired, const Diversion* there, const Observed& observed,
                                   bool is_folder) {
  const std::string path = desired.text("path");
  const bool absent = wants_absent(desired);
  if (there != nullptr && there->holder != holder_of(desired)) {
    return refused(path + " is diverted to " + there->target + " by " + there->holder)
        .with_hint("`holder: " + there->holder + "` where that one is meant");
  }
  if (there != nullptr && !absent && there->target != target_of(desired)) {
    return refused(path + " is diverted to " + there->target + " already")
        .with_hint("say that as `divert`, or take that diversion out first");
  }
  if (absent == (there == nullptr)) return std::nullopt;
  if (is_folder && (renames(desired) || !absent))
    return Obstacle(refused(path + " is a folder, and packages' folders cannot be diverted"),
                    ObstacleGoes::kWithItsPath);
  if (!renames(desired)) return std::nullopt;
  const bool found = observed.flag("found", false);
  if (!found || !observed.flag("moved", false)) return std::nullopt;
  if (!absent) return refused(target_of(desired) + " is there already, so " + path + " cannot be moved there");
  if (desired.flag("delete", false)) return std::nullopt;
  return refused(path + " is there, so what was diverted cannot come back")
      .with_hint("`delete: true` lets what is there now go");
}

Result<Observed> observe_one(const Desired& desired, const std::map<std::string, Diversion>& all, System& system) {
  Observed observed;
  const std::string path = desired.text("path");
  const auto known = all.find(path);
  const Diversion* there = known == all.end() ? nullptr : &known->second;
  observed.exists = there != nullptr;
  if (there != nullptr) observed.attributes = {{"divert", there->target}, {"holder", there->holder}};
  PLUMB_TRY_ASSIGN(const auto here, system.stat(path, false));
  PLUMB_TRY_ASSIGN(const auto away, system.stat(there != nullptr ? there->target : target_of(desired), false));
  observed.attributes["found"] = here.has_value();
  observed.attributes["moved"] = away.has_value();
  observed.obstacle = in_the_way(desired, there, observed, here && here->type == FileType::kDirectory);
  // Told as not there, so that the change which the obstacle refuses is never empty.
  if (observed.obstacle) observed.exists = wants_absent(desired);
  if (observed.exists != wants_absent(desired)) return observed;
  if (system.find_program(kProgram).empty()) observed.missing.push_back({{"", "package", "dpkg"}, "path"});
  if (!wants_absent(desired)) PLUMB_TRY(note_missing_parent(target_of(desired), system, observed));
  // Its own folder need not be there, but nothing else may be in that one's place.
  Observed own;
  PLUMB_TRY(note_missing_parent(path, system, own));
  if (own.obstacle) {
    observed.obstacle = std::move(own.obstacle);
    return observed;
  }
  return observed;
}

Run program(const Desired& desired, const std::string& target, const char* verb) {
  Run run;
  run.argv = {kProgram, "--no-rename"};
  if (const std::string holder = holder_of(desired); holder == kNobody) {
    run.argv.emplace_back("--local");
  } else {
    run.argv.insert(run.argv.end(), {"--package", holder});
  }
  run.argv.insert(run.argv.end(), {"--divert", target, verb, desired.text("path")});
  run.timeout_seconds = 60;
  return run;
}

// In two steps that are seen beforehand, and before the program tells dpkg of it: where it is cut off, the next plan
// finds what is left to do.
void move_file(const std::string& from, const std::string& to, Change& change) {
  change.operations.push_back(MakeLink{to, from, true, true});
  change.operations.push_back(Remove{from, false, false});
}

}  // namespace

std::vector<Result<Observed>> DpkgDivertProvider::observe(std::span<const Desired* const> desired,
                                                          System& system) const {
  std::vector<Result<Observed>> results;
  results.reserve(desired.size());
  const auto all = read_diversions(system);
  for (const Desired* one : desired) {
    results.push_back(all ? observe_one(*one, *all, system) : Result<Observed>(all.error()));
  }
  return results;
}

Change DpkgDivertProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const bool absent = wants_absent(desired);
  if (absent != observed.exists) return change;
  const std::string path = desired.text("path");
  const bool found = observed.flag("found", false);
  const bool moved = observed.flag("moved", false);
  if (absent) {
    const std::string target = observed.text("divert", target_of(desired));
    change.op = Op::kDelete;
    change.before = {{"divert", target}, {"holder", observed.text("holder", kNobody)}};
    if (renames(desired) && moved) {
      move_file(target, path, change);
    } else if (desired.flag("delete", false) && found) {
      change.operations.push_back(Remove{path, false, false});
    }
    change.operations.emplace_back(program(desired, target, "--remove"));
    return change;
  }
  const std::string target = target_of(desired);
  change.op = Op::kCreate;
  change.after = {{"divert", target}, {"holder", holder_of(desired)}};
  if (renames(desired) && found) move_file(path, target, change);
  change.operations.emplace_back(program(desired, target, "--add"));
  return change;
}

std::vector<Address> DpkgDivertProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  std::vector<Address> edges;
  for (const std::string& folder : ancestors_of(target_of(desired))) edges.push_back({"", "directory", folder});
  return edges;
}

std::vector<std::string> DpkgDivertProvider::claims(const Desired& desired) const {
  return {"the diversion of " + desired.text("path")};
}

std::vector<ImpliedPath> DpkgDivertProvider::implies_paths(const Desired& desired) const {
  return {{.path = desired.text("path"), .whole = true}, {.path = target_of(desired), .whole = true}};
}

bool DpkgDivertProvider::asks_about(const Desired& desired, std::string_view name) const {
  return name == desired.text("path") || name == target_of(desired);
}

std::string DpkgDivertProvider::remedy(const Desired&, const Missing& missing) const {
  return missing.what.kind == "package" ? "only hosts whose packages are dpkg's have diversions" : "";
}

Observed DpkgDivertProvider::as_declared(const Desired& desired) const {
  Observed observed;
  observed.exists = !wants_absent(desired);
  if (observed.exists) observed.attributes = {{"divert", target_of(desired)}, {"holder", holder_of(desired)}};
  return observed;
}

std::optional<Desired> DpkgDivertProvider::restore(const Desired& desired, const Observed& before) const {
  // What went was not kept.
  if (before.exists && desired.flag("delete", false) && before.flag("found", false)) return std::nullopt;
  Desired again;
  again.address = desired.address;
  again.attributes = {{"path", desired.text("path")},
                      {"state", before.exists ? "present" : "absent"},
                      {"divert", before.text("divert", target_of(desired))},
                      {"holder", before.text("holder", holder_of(desired))},
                      {"rename", renames(desired)}};
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "dpkg_divert",
                .provider = make_provider<DpkgDivertProvider>(),
                .operations = OperationSet::of<Run, MakeLink, Remove>(),
                .adoption = {survey, "packages"}});
}

}  // namespace plumb::providers::dpkg_divert
