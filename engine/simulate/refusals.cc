#include "engine/simulate/refusals.h"

#include <algorithm>

#include "engine/simulate/actions_so_far.h"

namespace plumb::simulate {
namespace {

struct OtherThing {
  std::string was;
  std::string is;
};

// Of one that has all its things otherwise now: the first of those that it had, and has. Nothing where it is the same,
// and where it has none, since its name is all that it has.
std::optional<OtherThing> other_thing(const std::vector<std::string>& was, const std::vector<std::string>& now) {
  if (was.empty() || now.empty() || was.front().empty()) return std::nullopt;
  for (const std::string& thing : was) {
    if (std::find(now.begin(), now.end(), thing) != now.end()) return std::nullopt;
  }
  return OtherThing{was.front(), now.front()};
}

std::optional<OtherThing> other_thing(const Provider& provider, const Desired& was, const Desired& now) {
  auto found = other_thing(provider.manages_paths(was), provider.manages_paths(now));
  if (!found) found = other_thing(provider.edits_paths(was), provider.edits_paths(now));
  if (!found) found = other_thing(provider.claims(was), provider.claims(now));
  return found;
}

// Of what would cut the line. What the host cannot take back cannot wait to be confirmed, and what is declared no more
// says nothing.
const char* way_around(bool orphan, bool confirmable) {
  if (orphan) {
    return "log in as another user for this; or, where there is another way in, declare it with `state: absent` and "
           "`allow_lock_out: true`";
  }
  if (!confirmable)
    return "log in as another user for this; or say `allow_lock_out: true`, where there is another way in";
  return "let the line pass, in a resource before it; or say `confirm_within: 2m`, and the host takes the change back "
         "unless a new login succeeds; where there is another way in, say `allow_lock_out: true`";
}

}  // namespace

void Refusals::tell(Diagnostic diagnostic) {
  diagnostic.host = host_name_;
  diagnostics_.add(std::move(diagnostic));
}

void Refusals::check_claims(const Observation& observation) {
  std::map<std::string, std::size_t> owner;
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    if (!observation.states[i]) continue;
    for (const std::string& claim : provider(i).claims_on_host(node(i).desired, *observation.states[i])) {
      const auto [first, added] = owner.try_emplace(claim, i);
      if (added || first->second == i) continue;
      tell(Diagnostic(Code::kConflict,
                      quoted(first->second) + " and " + quoted(i) + " are both " + claim + " on this host")
               .at(node(i).span, "the second one")
               .with_related(node(first->second).span, "the first one")
               .with_hint("one thing has one resource: remove one of them"));
    }
  }
}

void Refusals::check_moves(const Observation& observation) {
  for (const auto& [now, from] : observation.moved) {
    const std::optional<std::size_t> i = index_.at(now);
    const auto recorded = observation.recorded.find(now);
    if (!i || of_[*i] == nullptr || recorded == observation.recorded.end()) continue;
    const Desired was{node(*i).desired.address, recorded->second, {}};
    const std::optional<OtherThing> other = other_thing(provider(*i), was, node(*i).desired);
    if (!other) continue;
    tell(Diagnostic(Code::kBadMove, "`" + from + "` is said to be `" + now +
                                        "` now, and that is another: " + other->is + ", and not " + other->was)
             .at(node(*i).span, "what is declared now")
             .with_hint("remove the move, and let the old one go with `--prune`"));
  }
}

void Refusals::takes_away(std::size_t node) {
  taken_away_.emplace(thing(graph_.nodes[node].desired.address), node);
}

void Refusals::by_host(std::size_t i, Diagnostic said, const std::vector<std::size_t>& shapers,
                       const std::string& other) {
  if (!said.span) said.span = node(i).span;
  for (const std::size_t shaper : shapers) said.related.push_back({node(shaper).span, "changes it before"});
  if (const std::optional<std::size_t> by = other.empty() ? std::nullopt : index_.at(other))
    said.related.push_back({node(*by).span, "the other one"});
  tell(std::move(said));
}

bool Refusals::is_undone(std::size_t i, const Observed& observed) {
  if (observed.undone_by.empty()) return false;
  const std::optional<std::size_t> by = index_.at(observed.undone_by);
  if (!by) return false;
  tell(Diagnostic(Code::kConflict, quoted(*by) + " takes back what " + quoted(i) + " asks for")
           .at(node(*by).span, "takes it back")
           .with_related(node(i).span, "asks for it")
           .with_hint("remove one of them, or narrow what it matches"));
  return true;
}

bool Refusals::allows(std::size_t i, const Change& change, const Observed& observed, const std::string& taken) {
  const bool orphan = node(i).because == ir::kOrphan;
  if (node(i).prevent_destroy && (change.op == Op::kDelete || change.op == Op::kReplace)) {
    const char* const what = orphan ? "pruned" : change.op == Op::kDelete ? "deleted" : "replaced";
    Diagnostic refused(Code::kPreventDestroy, quoted(i) + " would be " + what + ", and prevent_destroy forbids it");
    if (!orphan) refused.span = node(i).span;
    refused.hint = orphan ? "declare it again without prevent_destroy and apply that first; `--address` leaves it out"
                          : "remove prevent_destroy, or keep the resource";
    tell(std::move(refused));
    return false;
  }
  if (node(i).confirm_within > 0 && !can_be_undone(change.operations)) {
    tell(Diagnostic(Code::kRefusedByState,
                    quoted(i) + " would do what the host cannot undo by itself, and confirm_within asks for that")
             .at(node(i).span)
             .with_hint("remove confirm_within here, or remove the contents of the folder in another way"));
    return false;
  }
  return keeps_line(i, change, observed, taken);
}

