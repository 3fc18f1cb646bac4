#include "engine/run/rollout_gate.h"

#include <optional>

namespace plumb::run {
namespace {

constexpr std::array<const char*, 3> kEnds = {"failed", "did not answer to the end", "could not be reached"};

std::optional<std::size_t> kind_of(HostState state) {
  switch (state) {
    case HostState::kFailed:
      return 0;
    case HostState::kNoAnswer:
      return 1;
    case HostState::kUnreachable:
      return 2;
    case HostState::kOk:
    case HostState::kNotStarted:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

RolloutGate::RolloutGate(const Tolerances& tolerances, std::size_t hosts) : tolerances_(tolerances) {
  run_.hosts = hosts;
}

void RolloutGate::begin_wave(const plan::Wave& wave, std::size_t hosts) {
  wave_.hosts = hosts;
  wave_.counts = {};
  wave_.name = wave.canary ? "a wave of canaries" : "a wave";
  canary_ = wave.canary;
}

void RolloutGate::count(HostState state) {
  const std::optional<std::size_t> kind = kind_of(state);
  if (!kind) return;
  const std::array<const Tolerance*, 3> all = {&tolerances_.failed, &tolerances_.no_answer, &tolerances_.unreachable};
  const Tolerance& tolerance = *all[*kind];
  const std::optional<Amount>& of_wave = canary_ && tolerance.canary ? tolerance.canary : tolerance.wave;
  ++run_.counts[*kind];
  ++wave_.counts[*kind];
  if (of_wave) weigh(wave_, *kind, *of_wave);
  weigh(run_, *kind, tolerance.run);
}

void RolloutGate::close(std::string why) {
  if (stopped()) return;
  why_ = std::move(why);
  closed_ = true;
}

void RolloutGate::halt(std::string why) {
  if (stopped()) return;
  why_ = std::move(why);
  halted_ = true;
}

void RolloutGate::weigh(Scope& scope, std::size_t kind, const Amount& tolerated) {
  const auto count = scope.counts[kind];
  const auto most = static_cast<std::size_t>(tolerated.of(static_cast<std::int64_t>(scope.hosts)));
  if (count <= most || stopped()) return;
  const std::string share = tolerated.percent ? " (" + tolerated.str() + ")" : "";
  why_ = std::to_string(count) + " of " + std::to_string(scope.hosts) + (scope.hosts == 1 ? " host " : " hosts ") +
         kEnds[kind] + ", and " + std::to_string(most) + share + (most == 1 ? " is" : " are") + " tolerated in " +
         scope.name;
}

}  // namespace plumb::run
