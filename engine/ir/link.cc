#include "engine/ir/link.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <tuple>

#include "engine/base/digest.h"
#include "engine/base/glob.h"
#include "engine/ir/conflicts.h"
#include "engine/ir/order.h"
#include "providers/sdk/ownership.h"

namespace plumb::ir {
namespace {

// Finds the nodes that an address or a pattern names. The nodes outlive it and stay where they are.
class AddressTable {
 public:
  struct Thing {
    std::string_view identity;
    std::size_t node = 0;
    friend auto operator<=>(const Thing&, const Thing&) = default;
  };

  explicit AddressTable(const std::vector<Node>& nodes) : nodes_(nodes) {
    for (std::size_t i = 0; i < nodes.size(); ++i)
      by_kind_[nodes[i].desired.address.kind].push_back({nodes[i].desired.address.identity, i});
    for (auto& [kind, things] : by_kind_) std::sort(things.begin(), things.end());
  }

  // What a host has is the same thing in whatever module it is declared. Valid as long as the table.
  std::span<const Thing> all_of(const Address& thing) const {
    // Of most kinds that others could stand on a host has nothing at all.
    const auto kind = by_kind_.find(thing.kind);
    if (kind == by_kind_.end()) return {};
    const std::vector<Thing>& things = kind->second;
    const auto first = std::lower_bound(things.begin(), things.end(), Thing{thing.identity, 0});
    const auto last =
        std::find_if(first, things.end(), [&](const Thing& one) { return one.identity != thing.identity; });
    return {first, last};
  }

  std::vector<std::size_t> matches(const std::string& pattern) {
    // Many hosts have no patterns at all.
    if (texts_.empty()) {
      for (const Node& node : nodes_) texts_.push_back(node.addresses());
    }
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      const bool means_it = std::any_of(texts_[i].begin(), texts_[i].end(),
                                        [&](const std::string& text) { return address_matches(pattern, text); });
      if (means_it) found.push_back(i);
    }
    return found;
  }

 private:
  const std::vector<Node>& nodes_;
  std::map<std::string_view, std::vector<Thing>> by_kind_;
  std::vector<std::vector<std::string>> texts_;  // by node: its addresses
};

std::vector<std::string> trigger_globs(const Json& attributes, const std::string& attribute) {
  std::vector<std::string> globs;
  const auto found = attributes.find(attribute);
  if (found == attributes.end() || !found->is_array()) return globs;
  for (const Json& glob : *found) globs.push_back(glob.get<std::string>());
  return globs;
}

// Where a module comes after, or before, all of another one and both declare a resource, that is on both sides: it is
// there for whoever comes first, and waits for none of them. `declared` is the one of its declarations that says so.
bool is_meant_itself(const config::Pattern& after, const config::Resource* declared, const Declarations& all) {
  return std::any_of(all.begin(), all.end(), [&](const config::Resource* other) {
    return other != declared && address_matches(after.text, other->address.str());
  });
}
bool says_it_itself(const config::Pattern& before, const Declarations& all) {
  return all.size() > 1 && std::any_of(all.begin(), all.end(), [&](const config::Resource* other) {
           return std::find(other->before.begin(), other->before.end(), before) != other->before.end();
         });
}

std::vector<Edge> find_edges(const std::vector<Node>& nodes, const std::vector<Declarations>& declarations,
                             const Registry& providers) {
  AddressTable table(nodes);
  std::vector<Edge> edges;
  const auto add = [&](std::size_t from, std::size_t to, EdgeKind kind, Op op, const SourceSpan& span) {
    if (from != to) edges.push_back({from, to, kind, op, span});
  };
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    for (const config::Resource* declared : declarations[i]) {
      for (const config::Pattern& pattern : declared->after) {
        if (is_meant_itself(pattern, declared, declarations[i])) continue;
        for (const std::size_t other : table.matches(pattern.text))
          add(i, other, EdgeKind::kAfter, Op::kNone, pattern.span);
      }
      for (const config::Pattern& pattern : declared->before) {
        for (const std::size_t other : table.matches(pattern.text)) {
          if (!says_it_itself(pattern, declarations[other])) add(other, i, EdgeKind::kBefore, Op::kNone, pattern.span);
        }
      }
    }
    for (const std::string& address : node.rescues) {
      for (const std::size_t other : table.matches(address)) add(i, other, EdgeKind::kAfter, Op::kNone, node.span);
    }
    const Kind* kind = providers.find(node.desired.address.kind);
    if (kind == nullptr) continue;
    for (const Trigger& trigger : kind->triggers) {
      for (const std::string& glob : trigger_globs(node.desired.attributes, trigger.attribute)) {
        for (const std::size_t other : table.matches(glob)) {
          add(i, other, EdgeKind::kTrigger, trigger.op, node.span_of(trigger.attribute));
        }
      }
    }
    for (const Address& address : kind->provider->infers(node.desired)) {
      for (const auto& [identity, other] : table.all_of(address)) {
        // What runs may be the last that needs it.
        if (kind->runs && providers.provider(address.kind)->is_unwanted(nodes[other].desired)) continue;
        add(i, other, EdgeKind::kInferred, Op::kNone, node.span);
      }
    }
  }
  return edges;
}

