#include "engine/ir/removals.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

#include "engine/base/digest.h"
#include "engine/base/glob.h"
#include "engine/base/sealed.h"
#include "engine/ir/conflicts.h"
#include "engine/ir/makings.h"
#include "engine/ir/order.h"
#include "providers/sdk/edit.h"
#include "providers/sdk/edit_provider.h"

namespace plumb::ir {
namespace {

// `state: stopped, enabled: false`, as a kind says it; nothing where it has no way of saying it.
std::optional<Json> removal_of(const Kind& kind) {
  if (kind.removal.empty()) return std::nullopt;
  Json removal = Json::object();
  std::string_view rest = kind.removal;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(", "), rest.size());
    const std::string_view one = rest.substr(0, end);
    const std::size_t colon = one.find(": ");
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view value = one.substr(colon + 2);
    removal[std::string(one.substr(0, colon))] =
        value == "true" || value == "false" ? Json(value == "true") : Json(std::string(value));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  if (!kind.schema.is_given()) return removal;
  // What every kind may say, this one need not know.
  const Json& properties = member_of(kind.schema.json(), "properties");
  for (const auto& [name, value] : removal.items()) {
    const Json& values = member_of(member_of(properties, name), "enum");
    const bool known = properties.contains(name) &&
                       (!values.is_array() || std::find(values.begin(), values.end(), value) != values.end());
    if (!known) return std::nullopt;
  }
  return removal;
}

struct Going {
  Desired was;  // as it was declared, as far as the record says
  Node node;
};

class RemovalsBuilder {
 public:
  RemovalsBuilder(const HostGraph& graph, const Registry& kinds) : graph_(graph), kinds_(kinds) {
    for (const Node& node : graph.nodes) {
      declared_.push_back(node.desired);
      for (const std::string& thing : things_of(node.desired)) owners_.emplace(thing, declared_.size() - 1);
    }
  }

  void add(const Orphan& orphan) {
    const Result<Address> address = Address::parse(orphan.address);
    const Kind* kind = address ? kinds_.find(address->kind) : nullptr;
    if (kind == nullptr) {
      result_.kept[orphan.address] = "this plumb knows no such kind";
      return;
    }
    const std::optional<Json> removal = removal_of(*kind);
    if (!removal) {
      result_.forgotten[orphan.address] = "what a `" + kind->name + "` did has no inverse";
      return;
    }
    Going going;
    going.was.address = *address;
    if (!take_attributes(orphan, *kind, going.was)) return;
    if (kind->provider->is_unwanted(going.was)) {
      result_.forgotten[orphan.address] = "it was to be gone";
      return;
    }
    // With what was sensitive, which is no less its own.
    if (only_sets_attributes(*kind->provider, {*address, orphan.attributes, {}})) {
      result_.forgotten[orphan.address] = "it only set attributes of what others made";
      return;
    }
    bool gives_way = false;
    for (const std::string& thing : things_of(going.was)) {
      const auto owner = owners_.find(thing);
      if (owner == owners_.end()) continue;
      const Desired& now = declared_[owner->second];
      if (makes_another(thing, going.was, now)) {
        gives_way = true;
        continue;
      }
      result_.forgotten[orphan.address] =
          thing + " is that of `" + now.address.str() + "` now" + what_stays(things_of(going.was));
      return;
    }
    going.node = node_of(going.was, *removal, *kind, orphan.prevented);
    for (const Desired& now : declared_) {
      if (now.address.kind != kind->name || kind->provider->spare(going.node.desired, now)) continue;
      result_.forgotten[orphan.address] = "what it asked for is asked for by `" + now.address.str() + "` now";
      return;
    }
    if (const Desired* now = sets_again(going.node.desired); now != nullptr) {
      result_.forgotten[orphan.address] = "what it set is set by `" + now->address.str() + "` now";
      return;
    }
    // What gives way to another thing at its path keeps nothing from being there.
    if (std::string why = gives_way ? std::string() : contradiction(going.node); !why.empty()) {
      result_.kept[orphan.address] = std::move(why);
      return;
    }
    going_.push_back(std::move(going));
  }

  Removals finish() && {
    if (!going_.empty()) result_.graph = build();
    return std::move(result_);
  }

 private:
  std::vector<std::string> things_of(const Desired& desired) const {
    const Provider* provider = kinds_.provider(desired.address.kind);
    if (provider == nullptr) return {};
    std::vector<std::string> things = provider->manages_paths(desired);
    for (std::string& claim : provider->claims(desired)) things.push_back(std::move(claim));
    return things;
  }

  // "; the user a stays": what else it was about, and nobody asks for.
  std::string what_stays(std::vector<std::string> things) const {
    constexpr std::size_t kNamed = 3;
    std::erase_if(things, [this](const std::string& thing) { return owners_.contains(thing); });
    std::string text;
    for (std::size_t i = 0; i < std::min(things.size(), kNamed); ++i) text += (i == 0 ? "; " : ", ") + things[i];
    if (things.size() > kNamed) text += " and " + std::to_string(things.size() - kNamed) + " more";
    return text.empty() ? text : text + (things.size() == 1 ? " stays" : " stay");
  }

