#include "engine/run/confirmation.h"

#include <algorithm>

#include "engine/base/joined.h"
#include "engine/base/time_text.h"
#include "engine/host/stream_connection.h"
#include "engine/run/host_claims.h"

namespace plumb::run {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr seconds kAnswerTime{15};
// After its time is up the host undoes, restarts, and can then be asked what it did.
constexpr seconds kGrace{30};
// Longer only while it says that it is at it.
constexpr seconds kUndoingTime{300};
// Somebody who stops a run is not kept waiting; a login in the same network takes no longer.
constexpr std::chrono::milliseconds kLastTry{150};

std::string in_words(seconds span) {
  const auto count = span.count();
  return count % 60 == 0 ? std::to_string(count / 60) + "m" : std::to_string(count) + "s";
}

using wire::ConfirmOutcome;
// Nothing where the host has not answered.
using Answer = std::optional<wire::Confirmation>;

bool is(const Answer& answer, ConfirmOutcome outcome) {
  return answer && answer->outcome == outcome;
}

class Confirming {
 public:
  Confirming(Session& session, const ToConfirm& what) : session_(session), what_(what) {}

  // The last answer.
  Answer run() {
    const Clock::time_point start = Clock::now();
    const Clock::time_point due = start + what_.within + kGrace;
    seconds pause{1};
    Answer answer;
    while (true) {
      Result<wire::Confirmation> told = ask();
      if (told) {
        answer = std::move(*told);
        if (!is(answer, ConfirmOutcome::kBusy) && !is(answer, ConfirmOutcome::kUndoing)) return answer;
      } else {
        problem_ = told.error().diagnostic();
      }
      const Clock::time_point last = is(answer, ConfirmOutcome::kUndoing) ? due + kUndoingTime : due;
      if (Clock::now() >= last || !wait(pause)) return answer;  // also where a stop ended the login
      // Refused logins may lock an account.
      const bool refused = !told && problem_->code == Code::kAuthentication;
      pause = refused ? std::min(pause * 2, seconds(30)) : std::min(pause + seconds(1), seconds(5));
    }
  }

  const std::optional<Diagnostic>& problem() const { return problem_; }

 private:
  // One new login. Once the time is up it only tells.
  Result<wire::Confirmation> ask() {
    SessionContext& context = session_.context();
    host::HostSettings settings = session_.settings();
    settings.fresh_login = true;
    settings.connect_attempts = 1;
    // Where the run was stopped before it came to this, there is still the one try.
    const bool stopped = is_stopped();
    host::Deadline deadline = host::Deadline::after(stopped ? kLastTry : kAnswerTime);
    if (stopped) settings.deadline = deadline;
    PLUMB_TRY_ASSIGN(std::unique_ptr<host::Connection> connection,
                     context.transport.open(settings, stopped ? nullptr : &context.control.interrupt()));
    Conversation conversation(std::move(connection));
    std::optional<Control::Watch> watch;  // the one try is not to be woken from
    if (!stopped) watch.emplace(context.control, conversation.connection());
    if (!stopped) deadline = host::Deadline::after(kAnswerTime);
    PLUMB_TRY(conversation.greet(deadline));
    PLUMB_TRY(conversation.send(wire::Confirm{context.project, what_.run}, deadline));
    constexpr wire::MessageLimits kConfirmation{std::size_t{4} << 20, std::size_t{1} << 16};
    conversation.allow(kConfirmation);
    PLUMB_TRY_ASSIGN(wire::Confirmation answer, conversation.expect<wire::Confirmation>(deadline));
    keep_known(answer, what_.of_plan);
    return answer;
  }

  bool is_stopped() const { return session_.context().control.level() != StopLevel::kNone; }

  // False where the run is stopped.
  bool wait(seconds span) const {
    const Result<> waited = host::wait_ready({}, host::Deadline::after(span), &session_.context().control.interrupt());
    return waited || waited.error().code() != Code::kInterrupted;
  }

  Session& session_;
  const ToConfirm& what_;
  std::optional<Diagnostic> problem_;
};

Diagnostic not_confirmed(const ToConfirm& what, const Answer& answer, const std::optional<Diagnostic>& problem,
                         const std::string& latest, bool stopped) {
  std::string text = stopped ? "the run was stopped before a new login confirmed the changes"
                             : "no new login confirmed the changes within " + in_words(what.within);
  std::string hint;
  if (is(answer, ConfirmOutcome::kUndone)) {
    const bool any = !answer->undone.empty() || !answer->restarted.empty();
    text += any ? ", so the host undid them" : ", and the host did not undo them";
    if (!answer->undone.empty()) text += ": put back " + joined(answer->undone, ", ");
    if (!answer->restarted.empty()) text += "; restarted " + joined(answer->restarted, ", ");
    if (!answer->problems.empty()) text += (any ? "; NOT undone " : ": ") + joined(answer->problems, "; ");
  } else if (is(answer, ConfirmOutcome::kNothing)) {
    text += ", and the host knows nothing of them any more: " + joined(what.addresses, ", ");
  } else {
    text += ": " + joined(what.addresses, ", ") + "; the host undoes them by itself after " + latest;
    hint = "`plumb plan` tells what it did, once the host can be reached";
  }
  if (problem) hint = "the last login: " + problem->summary + (hint.empty() ? "" : "; " + hint);
  return Diagnostic(Code::kNotConfirmed, std::move(text)).with_hint(std::move(hint));
}

}  // namespace

ToConfirm to_confirm(const wire::Apply& request) {
  ToConfirm what;
  what.run = request.run;
  for (const wire::Action& action : request.actions) {
    what.of_plan.push_back(action.desired.address.str());
    if (action.confirm_within == 0 || action.triggered) continue;
    what.within = std::max(what.within, seconds(action.confirm_within));
    what.addresses.push_back(action.desired.address.str());
  }
  return what;
}

bool confirm_changes(Session& session, const ToConfirm& what, Journalist& journalist, HostResult& result) {
  const std::string latest = timestamp(std::chrono::system_clock::now() + what.within);
  Confirming confirming(session, what);
  const Answer answer = confirming.run();
  if (is(answer, ConfirmOutcome::kConfirmed)) return true;
  // Of a run that was cut off before it got there.
  if (is(answer, ConfirmOutcome::kNothing) && result.outcome == HostOutcome::kNone) return true;

  result.state = HostState::kFailed;
  const bool undone = is(answer, ConfirmOutcome::kUndone);
  result.outcome = undone ? HostOutcome::kUndone : HostOutcome::kFailed;
  Diagnostic problem =
      not_confirmed(what, answer, confirming.problem(), latest, session.context().control.level() != StopLevel::kNone);
  problem.host = session.name();
  result.diagnostics.add(std::move(problem));
  if (undone) {
    const auto gone = static_cast<int>(answer->undone.size() + answer->restarted.size());
    result.changed = std::max(0, result.changed - gone);
    journalist.amend(answer->undone, ActionOutcome::kUndone);
    journalist.amend(answer->restarted, ActionOutcome::kUndone);
  }
  return false;
}

}  // namespace plumb::run
