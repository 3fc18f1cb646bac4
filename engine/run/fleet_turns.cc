// What a plan leaves to its turn: where its own actions may change readings on which conditions hang, the host's graph
// is made once more with both outcomes of these.
#include <utility>

#include "engine/run/fleet.h"
#include "engine/run/fleet_member.h"

namespace plumb::run {

void Fleet::go_by(Member& member, const Attempt& attempt) {
  member.contents = attempt.contents;
  member.has_own_contents = attempt.has_own_contents;
  member.session->set_secrets(attempt.secrets);
  member.session->set_graph(attempt.graph);
}

// Gives the host a graph that leaves so much to its turn. False where there is none, or where it leaves nothing.
bool Fleet::compile_open(Member& member, const ir::Undecided& undecided) {
  const std::lock_guard lock(compiler_mutex_);
  ir::Told told(&member.session->facts(), &member.readings.values);
  told.undecided = &undecided;
  // What is wrong with it is no fault of the configuration: what comes of the readings is left to the next plan then.
  Diagnostics found;
  std::shared_ptr<const ir::HostGraph> graph = compile_host(member.name, told, found);
  if (graph == nullptr || found.has_errors() || !simulate::decides_in_turn(*graph)) return false;
  take_graph(member, std::move(graph));
  return true;
}

void Fleet::leave_to_turns(Member& member, Attempt& best, HostPlanner& planner, const plan::Scope& scope) {
  const bool may = member.session->knows_turns() && member.undoing == nullptr;
  if (!may || best.planning.host == nullptr || best.planning.host->plan.moving.empty()) return;
  ir::Undecided undecided;
  std::map<std::string, std::string> moving = best.planning.host->plan.moving;
  std::vector<std::string> decided_now;
  for (int attempts = 0; attempts < simulate::kMostAttempts; ++attempts) {
    const ir::Undecided next = simulate::next_undecided(undecided, moving, decided_now);
    if (next == undecided || !compile_open(member, next)) break;
    undecided = next;
    Result<Attempt> open = attempt(member, planner, scope, false);
    if (!open || open->planning.host == nullptr || !open->planning.simulated) break;
    moving = open->planning.host->plan.moving;
    decided_now = open->planning.simulated->decided_now;
    if (decided_now.empty()) best = std::move(*open);
  }
  go_by(member, best);
}

}  // namespace plumb::run