  // Whoever declares what this removal would take out of the same file; null for nobody. Sensitive ones are known by
  // their names alone.
  const Desired* sets_again(const Desired& going) const {
    const EditProvider* const editor = kinds_.provider(going.address.kind)->editor();
    if (editor == nullptr) return nullptr;
    const Edit removal = editor->edit(going);
    for (const Desired& now : declared_) {
      if (now.address.kind != going.address.kind || editor->path(now) != editor->path(going)) continue;
      if (editor->is_unwanted(now)) continue;
      if (!now.sensitive.empty()) {
        if (now.address.identity == going.address.identity) return &now;
        continue;
      }
      const Result<EditResult> made = make_edit(editor->edit(now), "");
      if (!made || made->text.empty()) continue;
      const Result<EditResult> gone = make_edit(removal, made->text);
      if (gone && gone->text != made->text) return &now;
    }
    return nullptr;
  }

  // Whether the path is to be another thing than it was: a folder in the place of a file, a file in that of a link.
  bool makes_another(const std::string& path, const Desired& was, const Desired& now) const {
    const Making before = making_at(path, *kinds_.provider(was.address.kind), was);
    const Making after = making_at(path, *kinds_.provider(now.address.kind), now);
    return before != Making::kNothing && after != Making::kNothing && before != after;
  }

  // False where what tells it from others is a secret that nobody knows any more.
  bool take_attributes(const Orphan& orphan, const Kind& kind, Desired& was) {
    was.attributes = orphan.attributes;
    std::set<std::string> sealed;
    for (const auto& [name, value] : orphan.attributes.items()) {
      if (is_sealed(value)) sealed.insert(name);
    }
    was.sensitive = sealed;
    for (const std::string& name : kind.provider->observed_with(was)) {
      if (!sealed.contains(name)) continue;
      result_.kept[orphan.address] = "its `" + name + "` was sensitive, and tells it from others";
      return false;
    }
    for (const std::string& name : sealed) was.attributes.erase(name);
    was.sensitive.clear();
    return true;
  }

  Node node_of(const Desired& was, const Json& removal, const Kind& kind, bool prevented) const {
    Node node;
    node.desired = was;
    Json& attributes = node.desired.attributes;
    for (const ContentAttribute& content : kind.contents) {
      // Of a folder with all that is in it the names say what is its own; no bytes are needed.
      const auto held = attributes.find(content.content);
      if (held != attributes.end() && held->is_array()) {
        for (Json& entry : *held) entry = {{"path", text_of(entry, "path")}};
      } else {
        attributes.erase(content.content);
      }
      attributes.erase(content.source);
    }
    for (const Trigger& trigger : kind.triggers) attributes.erase(trigger.attribute);
    attributes.update(removal);
    // Nobody has seen what else there may be by now, so nothing goes that is not its own.
    attributes["prune"] = true;
    kind.provider->complete(node.desired, declared_, [](const std::string&) { return Json(); });
    node.because = "orphan";
    node.forget = true;
    node.prevent_destroy = prevented;
    return node;
  }

  // What is declared and cannot be without it.
  std::string contradiction(const Node& going) const {
    std::vector<Node> all = graph_.nodes;
    all.push_back(going);
    Diagnostics found;
    check_conflicts(all, kinds_, found);
    return found.empty() ? std::string() : found.items().front().summary;
  }

  // Whether `one` was made after `other`, since it stands on it.
  bool stands_on(const Desired& one, const Desired& other) const {
    const Provider& provider = *kinds_.provider(one.address.kind);
    for (const Address& address : provider.infers(one)) {
      if (address.kind == other.address.kind && address.identity == other.address.identity) return true;
    }
    const Provider& theirs = *kinds_.provider(other.address.kind);
    for (const std::string& path : theirs.manages_paths(other)) {
      if (provider.is_made_of(one, path)) return true;
    }
    return false;
  }

  bool brings_much(const Desired& desired) const {
    return kinds_.find(desired.address.kind)->operations.contains(PackageTransaction{});
  }

  // By index: what goes before what.
  std::vector<Precedence> order() const {
    std::vector<Precedence> order;
    for (std::size_t i = 0; i < going_.size(); ++i) {
      for (std::size_t j = 0; j < going_.size(); ++j) {
        if (i != j && stands_on(going_[i].was, going_[j].was)) order.push_back({j, i});
      }
    }
    if (!stable_order(going_.size(), order).order.empty()) {
      std::vector<Precedence> more = order;
      for (std::size_t i = 0; i < going_.size(); ++i) {
        const std::vector<std::string> first = kinds_.provider(going_[i].was.address.kind)->outlives();
        for (std::size_t j = 0; j < going_.size(); ++j) {
          if (std::find(first.begin(), first.end(), going_[j].was.address.kind) != first.end()) more.push_back({i, j});
        }
      }
      return stable_order(going_.size(), more).order.empty() ? order : more;
    }
    return {};
  }

