#include "providers/package/upgrade.h"

#include "engine/base/joined.h"
#include "providers/package/back_end.h"

namespace plumb::providers::package {
namespace {

PackageTransaction transaction_of(const Desired& desired, const Observed& observed) {
  PackageTransaction transaction;
  transaction.manager = observed.text("manager");
  transaction.user = observed.text("runs_as");
  transaction.upgrade = desired.text("extent");
  transaction.autoremove = desired.flag("autoremove", false);
  transaction.refresh = observed.flag("old_lists", false);
  if (desired.text("conffiles") == "new") transaction.conffiles = "new";
  for (const auto& [name, version] : observed.attribute("installs").items()) {
    if (version.is_string()) transaction.install.push_back({name, version.get<std::string>()});
  }
  transaction.remove = texts_in(observed.attribute("removes"));
  return transaction;
}

}  // namespace

std::vector<Result<Observed>> UpgradeProvider::observe(std::span<const Desired* const> desired, System& system) const {
  const Result<const BackEnd*> back_end = find_back_end(system);
  std::vector<Result<Observed>> observed;
  for (const Desired* one : desired) {
    observed.push_back(back_end ? (*back_end)->observe_upgrade(*one, system)
                                : Result<Observed>(Error(back_end.error())));
    if (back_end && observed.back()) note_conffiles(*one, **back_end, *observed.back());
  }
  return observed;
}

Change UpgradeProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  if (observed.flag("current", true)) return change;
  change.before["current"] = false;
  if (observed.has("pending")) change.before["pending"] = observed.attribute("pending");
  change.after["current"] = true;
  if (observed.flag("old_lists", false)) change.note = "the package lists are read first and decide what comes";
  if (desired.has("conffiles")) append_item(change.note, what_of_conffiles(desired), "; ");
  change.op = Op::kUpdate;
  change.fidelity = Fidelity::kBounded;
  change.operations.push_back(transaction_of(desired, observed));
  return change;
}

std::vector<std::string> UpgradeProvider::claims(const Desired&) const {
  return {"the upgrade of all packages"};
}

bool UpgradeProvider::may_bring(const Desired&, const Observed& observed, const Address& what) const {
  return what.kind == "package" && !observed.flag("current", true);
}

void UpgradeProvider::complete(Desired& desired, std::span<const Desired> host, const SecretOf&) const {
  Json& attributes = desired.attributes;
  bool is_earlier = true;
  for (const Desired& other : host) {
    if (&other == &desired) is_earlier = false;
    if (other.address.kind != "package") continue;
    const std::string name = other.text("name");
    const std::string version = other.text("version");
    const bool holds = other.flag("hold", false);
    if (is_earlier) attributes["earlier"].push_back(other.address.str());
    attributes[wants_gone(other) ? "unwanted" : "wanted"].push_back(name);
    if (is_earlier && holds) attributes["held"].push_back(name);
    if (is_version_pattern(version) && !holds) attributes["kept"][name] = version;
    const std::string which = "`" + other.address.str() + "`";
    if (!version.empty() && !is_version_pattern(version) && !holds) {
      attributes["contradiction"] =
          which + " asks for a version, and the upgrade for the newest: hold it with `hold: true`";
    } else if (!is_earlier && (holds || (wants_gone(other) && desired.flag("autoremove", false)))) {
      attributes["contradiction"] = which + " has to come before the upgrade: declare it first, or say `before` there";
    }
  }
}

}  // namespace plumb::providers::package