// The files that a manager of the host reads come before what is made of them, unless the two are ordered already.
void add_files_first(const std::vector<Node>& nodes, const Registry& providers, std::vector<Edge>& edges) {
  std::vector<std::pair<std::string, std::size_t>> read;
  const auto services = providers.managers().all_services();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Provider* provider = providers.provider(nodes[i].desired.address.kind);
    if (provider == nullptr) continue;
    std::vector<std::string> paths = provider->manages_paths(nodes[i].desired);
    for (std::string& path : provider->edits_paths(nodes[i].desired)) paths.push_back(std::move(path));
    for (std::string& path : paths) {
      const bool reads = std::any_of(services.begin(), services.end(),
                                     [&](const ServiceManager* manager) { return manager->reads(path); });
      if (reads) read.emplace_back(std::move(path), i);
    }
  }
  for (std::size_t i = 0; !read.empty() && i < nodes.size(); ++i) {
    const Provider* provider = providers.provider(nodes[i].desired.address.kind);
    if (provider == nullptr) continue;
    for (const auto& [path, other] : read) {
      if (other == i || !provider->is_made_of(nodes[i].desired, path)) continue;
      const bool ordered = std::any_of(edges.begin(), edges.end(), [&, file = other](const Edge& edge) {
        return edge.from == file && edge.to == i && edge.kind != EdgeKind::kInferred;
      });
      if (!ordered) edges.push_back({i, other, EdgeKind::kInferred, Op::kNone, nodes[i].span});
    }
  }
}

// Of each node, whether it comes after the given one, by however many edges.
std::vector<bool> come_after(std::size_t first, std::size_t count, const std::vector<Edge>& edges) {
  std::vector<std::vector<std::size_t>> next(count);
  for (const Edge& edge : edges) next[edge.to].push_back(edge.from);
  std::vector<bool> after(count);
  std::vector<std::size_t> open = {first};
  while (!open.empty()) {
    const std::size_t node = open.back();
    open.pop_back();
    for (const std::size_t one : next[node]) {
      if (!after[one]) open.push_back(one);
      after[one] = true;
    }
  }
  return after;
}

// What others stand on goes last, unless the two are ordered already. Of what a plan cannot foresee, also others that
// stay come first: they may stand on it now, and on something else once their turn was, as a database that gets another
// owner.
void add_outliving(const std::vector<Node>& nodes, const Registry& providers, std::vector<Edge>& edges) {
  std::map<std::string_view, std::vector<std::size_t>> by_kind;
  std::vector<std::size_t> going;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Desired& desired = nodes[i].desired;
    const Provider* provider = providers.provider(desired.address.kind);
    if (provider == nullptr) continue;
    by_kind[desired.address.kind].push_back(i);
    if (provider->is_unwanted(desired) && !provider->outlives().empty()) going.push_back(i);
  }
  for (const std::size_t i : going) {
    const Provider& provider = *providers.provider(nodes[i].desired.address.kind);
    const std::vector<bool> later = come_after(i, nodes.size(), edges);
    for (const std::string& first : provider.outlives()) {
      const auto others = by_kind.find(first);
      if (others == by_kind.end()) continue;
      for (const std::size_t other : others->second) {
        const bool stays = !providers.provider(first)->is_unwanted(nodes[other].desired);
        if (later[other] || (stays && provider.is_foreseeable(nodes[i].desired))) continue;
        edges.push_back({i, other, EdgeKind::kInferred, Op::kNone, nodes[i].span});
      }
    }
  }
}