  std::shared_ptr<const HostGraph> build() {
    // What packages bring goes before them, where it is known by itself.
    std::stable_sort(going_.begin(), going_.end(), [this](const Going& one, const Going& other) {
      return brings_much(one.was) < brings_much(other.was);
    });
    const std::vector<Precedence> precedences = order();
    const std::vector<std::size_t> sorted = stable_order(going_.size(), precedences).order;
    const std::set<std::size_t> last = those_that_go_last(precedences);
    const std::size_t count = going_.size() - last.size();  // of those in front
    std::vector<std::size_t> place(sorted.size());

    auto graph = std::make_shared<HostGraph>(graph_);
    std::vector<Node> nodes;
    nodes.reserve(going_.size() + graph->nodes.size());
    const auto move_in = [&](bool goes_last) {
      for (const std::size_t index : sorted) {
        if (last.contains(index) != goes_last) continue;
        place[index] = nodes.size();
        nodes.push_back(std::move(going_[index].node));
      }
    };
    move_in(false);
    for (Node& node : graph->nodes) nodes.push_back(std::move(node));
    move_in(true);
    graph->nodes = std::move(nodes);
    for (Edge& edge : graph->edges) {
      edge.from += count;
      edge.to += count;
    }
    for (const Precedence& one : precedences)
      graph->edges.push_back({place[one.after], place[one.before], EdgeKind::kInferred, Op::kNone, {}});
    add_triggers(*graph, count);
    const auto key = [](const Edge& edge) { return std::tie(edge.from, edge.to, edge.kind, edge.op); };
    std::stable_sort(graph->edges.begin(), graph->edges.end(),
                     [&](const Edge& a, const Edge& b) { return key(a) < key(b); });
    graph->edges.erase(std::unique(graph->edges.begin(), graph->edges.end(),
                                   [&](const Edge& a, const Edge& b) { return key(a) == key(b); }),
                       graph->edges.end());
    graph->digest = digest(canonical_text(*graph));
    return graph;
  }

  bool is_watched(const Desired& going) const {
    const std::string address = going.address.str();
    return std::any_of(graph_.nodes.begin(), graph_.nodes.end(), [&](const Node& node) {
      const Kind* kind = kinds_.find(node.desired.address.kind);
      return kind != nullptr && std::any_of(kind->triggers.begin(), kind->triggers.end(), [&](const Trigger& trigger) {
               const std::vector<std::string> globs = texts_in(node.desired.attribute(trigger.attribute));
               return std::any_of(globs.begin(), globs.end(),
                                  [&](const std::string& glob) { return address_matches(glob, address); });
             });
    });
  }

  // Those on which something that stays may stand now, and on something else once its turn was, as a database that gets
  // another owner; where no plan foresees that. With those that go after them. None where one of them sets something
  // off.
  std::set<std::size_t> those_that_go_last(const std::vector<Precedence>& precedences) const {
    std::set<std::size_t> last;
    for (std::size_t i = 0; i < going_.size(); ++i) {
      const Provider& provider = *kinds_.provider(going_[i].was.address.kind);
      const std::vector<std::string> first = provider.outlives();
      if (first.empty() || provider.is_foreseeable(going_[i].was)) continue;
      const bool may_be_used = std::any_of(declared_.begin(), declared_.end(), [&](const Desired& one) {
        return std::find(first.begin(), first.end(), one.address.kind) != first.end();
      });
      if (may_be_used) last.insert(i);
    }
    for (bool more = !last.empty(); more;) {
      more = false;
      for (const Precedence& one : precedences)
        more = (last.contains(one.before) && last.insert(one.after).second) || more;
    }
    const bool watched =
        std::any_of(last.begin(), last.end(), [&](std::size_t i) { return is_watched(going_[i].was); });
    return watched ? std::set<std::size_t>() : last;
  }

  // What watches a pattern that one of them fits is set off by its going.
  void add_triggers(HostGraph& graph, std::size_t count) const {
    for (std::size_t i = count; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      const Kind* kind = kinds_.find(node.desired.address.kind);
      if (kind == nullptr) continue;
      for (const Trigger& trigger : kind->triggers) {
        for (const std::string& glob : texts_in(node.desired.attribute(trigger.attribute))) {
          for (std::size_t j = 0; j < count; ++j) {
            if (address_matches(glob, graph.nodes[j].desired.address.str()))
              graph.edges.push_back({i, j, EdgeKind::kTrigger, trigger.op, node.span_of(trigger.attribute)});
          }
        }
      }
    }
  }

  const HostGraph& graph_;
  const Registry& kinds_;
  std::vector<Desired> declared_;
  std::map<std::string, std::size_t> owners_;  // in `declared_`, by path and by claim
  std::vector<Going> going_;
  Removals result_;
};

}  // namespace

Removals with_removals(const HostGraph& graph, const std::vector<Orphan>& orphans, const Registry& kinds) {
  RemovalsBuilder builder(graph, kinds);
  for (const Orphan& orphan : orphans) builder.add(orphan);
  return std::move(builder).finish();
}

}  // namespace plumb::ir
