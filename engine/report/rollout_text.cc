#include "engine/report/rollout_text.h"

#include "engine/report/host_list.h"

namespace plumb::report {
namespace {

constexpr std::size_t kWavesShown = 12;

std::string tolerance_text(const Tolerance& tolerance, const char* what) {
  std::string out = tolerance.run.str() + " of the run";
  if (tolerance.wave) out += ", " + tolerance.wave->str() + " of each wave";
  if (tolerance.canary) out += ", " + tolerance.canary->str() + " of the canaries";
  return "  " + std::string(what) + out + "\n";
}

}  // namespace

std::string wave_text(const plan::Wave& wave) {
  const std::string what = wave.canary ? (wave.hosts.size() == 1 ? "Canary" : "Canaries") : "Wave";
  return what + (wave.stage.empty() ? "" : " of " + wave.stage) + ": " + host_list(wave.hosts);
}

std::string rollout_text(const plan::Rollout& rollout) {
  if (rollout.waves.empty()) return "";
  std::string out = "Roll-out:\n";
  std::size_t shown = 0;
  for (const plan::Wave& wave : rollout.waves) {
    if (shown++ == kWavesShown) {
      out += "  and " + std::to_string(rollout.waves.size() - kWavesShown) + " more waves\n";
      break;
    }
    out += "  " + wave_text(wave) + "\n";
  }
  out += "It goes on with at most\n";
  out += tolerance_text(rollout.tolerances.failed, "failed       ");
  out += tolerance_text(rollout.tolerances.no_answer, "no answer    ");
  out += tolerance_text(rollout.tolerances.unreachable, "unreachable  ");
  if (!rollout.windows.empty()) out += "It begins hosts " + text_of(rollout.windows) + ".\n";
  if (rollout.pause_seconds > 0) out += "Between two waves it waits " + std::to_string(rollout.pause_seconds) + " s.\n";
  return out;
}

}  // namespace plumb::report
