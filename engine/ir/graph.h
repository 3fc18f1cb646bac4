// The IR: the compiled graph of one host. Resolved resources in execution order and the edges between them.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/manner.h"
#include "engine/base/result.h"
#include "providers/sdk/kind.h"
#include "providers/sdk/turn_condition.h"

namespace plumb::ir {

// Why something changes that the record does not tell of.
inline constexpr std::string_view kOrphan = "orphan";  // nobody declares it any more
inline constexpr std::string_view kUndone = "undo";    // a run is taken back

// Where else a resource is declared: in another module, with the same wishes.
struct AlsoDeclared {
  std::string address;
  SourceSpan span;
  friend bool operator==(const AlsoDeclared&, const AlsoDeclared&) = default;
};

struct Node {
  // Where the attribute is written; of the resource where it is not.
  const SourceSpan& span_of(const std::string& attribute) const {
    if (attribute_spans == nullptr) return span;
    const auto found = attribute_spans->find(attribute);
    return found == attribute_spans->end() ? span : found->second;
  }

  // All addresses that it has, that of its actions first.
  std::vector<std::string> addresses() const;
  // Whether a selector of addresses means one of these.
  bool is_meant_by(std::string_view selector) const;

  Desired desired;
  SourceSpan span;                                                           // of the identity
  std::shared_ptr<const std::map<std::string, SourceSpan>> attribute_spans;  // may be null
  std::set<std::string> ignore;
  bool prevent_destroy = false;
  int confirm_within = 0;       // seconds; 0: it need not be confirmed
  bool allow_lock_out = false;  // its change may cut the line over which the host is reached
  Manner manner;
  std::vector<std::string> rescues;  // addresses: what is there only for the case that one of these fails
  std::set<std::string> tags;
  std::vector<Probe> probes;       // what is asked once an action on it was done
  std::set<std::string> readings;  // that it comes of
  std::string because = {};        // why all of its change is made: kOrphan, kUndone; "" where the record tells
  bool forget = false;             // once it is as it is asked for, the host's record holds it no longer
  std::shared_ptr<const InTurn> in_turn = {};  // what decides in its turn whether it is there; null: it is
  std::vector<AlsoDeclared> also = {};         // sorted by address
};

// What may change what a reading tells: an action on the path or the thing, or on what one of these globs of addresses
// matches.
struct ReadingCauses {
  std::string path;  // "" for none
  std::vector<std::string> after;
  bool open = false;  // whether something is there, or how often, hangs on it beyond what is in the graph
  std::optional<Address> thing = std::nullopt;  // a package or a unit, as Missing::what names it
  bool is_there = false;                        // that thing, so that nothing else brings it
  bool is_foreseen = false;                     // what hangs on it so is in HostGraph::may_come
  bool is_judged = false;                       // a check of the project reads it, or steps on other hosts may
};

// What is not there as things are told, and may be once one of these readings tells something else.
struct MayCome {
  Desired desired;  // as it is written: contents are no digests
  std::set<std::string> readings;
};

// The resource was known by another address; both may be a module's, with `/` at the end.
struct Move {
  std::string from;
  std::string to;
  SourceSpan span = {};
};

// A resource that another host does for this one too.
struct Elsewhere {
  std::string address;
  std::string host;
  friend bool operator==(const Elsewhere&, const Elsewhere&) = default;
};

enum class EdgeKind { kAfter, kBefore, kTrigger, kInferred };
std::string_view name(EdgeKind kind);

// Node `from` comes after node `to`.
struct Edge {
  std::size_t from = 0;
  std::size_t to = 0;
  EdgeKind kind = EdgeKind::kAfter;
  Op op = Op::kNone;  // kTrigger: what `from` does when `to` changed
  SourceSpan span;    // where the edge was asked for; of `from` for an inferred one
};

// Invariant (see verify): edges point from a higher to a lower index, so the vector's order is an execution order.
struct HostGraph {
  std::vector<Node> nodes;
  std::vector<Edge> edges;                        // sorted by from, to, kind
  std::string digest;                             // SHA-256 over the canonical JSON of to_json()
  std::map<std::string, ReadingCauses> readings;  // by name, those that were told; no part of the digest
  std::vector<Elsewhere> elsewhere;               // in declared order; no part of the digest
  std::vector<Move> moves;                        // in the order in which they are made; no part of the digest
  std::vector<MayCome> may_come;                  // in declared order; no part of the digest
  // Of the readings, those that decide in its turn alone: nothing here comes of what they told. No part of the digest.
  std::set<std::string> undecided;
  bool whole = true;  // it is all that the project has on the host: what the record holds besides is an orphan
};

// Addresses, attributes and edges; no spans, so that layout and comments do not count.
Json to_json(const HostGraph& graph);
// canonical(to_json()), without the detour; and that of one node in it.
std::string canonical_text(const HostGraph& graph);
void append_node(std::string& out, const Node& node);
// Graphviz, for people.
std::string to_dot(const HostGraph& graph, std::string_view title);

// States the invariants: every address once, edges in order and backwards, only a trigger's with an operation,
// sensitive attributes sealed. The text of the first one that does not hold, or "". Checked builds ask after every
// pass.
std::string verify(const HostGraph& graph);

}  // namespace plumb::ir
