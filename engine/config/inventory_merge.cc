#include "engine/config/inventory_merge.h"

#include <algorithm>
#include <utility>

#include "engine/base/nearest.h"
#include "engine/config/connection.h"

namespace plumb::config {
namespace {

using inventory::GroupLinks;
using inventory::GroupTree;

constexpr const char* kLocalHost = "localhost";

std::map<std::string, GroupLinks> links_of(const InventoryParts& parts) {
  std::map<std::string, GroupLinks> all;
  for (const auto& [name, group] : parts.groups) all.emplace(name, group.links);
  return all;
}

class Merger {
 public:
  Merger(InventoryParts parts, Diagnostics& diagnostics)
      : parts_(std::move(parts)), diagnostics_(diagnostics), links_(links_of(parts_)), tree_(links_, diagnostics) {}

  LoadedInventory merge() {
    for (const auto& [name, group] : parts_.groups) {
      loaded_.inventory.groups.try_emplace(name);
      check_agreement(pointers(group.low), "group " + name, own_of(group.high));
      check_agreement(pointers(group.high), "group " + name, own_of(group.high));
    }
    for (const Part& part : parts_.host_parts) check_groups(part);
    for (const auto& [name, parts] : parts_.hosts) add_host(name, parts);
    check_names();
    loaded_.left_alone = std::move(parts_.left_alone);
    return std::move(loaded_);
  }

 private:
  // What is the same for all hosts that the same parts speak of.
  struct Common {
    std::vector<const Part*> parts;
    Host host;
    HostOrigin origin;
    bool connection_stated = false;
  };

  static std::vector<const Part*> pointers(const std::vector<Part>& parts) {
    std::vector<const Part*> all;
    all.reserve(parts.size());
    for (const Part& part : parts) all.push_back(&part);
    return all;
  }

  bool is_own(const Part& part) const { return part.document + 1 == parts_.documents.size(); }

  const Part* own_of(const std::vector<Part>& parts) const {
    return !parts.empty() && is_own(parts.back()) ? &parts.back() : nullptr;
  }

  // What the documents that name a host say of all their hosts.
  static std::vector<const Part*> said_of_all(const std::map<std::size_t, Part>& all,
                                              const std::vector<const Part*>& parts) {
    std::vector<const Part*> found;
    for (const Part* part : parts) {
      if (const auto said = all.find(part->document); said != all.end()) found.push_back(&said->second);
    }
    return found;
  }

  // How a host is reached must not hang on the order of the sources.
  void check_agreement(const std::vector<const Part*>& parts, const std::string& layer, const Part* own) {
    std::map<std::string, const Part*> first;
    for (const Part* part : parts) {
      if (is_own(*part)) continue;
      for (const auto& [key, value] : part->settings.items()) {
        if (own != nullptr && own->settings.contains(key)) continue;
        const auto [place, added] = first.emplace(key, part);
        if (added || place->second->settings[key] == value) continue;
        diagnostics_.add(Diagnostic(Code::kInventoryConflict, "sources differ on the `" + key + "` of " + layer)
                             .at(part->places.at(key), "another one here")
                             .with_related(place->second->places.at(key), "first here")
                             .with_hint("say it in the inventory that names the sources: it has the last word"));
      }
    }
  }

  void check_groups(const Part& part) {
    for (const auto& [group, span] : part.groups) {
      if (tree_.has(group)) continue;
      const std::string near = nearest(group, tree_.names());
      diagnostics_.add(Diagnostic(Code::kUnknownGroup, "there is no group `" + group + "`")
                           .at(span, near.empty() ? "not declared" : "did you mean `" + near + "`?")
                           .with_hint(near.empty() ? "declare it under `groups`: `" + group + ": {}`" : ""));
    }
  }

  const std::vector<std::string>& lineage(const std::set<std::string>& direct) {
    const auto [place, added] = lineages_.try_emplace(direct);
    if (added) place->second = tree_.lineage(direct);
    return place->second;
  }