// Whether it may be moved behind what was declared later: nothing says that it has to do with what it would come
// before.
bool is_bystander(const Node& node, const std::vector<std::string>& folders, const Registry& providers) {
  const Kind* kind = providers.find(node.desired.address.kind);
  if (kind == nullptr || kind->runs || !kind->triggers.empty()) return false;
  std::vector<std::string> paths = kind->provider->manages_paths(node.desired);
  for (std::string& path : kind->provider->edits_paths(node.desired)) paths.push_back(std::move(path));
  for (ImpliedPath& implied : kind->provider->implies_paths(node.desired)) paths.push_back(std::move(implied.path));
  return std::none_of(paths.begin(), paths.end(), [&](const std::string& path) {
    return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
      return path == folder || is_below(path, folder) || is_below(folder, path);
    });
  });
}

// Who removes from a folder what nobody manages comes behind packages, which may put something into it, unless the two
// are ordered already or what stands between them may need it where it is.
void add_packages_first(const std::vector<Node>& nodes, const Registry& providers, std::vector<Edge>& edges) {
  std::vector<std::size_t> bringing;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Kind* kind = providers.find(nodes[i].desired.address.kind);
    if (kind != nullptr && kind->operations.contains(PackageTransaction{}) &&
        !kind->provider->is_unwanted(nodes[i].desired))
      bringing.push_back(i);
  }
  for (std::size_t i = 0; !bringing.empty() && i < bringing.back(); ++i) {
    const Provider* provider = providers.provider(nodes[i].desired.address.kind);
    if (provider == nullptr || !provider->looks_at_paths(nodes[i].desired)) continue;
    const std::vector<std::string> folders = provider->manages_paths(nodes[i].desired);
    const std::vector<bool> later = come_after(i, nodes.size(), edges);
    for (std::size_t j = i + 1; j <= bringing.back(); ++j) {
      const bool brings = std::binary_search(bringing.begin(), bringing.end(), j);
      if (later[j] && !brings) continue;
      if (later[j] || (!brings && !is_bystander(nodes[j], folders, providers))) break;
      if (brings) edges.push_back({i, j, EdgeKind::kInferred, Op::kNone, nodes[i].span});
    }
  }
}

// Where an edit makes the file that another resource only dresses, it comes first, unless the two are ordered already.
void add_makers(const std::vector<Node>& nodes, const Registry& providers, std::vector<Edge>& edges) {
  std::optional<AddressTable> table;  // most hosts have no edits
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Provider* provider = providers.provider(nodes[i].desired.address.kind);
    if (provider == nullptr || provider->edits_paths(nodes[i].desired).empty()) continue;
    if (!table) table.emplace(nodes);
    for (const Address& made : provider->provides(nodes[i].desired)) {
      for (const AddressTable::Thing& thing : table->all_of(made)) {
        const std::size_t other = thing.node;
        const bool ordered = std::any_of(edges.begin(), edges.end(), [&](const Edge& edge) {
          return edge.from == i && edge.to == other && edge.kind != EdgeKind::kInferred;
        });
        if (!ordered && other != i) edges.push_back({other, i, EdgeKind::kInferred, Op::kNone, nodes[other].span});
      }
    }
  }
}

// What a program leaves at a path is there before parts of it are changed, unless the two are ordered already. An edit
// that makes its file leaves the program nothing to do.
void add_programs_first(const std::vector<Node>& nodes, const Registry& providers, std::vector<Edge>& edges) {
  std::map<std::string, std::vector<std::size_t>> makers;  // by path
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Kind* kind = providers.find(nodes[i].desired.address.kind);
    if (kind == nullptr || !kind->runs) continue;
    for (ImpliedPath& implied : kind->provider->implies_paths(nodes[i].desired)) {
      if (implied.maker) makers[std::move(implied.path)].push_back(i);
    }
  }
  for (std::size_t i = 0; !makers.empty() && i < nodes.size(); ++i) {
    const Provider* provider = providers.provider(nodes[i].desired.address.kind);
    if (provider == nullptr || !provider->provides(nodes[i].desired).empty()) continue;
    for (const std::string& path : provider->edits_paths(nodes[i].desired)) {
      const auto found = makers.find(path);
      if (found == makers.end()) continue;
      for (const std::size_t maker : found->second) {
        const bool ordered = std::any_of(edges.begin(), edges.end(), [&](const Edge& edge) {
          return edge.from == maker && edge.to == i && edge.kind != EdgeKind::kInferred;
        });
        if (!ordered) edges.push_back({i, maker, EdgeKind::kInferred, Op::kNone, nodes[i].span});
      }
    }
  }
}

