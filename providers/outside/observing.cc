#include "providers/outside/observing.h"

#include <algorithm>

#include "engine/base/hidden_texts.h"
#include "engine/base/sealed.h"

namespace plumb::outside {
namespace {

// What is known in clear here of what is sensitive.
HiddenTexts secrets_of(const Desired& desired) {
  HiddenTexts secrets;
  for (const std::string& name : desired.sensitive) {
    if (!is_sealed(desired.attribute(name))) secrets.add(desired.attribute(name));
  }
  return secrets;
}

void hide(const HiddenTexts& secrets, Diagnostic& problem) {
  problem.summary = secrets.hide(std::move(problem.summary));
  problem.hint = secrets.hide(std::move(problem.hint));
}

Error without(const HiddenTexts& secrets, const Error& error) {
  Diagnostic problem = error.diagnostic();
  hide(secrets, problem);
  return Error(std::move(problem));
}

// One start of the program.
std::vector<Result<Observed>> observe_together(const Package& package, const Words& words,
                                               std::span<const Desired* const> desired, const std::string& user,
                                               const Caller& caller) {
  Start start;
  start.observes = true;
  start.requests = desired.size();
  start.user = user;
  start.env = desired.front()->env;
  HiddenTexts secrets;
  for (std::size_t i = 0; i < desired.size(); ++i) {
    start.lines += observe_line(i + 1, words, *desired[i]);
    secrets.add(secrets_of(*desired[i]));
  }
  const Result<Ended> ended = caller(start);
  std::vector<Result<Observed>> out(desired.size());
  for (std::size_t i = 0; i < desired.size(); ++i) {
    Result<Observed>& slot = out[i];
    if (ended) {
      slot = observed_from(ended->answers[i], words, *desired[i]);
      if (slot && slot->obstacle) hide(secrets, *slot->obstacle);
    } else if (ended.error().code() == Code::kProgramMissing) {
      slot = Observed();
      slot->missing.push_back({{"", "program", package.command.front()}, words.identity()});
    } else {
      slot = ended.error();
    }
    if (!slot) slot = without(secrets, of_resource(slot.error(), package, desired[i]->address));
  }
  return out;
}

}  // namespace

std::vector<Result<Observed>> observe_by(const Package& package, const Words& words,
                                         std::span<const Desired* const> desired, const std::string& user,
                                         const Caller& caller) {
  std::vector<Result<Observed>> out;
  for (std::size_t at = 0; at < desired.size(); at += kMostObserved) {
    const auto part = desired.subspan(at, std::min(kMostObserved, desired.size() - at));
    for (Result<Observed>& one : observe_together(package, words, part, user, caller)) out.push_back(std::move(one));
  }
  return out;
}

}  // namespace plumb::outside
