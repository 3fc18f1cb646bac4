#include "providers/package/apt/upgrade.h"

#include <algorithm>

#include "providers/package/apt/host.h"
#include "providers/package/apt/simulation.h"
#include "providers/package/back_end.h"

namespace plumb::providers::package::apt {
namespace {

// Of the packages that a `package` names, as `jq` or `jq:amd64`, those that are among what changes.
template <class Changes>
std::vector<std::string> named_in(const Json& names, const Changes& changes) {
  std::vector<std::string> found;
  for (const std::string& name : texts_in(names)) {
    for (const std::string& one : {name, name.substr(0, name.find(':'))}) {
      if (!changes.contains(one)) continue;
      found.push_back(one);
      break;
    }
  }
  return found;
}

// Those whose new version is none that their `package` takes.
std::vector<std::string> outgrown(const Json& kept, const Simulation& simulation) {
  std::vector<std::string> found;
  for (const auto& [name, version] : kept.items()) {
    for (const std::string& one : named_in(name, simulation.installs)) {
      const std::string& its = simulation.installs.at(one);
      if (version.is_string() && !version_matches(version.get<std::string>(), its)) found.push_back(one + ' ' + its);
    }
  }
  return found;
}

// What would be done that other resources do not want.
std::optional<Diagnostic> find_contradiction(const Desired& desired, const Simulation& simulation) {
  const auto refuse = [](const char* would, const std::vector<std::string>& names, std::string hint) {
    return Diagnostic(Code::kPackageOthers, std::string("upgrading all packages would ") + would + ' ' + listed(names))
        .with_hint(std::move(hint));
  };
  if (const auto kept = outgrown(desired.attribute("kept"), simulation); !kept.empty())
    return refuse("bring", kept,
                  "its `package` asks for another version: hold it with `hold: true` before the upgrade");
  if (const auto unwanted = named_in(desired.attribute("unwanted"), simulation.installs); !unwanted.empty())
    return refuse("bring", unwanted, "it is declared to go, and what is upgraded needs it");
  const std::vector<std::string> stay = named_in(desired.attribute("wanted"), simulation.removes);
  if (!stay.empty()) return refuse("remove", stay, "it is declared to be there; say `upgrade: safe`");
  return std::nullopt;
}

void tell(const Simulation& simulation, Observed& observed) {
  std::vector<std::string> pending;
  Json installs = Json::object();
  for (const auto& [name, version] : simulation.installs) {
    const auto old = simulation.versions.find(name);
    pending.push_back(old == simulation.versions.end() ? name + ' ' + version + " comes"
                                                       : name + ' ' + old->second + " → " + version);
    installs[name] = version;
  }
  for (const std::string& name : simulation.removes) {
    const auto old = simulation.versions.find(name);
    pending.push_back(name + (old == simulation.versions.end() ? "" : ' ' + old->second) + " goes");
  }
  std::sort(pending.begin(), pending.end());
  if (!pending.empty()) observed.attributes["pending"] = std::move(pending);
  observed.attributes["installs"] = std::move(installs);
  observed.attributes["removes"] = simulation.removes;
}

}  // namespace

Result<Observed> look_at_upgrade(const Desired& desired, System& system) {
  PLUMB_TRY_ASSIGN(std::optional<Diagnostic> hindrance, find_hindrance(system));
  if (hindrance && system.is_image()) return Error(std::move(*hindrance));
  if (desired.has("contradiction")) return Error(refused(desired.text("contradiction")));
  Observed observed;
  observed.exists = true;
  observed.open_until = texts_in(desired.attribute("earlier"));
  observed.attributes["manager"] = "apt";
  const ProcessRequest request = upgrade_question(desired.text("extent"), desired.flag("autoremove", false));
  PLUMB_TRY_ASSIGN(const ProcessResult result, system.run(request));
  if (result.timed_out) return fail(Code::kCannotObserve, "apt-get did not answer in time");
  Simulation simulation = parse_simulation(result.output + '\n' + result.errors);
  if (result.exit_code != 0 && simulation.errors.empty())
    simulation.errors.push_back("apt-get ended with " + std::to_string(result.exit_code));
  if (!simulation.errors.empty()) hindrance = refused("apt cannot do this: " + simulation.errors.front());
  // They are held by then.
  for (const std::string& name : named_in(desired.attribute("held"), simulation.installs))
    simulation.installs.erase(name);
  observed.obstacle = hindrance ? std::move(hindrance) : find_contradiction(desired, simulation);
  tell(simulation, observed);
  observed.attributes["current"] = !observed.has("pending") && !observed.obstacle;
  const std::optional<std::chrono::seconds> age = refresh_age(desired);
  if (!age) return observed;
  PLUMB_TRY_ASSIGN(const bool old, have_old_lists(system, age));
  if (old) observed.attributes.update({{"old_lists", true}, {"current", false}});
  return observed;
}

}  // namespace plumb::providers::package::apt