void report_cycle(const std::vector<Node>& nodes, const std::vector<Edge>& edges, const std::vector<std::size_t>& cycle,
                  Diagnostics& diagnostics) {
  std::string circle;
  for (const std::size_t e : cycle) circle += nodes[edges[e].from].desired.address.str() + " → ";
  circle += nodes[edges[cycle.front()].from].desired.address.str();
  Diagnostic problem(Code::kCycle, "resources wait for each other: " + circle);
  const auto says = [&](const Edge& edge) {
    return "`" + nodes[edge.from].desired.address.str() + "` comes after `" + nodes[edge.to].desired.address.str() +
           "` (" + std::string(name(edge.kind)) + ")";
  };
  problem.span = edges[cycle.front()].span;
  problem.label = says(edges[cycle.front()]);
  for (std::size_t i = 1; i < cycle.size(); ++i)
    problem.related.push_back({edges[cycle[i]].span, says(edges[cycle[i]])});
  problem.hint = "remove one of these";
  diagnostics.add(std::move(problem));
}

// To the places that nodes have in execution order, and sorted.
std::vector<Edge> arrange(std::vector<Edge> edges, const std::vector<std::size_t>& order) {
  std::vector<std::size_t> place(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  for (Edge& edge : edges) {
    edge.from = place[edge.from];
    edge.to = place[edge.to];
  }
  const auto key = [](const Edge& e) { return std::tie(e.from, e.to, e.kind, e.op); };
  std::stable_sort(edges.begin(), edges.end(), [&](const Edge& a, const Edge& b) { return key(a) < key(b); });
  edges.erase(std::unique(edges.begin(), edges.end(), [&](const Edge& a, const Edge& b) { return key(a) == key(b); }),
              edges.end());
  return edges;
}

void inherit(std::vector<Desired>& all, const Registry& providers) {
  std::vector<Desired> spreading;
  for (const Desired& one : all) {
    const Provider* provider = providers.provider(one.address.kind);
    if (provider != nullptr && provider->spreads_below(one)) spreading.push_back(one);
  }
  if (spreading.empty()) return;
  for (Desired& one : all) {
    if (const Provider* provider = providers.provider(one.address.kind)) provider->inherit(one, spreading);
  }
}

// Paths that the resource's attributes name, whatever its kind does with them.
void add_paths_named(const Json& value, const Json& schema, std::set<std::string>& paths) {
  if (!schema.is_object()) return;
  if (value.is_array()) {
    for (const Json& item : value) add_paths_named(item, member_of(schema, "items"), paths);
  } else if (value.is_object()) {
    for (const auto& [name, inner] : value.items())
      add_paths_named(inner, member_of(member_of(schema, "properties"), name), paths);
  }
  const Json& choices = member_of(schema, "anyOf");
  if (choices.is_array()) {
    for (const Json& choice : choices) add_paths_named(value, choice, paths);
  }
  const std::string format = text_of(schema, "x-format");
  if (value.is_string() && (format == "path" || format == "file-path") &&
      value.get_ref<const std::string&>().starts_with('/'))
    paths.insert(value.get<std::string>());
}

// What all kinds say of paths, for those that would remove or change what is not theirs.
void show_paths(std::vector<Desired>& all, const Registry& providers) {
  std::vector<Desired*> looking;
  for (Desired& one : all) {
    const Provider* provider = providers.provider(one.address.kind);
    if (provider != nullptr && provider->looks_at_paths(one)) looking.push_back(&one);
  }
  if (looking.empty()) return;
  PathsInUse paths;
  for (const Desired& one : all) {
    const Provider* provider = providers.provider(one.address.kind);
    if (provider == nullptr || provider->is_unwanted(one)) continue;
    for (std::string& path : provider->manages_paths(one)) paths.managed.insert(std::move(path));
    for (std::string& path : provider->edits_paths(one)) paths.edited.insert(std::move(path));
    for (ImpliedPath& implied : provider->implies_paths(one)) {
      if (implied.whole) paths.whole.insert(implied.path);
      paths.implied.insert(std::move(implied.path));
    }
    const Schema& schema = providers.find(one.address.kind)->schema;
    if (schema.is_given()) add_paths_named(one.attributes, schema.json(), paths.implied);
  }
  for (Desired* one : looking) providers.provider(one->address.kind)->see_paths(*one, paths);
}

// Providers look at all of a host side by side.
void complete(std::vector<Node>& nodes, const Registry& providers, const SecretOf& secret_of) {
  std::vector<Desired> all;
  all.reserve(nodes.size());
  for (Node& node : nodes) all.push_back(std::move(node.desired));
  for (Desired& one : all) {
    if (const Provider* provider = providers.provider(one.address.kind)) provider->complete(one, all, secret_of);
  }
  inherit(all, providers);
  show_paths(all, providers);
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i].desired = std::move(all[i]);
}

