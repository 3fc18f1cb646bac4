#include "engine/config/rollout.h"

namespace plumb::config {
namespace {

Amount amount_in(const Json& json, Amount otherwise) {
  return Amount::parse(json).value_or(otherwise);
}

// An amount, which is the run's, or a map of both.
Tolerance tolerance_in(const Json& json) {
  Tolerance tolerance;
  if (!json.is_object()) {
    tolerance.run = amount_in(json, {});
    return tolerance;
  }
  // Who names the wave alone bounds nothing else.
  tolerance.run = amount_in(json.value("run", Json()), {100, true});
  tolerance.wave = Amount::parse(json.value("wave", Json()));
  return tolerance;
}

}  // namespace

Rollout read_rollout(const lang::Node& node, const Json& typed) {
  Rollout rollout;
  if (const lang::Entry* stages = node.find("stages")) {
    for (const lang::Node& stage : stages->value.items) rollout.stages.push_back({stage.text, stage.span});
  }
  if (typed.contains("canary")) rollout.canary = amount_in(typed["canary"], rollout.canary);
  if (typed.contains("batch")) rollout.batch = amount_in(typed["batch"], rollout.batch);
  if (typed.contains("pause")) rollout.pause_seconds = typed["pause"].get<std::int64_t>();
  if (typed.contains("window")) rollout.windows = read_windows(typed["window"]);
  if (typed.contains("max_failures")) {
    rollout.tolerances.failed = tolerance_in(typed["max_failures"]);
    // A host that was lost in the middle may have been broken by the change.
    rollout.tolerances.no_answer = rollout.tolerances.failed;
  }
  if (typed.contains("max_no_answer")) rollout.tolerances.no_answer = tolerance_in(typed["max_no_answer"]);
  if (typed.contains("max_unreachable")) rollout.tolerances.unreachable = tolerance_in(typed["max_unreachable"]);
  return rollout;
}

Json to_json(const Rollout& rollout) {
  Json stages = Json::array();
  for (const Pattern& stage : rollout.stages) stages.push_back(stage.text);
  Json json = {{"stages", std::move(stages)},
               {"canary", rollout.canary.str()},
               {"batch", rollout.batch.str()},
               {"tolerated", to_json(rollout.tolerances)},
               {"pause", rollout.pause_seconds}};
  if (!rollout.windows.empty()) json["window"] = to_json(rollout.windows);
  return json;
}

}  // namespace plumb::config
