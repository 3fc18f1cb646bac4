#include "engine/run/doubts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

namespace plumb::run {
namespace {

bool leaves_a_trace(Op op) {
  return op == Op::kCreate || op == Op::kUpdate || op == Op::kReplace || op == Op::kDelete;
}

bool is_doubtful(const wire::Unreported& one) {
  return one.outcome == JournalOutcome::kUnknown && leaves_a_trace(one.op);
}

// Of each resource that was looked at, true: the host is as the resource is to be. Nothing where it cannot be told.
// A host may tell of far more than it has.
std::map<std::string, std::optional<bool>> what_shows(const ir::HostGraph& graph,
                                                      const simulate::Observation& observation,
                                                      const plan::Actions& planned) {
  std::map<std::string, std::optional<bool>> of_actions;
  for (const plan::Action& action : planned) {
    // One that is decided only in the run says nothing about now.
    if (!action.triggered)
      of_actions.emplace(action.desired.address.str(),
                         action.unknown_until.empty() ? std::optional(false) : std::nullopt);
  }
  std::map<std::string, std::optional<bool>> of_nodes;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!observation.states[i]) continue;
    const std::string address = graph.nodes[i].desired.address.str();
    const auto action = of_actions.find(address);
    of_nodes.emplace(address, action == of_actions.end() ? std::optional(true) : action->second);
  }
  return of_nodes;
}

}  // namespace

void resolve_doubts(std::vector<wire::Unreported>& told, const ir::HostGraph& graph,
                    const simulate::Observation& observation, const plan::Actions& planned) {
  if (std::none_of(told.begin(), told.end(), is_doubtful)) return;
  const std::map<std::string, std::optional<bool>> shows = what_shows(graph, observation, planned);
  for (wire::Unreported& one : told) {
    const auto shown = is_doubtful(one) ? shows.find(one.address) : shows.end();
    if (shown == shows.end() || !shown->second) continue;
    one.outcome = *shown->second ? JournalOutcome::kChanged : JournalOutcome::kNotDone;
    one.text += *shown->second ? "; afterwards the host was as the configuration asks"
                               : "; afterwards the host was not as the configuration asks";
  }
}

}  // namespace plumb::run
