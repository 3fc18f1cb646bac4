#include "engine/exec/apply.h"

#include <algorithm>
#include <set>

#include "engine/base/random.h"
#include "engine/base/sealed.h"
#include "engine/exec/apply_run.h"
#include "engine/exec/item_locks.h"
#include "engine/exec/known_contents.h"
#include "engine/exec/observe.h"
#include "engine/wire/transactions.h"
#include "providers/sdk/foresight.h"

namespace plumb::exec {

wire::Done apply(const ApplyTools& tools, const wire::Apply& request) {
  return ApplyRun(tools, request).run();
}

ApplyRun::ApplyRun(const ApplyTools& tools, const wire::Apply& request)
    : ApplyActions(request, tools.registry),
      tools_(tools),
      request_(request),
      interpreter_(tools.system, tools.registry.managers(), tools.blobs,
                   Secrets(request.secrets, known_contents(tools, request.key)), tools.folder.token()),
      progress_(tools, request, interpreter_.secrets()),
      runner_(tools, request, interpreter_, progress_),
      transactions_(wire::transactions(request.actions)),
      waits_(request.actions.size(), false),
      looked_at_later_(request.actions.size(), false),
      settled_(request.actions.size(), false),
      judgements_(request.actions.size()) {
  for (std::size_t i = 0; i < request.actions.size(); ++i) looked_at_later_[i] = action(i).explained || is_rescue(i);
  for (const auto& [last, members] : transactions_) {
    for (const std::size_t index : members) waits_[index] = index != last;
  }
  tools_.system.set_hidden(interpreter_.secrets().hidden());
  interpreter_.set_providers(&tools.registry, tools.elsewhere);
}

wire::Done ApplyRun::run() {
  if (already_applied()) return progress_.done;
  HostRecord& record = tools_.log.record();
  for (const std::string& folder : record.temporaries) {
    remove_left_over_temporaries(tools_.system.files(), folder, tools_.folder.token());
  }
  record.temporaries.clear();
  move(record, request_.moved);
  tools_.system.seen().set_noting(true);
  recall_settled();
  leave_locked_alone();
  if (look_at_all()) act();
  finish();
  progress_.tell();
  return progress_.done;
}

bool ApplyRun::already_applied() {
  if (!request_.check_applied) return false;
  for (const AppliedPlan& applied : tools_.log.record().applied) {
    if (applied.plan != request_.plan) continue;
    progress_.done.outcome = wire::DoneOutcome::kAlready;
    progress_.done.applied_by = applied.run;
    progress_.done.applied_at = applied.when;
    return true;
  }
  return false;
}

// Also what nobody knew of when the plan was made.
void ApplyRun::leave_locked_alone() {
  for (std::size_t i = 0; i < progress_.states.size(); ++i) {
    const wire::ItemLock* lock = lock_on(tools_.locks, address(i), action(i).also);
    if (lock == nullptr || settled_[i]) continue;
    progress_.skip(i, Diagnostic(Code::kItemLocked, address(i) + " was left alone: " + lock->owner + " has locked " +
                                                        lock->items + " until " + lock->until + ": " + lock->reason)
                          .as(Severity::kWarning));
  }
}

// Before anything is changed: every action that no earlier one explains must find the host as the plan saw it, or
// already as the plan wants it; one that earlier ones of the plan shape, as it will be once they are done.
bool ApplyRun::look_at_all() {
  std::vector<const Desired*> all;
  std::vector<std::size_t> looked;
  std::vector<const Desired*> desired;
  all.reserve(progress_.states.size());
  bool seen_through = true;  // those before it do nothing but what is foreseen
  for (std::size_t i = 0; i < progress_.states.size(); ++i) {
    if (tools_.registry.find(action(i).desired.address.kind) == nullptr) {
      progress_.fail_before(i,
                            Diagnostic(Code::kCannotObserve,
                                       "this executor has no provider for `" + action(i).desired.address.kind + "`"),
                            false);
      return false;
    }
    all.push_back(progress_.as_planned_for(i));
    const bool later = looked_at_later_[i] || (action(i).triggered && !was_there(i));
    const bool asked = !later || (seen_through && may_be_hindered(i));
    seen_through = seen_through && is_foreseen(action(i).operations);
    if (!asked || progress_.states[i] != State::kPending) continue;
    looked.push_back(i);
    desired.push_back(all.back());
  }
  Foresight foresight(
      tools_.registry, tools_.system, who_we_are(), all, [this](std::span<const Desired* const> asked, System& seen) {
        return observe_resources(tools_.registry, seen, asked, request_.key, request_.secrets, tools_.elsewhere);
      });
  std::vector<Result<Observed>> found =
      observe_resources(tools_.registry, foresight.host(), desired, request_.key, request_.secrets, tools_.elsewhere);
  bool stale = false;
  std::vector<bool> lost(progress_.states.size());  // is not done, as far as is known, or fails
  std::size_t at = 0;
  for (std::size_t i = 0; i < progress_.states.size(); ++i) {
    Result<Observed>* state = at < looked.size() && looked[at] == i ? &found[at++] : nullptr;
    // It is looked at where it is called for; or has been, and the host is as it left it.
    if (is_rescue(i) || settled_[i]) continue;
    const std::vector<std::size_t>& needs = action(i).needs;
    lost[i] = progress_.states[i] != State::kPending ||
              std::any_of(needs.begin(), needs.end(), [&](std::size_t need) { return lost[need]; });
    if (action(i).triggered) {
      const bool gone = state != nullptr && !lost[i] && *state && !(**state).exists;
      if (gone) refuse_as_stale(i, refused_as_gone(action(i)), stale);
      continue;
    }
    if (lost[i]) {
      // It is skipped, or finds when its turn comes what nobody foresaw.
      looked_at_later_[i] = true;
    } else if (const std::string user = lost_user(i); !user.empty()) {
      refuse_as_stale(i, refused_without_user(action(i), user), stale);
    } else if (state != nullptr && looked_at_later_[i] && is_hindered(foresight, i, *state)) {
      refuse_as_stale(i, refused_as_hindered(action(i), *(*state)->obstacle), stale);
    } else if (state == nullptr || looked_at_later_[i]) {
      // What is decided only when its turn comes does then, as far as is known, what is planned.
      (void)foresight.carry_out(i, action(i).operations, true);
    } else {
      foresight.look(i, *state);
      if (!*state) {
        progress_.fail_before(i, state->error().diagnostic(), false);
        lost[i] = true;
        continue;
      }
      judgements_[i] = judge(kind(i), action(i), **state);
      const Missing* missing = judgements_[i].verdict == Verdict::kRun ? lost_since_the_plan(i, **state) : nullptr;
      if (missing != nullptr) judgements_[i] = refused_without(action(i), *missing);
      if (judgements_[i].verdict == Verdict::kRefused) {
        refuse_as_stale(i, judgements_[i].problem, stale);
      } else if (judgements_[i].verdict == Verdict::kRun) {
        // What fails does so when its turn comes: those before it are as the plan saw them, and are done.
        lost[i] = !foresight.carry_out(i, judgements_[i].operations, !(*state)->missing.empty());
      }
      progress_.before[i] = std::move(**state);
    }
  }
  if (stale) progress_.done.outcome = wire::DoneOutcome::kStale;
  return !stale && !progress_.failed;
}

// Actions in order. Neighbours that only touch files and do not depend on each other take their turn together, and so
// do package actions that are one transaction.
void ApplyRun::act() {
  std::size_t next = 0;
  while (next < progress_.states.size()) {
    if (tools_.line.wants_stop()) {
      progress_.done.outcome = wire::DoneOutcome::kInterrupted;
      return;
    }
    if (progress_.broken) return;
    if (progress_.stops_after_failure()) return rescue();
    TurnGroup group;
    std::vector<std::size_t> settled;
    while (next < progress_.states.size() && (waits_[next] || runner_.joins(group, next))) {
      const std::size_t index = next++;
      if (waits_[index]) continue;
      const auto together = transactions_.find(index);
      const std::vector<std::size_t> members =
          together == transactions_.end() ? std::vector<std::size_t>{index} : together->second;
      look_at(members);
      for (const std::size_t member : members) {
        if (std::optional<Turn> turn = take_turn(member)) {
          runner_.add(group, std::move(*turn));
        } else {
          settled.push_back(member);
        }
      }
      if (progress_.stops_after_failure()) break;
    }
    if (!group.turns.empty()) runner_.carry_out(group);
    for (const std::size_t i : settled) {
      if (progress_.states[i] == State::kSatisfied && !settled_[i])
        progress_.event(wire::EventKind::kSatisfied, i, why_satisfied(i));
    }
    progress_.tell();
    if (interpreter_.restart()) {
      *tools_.restart = interpreter_.restart();
      progress_.done.outcome = wire::DoneOutcome::kRestarting;
      progress_.done.back_within = interpreter_.restart()->within_seconds;
      return;
    }
  }
}

// The host goes no further, but for what is there for just that.
void ApplyRun::rescue() {
  progress_.rescuing = true;
  for (std::size_t i = 0; i < progress_.states.size(); ++i) {
    if (!is_rescue(i) || progress_.states[i] != State::kPending || !is_called_for(i)) continue;
    if (tools_.line.wants_stop()) {
      progress_.done.outcome = wire::DoneOutcome::kInterrupted;
      return;
    }
    look_at({&i, 1});
    if (std::optional<Turn> turn = take_turn(i)) {
      TurnGroup group;
      runner_.add(group, std::move(*turn));
      runner_.carry_out(group);
    } else if (progress_.states[i] == State::kSatisfied) {
      progress_.event(wire::EventKind::kSatisfied, i, why_satisfied(i));
    }
    progress_.tell();
    if (progress_.broken || (progress_.states[i] == State::kFailed && progress_.stops_at(i))) return;
  }
}

// Whether something failed that it is there for.
bool ApplyRun::is_called_for(std::size_t index) const {
  const std::vector<std::size_t>& rescued = action(index).rescues;
  return std::any_of(rescued.begin(), rescued.end(),
                     [this](std::size_t one) { return progress_.states[one] == State::kFailed; });
}

// What could not be looked at before is when its turn comes, all of a transaction at once.
void ApplyRun::look_at(std::span<const std::size_t> indexes) {
  std::vector<std::size_t> looked;
  std::vector<const Desired*> desired;
  for (const std::size_t index : indexes) {
    const wire::Action& what = action(index);
    if (!looked_at_later_[index] || what.triggered || progress_.states[index] != State::kPending || lost_need(index))
      continue;
    if ((is_rescue(index) && !is_called_for(index)) || !is_asked_for(index)) continue;
    looked.push_back(index);
    desired.push_back(progress_.as_planned_for(index));
  }
  std::vector<Result<Observed>> found =
      observe_resources(tools_.registry, tools_.system, desired, request_.key, request_.secrets, tools_.elsewhere);
  for (std::size_t at = 0; at < looked.size(); ++at) {
    const std::size_t index = looked[at];
    if (!found[at]) {
      progress_.fail_before(index, found[at].error().diagnostic(), false);
      continue;
    }
    judgements_[index] = judge(kind(index), action(index), *found[at]);
    progress_.before[index] = std::move(*found[at]);
  }
}

// Decides on an action whose turn has come; nothing where it is not to be carried out.
std::optional<Turn> ApplyRun::take_turn(std::size_t index) {
  if (progress_.states[index] != State::kPending) return std::nullopt;
  if (is_rescue(index) && !is_called_for(index)) {
    satisfied(index);
    return std::nullopt;
  }
  if (const auto need = lost_need(index)) {
    progress_.skip(index,
                   Diagnostic(Code::kSkippedByFailure, address(index) + " was skipped, since it needs " + *need));
    return std::nullopt;
  }
  if (!is_asked_for(index)) {
    leave_undone(index);
    return std::nullopt;
  }
  Turn turn;
  turn.index = index;
  if (is_in_turn(index)) turn.note = decided(index).told;
  if (action(index).triggered) {
    std::optional<std::vector<Operation>> operations;
    if (is_due(index)) operations = operations_of_triggered(index);
    if (!operations) {
      if (progress_.states[index] == State::kPending) satisfied(index);
      return std::nullopt;
    }
    turn.operations = std::move(*operations);
  } else {
    Judgement& judgement = judgements_[index];
    if (judgement.verdict == Verdict::kSatisfied) {
      satisfied(index);
      return std::nullopt;
    }
    if (judgement.verdict == Verdict::kRefused) {
      progress_.fail_before(index, judgement.problem, true);
      return std::nullopt;
    }
    turn.operations = std::move(judgement.operations);
  }
  if (const std::string why = why_no_restart(index, turn.operations); !why.empty()) {
    progress_.fail_before(index, Diagnostic(Code::kRefusedByState, address(index) + " was not done: " + why), false);
    return std::nullopt;
  }
  return turn;
}

// A restart, reload or run: one of its triggers changed something, now or in a run that did not get this far.
// What was started in this run after all of them has seen the change.
bool ApplyRun::is_due(std::size_t index) const {
  // Nothing runs in an image that could be asked.
  if (is_probe(index) && tools_.system.is_image()) return false;
  const auto started =
      is_probe(index) ? progress_.started.end() : progress_.started.find(action(index).desired.address);
  for (const std::size_t i : progress_.set_off_by[index]) {
    if (progress_.touched[i] && (started == progress_.started.end() || i > started->second)) return true;
  }
  const HostRecord& record = tools_.log.record();
  // A record that was lost cannot say what is owed; then the plan is believed.
  return record.owes(address(index), is_probe(index)) ||
         (action(index).owed && record.damaged && started == progress_.started.end());
}

// As planned; or, where the plan could not know whether there would be anything to restart, as it is now. Nothing where
// there is nothing to do or the host could not be observed.
std::optional<std::vector<Operation>> ApplyRun::operations_of_triggered(std::size_t index) {
  if (!action(index).explained || !action(index).operations.empty()) return action(index).operations;
  const Desired* desired = &action(index).desired;
  const std::vector<Result<Observed>> found = observe_resources(tools_.registry, tools_.system, {&desired, 1},
                                                                request_.key, request_.secrets, tools_.elsewhere);
  if (!found[0]) {
    progress_.fail_before(index, found[0].error().diagnostic(), false);
    return std::nullopt;
  }
  Change change = kind(index).provider->triggered(*desired, *found[0], action(index).op);
  if (change.empty()) {
    // Nothing is there that has not seen the change, so it is owed to nobody.
    drop_debt(index);
    return std::nullopt;
  }
  return std::move(change.operations);
}

std::optional<std::string> ApplyRun::lost_need(std::size_t index) const {
  for (const std::size_t need : action(index).needs) {
    if (progress_.states[need] == State::kFailed) return address(need) + ", which failed";
    if (progress_.states[need] != State::kSkipped) continue;
    return address(need) +
           (lock_on(tools_.locks, address(need), action(need).also) ? ", which is locked" : ", which was skipped");
  }
  return std::nullopt;
}

void ApplyRun::satisfied(std::size_t index) {
  progress_.states[index] = State::kSatisfied;
}

std::vector<std::string> ApplyRun::addresses_owed() const {
  std::vector<std::string> out;
  std::set<std::string> told;
  for (const wire::Owed& owed : tools_.log.record().owed.list()) {
    if (told.insert(owed.address).second) out.push_back(owed.address);
  }
  return out;
}

// What was not reached is skipped; then the record is brought up to date.
void ApplyRun::finish() {
  for (std::size_t i = 0; i < progress_.states.size(); ++i) {
    if (progress_.states[i] != State::kPending) continue;
    if (progress_.done.outcome == wire::DoneOutcome::kInterrupted) {
      progress_.skip(i, Diagnostic(Code::kInterrupted, address(i) + " was not begun: the run was interrupted"));
    } else if (progress_.done.outcome == wire::DoneOutcome::kRestarting) {
      continue;
    } else if (progress_.done.outcome == wire::DoneOutcome::kStale) {
      progress_.states[i] = State::kSkipped;
    } else if (progress_.failed) {
      progress_.skip(i, Diagnostic(Code::kSkippedByFailure,
                                   address(i) + " was skipped, since " + address(*progress_.failed) + " failed"));
    }
  }
  progress_.done.changed =
      static_cast<int>(std::count(progress_.states.begin(), progress_.states.end(), State::kChanged));
  progress_.done.satisfied =
      static_cast<int>(std::count(progress_.states.begin(), progress_.states.end(), State::kSatisfied));
  progress_.done.failed =
      static_cast<int>(std::count(progress_.states.begin(), progress_.states.end(), State::kFailed));
  progress_.done.skipped =
      static_cast<int>(std::count(progress_.states.begin(), progress_.states.end(), State::kSkipped));
  progress_.done.verified =
      static_cast<int>(std::count(progress_.states.begin(), progress_.states.end(), State::kVerified));
  if (progress_.failed && progress_.done.outcome == wire::DoneOutcome::kOk)
    progress_.done.outcome = wire::DoneOutcome::kFailed;
  drop_debts_of_undone();
  for (const std::string& moot : request_.moot_probes) tools_.log.record().owed.settle(moot, Op::kVerify);
  progress_.done.owed = addresses_owed();
  progress_.done.confirm_within = runner_.finish();
  // A host that was refused is left alone altogether.
  if (progress_.done.outcome == wire::DoneOutcome::kStale) return;

  HostRecord& record = tools_.log.record();
  record.last = {request_.run, request_.who, now_rfc3339()};
  see_with_key(record, request_.key);
  if (tools_.system.is_image() && record.image.empty()) record.image = request_.run + "-" + random_hex(16);
  std::set<std::string> not_done;
  for (std::size_t i = 0; i < progress_.states.size(); ++i) {
    // What a probe asks about is as the record says, whether it works or not.
    if (is_probe(i)) continue;
    const bool done = progress_.states[i] == State::kChanged ||
                      (progress_.states[i] == State::kSatisfied && !is_rescue(i) && !was_left_undone(i));
    if (!done) not_done.insert(address(i));
  }
  for (const auto& [address, attributes] : request_.resources) {
    if (!not_done.contains(address)) record.resources[address] = attributes;
  }
  for (std::size_t i = 0; i < progress_.states.size(); ++i) {
    const bool gone = action(i).op == Op::kDelete && !not_done.contains(address(i));
    if (gone && !request_.resources.contains(address(i))) record.resources.erase(address(i));
  }
  change_what_is_held(record, not_done);
  const bool known = std::any_of(record.applied.begin(), record.applied.end(),
                                 [this](const AppliedPlan& applied) { return applied.plan == request_.plan; });
  // What locks held back, or failed and may, may still be applied with this plan once they are gone.
  const bool in_full =
      progress_.done.outcome == wire::DoneOutcome::kOk && progress_.done.skipped == 0 && progress_.done.failed == 0;
  // Steps around the turn of another host are of no plan for this one.
  if (in_full && !request_.plan.empty() && !request_.actions.empty() && !known) {
    record.applied.push_back({request_.plan, request_.run, now_rfc3339()});
    if (record.applied.size() > 16) record.applied.erase(record.applied.begin());
  }
}

// What the record holds no longer, and what no plan may remove.
void ApplyRun::change_what_is_held(HostRecord& record, const std::set<std::string>& not_done) const {
  record.prevented.insert(request_.prevents.begin(), request_.prevents.end());
  for (const std::string& address : request_.permits) record.prevented.erase(address);
  for (const std::string& address : request_.forget) {
    if (not_done.contains(address)) continue;
    record.resources.erase(address);
    record.prevented.erase(address);
    record.owed.settle_all_but_probes(address);
    record.owed.settle(address, Op::kVerify);
  }
}

}  // namespace plumb::exec
