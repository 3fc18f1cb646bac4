// Carrying out the actions whose turn has come.
#include <algorithm>
#include <map>

#include "engine/exec/interpreter/programs.h"
#include "engine/exec/interpreter/services.h"
#include "engine/exec/judge.h"
#include "engine/exec/observe.h"
#include "engine/exec/turn_runner.h"
#include "engine/wire/transactions.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/sealed_values.h"
#include "providers/sdk/via.h"

namespace plumb::exec {
namespace {

using Clock = std::chrono::steady_clock;
// What a change sets off is done again once the change is undone.
bool can_be_repeated(const std::vector<Operation>& operations) {
  return !operations.empty() && std::all_of(operations.begin(), operations.end(),
                                            [](const Operation& operation) { return traits(operation).repeatable; });
}

// What is run for its own sake has seen all that was changed before. But once such a change is undone, what it set off
// has to be done again.
bool is_own_run(const wire::Action& action) {
  return action.op == Op::kRun && !action.triggered;
}

bool starts_service(const std::vector<Operation>& operations) {
  return std::any_of(operations.begin(), operations.end(), [](const Operation& operation) {
    const auto* service = std::get_if<ServiceAction>(&operation);
    return service != nullptr && service->verb == "start";
  });
}

}  // namespace

TurnRunner::TurnRunner(const ApplyTools& tools, const wire::Apply& request, Interpreter& interpreter,
                       ApplyProgress& progress)
    : ApplyActions(request, tools.registry),
      tools_(tools),
      request_(request),
      interpreter_(interpreter),
      progress_(progress),
      guard_(tools.system, tools.registry.managers(), tools.folder, request.run, request.plan),
      guarded_(request.actions.size(), false) {
  for (std::size_t i = 0; i < request.actions.size(); ++i) {
    if (action(i).triggered && !is_probe(i)) last_triggered_[action(i).desired.address] = i;
  }
  interpreter_.set_stop([this] {
    tools_.line.show_life();
    return tools_.line.wants_stop();
  });
  tools_.system.set_while_busy([this] { tools_.line.show_life(); });
  tools_.blobs.fetch_large(
      request.contents, request.key,
      [this](const wire::LargeContent& content, const ByteSink& take) { return fetch(content, take); });
}

TurnRunner::~TurnRunner() {
  tools_.system.set_while_busy({});
  tools_.blobs.fetch_nothing();
}

// Waiting for the line is not work: an earlier change may be what cut it, and is then undone meanwhile.
Result<> TurnRunner::fetch(const wire::LargeContent& content, const ByteSink& take) {
  const bool waits = waits_to_be_confirmed();
  if (waits) guard_.rest(false);
  Result<> fetched = tools_.line.fetch(content, take);
  if (waits && !guard_.work()) return fail(Code::kNotConfirmed, "the time to confirm what was changed before ran out");
  return fetched;
}

bool TurnRunner::waits_to_be_confirmed() const {
  bool waits = false;
  for (std::size_t i = 0; i < progress_.states.size(); ++i) waits = waits || (guarded_[i] && progress_.touched[i]);
  return waits;
}

// Those of the turns that must be confirmed, and those that a change that must be sets off.
std::vector<Guarded> TurnRunner::guarded(const std::vector<Turn>& turns) const {
  std::vector<Guarded> found;
  for (const Turn& turn : turns) {
    const wire::Action& what = action(turn.index);
    const std::vector<std::size_t>& by = progress_.set_off_by[turn.index];
    const bool again = what.triggered && std::any_of(by.begin(), by.end(), [this](std::size_t i) {
                         return guarded_[i] && progress_.touched[i];
                       });
    if (again && !can_be_repeated(turn.operations)) continue;
    if (!again && (what.triggered || what.confirm_within == 0)) continue;
    const std::map<std::string, Json>& resources = tools_.log.record().resources;
    const auto recorded = resources.find(address(turn.index));
    UndoStep step{address(turn.index), what.op, turn.operations, {}, sealed_values(what.desired)};
    if (recorded != resources.end()) step.recorded = recorded->second;
    for (Operation& operation : step.operations) {
      if (auto* run = std::get_if<Run>(&operation)) run->env.insert(what.desired.env.begin(), what.desired.env.end());
    }
    found.push_back({std::move(step), again, what.confirm_within});
  }
  return found;
}

// From here on the host knows what is about to happen, and can undo what must be confirmed. False where nothing may.
bool TurnRunner::begin(const std::vector<Turn>& turns) {
  if (!guard_.work()) {
    progress_.broken = true;
    progress_.fail_before(turns.front().index,
                          Diagnostic(Code::kNotConfirmed, "the time to confirm what was changed before ran out"),
                          false);
    return false;
  }
  const std::vector<Guarded> armed = guarded(turns);
  if (Result<> ready = guard_.arm(armed, interpreter_.secrets()); !ready) {
    guard_.rest(false);
    const auto first = std::find_if(turns.begin(), turns.end(), [&](const Turn& turn) {
      return address(turn.index) == armed.front().step.address;
    });
    progress_.fail_before(first->index, std::move(ready.error()).during("preparing to undo it").diagnostic(), false);
    return false;
  }
  for (const Guarded& one : armed) {
    for (const Turn& turn : turns)
      guarded_[turn.index] = guarded_[turn.index] || address(turn.index) == one.step.address;
  }
  std::vector<JournalEntry> intents;
  intents.reserve(turns.size());
  for (const Turn& turn : turns) intents.push_back(intent_of(turn));
  if (Result<> written = tools_.log.write(intents); !written) {
    guard_.rest(false);
    progress_.broken = true;
    progress_.fail_before(turns.front().index, std::move(written.error()).during("writing the journal").diagnostic(),
                          false);
    return false;
  }
  return true;
}

void TurnRunner::carry_out(TurnGroup& group) {
  if (!group.closed) return carry_out(group.turns);
  // One that takes its turn alone, or those of a transaction.
  for (std::vector<Turn>& turns : transactions_of(group.turns)) {
    if (progress_.broken || progress_.stops_after_failure()) return;
    carry_out(turns);
  }
}

void TurnRunner::carry_out(std::vector<Turn>& turns) {
  const bool packages = wire::changes_packages(turns.front().operations);
  if (packages || turns.size() == 1) {
    // Before it counts as work: on a line that is cut this may hang.
    for (const Turn& turn : turns) progress_.event(wire::EventKind::kStarted, turn.index);
    progress_.tell();
  }
  if (!begin(turns)) return;
  const std::vector<std::size_t> at_rest = packages ? at_rest_among(set_off_later(turns)) : std::vector<std::size_t>();
  const auto start = Clock::now();
  const auto since = std::chrono::system_clock::now();
  if (turns.size() > 1 && packages) {
    carry_out_transaction(turns);
  } else if (turns.size() > 1) {
    carry_out_group(turns);
  } else {
    carry_out_one(turns.front());
  }
  look_again(turns, since);
  if (turns.size() == 1) try_again(turns, since);
  const auto ran = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count();
  for (Turn& turn : turns) turn.milliseconds = ran / static_cast<std::int64_t>(turns.size());
  settle(turns);
  note_started(at_rest, turns);
  guard_.rest(std::any_of(turns.begin(), turns.end(), [this](const Turn& turn) { return guarded_[turn.index]; }));
}

void TurnRunner::carry_out_one(Turn& turn) {
  turn.begun = true;
  const wire::Action& what = action(turn.index);
  if (kind(turn.index).package == nullptr && is_by_controller(kind(turn.index), what.desired)) {
    const Result<> done = tools_.elsewhere != nullptr
                              ? tools_.elsewhere->apply(what.desired.address, std::string(name(what.op)), turn.output)
                              : fail(Code::kProtocol, "the controller is not asked here");
    if (!done) turn.problem = done.error().diagnostic();
    return;
  }
  const TryScope scope(tools_.system, what);
  const std::set<Sealed> marked = sealed_values(what.desired);
  for (const Operation& operation : turn.operations) {
    if (Result<> ran = interpreter_.run(operation, marked, turn.output); !ran) {
      turn.problem = ran.error().diagnostic();
      break;
    }
  }
  if (turn.problem && scope.is_overdue()) turn.problem = scope.took_too_long(*turn.problem);
  if (Result<> synced = interpreter_.folders().sync(); !synced && !turn.problem)
    turn.problem = synced.error().diagnostic();
}

// Success is what the host shows, not what a program said; and of a failure it tells whether it left a trace.
void TurnRunner::look_again(std::vector<Turn>& turns, std::chrono::system_clock::time_point since) {
  std::vector<Turn*> looked;
  std::vector<const Desired*> desired;
  for (Turn& turn : turns) {
    turn.touched = turn.begun && !is_probe(turn.index);
    if (is_probe(turn.index)) continue;
    if (!turn.begun || is_unverifiable(kind(turn.index), action(turn.index))) continue;
    looked.push_back(&turn);
    // After a failure it is compared with what was there before.
    desired.push_back(turn.problem ? progress_.as_planned_for(turn.index) : &action(turn.index).desired);
  }
  std::vector<Result<Observed>> found =
      observe_resources(tools_.registry, tools_.system, desired, request_.key, request_.secrets, tools_.elsewhere);
  for (std::size_t i = 0; i < looked.size(); ++i) {
    Turn& turn = *looked[i];
    if (turn.problem) {
      const std::optional<Observed>& before = progress_.before[turn.index];
      turn.touched =
          !found[i] || !before || found[i]->exists != before->exists || found[i]->attributes != before->attributes;
    } else {
      turn.problem = found[i] ? divergence(kind(turn.index), action(turn.index), *found[i])
                              : std::optional<Diagnostic>(found[i].error().diagnostic());
      turn.diverged = turn.problem.has_value();
      // What a condition keeps from starting ended well for its manager; the log has why.
      if (turn.diverged)
        turn.problem->summary += said_of_services(tools_.system, tools_.registry.managers(), turn.operations, since);
    }
  }
}

// Outcomes reach the journal before they reach the controller.
void TurnRunner::settle(std::vector<Turn>& turns) {
  std::vector<JournalEntry> outcomes;
  for (Turn& turn : turns) {
    if (turn.problem) turn.problem = progress_.presentable(*turn.problem, hides_output(turn));
    outcomes.push_back(outcome_of(turn));
  }
  if (Result<> written = tools_.log.write(outcomes); !written) progress_.broken = true;
  for (Turn& turn : turns) {
    const std::size_t i = turn.index;
    progress_.touched[i] = turn.touched;
    const bool ran = !turn.problem && turn.begun && !action(i).triggered && is_unverifiable(kind(i), action(i));
    if (ran && tools_.note_ran) tools_.note_ran(i);
    const bool ran_for_all = is_own_run(action(i)) && !waits_to_be_confirmed();
    if (!turn.problem && (starts_service(turn.operations) || ran_for_all))
      progress_.started[action(i).desired.address] = i;
    if (!turn.begun && !turn.problem) continue;  // another one's failure came first
    if (!turn.output.empty() && !hides_output(turn)) {
      std::string shown = interpreter_.secrets().hide(std::move(turn.output));
      if (shown.size() > kOutputLimit) shown.erase(0, shown.size() - kOutputLimit);
      progress_.event(wire::EventKind::kOutput, i, std::move(shown));
    }
    const bool probe = is_probe(i);
    progress_.states[i] = turn.problem ? State::kFailed : probe ? State::kVerified : State::kChanged;
    if (!turn.problem) {
      progress_.event(probe ? wire::EventKind::kVerified : wire::EventKind::kChanged, i, turn.note, {},
                      turn.milliseconds);
      continue;
    }
    if (!progress_.failed && !may_fail(i)) progress_.failed = i;
    // A probe that was waiting when the run was stopped.
    if (turn.problem->code == Code::kInterrupted) progress_.done.outcome = wire::DoneOutcome::kInterrupted;
    progress_.event(turn.diverged ? wire::EventKind::kDiverged : wire::EventKind::kFailed, i, turn.problem->summary,
                    turn.problem, turn.milliseconds);
  }
  if (progress_.broken && !progress_.failed) {
    // Nothing is lost yet, but nothing more may be begun that could not be recorded.
    progress_.failed = turns.back().index;
    progress_.states[*progress_.failed] = State::kFailed;
    progress_.event(wire::EventKind::kFailed, *progress_.failed, "the journal could not be written",
                    Diagnostic(Code::kOperation, "the host's journal could not be written after " +
                                                     address(*progress_.failed) + " was changed"));
  }
}

JournalEntry TurnRunner::intent_of(const Turn& turn) const {
  Intent intent{request_.run, request_.plan, address(turn.index), action(turn.index).op, {}, {}};
  for (const std::size_t trigger : action(turn.index).triggers) {
    if (trigger >= progress_.states.size() || (is_probe(trigger) && tools_.system.is_image())) continue;
    intent.triggers.push_back({address(trigger), action(trigger).op});
  }
  for (const wire::Due& due : action(turn.index).owes) intent.triggers.push_back({due.address, due.op});
  for (const Operation& operation : turn.operations) {
    for (std::string& folder : temporary_folders(operation)) intent.temporaries.push_back(std::move(folder));
  }
  return intent;
}

// In which it may leave something of a temporary name where it is killed. Of folders above that it makes too, each is
// made in the one above it.
std::vector<std::string> TurnRunner::temporary_folders(const Operation& operation) const {
  std::vector<std::string> folders;
  const auto* swap = std::get_if<ChangeSwap>(&operation);
  const auto* mount = std::get_if<ChangeMount>(&operation);
  const auto* made = std::get_if<MakeDirectory>(&operation);
  const std::string* path = mount != nullptr ? &mount->point : swap != nullptr ? &swap->device : path_of(operation);
  if (path == nullptr || !path->starts_with('/') || !traits(operation).leaves_temporary) return folders;
  folders.push_back(parent_of(follows_link(operation) ? tools_.system.resolve(*path).value_or(*path) : *path));
  if (mount == nullptr && (made == nullptr || !made->parents)) return folders;
  struct stat info {};
  for (const std::string& above : ancestors_of(*path)) {
    if (above == "/" || tools_.system.files().stat(above, true, info) == 0) break;
    folders.push_back(parent_of(above));
  }
  return folders;
}

JournalEntry TurnRunner::outcome_of(const Turn& turn) const {
  const wire::Action& what = action(turn.index);
  Outcome outcome{request_.run,
                  request_.plan,
                  address(turn.index),
                  what.op,
                  JournalOutcome::kChanged,
                  turn.touched,
                  false,
                  {},
                  false,
                  {}};
  if (!turn.begun && !turn.problem) {
    outcome.outcome = JournalOutcome::kNone;
  } else if (turn.problem) {
    outcome.outcome = JournalOutcome::kFailed;
    outcome.text = turn.problem->summary;
  } else if (what.op == Op::kVerify) {
    outcome.outcome = JournalOutcome::kVerified;
  } else {
    const auto desired = request_.resources.find(outcome.address);
    if (desired != request_.resources.end()) outcome.resource = desired->second;
    outcome.forget = what.op == Op::kDelete && !outcome.resource;
    if (is_in_turn(turn.index)) outcome.text = turn.note;
    // A plan may change a service and restart it by two actions; then the second one settles the debt.
    const auto last = last_triggered_.find(what.desired.address);
    const bool later = last != last_triggered_.end() && last->second > turn.index;
    outcome.discharges = !later || starts_service(turn.operations) || (is_own_run(what) && !waits_to_be_confirmed());
  }
  return outcome;
}

// Whether programs of the turn may print what is sensitive, also of another resource: one write is for all edits of a
// file.
bool TurnRunner::hides_output(const Turn& turn) const {
  const auto beside_secrets = [](const Operation& operation) {
    const auto* edit = std::get_if<EditFile>(&operation);
    return edit != nullptr && edit->beside_secrets;
  };
  return action(turn.index).hide_output || std::any_of(turn.operations.begin(), turn.operations.end(), beside_secrets);
}

}  // namespace plumb::exec
