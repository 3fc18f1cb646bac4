#include "providers/package/package.h"

#include <algorithm>
#include <map>

#include "engine/base/joined.h"
#include "providers/package/back_end.h"
#include "providers/package/upgrade.h"
#include "providers/sdk/is_there.h"

namespace plumb::providers::package {
namespace {

void append(std::string& note, const std::string& text) {
  append_item(note, text, "; ");
}

bool is_as_wanted(const Desired& desired, const Observed& observed) {
  if (!observed.exists || observed.text("state", "present") != "present") return false;
  const std::string there = observed.text("version");
  const std::string version = desired.text("version");
  if (!version.empty() && !takes_version(observed.text("manager"), version, there)) return false;
  if (observed.text("file_version", there) != there) return false;
  return !wants_latest(desired) || (!observed.flag("old_lists", false) && observed.text("candidate", there) == there);
}

// A hold that is in the way of what is asked for goes first; what is to be held is held in the end.
void set_hold(const Desired& desired, const Observed& observed, bool changes, Change& change,
              PackageTransaction& transaction) {
  if (!desired.has("hold")) return;
  const bool wanted = desired.flag("hold", false) && !wants_gone(desired);
  const bool held = observed.flag("hold", false);
  const std::string name = observed.text("package", desired.text("name"));
  if (held && (changes || !wanted)) transaction.release.push_back(name);
  if (wanted && (changes || !held)) transaction.hold.push_back(name);
  if (held == wanted) return;
  if (observed.exists) change.before["hold"] = held;
  if (!wants_gone(desired)) change.after["hold"] = wanted;
}

Change removal(const Desired& desired, const Observed& observed) {
  Change change;
  change.op = Op::kDelete;
  change.before["state"] = observed.text("state", "present");
  if (observed.has("version")) change.before["version"] = observed.attribute("version");
  PackageTransaction transaction;
  transaction.manager = observed.text("manager");
  transaction.user = observed.text("runs_as");
  const std::string name = observed.text("package", desired.text("name"));
  transaction.remove.push_back(name);
  if (wants_purged(desired)) {
    change.note = "with its configuration files";
    transaction.purge.push_back(name);
  }
  if (const auto removes = texts_in(observed.attribute("removes")); !removes.empty()) {
    append(change.note, "makes " + listed(removes) + " go, as allowed");
    transaction.remove.insert(transaction.remove.end(), removes.begin(), removes.end());
  }
  set_hold(desired, observed, true, change, transaction);
  change.operations.push_back(std::move(transaction));
  return change;
}

// What came along with another would go when nothing needs it any more.
void keep(const Desired& desired, const Observed& observed, Change& change, PackageTransaction& transaction) {
  if (!observed.flag("automatic", false)) return;
  change.before["automatic"] = true;
  change.after["automatic"] = false;
  transaction.manual.push_back(observed.text("package", desired.text("name")));
}

// Those of one manager.
std::vector<Result<Observed>> observe_those(std::span<const Desired* const> desired, System& system) {
  const Result<const BackEnd*> back_end = find_back_end(system, desired.front()->text("manager"));
  if (!back_end) return std::vector<Result<Observed>>(desired.size(), Result<Observed>(Error(back_end.error())));
  std::vector<Result<Observed>> results = (*back_end)->observe(desired, system);
  for (std::size_t i = 0; i < results.size() && i < desired.size(); ++i) {
    if (results[i] && !wants_gone(*desired[i])) note_conffiles(*desired[i], **back_end, *results[i]);
  }
  return results;
}

std::string claim_of(const Desired& desired, const std::string& package) {
  const std::string manager = desired.text("manager");
  return "the package " + package + (manager.empty() ? "" : " of " + manager);
}

}  // namespace

std::vector<Result<Observed>> PackageProvider::observe(std::span<const Desired* const> desired, System& system) const {
  std::map<std::string, std::vector<std::size_t>> parts;
  for (std::size_t i = 0; i < desired.size(); ++i) parts[desired[i]->text("manager")].push_back(i);
  if (parts.size() == 1) return observe_those(desired, system);
  std::vector<Result<Observed>> results(desired.size(), Result<Observed>(Observed()));
  for (const auto& [manager, places] : parts) {
    std::vector<const Desired*> those;
    for (const std::size_t place : places) those.push_back(desired[place]);
    std::vector<Result<Observed>> told = observe_those(those, system);
    for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = std::move(told[i]);
  }
  return results;
}

Change PackageProvider::diff(const Desired& desired, const Observed& observed) const {
  if (wants_gone(desired)) return observed.exists ? removal(desired, observed) : Change();
  Change change;
  PackageTransaction transaction;
  transaction.manager = observed.text("manager");
  transaction.user = observed.text("runs_as");
  keep(desired, observed, change, transaction);
  const bool is_there = is_as_wanted(desired, observed);
  set_hold(desired, observed, !is_there, change, transaction);
  if (is_there) {
    if (change.before.empty()) return change;
    change.op = Op::kUpdate;
    change.operations.push_back(std::move(transaction));
    return change;
  }
  const std::string name = desired.text("name");
  const std::string version = desired.text("version");
  const std::string candidate = observed.text("candidate");
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  change.fidelity = Fidelity::kBounded;
  const std::string state = observed.text("state", "present");
  if (observed.exists && state != "present") change.before["state"] = state;
  if (!observed.exists || state != "present") change.after["state"] = "present";
  if (observed.exists && observed.has("version")) change.before["version"] = observed.attribute("version");

  // A comparison is none that a manager is told of.
  const std::string asked = is_comparison(version) ? std::string() : version;
  PackageRequest request{observed.text("as", name), candidate.empty() ? asked : candidate, desired.text("file")};
  if (!request.version.empty() && !is_version_pattern(request.version)) change.after["version"] = request.version;
  transaction.install.push_back(request);
  transaction.allow_downgrade = observed.flag("downgrade", false);
  transaction.refresh = observed.flag("old_lists", false);
  transaction.without_recommends = !desired.flag("recommends", true);
  if (desired.text("conffiles") == "new") transaction.conffiles = "new";

  if (transaction.refresh) append(change.note, "the package lists are read first and decide what comes");
  if (!request.file.empty()) append(change.note, "from " + request.file);
  if (request.name != name) append(change.note, request.name + " provides it");
  if (transaction.allow_downgrade) append(change.note, "an older version");
  if (transaction.without_recommends) append(change.note, "without what it recommends");
  if (desired.has("conffiles")) append(change.note, std::string(what_of_conffiles(desired)));
  if (auto brings = texts_in(observed.attribute("brings")); brings.size() > 1) {
    brings.erase(brings.begin());
    for (std::string& other : brings) {
      if (std::string its = text_of(observed.attribute("versions"), other); !its.empty()) other += " " + its;
    }
    append(change.note, "brings " + listed(brings));
  }
  if (const auto removes = texts_in(observed.attribute("removes")); !removes.empty()) {
    append(change.note, "makes " + listed(removes) + " go, as declared or allowed");
    // Named, since a transaction removes nothing else.
    transaction.remove = removes;
  }
  change.operations.push_back(std::move(transaction));
  return change;
}

bool PackageProvider::may_bring(const Desired& desired, const Observed& observed, const Address& what) const {
  if (wants_gone(desired) || is_as_wanted(desired, observed)) return false;
  std::vector<std::string> packages = texts_in(observed.attribute("brings"));
  if (packages.empty()) packages.push_back(desired.text("name"));
  return may_belong(what, packages);
}

std::vector<std::string> PackageProvider::claims(const Desired& desired) const {
  return {claim_of(desired, desired.text("name"))};
}

std::vector<std::string> PackageProvider::claims_on_host(const Desired& desired, const Observed& observed) const {
  return {claim_of(desired, observed.text("package", desired.text("name")))};
}

std::vector<Address> PackageProvider::infers(const Desired& desired) const {
  if (wants_gone(desired) || !desired.has("file")) return {};
  return {{"", "file", desired.text("file")}};
}

std::vector<ImpliedPath> PackageProvider::implies_paths(const Desired& desired) const {
  if (wants_gone(desired) || !desired.has("file")) return {};
  return {{desired.text("file")}};
}

bool PackageProvider::is_lost(const Desired& desired, System& now, System& then) const {
  if (wants_gone(desired) || !desired.has("file")) return false;
  const std::string file = desired.text("file");
  return shows(file, now) && !shows(file, then);
}

bool PackageProvider::follows_from(const Desired& desired, const Observed& observed, const std::string& path,
                                   const std::string*) const {
  if (wants_gone(desired) || desired.text("file") != path) return false;
  // A version that is there already needs no file.
  return !desired.has("version") || !is_as_wanted(desired, observed);
}

std::string PackageProvider::remedy(const Desired& desired, const Missing& missing) const {
  if (missing.what.kind != "package") return {};
  return "no source of the host has " + desired.text("name") +
         "; check its name, declare the source that has it before it, or name what brings that with `after`";
}

bool PackageProvider::is_unwanted(const Desired& desired) const {
  return wants_gone(desired);
}

void PackageProvider::complete(Desired& desired, std::span<const Desired> host, const SecretOf&) const {
  for (const Desired& other : host) {
    const auto reads = [&](const BackEnd* back_end) { return back_end->is_source_of(other); };
    if (std::none_of(back_ends().begin(), back_ends().end(), reads)) continue;
    desired.attributes["sources_managed"] = true;
    return;
  }
}

std::optional<Desired> PackageProvider::restore(const Desired& desired, const Observed& before) const {
  // Configuration files that went are nowhere else.
  if (before.text("state") == "config-files") return std::nullopt;
  if (before.exists && desired.text("conffiles") == "new" && !is_as_wanted(desired, before)) return std::nullopt;
  Desired again;
  again.address = desired.address;
  again.attributes = {{"name", desired.text("name")}, {"state", before.exists ? "present" : "absent"}};
  if (desired.has("manager")) again.attributes["manager"] = desired.attribute("manager");
  if (desired.has("hold") && before.exists) again.attributes["hold"] = before.flag("hold", false);
  const std::string version = before.text("version");
  if (before.exists && !version.empty()) again.attributes["version"] = version;
  return again;
}

void survey(const SurveyedHost& host, Survey& found) {
  const Result<const BackEnd*> back_end = find_back_end(host.system);
  if (!back_end) return found.leave_out("the packages", back_end.error().summary());
  (*back_end)->survey(host, found);
}

void add_to(Registry& registry) {
  registry.add({.name = "package",
                .provider = make_provider<PackageProvider>(),
                .operations = OperationSet::of<PackageTransaction>(),
                .adoption = {survey, "packages"}});
  registry.add({.name = "upgrade",
                .provider = make_provider<UpgradeProvider>(),
                .operations = OperationSet::of<PackageTransaction>(),
                .dwindling = {"pending"},
                .removal = ""});
  for (const BackEnd* back_end : back_ends()) registry.managers().add(*back_end);
  registry.managers().tell("package_manager", package_manager);
}

}  // namespace plumb::providers::package
