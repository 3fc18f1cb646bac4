// What the controller tells and does for the resources of one host: by providers from outside that run here, and of
// plumb's own kinds what is to be asked from here. An executor of plumb's own on this machine does it, confined where
// it observes.
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

  // Of plumb's own kinds, whatever they are: one result for each, in their order.
  std::vector<Result<Observed>> look(const std::string& project, std::span<const Desired* const> desired,
                                     const OpenValues& values, const std::string& key, const Beat& beat);
  // Carries out what only asks. Gives what was printed, without the values.
  Result<std::string> perform(const Desired& desired, std::vector<Operation> operations, const OpenValues& values,
                              int seconds, const Beat& beat);

 private:
  Result<outside::Ended> call(const outside::Package& package, const outside::Start& start, const Beat& beat);
  Result<> reach();
  Result<> bring_here(const outside::Package& package);
  Result<std::vector<wire::ObservedState>> ask(const wire::Observe& question, const Beat& beat);
  // The answer of its executor, which may take so long.
  template <class Answer>
  Result<Answer> wait(std::chrono::seconds most, const Beat& beat);
  // After a slice in which no answer came: shows life where nothing was said for long. Errors: kInterrupted.
  Result<> stay(const Beat& beat, std::chrono::seconds& quiet);
  void hang_up();

  host::Transport& transport_;
  Control& control_;
  Log* log_;
  std::optional<Conversation> conversation_;
  std::set<std::string> brought_;  // digests
};

}  // namespace plumb::run
