// A resource on its way through a batch that is looked at together (internal to this folder).
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "providers/package/back_end.h"
#include "providers/package/host_packages.h"
#include "providers/package/simulation.h"
#include "providers/sdk/provider.h"

namespace plumb::providers::package {

struct Item {
  const Desired* desired = nullptr;
  std::string name;
  std::string package;  // that the name means on this host
  Observed observed;
  bool asks = false;  // the manager has to be asked about it

  bool goes() const { return wants_gone(*desired); }
  // Whoever says of a package whether it is held decides on the hold.
  bool may_change_held() const { return desired->has("hold"); }
  bool is_without_recommends() const { return !goes() && !desired->flag("recommends", true); }
  // The file of the host that it comes from; "" for the sources.
  std::string file() const { return goes() ? std::string() : desired->text("file"); }
  Wish wish() const {
    Wish wish{name, package, goes() ? std::string() : desired->text("version"), file(), goes(), observed.exists};
    wish.latest = !goes() && wants_latest(*desired);
    // The newest has to be one that fits.
    if (is_comparison(wish.version)) {
      wish.version.clear();
      wish.latest = true;
    }
    return wish;
  }
  // What the manager said of it, by the name that was asked for or by its own; null for nothing.
  const std::string* said_in(const std::map<std::string, std::string>& by_name) const {
    for (const std::string& one : {name, package}) {
      if (const auto found = by_name.find(one); found != by_name.end()) return &found->second;
    }
    return nullptr;
  }
  // Packages that nobody else declares and that may go for its sake.
  std::set<std::string> allowed() const {
    const std::vector<std::string> names = texts_in(desired->attribute("allow_removal"));
    return {names.begin(), names.end()};
  }
  bool is_open() const { return asks && !observed.obstacle; }
  // Which one of the plan's it is part of, where that is known: not before a plan was made.
  std::optional<std::size_t> transaction() const {
    const Json& number = desired->attribute("transaction");
    if (!number.is_number_integer()) return std::nullopt;
    return number.get<std::size_t>();
  }
};

using Items = std::vector<Item*>;

// What is there, and whether the manager has to be asked. `to_go`: the packages that resources of the batch take away.
void observe_status(Item& item, const Installed& status, const std::set<std::string>& to_go, const BackEnd& back_end);

// `brings`, `candidate` and the rest, from what the manager said.
void observe_simulation(Item& item, const Simulation& simulation);

// One package more that comes along with `root`.
void add_brought(Json& attributes, const std::string& root, const std::string& name, const std::string& version);

// "installing a, b and removing c"
std::string doing(const Items& items);

}  // namespace plumb::providers::package
