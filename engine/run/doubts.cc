#include "engine/run/doubts.h"

#include <algorithm>

namespace plumb::run {
namespace {

bool leaves_a_trace(Op op) {
  return op == Op::kCreate || op == Op::kUpdate || op == Op::kReplace || op == Op::kDelete;
}

// True: the host is as the resource is to be. Nothing where it cannot be told.
std::optional<bool> shows(const std::string& address, const ir::HostGraph& graph,
                          const simulate::Observation& observation, const plan::Actions& planned) {
  const auto node = std::find_if(graph.nodes.begin(), graph.nodes.end(),
                                 [&](const ir::Node& one) { return one.desired.address.str() == address; });
  if (node == graph.nodes.end()) return std::nullopt;
  if (!observation.states[static_cast<std::size_t>(node - graph.nodes.begin())]) return std::nullopt;
  const auto action = std::find_if(planned.begin(), planned.end(), [&](const plan::Action& one) {
    return !one.triggered && one.desired.address == node->desired.address;
  });
  if (action == planned.end()) return true;
  // One that is decided only in the run says nothing about now.
  return action->unknown_until.empty() ? std::optional(false) : std::nullopt;
}

}  // namespace

void resolve_doubts(std::vector<wire::Unreported>& told, const ir::HostGraph& graph,
                    const simulate::Observation& observation, const plan::Actions& planned) {
  for (wire::Unreported& one : told) {
    if (one.outcome != JournalOutcome::kUnknown || !leaves_a_trace(one.op)) continue;
    const std::optional<bool> shown = shows(one.address, graph, observation, planned);
    if (!shown) continue;
    one.outcome = *shown ? JournalOutcome::kChanged : JournalOutcome::kNotDone;
    one.text += *shown ? "; afterwards the host was as the configuration asks"
                       : "; afterwards the host was not as the configuration asks";
  }
}

}  // namespace plumb::run
