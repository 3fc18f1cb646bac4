#include "engine/ir/unite.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>

namespace plumb::ir {
namespace {

Json wishes_of(const Desired& desired, const Kind& kind) {
  Json wishes = desired.attributes;
  // What sets it off is asked for by each of them.
  for (const Trigger& trigger : kind.triggers) wishes.erase(trigger.attribute);
  return wishes;
}

// Equal for those that can be one.
std::string key_of_wishes(const Node& node, const Kind& kind) {
  std::string key = kind.name + "\n" + (node.rescues.empty() ? "" : "rescue") + "\n";
  append_canonical(key, wishes_of(node.desired, kind));
  if (!node.desired.env.empty()) append_canonical(key, Json(node.desired.env));
  if (!node.ignore.empty()) append_canonical(key, Json(node.ignore));
  return key;
}

// The address that stays: the outermost one, and of these the first by name. So it hangs neither on the order of the
// files, nor on who asks.
bool is_called_first(const Address& one, const Address& other) {
  const auto rank = [](const Address& address) {
    const auto depth = std::count(address.module.begin(), address.module.end(), '/');
    return std::tuple(!address.module.empty(), depth, std::string_view(address.module),
                      std::string_view(address.identity));
  };
  return rank(one) < rank(other);
}

void add_texts(Json& list, const Json& more) {
  if (!more.is_array()) return;
  if (!list.is_array()) list = Json::array();
  for (const Json& text : more) {
    if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
  }
}

void add_triggers(Node& node, const Node& more, const Kind& kind) {
  for (const Trigger& trigger : kind.triggers) {
    const Json& watched = more.desired.attribute(trigger.attribute);
    if (watched.is_null()) continue;
    if (!node.desired.has(trigger.attribute) && node.attribute_spans != nullptr) {
      auto spans = std::make_shared<std::map<std::string, SourceSpan>>(*node.attribute_spans);
      spans->insert_or_assign(trigger.attribute, more.span_of(trigger.attribute));
      node.attribute_spans = std::move(spans);
    }
    add_texts(node.desired.attributes[trigger.attribute], watched);
  }
}

// How it is carried out is as those say that say something, and of these the most patient: nobody is given up on sooner
// than it asks for. It may fail only where none minds.
void add_manner(Node& node, const Node& more) {
  Manner& manner = node.manner;
  manner.tries = std::max(manner.tries, more.manner.tries);
  manner.every_seconds = std::max(manner.every_seconds, more.manner.every_seconds);
  manner.timeout_seconds = std::max(manner.timeout_seconds, more.manner.timeout_seconds);
  manner.may_fail = manner.may_fail && more.manner.may_fail;
  node.confirm_within = std::max(node.confirm_within, more.confirm_within);
  node.prevent_destroy = node.prevent_destroy || more.prevent_destroy;
  node.allow_lock_out = node.allow_lock_out || more.allow_lock_out;
}

void take_in(Node& node, Node more, const Kind& kind) {
  add_triggers(node, more, kind);
  add_manner(node, more);
  if (more.in_turn == nullptr) node.in_turn = nullptr;
  node.desired.sensitive.merge(more.desired.sensitive);
  node.tags.merge(more.tags);
  node.readings.merge(more.readings);
  for (std::string& address : more.rescues) {
    if (std::find(node.rescues.begin(), node.rescues.end(), address) == node.rescues.end())
      node.rescues.push_back(std::move(address));
  }
  for (Probe& probe : more.probes) {
    if (std::find(node.probes.begin(), node.probes.end(), probe) == node.probes.end())
      node.probes.push_back(std::move(probe));
  }
  node.also.push_back({more.desired.address.str(), more.span});
}

// What decides in its turn whether it is there, as text; "" where nothing does.
std::string decided_by(const Node& node) {
  return node.in_turn == nullptr ? std::string() : canonical(plumb::to_json(node.in_turn->condition));
}

class Uniting {
 public:
  Uniting(std::vector<Node>& nodes, std::vector<Declarations>& declarations, const Registry& kinds)
      : nodes_(nodes), declarations_(declarations), kinds_(kinds) {}

  std::vector<std::size_t> run() {
    std::vector<std::size_t> places(nodes_.size());
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
    std::vector<bool> gone(nodes_.size());
    for (const std::vector<std::size_t>& group : groups()) {
      unite(group);
      for (std::size_t i = 1; i < group.size(); ++i) gone[group[i]] = true;
      for (const std::size_t one : group) places[one] = group.front();
    }
    return close_gaps(std::move(places), gone);
  }

