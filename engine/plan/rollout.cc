#include "engine/plan/rollout.h"

#include <algorithm>
#include <span>

namespace plumb::plan {
namespace {

// A share of few hosts may come to none; a wave is never empty.
std::size_t size_of(const config::Amount& amount, std::size_t total) {
  const auto hosts = static_cast<std::size_t>(amount.of(static_cast<std::int64_t>(total)));
  return std::clamp<std::size_t>(hosts, 1, total);
}

void add_stage(const config::Rollout& declared, const std::string& stage, std::span<const std::string> hosts,
               std::vector<Wave>& waves) {
  const std::size_t total = hosts.size();
  if (total == 0) return;
  if (declared.canary.value > 0) {
    const std::size_t canaries = size_of(declared.canary, total);
    waves.push_back({stage, true, {hosts.begin(), hosts.begin() + static_cast<std::ptrdiff_t>(canaries)}});
    hosts = hosts.subspan(canaries);
  }
  const std::size_t batch = size_of(declared.batch, total);
  while (!hosts.empty()) {
    const auto wave = hosts.first(std::min(batch, hosts.size()));
    waves.push_back({stage, false, {wave.begin(), wave.end()}});
    hosts = hosts.subspan(wave.size());
  }
}

}  // namespace

Rollout make_rollout(const config::Rollout& declared, const std::vector<std::set<std::string>>& stages,
                     const std::set<std::string>& hosts) {
  Rollout rollout;
  rollout.tolerances = declared.tolerances;
  rollout.pause_seconds = declared.pause_seconds;
  rollout.windows = declared.windows;
  std::set<std::string> left = hosts;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    std::vector<std::string> members;
    for (const std::string& host : stages[i]) {
      if (left.erase(host) > 0) members.push_back(host);
    }
    add_stage(declared, declared.stages[i].text, members, rollout.waves);
  }
  add_stage(declared, "", std::vector<std::string>(left.begin(), left.end()), rollout.waves);
  return rollout;
}

Json to_json(const Rollout& rollout) {
  Json waves = Json::array();
  for (const Wave& wave : rollout.waves) {
    Json json = {{"hosts", wave.hosts}};
    if (!wave.stage.empty()) json["stage"] = wave.stage;
    if (wave.canary) json["canary"] = true;
    waves.push_back(std::move(json));
  }
  Json json = {{"waves", std::move(waves)},
               {"tolerated", config::to_json(rollout.tolerances)},
               {"pause", rollout.pause_seconds}};
  if (!rollout.windows.empty()) json["window"] = config::to_json(rollout.windows);
  return json;
}

std::optional<Rollout> rollout_from(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  const Json waves = json.value("waves", Json());
  const Json pause = json.value("pause", Json());
  const auto tolerances = config::tolerances_from(json.value("tolerated", Json()));
  if (!waves.is_array() || !pause.is_number_integer() || pause < 0 || !tolerances) return std::nullopt;
  Rollout rollout{{}, *tolerances, pause.get<std::int64_t>(), {}};
  if (json.contains("window")) {
    std::optional<std::vector<config::Window>> windows = config::windows_from(json["window"]);
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
