#include "engine/ir/conflicts.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "engine/ir/disagreement.h"
#include "providers/sdk/ownership.h"

namespace plumb::ir {
namespace {

// Two resources that decide on one thing would take turns at it.
void check_claims(const std::vector<Node>& nodes, const Registry& providers, Diagnostics& diagnostics) {
  std::map<std::string, std::size_t> owner;
  std::set<std::pair<std::size_t, std::size_t>> told;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Provider* provider = providers.provider(nodes[i].desired.address.kind);
    if (provider == nullptr) continue;
    std::vector<std::string> things = provider->manages_paths(nodes[i].desired);
    for (std::string& claim : provider->claims(nodes[i].desired)) things.push_back(std::move(claim));
    for (const std::string& thing : things) {
      const auto [first, added] = owner.try_emplace(thing, i);
      if (added || first->second == i) continue;
      const Node& other = nodes[first->second];
      const Address& one = nodes[i].desired.address;
      if (one.kind == other.desired.address.kind && one.module != other.desired.address.module) {
        // Once, however many things they have in common.
        if (told.emplace(first->second, i).second)
          diagnostics.add(disagreement(other, nodes[i], thing, *providers.find(one.kind)));
        continue;
      }
      diagnostics.add(Diagnostic(Code::kConflict,
                                 "`" + other.desired.address.str() + "` and `" + one.str() + "` both manage " + thing)
                          .at(nodes[i].span, "manages " + thing + " too")
                          .with_related(other.span, "the other one")
                          .with_hint("remove one of them"));
    }
  }
}

bool has_address(const std::vector<Address>& all, const Address& one) {
  return std::any_of(all.begin(), all.end(),
                     [&](const Address& other) { return other.kind == one.kind && other.identity == one.identity; });
}

// Of two that are about one path, where `whole` has all that is in it: whether `one` is the very folder, or one of them
// says that it comes once the other is done, as files do where those of packages give way, and services after the
// folders of what adds to them.
bool go_together(const std::string& path, const Desired& one, const Provider& of_one, const Desired& whole,
                 const Provider& of_whole) {
  if (has_address(of_whole.provides(whole), one.address)) return true;
  if (one.address.identity == path && has_address(of_whole.infers(whole), one.address)) return true;
  return whole.address.identity == path && has_address(of_one.infers(one), whole.address);
}

// What a resource has as a folder with all that is in it is no file that another could give, or change a part of.
void check_edits_of_folders(const std::vector<Node>& nodes, const Registry& providers, Diagnostics& diagnostics) {
  std::map<std::string, std::size_t> folders;
  for (const bool looks : {false, true}) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const Provider* provider = providers.provider(nodes[i].desired.address.kind);
      if (provider == nullptr) continue;
      if (!looks) {
        for (const ImpliedPath& implied : provider->implies_paths(nodes[i].desired)) {
          if (implied.whole) folders.emplace(implied.path, i);
        }
        continue;
      }
      std::vector<std::string> files = provider->edits_paths(nodes[i].desired);
      if (!provider->is_unwanted(nodes[i].desired)) {
        for (std::string& path : provider->replaces_paths(nodes[i].desired)) files.push_back(std::move(path));
      }
      for (const std::string& path : files) {
        const auto found = folders.find(path);
        if (found == folders.end() || found->second == i) continue;
        const Node& other = nodes[found->second];
        const Provider& theirs = *providers.provider(other.desired.address.kind);
        if (go_together(path, nodes[i].desired, *provider, other.desired, theirs)) continue;
        diagnostics.add(Diagnostic(Code::kConflict, "`" + nodes[i].desired.address.str() + "` has as a file " + path +
                                                        ", which `" + other.desired.address.str() + "` has as a folder")
                            .at(nodes[i].span, "has it as a file")
                            .with_related(other.span, "has it as a folder")
                            .with_hint("remove one of them, or give another path"));
      }
    }
  }
}

// Whoever changes a part of a file that another gives as a whole would fight with it.
void check_edits(const std::vector<Node>& nodes, const Registry& providers, Diagnostics& diagnostics) {
  std::map<std::string, std::size_t> whole;
  for (const bool looks : {false, true}) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const Provider* provider = providers.provider(nodes[i].desired.address.kind);
      if (provider == nullptr) continue;
      if (!looks) {
        for (const std::string& path : provider->replaces_paths(nodes[i].desired)) whole.emplace(path, i);
        continue;
      }
      for (const std::string& path : provider->edits_paths(nodes[i].desired)) {
        const auto found = whole.find(path);
        if (found == whole.end()) continue;
        const Node& other = nodes[found->second];
        diagnostics.add(Diagnostic(Code::kConflict, "`" + nodes[i].desired.address.str() + "` changes a part of " +
                                                        path + ", and `" + other.desired.address.str() +
                                                        "` decides on the whole of it")
                            .at(nodes[i].span, "changes a part of it")
                            .with_related(other.span, "decides on the whole")
                            .with_hint("put it into the content, or leave the content to the host"));
      }
    }
  }
}

