// What an action may do, now that its resource has been looked at again. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/wire/messages.h"
#include "providers/sdk/kind.h"

namespace plumb::exec {

enum class Verdict {
  kSatisfied,  // the host is as the plan wants it
  kRun,        // it is as the plan saw it, or as far from the goal as the plan allows for
  kRefused,    // neither: stale, or for an explained action diverged
};

struct Judgement {
  Verdict verdict = Verdict::kRun;
  std::vector<Operation> operations;  // kRun
  Diagnostic problem;                 // kRefused
};

Judgement judge(const Kind& kind, const wire::Action& action, const Observed& observed);

// Of one that nothing brings any more what it cannot be done without.
Judgement refused_without(const wire::Action& action, const Missing& missing);

// Of one whose resource, or whom its programs run as, is not there any more, and of one that something is in the way
// of.
Diagnostic refused_as_gone(const wire::Action& action);
Diagnostic refused_as_hindered(const wire::Action& action, const Obstacle& obstacle);
Diagnostic refused_without_user(const wire::Action& action, const std::string& user);

// True where nothing can be said by looking again: a run that has no guard.
bool is_unverifiable(const Kind& kind, const wire::Action& action);
// What is not as planned after the action has run; nothing when all is well.
std::optional<Diagnostic> divergence(const Kind& kind, const wire::Action& action, const Observed& observed);

}  // namespace plumb::exec
