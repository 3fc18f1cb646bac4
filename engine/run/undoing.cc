#include "engine/run/undoing.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "engine/base/digest.h"
#include "engine/base/glob.h"
#include "engine/base/sealed.h"
#include "engine/ir/order.h"
#include "engine/plan/restored.h"

namespace plumb::run {
namespace {

Diagnostic cannot(const std::string& host, const std::string& address, const std::string& why) {
  return Diagnostic(Code::kCannotUndo, "`" + address + "` is left as it is: " + why).as(Severity::kWarning).on(host);
}

bool has_sealed(const Json& attributes) {
  return std::any_of(attributes.begin(), attributes.end(), is_sealed);
}

// What plans say of what they cannot take back, in words.
std::string why_not(const plan::Action& action, const Kind& kind) {
  if (kind.runs) return "what a command did has no inverse";
  if (action.seen.exists && !action.unknown_until.empty())
    return "what was there before was known only when its turn came, and nobody kept it";
  if (has_sealed(action.before) || has_sealed(action.desired.attributes))
    return "it has to do with a sensitive value, which no history holds";
  return "the plan of that run says so: what was there before is not kept, or cannot be made again";
}

ir::Node node_of(const Desired& desired, const std::string& source) {
  ir::Node node;
  node.desired = desired;
  node.span.file = source;
  node.because = ir::kUndone;
  return node;
}

// Whether the host's record held the resource before the run: of one that it did not hold, everything came first.
bool was_known(const plan::Action& action) {
  if (action.because.empty()) return action.seen.exists;
  return std::any_of(action.because.begin(), action.because.end(),
                     [](const auto& why) { return why.second != "first"; });
}

// What an operation leaves of a file or folder, as far as it alone decides on it.
struct Trace {
  std::string content;  // digest; "" of a folder, or where it is not known
  const Ownership* ownership = nullptr;
};

Trace trace_of(const plan::Action& made) {
  if (made.operations.size() != 1) return {};
  if (const auto* write = std::get_if<WriteFile>(&made.operations.front()))
    return {write->content.empty() ? digest(write->text) : write->content, &write->ownership};
  if (const auto* folder = std::get_if<MakeDirectory>(&made.operations.front())) return {"", &folder->ownership};
  return {};
}

// What is compared here, nobody asked for: it is as whatever made it makes things.
bool is_as_made(const plan::Action& made, const Observed& now, const Json& user) {
  const Trace trace = trace_of(made);
  if (trace.ownership == nullptr) return true;
  const std::string content = now.text("content");
  if (is_digest(content) && is_digest(trace.content) && content != trace.content) return false;
  const bool lists = trace.ownership->acl.has_value() || now.has("acl");
  const std::string mode = now.text("mode");
  if (!lists && trace.ownership->mode && !mode.empty() && mode != text_of(made.after, "mode", mode)) return false;
  const std::string owner = now.text("owner");
  if (trace.ownership->owner || owner.empty()) return true;
  const Json& number = member_of(user, "uid");
  return owner == text_of(user, "name", owner) || (number.is_number_integer() && owner == number.dump());
}

// What nobody asked for came as the plan says, and so is compared with that: a key of the usual type that is of another
// one by now is another key.
bool is_as_it_came(const plan::Action& made, const Observed& now) {
  constexpr std::array kElsewhere = {"owner", "group", "mode", "acl", "state"};
  for (const auto& [name, came] : made.after.items()) {
    const Json& there = now.attribute(name);
    const bool compared =
        std::any_of(kElsewhere.begin(), kElsewhere.end(), [&](const char* one) { return name == one; });
    // What did not come may have been there before, as a folder in the place of a home.
    const bool did_not_come = came.is_boolean() && !came.get<bool>();
    if (compared || did_not_come || made.desired.has(name) || there.is_null() || there.is_structured() ||
        is_sealed(there))
      continue;
    if (there.type() == came.type() && there != came) return false;
  }
  return true;
}

void put_in_order(ir::HostGraph& graph) {
  const auto key = [](const ir::Edge& edge) { return std::tie(edge.from, edge.to, edge.kind, edge.op); };
  std::stable_sort(graph.edges.begin(), graph.edges.end(),
                   [&](const ir::Edge& a, const ir::Edge& b) { return key(a) < key(b); });
  graph.edges.erase(std::unique(graph.edges.begin(), graph.edges.end(),
                                [&](const ir::Edge& a, const ir::Edge& b) { return key(a) == key(b); }),
                    graph.edges.end());
  graph.whole = false;
  graph.digest = digest(ir::canonical_text(graph));
}

bool is_meant(const plan::Action& action, const std::set<std::string>& patterns) {
  const std::vector<std::string> names = action.addresses();
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return address_matches(pattern, name); });
  });
}

}  // namespace

