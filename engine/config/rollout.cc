#include "engine/config/rollout.h"

#include <charconv>

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

Json to_json(const Tolerance& tolerance) {
  Json json = {{"run", tolerance.run.str()}};
  if (tolerance.wave) json["wave"] = tolerance.wave->str();
  if (tolerance.canary) json["canary"] = tolerance.canary->str();
  return json;
}

std::optional<Tolerance> tolerance_from(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  Tolerance tolerance;
  bool has_run = false;
  for (const auto& [name, value] : json.items()) {
    const std::optional<Amount> amount = Amount::parse(value);
    if (!amount) return std::nullopt;
    if (name == "run") {
      tolerance.run = *amount;
      has_run = true;
    } else if (name == "wave") {
      tolerance.wave = amount;
    } else if (name == "canary") {
      tolerance.canary = amount;
    } else {
      return std::nullopt;
    }
  }
  return has_run ? std::optional(tolerance) : std::nullopt;
}

}  // namespace

std::optional<Amount> Amount::parse(const Json& json) {
  if (json.is_number_integer()) {
    const auto hosts = json.get<std::int64_t>();
    return hosts < 0 ? std::nullopt : std::optional(Amount{hosts, false});
  }
  if (!json.is_string()) return std::nullopt;
  std::string_view text = json.get_ref<const std::string&>();
  Amount amount;
  amount.percent = text.ends_with('%');
  if (amount.percent) text.remove_suffix(1);
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), amount.value);
  const bool whole = problem == std::errc() && end == text.data() + text.size() && amount.value >= 0;
  if (!whole || (amount.percent && amount.value > 100)) return std::nullopt;
  return amount;
}

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

Json to_json(const Tolerances& tolerances) {
  return {{"failed", to_json(tolerances.failed)},
          {"no_answer", to_json(tolerances.no_answer)},
          {"unreachable", to_json(tolerances.unreachable)}};
}

std::optional<Tolerances> tolerances_from(const Json& json) {
  if (!json.is_object() || json.size() != 3) return std::nullopt;
  const auto part = [&](const char* name) { return tolerance_from(json.value(name, Json())); };
  const auto failed = part("failed");
  const auto no_answer = part("no_answer");
  const auto unreachable = part("unreachable");
  if (!failed || !no_answer || !unreachable) return std::nullopt;
  return Tolerances{*failed, *no_answer, *unreachable};
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
