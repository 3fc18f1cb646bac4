#include "engine/plan/rollout.h"

namespace plumb::plan {
Json to_json(const Rollout& rollout) {
  Json waves = Json::array();
  for (const Wave& wave : rollout.waves) {
    Json json = {{"hosts", wave.hosts}};
    if (!wave.stage.empty()) json["stage"] = wave.stage;
    if (wave.canary) json["canary"] = true;
    waves.push_back(std::move(json));
  }
  Json json = {
      {"waves", std::move(waves)}, {"tolerated", to_json(rollout.tolerances)}, {"pause", rollout.pause_seconds}};
  if (!rollout.windows.empty()) json["window"] = to_json(rollout.windows);
  return json;
}

std::optional<Rollout> rollout_from(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  const Json waves = json.value("waves", Json());
  const Json pause = json.value("pause", Json());
  const auto tolerances = tolerances_from(json.value("tolerated", Json()));
  if (!waves.is_array() || !pause.is_number_integer() || pause < 0 || !tolerances) return std::nullopt;
  Rollout rollout{{}, *tolerances, pause.get<std::int64_t>(), {}};
  if (json.contains("window")) {
    std::optional<std::vector<Window>> windows = windows_from(json["window"]);
    if (!windows) return std::nullopt;
    rollout.windows = std::move(*windows);
  }
  for (const Json& one : waves) {
    const Json hosts = one.is_object() ? one.value("hosts", Json()) : Json();
    if (!hosts.is_array() || hosts.empty()) return std::nullopt;
    Wave wave;
    for (const Json& host : hosts) {
      if (!host.is_string()) return std::nullopt;
      wave.hosts.push_back(host.get<std::string>());
    }
    if (one.contains("stage") && !one["stage"].is_string()) return std::nullopt;
    if (one.contains("canary") && one["canary"] != true) return std::nullopt;
    wave.stage = one.value("stage", std::string());
    wave.canary = one.contains("canary");
    rollout.waves.push_back(std::move(wave));
  }
  // One form: what else stands there was not written by to_json().
  if (to_json(rollout) != json) return std::nullopt;
  return rollout;
}

}  // namespace plumb::plan
