#include "engine/plan/around.h"

#include <algorithm>

#include "engine/plan/action_json.h"
#include "engine/plan/verify.h"

namespace plumb::plan {
namespace {

Json steps_to_json(const std::vector<Steps>& all) {
  Json json = Json::array();
  for (const Steps& steps : all) {
    Json actions = Json::array();
    const std::shared_ptr<const Actions> list = steps.actions.get();
    for (const Action& action : *list) actions.push_back(action_to_json(action));
    json.push_back({{"host", steps.host}, {"actions", std::move(actions)}});
  }
  return json;
}

bool can_be_step(const Action& action, const Registry& kinds) {
  const Kind* kind = kinds.find(action.desired.address.kind);
  if (kind == nullptr || !kind->runs || action.op != Op::kRun || action.triggered || !action.rescues.empty())
    return false;
  return !kind->schema.is_given() || kind->schema.json().contains("x-step");
}

}  // namespace

std::size_t Around::action_count() const {
  std::size_t count = 0;
  for (const auto* all : {&before, &after}) {
    for (const Steps& steps : *all) count += steps.actions.size();
  }
  return count;
}

bool Around::sealed() const {
  const auto is_sealed_list = [](const Steps& steps) { return steps.actions.counts().sealed; };
  return std::any_of(before.begin(), before.end(), is_sealed_list) ||
         std::any_of(after.begin(), after.end(), is_sealed_list);
}

Json to_json(const Around& around) {
  Json json = Json::object();
  if (!around.before.empty()) json["before"] = steps_to_json(around.before);
  if (!around.after.empty()) json["after"] = steps_to_json(around.after);
  return json;
}

std::string problem_of_around(const Around& around, const Registry& kinds) {
  for (const auto* all : {&around.before, &around.after}) {
    const std::string when = all == &around.before ? "before@" : "after@";
    for (const Steps& steps : *all) {
      if (steps.host.empty() || steps.actions.empty()) return "a list of steps is nobody's, or empty";
      const std::shared_ptr<const Actions> actions = steps.actions.get();
      for (const Action& action : *actions) {
        // By it reports, the history and rules know who does the step, and when.
        if (action.desired.address.module != when + steps.host)
          return action.desired.address.str() + " is among the steps " + when + steps.host;
        if (!can_be_step(action, kinds)) return action.desired.address.str() + " cannot be a step around a turn";
      }
      if (std::string problem = verify(HostPlan(), *actions, kinds); !problem.empty())
        return "of the steps of " + steps.host + ", " + problem;
    }
  }
  return {};
}

}  // namespace plumb::plan