// What is to go takes away what lies in it, and what else others stand on, whatever is on the host and whichever of the
// two comes first.
class UnwantedThings {
 public:
  UnwantedThings(const std::vector<Node>& nodes, const Registry& kinds) : nodes_(nodes), kinds_(kinds) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const Desired& desired = nodes[i].desired;
      const Provider* provider = kinds.provider(desired.address.kind);
      if (provider == nullptr) continue;
      for (const std::string& path : provider->clears_paths(desired)) cleared_.emplace(path, i);
      if (!provider->is_unwanted(desired)) continue;
      things_.emplace(Address{"", desired.address.kind, desired.address.identity}, i);
      for (const std::string& path : provider->manages_paths(desired)) removed_.emplace(path, i);
      for (const std::string& claim : provider->claims(desired)) removed_claims_.emplace(claim, i);
    }
  }

  void check(Diagnostics& diagnostics) const {
    if (things_.empty() && cleared_.empty()) return;
    for (const Node& node : nodes_) {
      const Kind* kind = kinds_.find(node.desired.address.kind);
      if (kind == nullptr || kind->provider->is_unwanted(node.desired)) continue;
      std::string what;
      if (const Node* remover = remover_of(node.desired, *kind, what)) {
        diagnostics.add(Diagnostic(Code::kConflict, "`" + node.desired.address.str() + "` needs " + what + ", and `" +
                                                        remover->desired.address.str() + "` takes it away")
                            .at(node.span, "needs " + what)
                            .with_related(remover->span, "takes it away")
                            .with_hint("remove one of them"));
      }
    }
  }

 private:
  using Paths = std::map<std::string, std::size_t>;

  const Node* remover_of(const Desired& desired, const Kind& kind, std::string& what) const {
    std::vector<std::string> places = kind.provider->manages_paths(desired);
    const std::vector<std::string> edited = kind.provider->edits_paths(desired);
    places.insert(places.end(), edited.begin(), edited.end());
    // That two manage one path, or one changes a part of what another has as a whole, is told elsewhere.
    const auto clearer_of = [&](const std::string& place) {
      const Node* const remover = remover_of_one(cleared_, place, desired, what);
      const bool told = remover != nullptr && contains(edited, place) && contains(replaced_by(*remover), place);
      return told ? nullptr : remover;
    };
    for (const std::string& place : places) {
      if (const Node* remover = clearer_of(place)) return remover;
      if (const Node* remover = remover_above(place, desired, what)) return remover;
    }
    for (const ImpliedPath& implied : kind.provider->implies_paths(desired)) {
      if (!implied.needed) continue;
      if (const Node* remover = clearer_of(implied.path)) return remover;
      if (const Node* remover = remover_of_one(removed_, implied.path, desired, what)) return remover;
      if (const Node* remover = remover_above(implied.path, desired, what)) return remover;
    }
    for (const std::string& claim : kind.provider->stands_on_claims(desired)) {
      if (const Node* remover = remover_of_one(removed_claims_, claim, desired, what)) return remover;
    }
    // What is asked by its own programs whether it is to run needs the same every time.
    const bool asks = kind.runs && !kind.provider->is_foreseeable(desired);
    if (!kind.stands_on_inferred && !asks) return nullptr;
    for (const Address& address : kind.provider->infers(desired)) {
      if (const Node* remover = clearer_of(address.identity)) return remover;
      if (const Node* remover = asks ? remover_of_one(removed_, address.identity, desired, what) : nullptr)
        return remover;
      const auto found = things_.find(address);
      if (found == things_.end()) continue;
      what = address.str();
      return &nodes_[found->second];
    }
    return nullptr;
  }

  static bool contains(const std::vector<std::string>& paths, const std::string& path) {
    return std::find(paths.begin(), paths.end(), path) != paths.end();
  }
  std::vector<std::string> replaced_by(const Node& node) const {
    return kinds_.provider(node.desired.address.kind)->replaces_paths(node.desired);
  }

  const Node* remover_above(const std::string& place, const Desired& desired, std::string& what) const {
    for (const std::string& folder : ancestors_of(place)) {
      if (const Node* remover = remover_of_one(removed_, folder, desired, what)) return remover;
      if (const Node* remover = remover_of_one(cleared_, folder, desired, what)) return remover;
    }
    return nullptr;
  }

  // Another one than `desired` itself.
  const Node* remover_of_one(const Paths& paths, const std::string& path, const Desired& desired,
                             std::string& what) const {
    const auto found = paths.find(path);
    if (found == paths.end() || &nodes_[found->second].desired == &desired) return nullptr;
    what = path;
    return &nodes_[found->second];
  }

  const std::vector<Node>& nodes_;
  const Registry& kinds_;
  std::map<Address, std::size_t> things_;
  Paths removed_;         // by what is to go
  Paths cleared_;         // by what clears them
  Paths removed_claims_;  // by what is to go
};

}  // namespace

void check_conflicts(const std::vector<Node>& nodes, const Registry& kinds, Diagnostics& diagnostics) {
  check_claims(nodes, kinds, diagnostics);
  check_edits(nodes, kinds, diagnostics);
  check_edits_of_folders(nodes, kinds, diagnostics);
  UnwantedThings(nodes, kinds).check(diagnostics);
}

}  // namespace plumb::ir
