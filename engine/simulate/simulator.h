// Walks the nodes of one host in execution order and gathers the actions of its plan (internal to this folder).
//
// simulator.cc decides on each node, bounds.cc on what it waits for, leftovers.cc on what another run is to do,
// orphans.cc on what the record holds besides.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/simulate/actions_so_far.h"
#include "engine/simulate/brought.h"
#include "engine/simulate/drafts.h"
#include "engine/simulate/moved_readings.h"
#include "engine/simulate/needs.h"
#include "engine/simulate/node_index.h"
#include "engine/simulate/node_list.h"
#include "engine/simulate/protected.h"
#include "engine/simulate/refusals.h"
#include "engine/simulate/simulate.h"

namespace plumb::simulate {

class Simulator {
 public:
  // Both outlive this.
  Simulator(const HostToPlan& host, Diagnostics& diagnostics);

  // Once.
  Simulation run();

 private:
  // A node whose action stands in the plan.
  struct Planned {
    bool acts = false;
    Op op = Op::kNone;
    bool unknown = false;  // what it finds is known only when its turn comes
    bool removes = false;  // something, if only to put it elsewhere
  };

  const Kind& kind_of(std::size_t i) const { return *kinds_of_[i]; }
  const Provider* provider_of(std::size_t i) const { return kinds_of_[i]->provider.get(); }
  std::string address_of(std::size_t i) const { return graph_.nodes[i].desired.address.str(); }
  std::vector<std::string> addresses_of(const NodeList& nodes) const;
  std::vector<const Desired*> desired_of(const std::vector<std::size_t>& nodes) const;
  const Observed& observed_of(std::size_t i) const { return *observation_.states[i]; }
  bool takes(std::size_t i) const { return taken_[i]; }
  // The nodes before this one that a host named.
  std::vector<std::size_t> earlier_of(std::size_t i, const std::vector<std::string>& addresses);

  void visit(std::size_t i);
  bool is_contradicted(std::size_t i, const Desired& desired, const Observed& observed);
  bool goes_back_too(std::size_t i, const Observed& observed);
  Diagnostic with_a_way_out(std::size_t i, const Obstacle& obstacle) const;
  std::string taken_from_login(std::size_t i, const Observed& observed) const;
  bool may_change(std::size_t i, const Change& change, const Observed& observed);
  void push_change(std::size_t i, const Desired& desired, const Observed& observed, const Change& change,
                   const std::vector<std::size_t>& makers);
  // `in_the_way`: what has to be gone by then, for the note.
  void push_conditional(std::size_t i, const Desired& desired, const std::vector<std::size_t>& makers,
                        const std::string& in_the_way = {});
  void push(std::size_t i, plan::Action action, const NodeList& unknown_until);
  void append(std::size_t i, plan::Action action);
  // From here on an action of this node stands in the plan.
  void acts(std::size_t i);
  bool runs_anyway(std::size_t i, const NodeList& by, Op op) const;
  void add_triggered(std::size_t i, const Desired& desired, const Observed& observed);
  void add_because(const std::vector<std::string>& because, NodeList& by, std::vector<std::string>& addresses);
  void add_probes(std::size_t i, const Desired& desired);

  bool is_rescue(std::size_t i) const { return !graph_.nodes[i].rescues.empty(); }
  bool is_idle_rescue(std::size_t i);
  std::vector<std::size_t> rescued_by(std::size_t i);
  void visit_rescue(std::size_t i);

  // in_turn.cc
  bool is_in_turn(std::size_t i) const { return graph_.nodes[i].in_turn != nullptr; }
  void visit_in_turn(std::size_t i);
  void push_in_turn(std::size_t i, const Desired& desired, const NodeList& unknown_until);
  std::string turn_note(std::size_t i, const std::vector<std::size_t>& movers) const;
  void leave_turn_to_next(std::size_t i, MovedReadings::Moved& moved);
  bool find_missing_in_turn(std::size_t i, const Observed& observed, const std::vector<std::size_t>& movers,
                            NodeList& unknown_until);
  std::optional<std::size_t> lent_in_turn(std::size_t i, const Address& what,
                                          const std::vector<std::size_t>& movers) const;
  bool meets(std::size_t i, std::size_t turn) const;
  // Earlier nodes that are decided in their turn and have to do with this one.
  void add_turns_met(std::size_t i, NodeList& makers) const;