Undoing::Undoing(const std::string& host, Root root, const plan::Actions& actions, const Outcomes& outcomes,
                 const std::set<std::string>& addresses, const Keeps& keeps, const Registry& kinds,
                 Diagnostics& diagnostics)
    : root_(std::move(root)), kinds_(kinds) {
  std::vector<const plan::Action*> set_off;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const plan::Action& action = actions[i];
    const auto outcome = outcomes.find(i);
    const std::string address = action.desired.address.str();
    const bool meant = addresses.empty() || is_meant(action, addresses);
    if (!meant || outcome == outcomes.end() || action.op == Op::kVerify) continue;
    const bool touched = outcome->second == ActionOutcome::kChanged || outcome->second == ActionOutcome::kFailed ||
                         outcome->second == ActionOutcome::kDiverged || outcome->second == ActionOutcome::kUnknown ||
                         outcome->second == ActionOutcome::kStarted;
    if (!touched) continue;
    if (action.triggered && action.op != Op::kRun) {
      set_off.push_back(&action);
    } else if (std::string why = take(action, outcome->second, keeps); !why.empty()) {
      diagnostics.add(cannot(host, address, why));
    }
  }
  for (const plan::Action* action : set_off) take_set_off(*action);

  auto graph = std::make_shared<ir::HostGraph>();
  for (const Part& part : parts_) graph->nodes.push_back(node_of(part.left, part.source));
  put_in_order(*graph);
  as_left_ = std::move(graph);
}

std::string Undoing::take(const plan::Action& action, ActionOutcome outcome, const Keeps& keeps) {
  const Kind* kind = kinds_.find(action.desired.address.kind);
  if (kind == nullptr) return "this plumb knows no such kind";
  if (outcome != ActionOutcome::kChanged) return "it failed in that run, and nobody knows how far it came";
  if (!action.undo) return why_not(action, *kind);
  Observed before;
  before.exists = action.seen.exists;
  before.attributes = action.seen.attributes;
  Part part;
  part.left = action.desired;
  part.again = plan::restored(*kind->provider, action.desired, before);
  if (!part.again) return why_not(action, *kind);
  for (const std::string& content : content_digests(kinds_, *part.again)) {
    if (!keeps(content)) return "the content that was there before is not in the history, or no longer";
  }
  part.needs = action.needs;
  part.source = action.source;
  part.was_known = was_known(action);
  if (!before.exists) part.made = action;
  parts_.push_back(std::move(part));
  return {};
}

// What a change set off, its way back sets off too.
void Undoing::take_set_off(const plan::Action& action) {
  if (find(action.desired.address.str()) != nullptr) return;
  Part part;
  part.left = action.desired;
  part.set_off = action.op;
  part.source = action.source;
  for (const std::string& by : action.triggered_by) {
    if (find(by) != nullptr) part.needs.push_back(by);
  }
  if (!part.needs.empty() && !has_sealed(action.desired.attributes)) parts_.push_back(std::move(part));
}

const Undoing::Part* Undoing::find(const std::string& address) const {
  const auto found =
      std::find_if(parts_.begin(), parts_.end(), [&](const Part& part) { return part.left.address.str() == address; });
  return found == parts_.end() ? nullptr : &*found;
}

std::shared_ptr<const ir::HostGraph> Undoing::as_before(const std::string& host, const simulate::Observation& found,
                                                        const Left& left, Diagnostics& diagnostics) const {
  std::vector<Back> all;
  // What the run did last goes back first.
  for (std::size_t i = parts_.size(); i-- > 0;) {
    const Part& part = parts_[i];
    if (!part.again) continue;
    const std::string address = part.left.address.str();
    const Provider& provider = *kinds_.provider(part.left.address.kind);
    if (!found.states[i]) {
      diagnostics.add(cannot(host, address, found.states[i].error().summary()));
    } else if (!provider.diff(part.left, *found.states[i]).empty() ||
               (part.made && !is_as_it_came(*part.made, *found.states[i]))) {
      diagnostics.add(cannot(host, address, "it was changed since that run"));
    } else if (const auto why = left.find(address); why != left.end()) {
      diagnostics.add(cannot(host, address, why->second));
    } else if (provider.is_unwanted(*part.again) && found.prevented.contains(address)) {
      diagnostics.add(cannot(host, address, "prevent_destroy forbids that it goes"));
    } else {
      // What the run made, and what plumb did not know before it, is nothing that it knows of afterwards.
      all.push_back({&part, node_of(*part.again, part.source)});
      all.back().node.forget = !part.was_known || provider.is_unwanted(*part.again);
      if (!provider.is_unwanted(*part.again)) continue;
      // Nor is what somebody has put into it since.
      all.back().node.desired.attributes["prune"] = true;
    }
  }
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    const bool as_left = !part.again && found.states[i].has_value() &&
                         kinds_.provider(part.left.address.kind)->diff(part.left, *found.states[i]).empty();
    if (as_left) all.push_back({&part, node_of(part.left, part.source)});
  }
  return graph_of(std::move(all));
}