// But for what contents hold.
bool alike(const Desired& a, const Desired& b, const Registry& kinds) {
  if (a.address != b.address || a.attributes.size() != b.attributes.size() || a.sensitive != b.sensitive) return false;
  const auto& left = a.attributes.get_ref<const Json::object_t&>();
  const auto& right = b.attributes.get_ref<const Json::object_t&>();
  const auto holds_content = [&](const std::string& attribute) {
    const Kind* kind = kinds.find(a.address.kind);
    return kind != nullptr && kind->content(attribute) != nullptr;
  };
  return std::equal(left.begin(), left.end(), right.begin(), [&](const auto& one, const auto& other) {
    return one.first == other.first && (one.second == other.second || holds_content(one.first));
  });
}

bool alike(const Node& a, const Node& b, const Registry& kinds) {
  const bool same_places =
      a.span == b.span &&
      (a.attribute_spans == b.attribute_spans ||
       (a.attribute_spans != nullptr && b.attribute_spans != nullptr && *a.attribute_spans == *b.attribute_spans));
  return same_places && a.rescues == b.rescues && a.also == b.also && alike(a.desired, b.desired, kinds);
}

}  // namespace

bool Linker::says_the_same(const std::vector<Said>& said, const Declarations& declarations) {
  return std::equal(said.begin(), said.end(), declarations.begin(), declarations.end(),
                    [](const Said& last, const config::Resource* declared) {
                      return last.after == declared->after && last.before == declared->before;
                    });
}

bool Linker::is_like(const Linked& last, const std::vector<Node>& nodes,
                     const std::vector<Declarations>& declarations) const {
  if (last.nodes.size() != nodes.size()) return false;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!says_the_same(last.said[i], declarations[i]) || !alike(last.nodes[i], nodes[i], providers_)) return false;
  }
  return true;
}

std::optional<Linker::Linked> Linker::find(const std::vector<Node>& nodes,
                                           const std::vector<Declarations>& declarations,
                                           Diagnostics& diagnostics) const {
  const std::size_t errors_before = diagnostics.error_count();
  check_conflicts(nodes, providers_, diagnostics);
  std::vector<Edge> edges = find_edges(nodes, declarations, providers_);
  add_makers(nodes, providers_, edges);
  add_programs_first(nodes, providers_, edges);
  add_files_first(nodes, providers_, edges);
  add_outliving(nodes, providers_, edges);
  add_packages_first(nodes, providers_, edges);
  std::vector<Precedence> precedences;
  precedences.reserve(edges.size());
  for (const Edge& edge : edges) precedences.push_back({edge.from, edge.to});
  Ordering ordering = stable_order(nodes.size(), precedences);
  if (!ordering.cycle.empty()) report_cycle(nodes, edges, ordering.cycle, diagnostics);
  if (diagnostics.error_count() > errors_before) return std::nullopt;
  Linked linked;
  linked.nodes = nodes;
  for (const Declarations& all : declarations) {
    std::vector<Said>& said = linked.said.emplace_back();
    for (const config::Resource* declared : all) said.push_back({declared->after, declared->before});
  }
  linked.edges = arrange(std::move(edges), ordering.order);
  linked.order = std::move(ordering.order);
  return linked;
}

std::shared_ptr<HostGraph> Linker::link(std::vector<Node> nodes, const std::vector<Declarations>& declarations,
                                        const SecretOf& secret_of, Diagnostics& diagnostics) {
  if (!last_ || !is_like(*last_, nodes, declarations)) last_ = find(nodes, declarations, diagnostics);
  if (!last_) return nullptr;
  auto graph = std::make_shared<HostGraph>();
  graph->nodes.reserve(nodes.size());
  for (const std::size_t i : last_->order) graph->nodes.push_back(std::move(nodes[i]));
  graph->edges = last_->edges;
  complete(graph->nodes, providers_, secret_of);
  graph->digest = digest(canonical_text(*graph));
  return graph;
}

}  // namespace plumb::ir
