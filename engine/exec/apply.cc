#include "engine/exec/apply.h"

#include <algorithm>
#include <set>

#include "engine/base/sealed.h"
#include "engine/exec/apply_run.h"
#include "engine/exec/item_locks.h"
#include "engine/exec/observe.h"
#include "engine/exec/transactions.h"

namespace plumb::exec {

wire::Done apply(const ApplyTools& tools, const wire::Apply& request) {
  return ApplyRun(tools, request).run();
}

ApplyRun::ApplyRun(const ApplyTools& tools, const wire::Apply& request)
    : tools_(tools),
      request_(request),
      interpreter_(tools.system, tools.registry.managers(), tools.blobs, Secrets(request.secrets),
                   tools.folder.token()),
      guard_(tools.system, tools.registry.managers(), tools.folder, request.run, request.plan),
      transactions_(transactions(request.actions)),
      waits_(request.actions.size(), false),
      set_off_by_(request.actions.size()),
      states_(request.actions.size(), State::kPending),
      judgements_(request.actions.size()),
      before_(request.actions.size()),
      touched_(request.actions.size(), false),
      guarded_(request.actions.size(), false) {
  for (const auto& [last, members] : transactions_) {
    for (const std::size_t index : members) waits_[index] = index != last;
  }
  for (std::size_t i = 0; i < request.actions.size(); ++i) {
    for (const std::size_t triggered : action(i).triggers) {
      if (triggered > i && triggered < set_off_by_.size()) set_off_by_[triggered].push_back(i);
    }
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

ApplyRun::~ApplyRun() {
  tools_.system.set_while_busy({});
  tools_.blobs.fetch_nothing();
}

// Waiting for the line is not work: an earlier change may be what cut it, and is then undone meanwhile.
Result<> ApplyRun::fetch(const wire::LargeContent& content, const ByteSink& take) {
  bool waits_to_be_confirmed = false;
  for (std::size_t i = 0; i < states_.size(); ++i)
    waits_to_be_confirmed = waits_to_be_confirmed || (guarded_[i] && touched_[i]);
  if (waits_to_be_confirmed) guard_.rest(false);
  Result<> fetched = tools_.line.fetch(content, take);
  if (waits_to_be_confirmed && !guard_.work())
    return fail(Code::kNotConfirmed, "the time to confirm what was changed before ran out");
  return fetched;
}

wire::Done ApplyRun::run() {
  done_.outcome = wire::DoneOutcome::kOk;
  if (already_applied()) return done_;
  HostRecord& record = tools_.log.record();
  for (const std::string& folder : record.temporaries) {
    remove_left_over_temporaries(tools_.system.files(), folder, tools_.folder.token());
  }
  record.temporaries.clear();
  leave_locked_alone();
  if (look_at_all()) act();
  finish();
  tell();
  return done_;
}

bool ApplyRun::already_applied() {
  if (!request_.check_applied) return false;
  for (const AppliedPlan& applied : tools_.log.record().applied) {
    if (applied.plan != request_.plan) continue;
    done_.outcome = wire::DoneOutcome::kAlready;
    done_.applied_by = applied.run;
    done_.applied_at = applied.when;
    return true;
  }
  return false;
}

// Also what nobody knew of when the plan was made.
void ApplyRun::leave_locked_alone() {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const wire::ItemLock* lock = lock_on(tools_.locks, address(i));
    if (lock == nullptr) continue;
    skip(i, Diagnostic(Code::kItemLocked, address(i) + " was left alone: " + lock->owner + " has locked " +
                                              lock->items + " until " + lock->until + ": " + lock->reason)
                .as(Severity::kWarning));
  }
}

// Before anything is changed: every action that no earlier one explains must find the host as the plan saw it, or
// already as the plan wants it.
bool ApplyRun::look_at_all() {
  std::vector<std::size_t> looked;
  std::vector<const Desired*> desired;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (tools_.registry.find(action(i).desired.address.kind) == nullptr) {
      fail_before(i,
                  Diagnostic(Code::kCannotObserve,
                             "this executor has no provider for `" + action(i).desired.address.kind + "`"),
                  false);
      return false;
    }
    if (action(i).explained || action(i).triggered || states_[i] != State::kPending) continue;
    looked.push_back(i);
    desired.push_back(as_planned_for(i));
  }
  std::vector<Result<Observed>> found = observe_resources(tools_.registry, tools_.system, desired, request_.key);
  bool stale = false;
  for (std::size_t at = 0; at < looked.size(); ++at) {
    const std::size_t i = looked[at];
    if (!found[at]) {
      fail_before(i, found[at].error().diagnostic(), false);
      continue;
    }
    judgements_[i] = judge(kind(i), action(i), *found[at]);
    before_[i] = std::move(*found[at]);
    if (judgements_[i].verdict != Verdict::kRefused) continue;
    stale = true;
    states_[i] = State::kSkipped;
    event(wire::EventKind::kStale, i, judgements_[i].problem.summary, judgements_[i].problem);
  }
  if (stale) done_.outcome = wire::DoneOutcome::kStale;
  return !stale && !failed_;
}

// Actions in order. Neighbours that only touch files and do not depend on each other take their turn together, and so
// do package actions that are one transaction.
void ApplyRun::act() {
  std::size_t next = 0;
  while (next < states_.size()) {
    if (tools_.line.wants_stop()) {
      done_.outcome = wire::DoneOutcome::kInterrupted;
      return;
    }
    if (broken_ || stops_after_failure()) return;
    Group group;
    std::vector<std::size_t> settled;
    while (next < states_.size() && (waits_[next] || joins(group, next))) {
      const std::size_t index = next++;
      if (waits_[index]) continue;
      const auto together = transactions_.find(index);
      const std::vector<std::size_t> members =
          together == transactions_.end() ? std::vector<std::size_t>{index} : together->second;
      look_at(members);
      for (const std::size_t member : members) {
        if (std::optional<Turn> turn = take_turn(member)) {
          add(group, std::move(*turn));
        } else {
          settled.push_back(member);
        }
      }
      if (stops_after_failure()) break;
    }
    if (!group.turns.empty()) carry_out(group);
    for (const std::size_t i : settled) {
      if (states_[i] == State::kSatisfied) event(wire::EventKind::kSatisfied, i);
    }
    tell();
  }
}

// What the action wants, with all marked sensitive that its plan saw sealed: so what is seen now compares with it. It
// lives as long as the run.
const Desired* ApplyRun::as_planned_for(std::size_t index) {
  const wire::Action& what = action(index);
  std::set<std::string> sealed;
  for (const auto& [name, value] : what.before.items()) {
    if (is_sealed(value) && !what.desired.sensitive.contains(name)) sealed.insert(name);
  }
  if (sealed.empty()) return &what.desired;
  Desired& desired = planned_for_.emplace_back(what.desired);
  desired.sensitive.merge(sealed);
  return &desired;
}

// What earlier actions explain is looked at when its turn comes, all of a transaction at once.
void ApplyRun::look_at(std::span<const std::size_t> indexes) {
  std::vector<std::size_t> looked;
  std::vector<const Desired*> desired;
  for (const std::size_t index : indexes) {
    const wire::Action& what = action(index);
    if (!what.explained || what.triggered || states_[index] != State::kPending || lost_need(index)) continue;
    looked.push_back(index);
    desired.push_back(as_planned_for(index));
  }
  std::vector<Result<Observed>> found = observe_resources(tools_.registry, tools_.system, desired, request_.key);
  for (std::size_t at = 0; at < looked.size(); ++at) {
    const std::size_t index = looked[at];
    if (!found[at]) {
      fail_before(index, found[at].error().diagnostic(), false);
      continue;
    }
    judgements_[index] = judge(kind(index), action(index), *found[at]);
    before_[index] = std::move(*found[at]);
  }
}

// Decides on an action whose turn has come; nothing where it is not to be carried out.
std::optional<ApplyRun::Turn> ApplyRun::take_turn(std::size_t index) {
  if (states_[index] != State::kPending) return std::nullopt;
  if (const auto need = lost_need(index)) {
    skip(index, Diagnostic(Code::kSkippedByFailure, address(index) + " was skipped, since it needs " + *need));
    return std::nullopt;
  }
  Turn turn;
  turn.index = index;
  if (action(index).triggered) {
    std::optional<std::vector<Operation>> operations;
    if (is_due(index)) operations = operations_of_triggered(index);
    if (!operations) {
      if (states_[index] == State::kPending) satisfied(index);
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
      fail_before(index, judgement.problem, true);
      return std::nullopt;
    }
    turn.operations = std::move(judgement.operations);
  }
  return turn;
}

// A restart, reload or run: one of its triggers changed something, now or in a run that did not get this far.
// What was started in this run after all of them has seen the change.
bool ApplyRun::is_due(std::size_t index) const {
  // Nothing runs in an image that could be asked.
  if (is_probe(index) && tools_.system.is_image()) return false;
  const auto started = is_probe(index) ? started_.end() : started_.find(action(index).desired.address);
  for (const std::size_t i : set_off_by_[index]) {
    if (touched_[i] && (started == started_.end() || i > started->second)) return true;
  }
  const HostRecord& record = tools_.log.record();
  // A record that was lost cannot say what is owed; then the plan is believed.
  return record.owes(address(index), is_probe(index)) ||
         (action(index).owed && record.damaged && started == started_.end());
}

// As planned; or, where the plan could not know whether there would be anything to restart, as it is now. Nothing where
// there is nothing to do or the host could not be observed.
std::optional<std::vector<Operation>> ApplyRun::operations_of_triggered(std::size_t index) {
  if (!action(index).explained || !action(index).operations.empty()) return action(index).operations;
  const Desired* desired = &action(index).desired;
  const std::vector<Result<Observed>> found =
      observe_resources(tools_.registry, tools_.system, {&desired, 1}, request_.key);
  if (!found[0]) {
    fail_before(index, found[0].error().diagnostic(), false);
    return std::nullopt;
  }
  Change change = kind(index).provider->triggered(*desired, *found[0], action(index).op);
  if (change.empty()) return std::nullopt;
  return std::move(change.operations);
}

std::optional<std::string> ApplyRun::lost_need(std::size_t index) const {
  for (const std::size_t need : action(index).needs) {
    if (need >= index) continue;
    if (states_[need] == State::kFailed) return address(need) + ", which failed";
    if (states_[need] != State::kSkipped) continue;
    return address(need) + (lock_on(tools_.locks, address(need)) ? ", which is locked" : ", which was skipped");
  }
  return std::nullopt;
}

void ApplyRun::skip(std::size_t index, const Diagnostic& why) {
  states_[index] = State::kSkipped;
  event(wire::EventKind::kSkipped, index, why.summary, why);
}

void ApplyRun::fail_before(std::size_t index, const Diagnostic& why, bool diverged) {
  states_[index] = State::kFailed;
  if (!failed_) failed_ = index;
  const Diagnostic shown = presentable(why, action(index).hide_output);
  event(diverged ? wire::EventKind::kDiverged : wire::EventKind::kFailed, index, shown.summary, shown);
}

void ApplyRun::satisfied(std::size_t index) {
  states_[index] = State::kSatisfied;
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
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (states_[i] != State::kPending) continue;
    if (done_.outcome == wire::DoneOutcome::kInterrupted) {
      skip(i, Diagnostic(Code::kInterrupted, address(i) + " was not begun: the run was interrupted"));
    } else if (done_.outcome == wire::DoneOutcome::kStale) {
      states_[i] = State::kSkipped;
    } else if (failed_) {
      skip(i, Diagnostic(Code::kSkippedByFailure, address(i) + " was skipped, since " + address(*failed_) + " failed"));
    }
  }
  done_.changed = static_cast<int>(std::count(states_.begin(), states_.end(), State::kChanged));
  done_.satisfied = static_cast<int>(std::count(states_.begin(), states_.end(), State::kSatisfied));
  done_.failed = static_cast<int>(std::count(states_.begin(), states_.end(), State::kFailed));
  done_.skipped = static_cast<int>(std::count(states_.begin(), states_.end(), State::kSkipped));
  done_.verified = static_cast<int>(std::count(states_.begin(), states_.end(), State::kVerified));
  if (failed_ && done_.outcome == wire::DoneOutcome::kOk) done_.outcome = wire::DoneOutcome::kFailed;
  for (const std::string& moot : request_.moot_probes) tools_.log.record().owed.settle(moot, Op::kVerify);
  done_.owed = addresses_owed();
  done_.confirm_within = guard_.finish();
  // A host that was refused is left alone altogether.
  if (done_.outcome == wire::DoneOutcome::kStale) return;

  HostRecord& record = tools_.log.record();
  std::set<std::string> not_done;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    // What a probe asks about is as the record says, whether it works or not.
    if (is_probe(i)) continue;
    if (states_[i] != State::kChanged && states_[i] != State::kSatisfied) not_done.insert(address(i));
  }
  for (const auto& [address, attributes] : request_.resources) {
    if (!not_done.contains(address)) record.resources[address] = attributes;
  }
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const bool gone = action(i).op == Op::kDelete && !not_done.contains(address(i));
    if (gone && !request_.resources.contains(address(i))) record.resources.erase(address(i));
  }
  const bool known = std::any_of(record.applied.begin(), record.applied.end(),
                                 [this](const AppliedPlan& applied) { return applied.plan == request_.plan; });
  // What locks held back may still be applied with this plan once they are gone.
  const bool in_full = done_.outcome == wire::DoneOutcome::kOk && done_.skipped == 0;
  if (in_full && !request_.actions.empty() && !known) {
    record.applied.push_back({request_.plan, request_.run, now_rfc3339()});
    if (record.applied.size() > 16) record.applied.erase(record.applied.begin());
  }
}

}  // namespace plumb::exec
