// The tries of an action: what each is given, and what becomes of one that failed.
#include <algorithm>
#include <thread>

#include "engine/base/joined.h"
#include "engine/base/outside_text.h"
#include "engine/exec/judge.h"
#include "engine/exec/observe.h"
#include "engine/exec/turn_runner.h"

namespace plumb::exec {

TryScope::TryScope(LocalSystem& system, const wire::Action& action)
    : system_(system), seconds_(action.manner.timeout_seconds) {
  system_.set_env(action.desired.env);
  if (seconds_ > 0) system_.set_deadline(std::chrono::steady_clock::now() + std::chrono::seconds(seconds_));
}

TryScope::~TryScope() {
  system_.set_env({});
  system_.set_deadline(std::nullopt);
}

Diagnostic TryScope::took_too_long(Diagnostic why) const {
  why.summary = "it took longer than " + std::to_string(seconds_) + " s: " + why.summary;
  return why;
}

// What a failed try left is looked at, and where there is still something to do it is done once more.
void TurnRunner::try_again(std::vector<Turn>& turns, std::chrono::system_clock::time_point since) {
  Turn& turn = turns.front();
  const Manner& manner = action(turn.index).manner;
  int tries = 1;
  while (turn.problem && turn.begun && tries < manner.tries && wait_for_next_try(turn)) {
    ++tries;
    if (!decide_again(turn)) break;
    if (!turn.problem) continue;  // it is as planned by now
    turn.problem.reset();
    turn.diverged = false;
    carry_out_one(turn);
    look_again(turns, since);
  }
  if (tries == 1) return;
  const std::string which = "try " + std::to_string(tries) + " of " + std::to_string(manner.tries);
  if (turn.problem) {
    turn.problem->summary += " (" + which + ")";
  } else {
    append_item(turn.note, which);
  }
}

// False where nothing is tried any more. Waiting is not work: see fetch().
bool TurnRunner::wait_for_next_try(const Turn& turn) {
  using Steady = std::chrono::steady_clock;
  constexpr std::size_t kShown = 500;
  constexpr std::chrono::milliseconds kSlice{100};
  const std::chrono::seconds time(action(turn.index).manner.every_seconds);
  const Diagnostic why = progress_.presentable(*turn.problem, hides_output(turn));
  progress_.event(
      wire::EventKind::kOutput, turn.index,
      outside_line("failed, and is tried again in " + std::to_string(time.count()) + " s: " + why.summary, kShown) +
          "\n");
  progress_.tell();
  const bool waits = waits_to_be_confirmed() || guarded_[turn.index];
  if (waits) guard_.rest(false);
  const auto end = Steady::now() + time;
  bool stopped = false;
  while (!(stopped = tools_.line.wants_stop()) && Steady::now() < end) {
    tools_.line.show_life();
    std::this_thread::sleep_for(std::min<Steady::duration>(kSlice, end - Steady::now()));
  }
  return !(waits && !guard_.work()) && !stopped;
}

// What is to be done next, within what was planned; without a problem where nothing is. False where that is refused.
bool TurnRunner::decide_again(Turn& turn) {
  const wire::Action& what = action(turn.index);
  if (what.triggered || is_unverifiable(kind(turn.index), what)) return true;
  const Desired* desired = progress_.as_planned_for(turn.index);
  const std::vector<Result<Observed>> found = observe_resources(tools_.registry, tools_.system, {&desired, 1},
                                                                request_.key, request_.secrets, tools_.elsewhere);
  if (!found[0]) {
    turn.problem = found[0].error().diagnostic();
    return false;
  }
  // The failed try explains what is otherwise than it was.
  wire::Action explained = what;
  explained.explained = true;
  Judgement judgement = judge(kind(turn.index), explained, *found[0]);
  if (judgement.verdict == Verdict::kRefused) {
    turn.problem = std::move(judgement.problem);
    return false;
  }
  if (judgement.verdict == Verdict::kSatisfied) {
    turn.problem.reset();
    turn.touched = true;
  } else {
    turn.operations = std::move(judgement.operations);
  }
  return true;
}

}  // namespace plumb::exec
