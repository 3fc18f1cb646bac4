#include "providers/package/look_item.h"

#include <algorithm>

namespace plumb::providers::package {
namespace {

Diagnostic no_version_of_its_own(const std::string& name, const std::string& provider) {
  return refused(name + " is provided by " + provider + ", so it has no version of its own",
                 "leave out `version`, or name " + provider + " itself");
}

// The first installed package that provides the item's name and is not itself to go; "" for none.
std::string provider_of(const Item& item, const Installed& status, const std::set<std::string>& to_go) {
  const auto provided = status.provided_by.find(item.name);
  if (provided == status.provided_by.end()) return {};
  const auto stays = std::find_if(provided->second.begin(), provided->second.end(),
                                  [&](const std::string& one) { return !to_go.contains(one); });
  return stays == provided->second.end() ? std::string() : *stays;
}

}  // namespace

void observe_status(Item& item, const Installed& status, const std::set<std::string>& to_go, const BackEnd& back_end) {
  const Desired& desired = *item.desired;
  Observed& observed = item.observed;
  observed.attributes["manager"] = back_end.name();
  const PackageEntry& entry = status.entries.at(item.name);
  if (item.package != item.name) observed.attributes["package"] = item.package;
  const bool there = entry.installed || !entry.trouble.empty();
  if (entry.held || desired.has("hold")) observed.attributes["hold"] = entry.held;
  if (entry.leftover && wants_purged(desired)) {
    observed.exists = true;
    observed.attributes["state"] = "config-files";
    observed.attributes["version"] = entry.version;
  } else if (there) {
    observed.exists = true;
    // What was begun and not ended has files on the host.
    observed.attributes["state"] = entry.installed ? "present" : entry.trouble;
    observed.attributes["version"] = entry.version;
  } else if (const std::string provider = provider_of(item, status, to_go); !provider.empty() && !item.goes()) {
    // A virtual package is present in the one that provides it.
    observed.exists = true;
    observed.attributes["state"] = "present";
    observed.attributes["provided_by"] = provider;
    if (!desired.text("version").empty()) {
      observed.attributes["version"] = "";
      observed.obstacle = no_version_of_its_own(item.name, provider);
    } else if (desired.flag("hold", false)) {
      observed.obstacle = refused(item.name + " is provided by " + provider + ", so it cannot be held",
                                  "leave out `hold`, or name " + provider + " itself");
    }
    return;
  }
  const std::string version = desired.text("version");
  const bool wrong_version = observed.exists && !version.empty() && !back_end.takes_version(version, entry.version);
  if (item.goes()) {
    item.asks = observed.exists;
  } else {
    // A held package is at its latest.
    item.asks = !entry.installed || wrong_version || (wants_latest(desired) && (!entry.held || item.may_change_held()));
  }
  if (!entry.trouble.empty() && !item.goes()) observed.attributes["candidate"] = entry.version;
}

void observe_simulation(Item& item, const Simulation& simulation) {
  if (item.goes()) return;
  Json& attributes = item.observed.attributes;
  std::string name = item.package;
  if (const std::string* selected = item.said_in(simulation.selected)) {
    name = *selected;
    attributes["as"] = name;
    if (item.desired->has("version")) item.observed.obstacle = no_version_of_its_own(item.name, name);
  }
  const auto found = simulation.installs.find(name);
  if (found != simulation.installs.end()) {
    attributes["candidate"] = found->second;
    attributes["brings"] = simulation.closure(name.substr(0, name.find(':')));
    attributes["brings"][0] = name;
    Json versions = Json::object();
    for (std::size_t i = 1; i < attributes["brings"].size(); ++i) {
      const auto& other = attributes["brings"][i].get_ref<const std::string&>();
      versions[other] = simulation.installs.at(other);
    }
    if (!versions.empty()) attributes["versions"] = std::move(versions);
    if (simulation.downgrades.contains(name)) attributes["downgrade"] = true;
  } else if (item.observed.exists && !attributes.contains("candidate")) {
    attributes["candidate"] = attributes.value("version", "");
  }
}

void add_brought(Json& attributes, const std::string& root, const std::string& name, const std::string& version) {
  Json& brings = attributes["brings"];
  if (!brings.is_array()) brings = Json::array({root});
  if (std::find(brings.begin(), brings.end(), name) == brings.end()) brings.push_back(name);
  attributes["versions"][name] = version;
}

std::string doing(const Items& items) {
  std::set<std::string> come, go;
  for (const Item* item : items) (item->goes() ? go : come).insert(item->name);
  std::string text;
  if (!come.empty()) text = "installing " + listed(come);
  if (!go.empty()) text += (text.empty() ? "removing " : " and removing ") + listed(go);
  return text;
}

}  // namespace plumb::providers::package