Undoing::Left Undoing::changed_since(const ir::HostGraph& graph, const simulate::Observation& found,
                                     const Json& user) const {
  Left left;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Desired& desired = graph.nodes[i].desired;
    const std::string address = desired.address.str();
    const Part* part = find(address);
    if (part == nullptr || !part->again || !found.states[i] || !found.states[i]->exists) continue;
    if (!kinds_.provider(desired.address.kind)->is_unwanted(desired)) continue;
    // What nobody can see through may take it away.
    if (found.states[i]->obstacle && found.states[i]->open_until.empty()) {
      left.emplace(address, found.states[i]->obstacle->summary);
    } else if (part->made && !is_as_made(*part->made, *found.states[i], user)) {
      left.emplace(address, "it was changed since that run");
    }
  }
  return left;
}

Result<> Undoing::check_root(bool image, const std::string& image_id) const {
  if (image != root_.image) {
    return root_.image ? fail(Code::kStale, "run " + root_.run + " was of an image, and this is the host itself")
                             .hint("undo it with the --root that it was applied with")
                       : fail(Code::kStale, "run " + root_.run + " was of the host itself, and this is an image")
                             .hint("undo it without --root");
  }
  // The run that is an image's first gives it an id, which begins with the run's own.
  const bool same = root_.id.empty() ? image_id.starts_with(root_.run + "-") : image_id == root_.id;
  if (!image || same) return {};
  return fail(Code::kStale, "run " + root_.run + " was of another image than this one")
      .hint("undo it with the --root that it was applied with");
}

std::shared_ptr<const ir::HostGraph> Undoing::graph_of(std::vector<Back> all) const {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < all.size(); ++i) places[all[i].node.desired.address.str()] = i;
  std::vector<ir::Precedence> wished;
  std::vector<ir::Precedence> needed;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Part& part = *all[i].part;
    for (const std::string& need : part.needs) {
      const auto other = places.find(need);
      if (other == places.end() || other->second == i) continue;
      // What was done after it goes back before it; what is set off comes after what sets it off.
      wished.push_back(part.again ? ir::Precedence{other->second, i} : ir::Precedence{i, other->second});
    }
    for (const Address& address : kinds_.provider(part.left.address.kind)->infers(all[i].node.desired)) {
      for (std::size_t j = 0; j < all.size(); ++j) {
        const Desired& other = all[j].node.desired;
        const bool is_it = i != j && other.address.kind == address.kind && other.address.identity == address.identity;
        if (is_it && !kinds_.provider(address.kind)->is_unwanted(other)) needed.push_back({i, j});
      }
    }
  }
  // What comes back needs what it needed then, whatever the run's own order was.
  std::vector<ir::Precedence> both = needed;
  both.insert(both.end(), wished.begin(), wished.end());
  if (ir::stable_order(all.size(), both).order.size() < all.size()) both = needed;
  std::vector<std::size_t> order = ir::stable_order(all.size(), both).order;
  if (order.size() < all.size()) {
    both.clear();
    order = ir::stable_order(all.size(), both).order;
  }
  std::vector<std::size_t> place(all.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;

  auto graph = std::make_shared<ir::HostGraph>();
  for (const std::size_t index : order) graph->nodes.push_back(std::move(all[index].node));
  for (const ir::Precedence& one : both) {
    const Part& after = *all[one.after].part;
    ir::Edge edge{place[one.after], place[one.before], ir::EdgeKind::kInferred, Op::kNone, {}};
    edge.span = graph->nodes[edge.from].span;
    if (!after.again) {
      edge.kind = ir::EdgeKind::kTrigger;
      edge.op = after.set_off;
    }
    graph->edges.push_back(std::move(edge));
  }
  put_in_order(*graph);
  return graph;
}

std::set<std::string> Undoing::contents() const {
  std::set<std::string> all;
  for (const Part& part : parts_) {
    for (const Desired* one : {part.again ? &*part.again : nullptr, part.again ? nullptr : &part.left}) {
      if (one == nullptr) continue;
      for (std::string& content : content_digests(kinds_, *one)) all.insert(std::move(content));
    }
  }
  return all;
}

}  // namespace plumb::run