 private:
  // Kinds of which more than one module declares something.
  std::set<std::string_view> shared_kinds() const {
    std::map<std::string_view, std::string_view> module_of;
    std::set<std::string_view> shared;
    for (const Node& node : nodes_) {
      const Address& address = node.desired.address;
      if (module_of.try_emplace(address.kind, address.module).first->second != address.module)
        shared.insert(address.kind);
    }
    return shared;
  }

  // By index, in their order; of each module one.
  std::vector<std::vector<std::size_t>> groups() const {
    const std::set<std::string_view> shared = shared_kinds();
    std::map<std::string, std::vector<std::size_t>> same;
    for (std::size_t i = 0; !shared.empty() && i < nodes_.size(); ++i) {
      const Address& address = nodes_[i].desired.address;
      const Kind* kind = shared.contains(address.kind) ? kinds_.find(address.kind) : nullptr;
      if (kind == nullptr || kind->runs) continue;
      std::vector<std::size_t>& group = same[key_of_wishes(nodes_[i], *kind)];
      const bool twice = std::any_of(group.begin(), group.end(), [&](std::size_t other) {
        return nodes_[other].desired.address.module == address.module;
      });
      if (!twice) group.push_back(i);
    }
    std::vector<std::vector<std::size_t>> groups;
    for (auto& [unused, group] : same) {
      leave_out_other_conditions(group);
      if (group.size() > 1) groups.push_back(std::move(group));
    }
    return groups;
  }

  // Where one asks for it in any case, it is there, whatever decides for others. Else they have to have one condition.
  void leave_out_other_conditions(std::vector<std::size_t>& group) const {
    const bool in_any_case =
        std::any_of(group.begin(), group.end(), [&](std::size_t one) { return nodes_[one].in_turn == nullptr; });
    if (in_any_case) return;
    const std::string first = decided_by(nodes_[group.front()]);
    std::erase_if(group, [&](std::size_t one) { return decided_by(nodes_[one]) != first; });
  }

  void unite(const std::vector<std::size_t>& group) {
    const std::size_t first = *std::min_element(group.begin(), group.end(), [&](std::size_t one, std::size_t other) {
      return is_called_first(nodes_[one].desired.address, nodes_[other].desired.address);
    });
    const Kind& kind = *kinds_.find(nodes_[first].desired.address.kind);
    Node node = std::move(nodes_[first]);
    Declarations declared = declarations_[first];
    for (const std::size_t other : group) {
      if (other == first) continue;
      take_in(node, std::move(nodes_[other]), kind);
      declared.insert(declared.end(), declarations_[other].begin(), declarations_[other].end());
    }
    std::sort(node.also.begin(), node.also.end(),
              [](const AlsoDeclared& one, const AlsoDeclared& other) { return one.address < other.address; });
    nodes_[group.front()] = std::move(node);
    declarations_[group.front()] = std::move(declared);
  }

  std::vector<std::size_t> close_gaps(std::vector<std::size_t> places, const std::vector<bool>& gone) {
    std::vector<std::size_t> closed(gone.size());
    std::size_t count = 0;
    for (std::size_t i = 0; i < gone.size(); ++i) {
      closed[i] = count;
      if (gone[i]) continue;
      if (count != i) {
        nodes_[count] = std::move(nodes_[i]);
        declarations_[count] = std::move(declarations_[i]);
      }
      ++count;
    }
    nodes_.resize(count);
    declarations_.resize(count);
    for (std::size_t& place : places) place = closed[place];
    return places;
  }

  std::vector<Node>& nodes_;
  std::vector<Declarations>& declarations_;
  const Registry& kinds_;
};

}  // namespace

std::vector<std::size_t> unite(std::vector<Node>& nodes, std::vector<Declarations>& declarations,
                               const Registry& kinds) {
  return Uniting(nodes, declarations, kinds).run();
}

Differences differences(const Node& one, const Node& other, const Kind& kind) {
  std::set<std::string> names;
  const Json mine = wishes_of(one.desired, kind);
  const Json theirs = wishes_of(other.desired, kind);
  for (const auto* wishes : {&mine, &theirs}) {
    for (const auto& [name, unused] : wishes->items()) {
      if (member_of(mine, name) != member_of(theirs, name)) names.insert(name);
    }
  }
  return {{names.begin(), names.end()},
          one.desired.env != other.desired.env,
          one.ignore != other.ignore,
          one.rescues.empty() != other.rescues.empty(),
          decided_by(one) != decided_by(other)};
}

}  // namespace plumb::ir