  // orphans.cc
  bool is_orphan(std::size_t i) const;
  // Nobody declares it, or it is a part of a run that is taken back.
  bool is_beside_the_declared(std::size_t i) const;
  void visit_beside(std::size_t i);
  void stays(std::size_t i, const Diagnostic& why);
  std::string owner_of_claims(std::size_t i, const Observed& observed) const;
  void tell_of_record(plan::HostPlan& host) const;

  void inherit_needs(std::size_t i);
  bool is_order_alone(const ir::Edge& edge) const;
  bool stands_on(std::size_t i, std::size_t maker);
  void stand_on_shapers(std::size_t i, const Observed& observed);
  // Earlier nodes after whose actions alone it is known what this one finds; makers_of_it(): of those, who may make or
  // change the thing itself.
  std::vector<std::size_t> makers_of(std::size_t i, const Observed& observed);
  NodeList makers_of_it(std::size_t i, const Observed& observed);
  // Whether an earlier action that is decided only in the run may also take the obstacle away.
  bool obstacle_may_go(std::size_t i, const Observed& observed);
  // Earlier nodes through whose removals this one is seen. What a program makes is not seen through.
  std::vector<std::size_t> takers_of(std::size_t i, const Observed& observed);
  // `set_off_by`: without which it would not be missed.
  void resolve_missing(std::size_t i, const Observed& observed, plan::Action& action, NodeList& unknown_until,
                       const NodeList& set_off_by = {});
  void bound_by_earlier(std::size_t i, const std::vector<std::size_t>& makers, plan::Action& action,
                        NodeList& unknown_until);

  const plan::Lock* lock_on(std::size_t i) const;
  void leave_to_next(std::size_t i, MovedReadings::Moved& moved);
  void leave_out(std::size_t i);
  void leave_locked(std::size_t i, const plan::Lock& lock);
  // What needs it is held back too, as after an action that was skipped.
  void hold_back(std::size_t i, Op op, const std::string& lock, const std::string& needs,
                 const std::string& reading = {});
  // What the resource as it is found asks for.
  Op due(std::size_t i) const;
  // What earlier actions would set off here is owed to a later run: it must not be lost. What that is, with what is
  // owed already.
  Op owe_later(std::size_t i);
  // What the actions that this node watches set off, and whose they are.
  Op set_off(std::size_t i, NodeList& by) const;
  // What would be set off here waits for what is held back, as the resource does.
  void wait_for(std::size_t i, std::size_t need);

  const ir::HostGraph& graph_;
  const Registry& kinds_;
  const Observation& observation_;
  const std::vector<bool> taken_;  // by node: whether the plan is asked for it
  const bool prunes_;
  std::vector<const Kind*> kinds_of_;  // by node
  std::vector<Planned> planned_;       // by node
  // By node that is held back, since a reading may be another by its turn: whose action may change that.
  std::vector<std::optional<std::size_t>> for_next_by_;
  Needs needs_;
  std::vector<std::vector<const ir::Edge*>> after_;     // by node: edges that only order
  std::vector<std::vector<const ir::Edge*>> triggers_;  // by node: edges that set it off
  Brought brought_;                                     // by the nodes so far
  NodeIndex index_;
  Refusals refusals_;
  const Protected protected_;
  Drafts drafts_;
  MovedReadings moved_readings_;
  std::vector<plan::HeldBack> held_back_;
  std::vector<plan::PassedOver> passed_over_;
  std::map<std::string, std::string> forgotten_;  // by address: why the record holds it no longer
  std::set<std::string> staying_;                 // orphans that cannot go
  std::vector<std::size_t> in_turns_;             // nodes whose actions are decided in their turn
  std::vector<std::string> decided_now_;          // addresses that nothing leaves to their turn
  ActionsSoFar actions_;
  std::map<std::string, std::string> texts_;
  int unchanged_ = 0;
  int left_out_ = 0;
};

// What is asked for without the attributes whose differences are ignored; nothing where all counts.
std::optional<Desired> without_ignored(const ir::Node& node, const Observed& observed);
// Says of an action that it is not exact, and why where that is not said yet.
void bound(plan::Action& action, const std::string& note);

}  // namespace plumb::simulate