// By itself, or by one that it sets off and that this plan does not leave out, where the host can take it back.
bool Refusals::is_confirmed(std::size_t i, const Change& change) const {
  if (!can_be_undone(change.operations)) return false;
  return node(i).confirm_within > 0 || std::any_of(graph_.edges.begin(), graph_.edges.end(), [&](const ir::Edge& edge) {
           return edge.kind == ir::EdgeKind::kTrigger && edge.to == i && taken_[edge.from] &&
                  node(edge.from).confirm_within > 0;
         });
}

// What the host takes back unless a new login succeeds may be tried.
bool Refusals::keeps_line(std::size_t i, const Change& change, const Observed& observed, const std::string& taken) {
  if (node(i).allow_lock_out) return true;
  std::string line = provider(i).cuts_line(node(i).desired, observed);
  if (line.empty()) line = taken;
  if (line.empty() || is_confirmed(i, change)) return true;
  const Kind* kind = kinds_.find(node(i).desired.address.kind);
  const bool orphan = node(i).because == ir::kOrphan;
  Diagnostic refused(Code::kRefusedByState, quoted(i) + " would cut the line over which this host is reached: " + line);
  if (!orphan) refused.span = node(i).span;
  refused.hint = way_around(orphan, kind != nullptr && kind->confirmable);
  tell(std::move(refused));
  return false;
}

void Refusals::loses(std::size_t i, const std::string& address) {
  tell(Diagnostic(Code::kPreventDestroy, quoted(i) + " would take `" + address +
                                             "` away, which is declared no more, and prevent_destroy forbids it")
           .at(node(i).span)
           .with_hint("declare `" + address + "` again; without prevent_destroy, and applied, it may go"));
}

void Refusals::stays(std::size_t i, const Diagnostic& why) {
  if (node(i).because == ir::kOrphan) {
    tell(Diagnostic(Code::kRefusedByState, quoted(i) + ", which is declared no more, stays: " + why.summary)
             .as(Severity::kWarning)
             .with_hint("remove it by hand, or declare it again; the host's record holds it until then"));
  } else {
    tell(Diagnostic(Code::kCannotUndo, quoted(i) + " is left as it is: " + why.summary).as(Severity::kWarning));
  }
}

void Refusals::contradicted(std::size_t i, std::size_t by, Diagnostic why) {
  why.span = node(i).span;
  why.related.push_back({node(by).span, "with this file"});
  tell(std::move(why));
}

void Refusals::missing(std::size_t i, const Missing& missing, const std::vector<std::size_t>& set_off_by,
                       const std::vector<std::size_t>& taken_by) {
  const Address& what = missing.what;
  const std::optional<std::size_t> declared = index_.about(what);
  const bool left_out = declared && !taken_[*declared];
  const bool later = declared && *declared > i && !left_out;
  Diagnostic nothing(Code::kNothingProvides, quoted(i) + " needs " + what.str() +
                                                 ", which the host does not have and " +
                                                 (left_out ? "this plan leaves out"
                                                  : later  ? "only a later action creates"
                                                           : "nothing in the plan creates"));
  nothing.span = node(i).span_of(missing.attribute);
  nothing.label = "asked for here";
  if (nothing.span != node(i).span) nothing.related.push_back({node(i).span, "by this resource"});
  for (const std::size_t by : set_off_by) nothing.related.push_back({node(by).span, "sets it off"});
  for (const std::size_t by : taken_by) nothing.related.push_back({node(by).span, "takes something away before"});
  nothing.hint = "declare `" + what.kind + ": " + what.identity + "` before it, or name what brings it with `after`";
  if (left_out) nothing.hint = "narrow the plan less, so that " + quoted(*declared) + " is planned too";
  if (kinds_.find(what.kind) == nullptr) nothing.hint = "install what brings it first, or name that with `after`";
  if (std::string remedy = provider(i).remedy(node(i).desired, missing); !remedy.empty() && !left_out)
    nothing.hint = std::move(remedy);
  tell(std::move(nothing));
}

void Refusals::check_needs_are_left(std::size_t i) {
  for (const Address& need : provider(i).infers(node(i).desired)) {
    const auto gone = taken_away_.find(thing(need));
    if (gone == taken_away_.end()) continue;
    tell(Diagnostic(Code::kNothingProvides,
                    quoted(i) + " needs " + need.str() + ", which " + quoted(gone->second) + " takes away before it")
             .at(node(i).span, "needs it")
             .with_related(node(gone->second).span, "takes it away")
             .with_hint("let it run first: name it in `after` there"));
    return;
  }
}

}  // namespace plumb::simulate