  void overlay(const Part& part, Common& common) {
    apply_settings(part.settings, common.host.connection);
    const auto env = part.settings.find("env");
    if (env != part.settings.end()) {
      for (const auto& [name, value] : env->items()) common.host.env[name] = value.get<std::string>();
    }
    common.connection_stated = common.connection_stated || part.settings.contains("connection");
    for (const auto& [key, span] : part.places) common.origin.settings.insert_or_assign(key, span);
  }

  void overlay(const Part& part, const std::string& layer, Common& common) {
    overlay(part, common);
    for (const auto& [input, value] : part.inputs) common.host.inputs[input].push_back({layer, value});
  }

  void overlay_level(const std::map<std::size_t, Part>& all, std::vector<Part> GroupParts::*level,
                     const std::vector<std::string>& groups, Common& common) {
    for (const Part* part : said_of_all(all, common.parts)) overlay(*part, "group all", common);
    for (const std::string& name : groups) {
      for (const Part& part : parts_.groups.at(name).*level) overlay(part, "group " + name, common);
    }
  }

  void prepare(const std::string& name, const std::vector<const Part*>& parts) {
    common_ = Common{};
    common_.parts = parts;
    common_.host.span = parts.back()->span;
    std::set<std::string> direct;
    for (const Part* part : parts) {
      for (const auto& [group, span] : part->groups) direct.insert(group);
      common_.origin.named_at.push_back(part->span);
    }
    // What one source does not know the groups of, another does.
    const std::vector<std::string>& groups = lineage(direct);
    common_.host.groups.insert(groups.begin(), groups.end());
    overlay(parts_.defaults, common_);
    overlay_level(parts_.all_low, &GroupParts::low, groups, common_);
    overlay_level(parts_.all_high, &GroupParts::high, groups, common_);
    for (const Part* part : parts) {
      overlay(*part, common_);
      for (const char* key : {"connection", "address", "port"})
        common_.connection_stated = common_.connection_stated || part->settings.contains(key);
    }
    if (parts.size() == 1) return;
    const Part* own = is_own(*parts.back()) ? parts.back() : nullptr;
    check_agreement(parts, "host " + name, own);
    check_agreement(said_of_all(parts_.all_low, parts), "host " + name, own);
    check_agreement(said_of_all(parts_.all_high, parts), "host " + name, own);
  }

  void add_host(const std::string& name, const std::vector<const Part*>& parts) {
    if (common_.parts != parts) prepare(name, parts);
    Host host = common_.host;
    host.name = name;
    if (name == kLocalHost && !common_.connection_stated) host.connection.kind = ConnectionKind::kLocal;
    if (host.connection.address.empty()) host.connection.address = name;
    for (const Part* part : parts) {
      for (const auto& [input, value] : part->inputs) host.inputs[input].push_back({"host " + name, value});
    }
    for (const std::string& group : host.groups) loaded_.inventory.groups[group].insert(name);
    loaded_.origins.emplace(name, common_.origin);
    loaded_.inventory.hosts.emplace(name, std::move(host));
  }

  // A pattern could not tell a group from a host of its name, unless both are the same.
  void check_names() {
    for (const auto& [name, group] : parts_.groups) {
      const auto host = loaded_.inventory.hosts.find(name);
      if (host == loaded_.inventory.hosts.end()) continue;
      if (own_of(group.high) == nullptr && loaded_.inventory.groups[name] == std::set<std::string>{name}) {
        loaded_.inventory.groups.erase(name);
        host->second.groups.erase(name);
        continue;
      }
      diagnostics_.add(Diagnostic(Code::kDuplicateHost, "`" + name + "` is both a group and a host")
                           .at(host->second.span, "the host")
                           .with_related(group.links.span, "the group"));
    }
  }

  InventoryParts parts_;
  Diagnostics& diagnostics_;
  std::map<std::string, GroupLinks> links_;
  GroupTree tree_;
  std::map<std::set<std::string>, std::vector<std::string>> lineages_;
  Common common_;
  LoadedInventory loaded_;
};

}  // namespace

LoadedInventory merge(InventoryParts parts, Diagnostics& diagnostics) {
  return Merger(std::move(parts), diagnostics).merge();
}

}  // namespace plumb::config
