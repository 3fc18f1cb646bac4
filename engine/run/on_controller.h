// Providers from outside that run on the controller: what they tell and do for the resources of one host. Their
// programs are started, and confined where they observe, by an executor of plumb's own on this machine.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/base/log.h"
#include "engine/host/transport.h"
#include "engine/run/control.h"
#include "engine/run/conversation.h"
#include "providers/outside/calling.h"
#include "providers/sdk/kind.h"

namespace plumb::run {

// Values by keyed digest.
using OpenValues = std::map<std::string, Json>;

class OnController {
 public:
  // Called every few seconds while a program runs, for a host that waits meanwhile.
  using Beat = std::function<Result<>()>;

  // Both outlive it.
  OnController(host::Transport& transport, Control& control, Log* log)
      : transport_(transport), control_(control), log_(log) {}

  // One result for each of these resources of a kind that runs here, in their order. Sensitive values are sealed.
  std::vector<Result<Observed>> observe(const Kind& kind, std::span<const Desired* const> desired,
                                        const OpenValues& values, const std::string& key, const Beat& beat);
  // What the program printed for people, without the values.
  Result<std::string> apply(const Kind& kind, const Desired& desired, CallProvider call, const OpenValues& values,
                            int seconds, const Beat& beat);

 private:
  Result<outside::Ended> call(const outside::Package& package, const outside::Start& start, const Beat& beat);
  Result<> reach(const outside::Package& package);
  Result<wire::ProviderAnswer> wait(std::chrono::seconds most, const Beat& beat);

  host::Transport& transport_;
  Control& control_;
  Log* log_;
  std::optional<Conversation> conversation_;
  std::set<std::string> brought_;  // digests
};

}  // namespace plumb::run
