// Plans one host: simulates forward from what was observed, resource by resource in execution order.
//
// A resource is compared with its observed state. What it misses must come from an earlier action of the plan;
// what nothing provides is an error here and not half way through an apply. An earlier action that is only known within
// limits (a package, a command) makes what it may bring bounded: such an action is decided when its turn comes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/ir/contents.h"
#include "engine/ir/expand.h"
#include "engine/ir/graph.h"
#include "engine/ir/removals.h"
#include "engine/plan/plan.h"

namespace plumb::simulate {

// What an earlier run owes a resource of this host.
struct OwedAction {
  Op op = Op::kNone;  // a restart, reload or run
  std::vector<std::string> because;
  std::vector<std::string> unverified = {};  // addresses whose change was never seen to work: probes are due
};

// What a host told, in the terms of its graph.
struct Observation {
  std::vector<Result<Observed>> states;  // by node
  std::int64_t serial = 0;
  bool damaged_record = false;
  std::map<std::string, Json> recorded;      // address -> attributes as the last run left them
  std::map<std::string, OwedAction> owed;    // by address
  std::vector<plan::Lock> locks;             // in force
  std::string image;                         // which image it is of, where it was ever applied to
  std::set<std::string> prevented;           // addresses that no plan may remove
  std::map<std::string, std::string> moved;  // by address: the one that the host's own record has
  // Digests of contents in which something sensitive stands, so that nobody keeps them.
  std::set<std::string> hidden_contents;
  // Addresses that the record is to hold no longer although nothing is done to them, with why.
  std::map<std::string, std::string> forgotten;

  void owe(const std::string& address, Op op, std::vector<std::string> because);
};

struct Simulation {
  plan::HostPlan host;
  std::shared_ptr<const plan::Actions> actions;  // of `host`, for who looks at them right away
  std::vector<std::string> decided_now;          // what the graph leaves to its turn and no action of the plan does
  std::map<std::string, std::string> texts;      // digest -> text that stands on the host now, for the diff
};

// The text behind the digest of a content of the graph; nothing where it is secret, no text, or not at hand.
using TextOf = std::function<std::optional<std::string>(const std::string& digest)>;
TextOf texts_in(const ir::Contents& contents);  // which outlive it

// How often a plan is made anew to leave conditions to their turn. What is to be left follows from the plan, and the
// plan from it: what was left may change further readings, or come before all that change its own.
inline constexpr int kMostAttempts = 8;
// Whether something of the graph is decided in its turn.
bool decides_in_turn(const ir::HostGraph& graph);
// What a graph is to leave to its turn, once a plan was made of one that left `before` to it: the same where that plan
// is the one. `moving`: readings that the plan may change, and on which something hangs.
ir::Undecided next_undecided(ir::Undecided before, const std::map<std::string, std::string>& moving,
                             const std::vector<std::string>& decided_now);

// What the plan of a host is made of.
struct HostToPlan {
  const ir::HostGraph& graph;
  const Registry& kinds;
  const Observation& observation;
  const std::string& host;  // its name
  plan::Scope scope = {};
  TextOf text_of = {};  // empty where no texts are at hand
};

// Nothing comes back where `diagnostics` holds an error for this host.
std::optional<Simulation> simulate_host(const HostToPlan& host, Diagnostics& diagnostics);

// Those of the readings that were told on which the plan stands: from others nothing in it comes, since all that comes
// of them is decided in its turn, or is left to the next plan.
std::vector<UsedReading> stood_on(std::vector<UsedReading> told, const ir::HostGraph& graph,
                                  const plan::HostPlan& host);

// What the record knows by another address is told by the one that it has now: by a former one, that of another module
// that declares the same, or that of one that did. Before the host is simulated.
void make_moves(const ir::HostGraph& graph, const Registry& kinds, Observation& observation);

// What the record holds and the graph does not, as far as the plan is asked for it.
std::vector<ir::Orphan> orphans_of(const ir::HostGraph& graph, const Observation& observation,
                                   const plan::Scope& scope);

// Addresses of probes that are owed and that the configuration no longer asks for.
std::vector<std::string> moot_probes(const ir::HostGraph& graph, const Observation& observation);

}  // namespace plumb::simulate
