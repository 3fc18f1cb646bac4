// What upgrading all packages of a host would do.
#include <algorithm>
#include <memory>

#include "providers/package/look.h"

namespace plumb::providers::package {
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
std::vector<std::string> outgrown(const Json& kept, const Simulation& simulation, const BackEnd& back_end) {
  std::vector<std::string> found;
  for (const auto& [name, version] : kept.items()) {
    for (const std::string& one : named_in(name, simulation.installs)) {
      const std::string& its = simulation.installs.at(one);
      if (version.is_string() && !back_end.takes_version(version.get<std::string>(), its))
        found.push_back(one + ' ' + its);
    }
  }
  return found;
}

// What would be done that other resources do not want.
std::optional<Diagnostic> find_contradiction(const Desired& desired, const Simulation& simulation,
                                             const BackEnd& back_end) {
  const auto refuse = [](const char* would, const std::vector<std::string>& names, std::string hint) {
    return Diagnostic(Code::kPackageOthers, std::string("upgrading all packages would ") + would + ' ' + listed(names))
        .with_hint(std::move(hint));
  };
  if (const auto kept = outgrown(desired.attribute("kept"), simulation, back_end); !kept.empty())
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

Result<Observed> look_at_upgrade(const Desired& desired, const BackEnd& back_end, System& system) {
  const std::unique_ptr<HostPackages> host = back_end.on(system);
  PLUMB_TRY_ASSIGN(std::optional<Diagnostic> hindrance, why_kept(*host, system));
  if (hindrance && system.is_image()) return Error(std::move(*hindrance));
  if (desired.has("contradiction")) return Error(refused(desired.text("contradiction")));
  Observed observed;
  observed.exists = true;
  observed.open_until = texts_in(desired.attribute("earlier"));
  observed.attributes["manager"] = back_end.name();
  PLUMB_TRY_ASSIGN(Simulation simulation,
                   host->simulate_upgrade(desired.text("extent"), desired.flag("autoremove", false)));
  if (std::string user = host->runs_as(); !user.empty()) observed.attributes["runs_as"] = std::move(user);
  if (!simulation.errors.empty())
    hindrance = refused(std::string(back_end.name()) + " cannot do this: " + simulation.errors.front());
  // They are held by then.
  for (const std::string& name : named_in(desired.attribute("held"), simulation.installs))
    simulation.installs.erase(name);
  observed.obstacle = hindrance ? std::move(hindrance) : find_contradiction(desired, simulation, back_end);
  tell(simulation, observed);
  observed.attributes["current"] = !observed.has("pending") && !observed.obstacle;
  const std::optional<std::chrono::seconds> age = refresh_age(desired);
  if (!age) return observed;
  PLUMB_TRY_ASSIGN(const bool old, host->have_old_lists(age));
  if (old) observed.attributes.update({{"old_lists", true}, {"current", false}});
  return observed;
}

}  // namespace plumb::providers::package
