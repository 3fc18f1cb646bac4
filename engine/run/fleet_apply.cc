// Carrying a plan out: wave by wave, several hosts at once.
#include <algorithm>
#include <chrono>

#include <poll.h>

#include "engine/base/digest.h"
#include "engine/base/pool.h"
#include "engine/base/time_text.h"
#include "engine/config/told_facts.h"
#include "engine/plan/source_place.h"
#include "engine/run/confirmation.h"
#include "engine/run/coverage.h"
#include "engine/run/doers.h"
#include "engine/run/fleet_member.h"
#include "engine/run/host_turns.h"
#include "engine/run/journalist.h"
#include "engine/run/restarts.h"
#include "engine/run/unpacked_lists.h"

namespace plumb::run {
namespace {

history::HostEntry host_outcome(const HostResult& result) {
  history::HostEntry outcome;
  outcome.name = result.name;
  outcome.state = result.state;
  outcome.changed = result.changed;
  outcome.satisfied = result.satisfied;
  outcome.failed = result.failed;
  outcome.skipped = result.skipped;
  outcome.milliseconds = result.milliseconds;
  for (const Diagnostic& problem : result.diagnostics.items()) {
    if (problem.severity != Severity::kError) continue;
    outcome.code = code_name(problem.code);
    outcome.text = problem.summary;
    break;
  }
  return outcome;
}

// For a host that does not live to tell its totals.
void count(wire::EventKind kind, HostResult& result) {
  if (kind == wire::EventKind::kChanged) ++result.changed;
  if (kind == wire::EventKind::kVerified) ++result.verified;
  if (kind == wire::EventKind::kSatisfied) ++result.satisfied;
  if (kind == wire::EventKind::kSkipped) ++result.skipped;
  if (kind == wire::EventKind::kFailed || kind == wire::EventKind::kDiverged) ++result.failed;
}

constexpr Amount kAll{100, true};
constexpr Tolerances kTolerateAll{{kAll, {}, {}}, {kAll, {}, {}}, {kAll, {}, {}}};

Error of_another_root(bool image) {
  return image ? fail(Code::kStale, "the plan is of an image, and this is the host itself")
                     .hint("apply it with the --root that it was made with")
               : fail(Code::kStale, "the plan is of the host itself, and this is an image")
                     .hint("apply it without --root, or make a plan with it");
}

// Of a host that is left alone for no fault of its own.
void not_begun(HostResult& result, std::size_t actions) {
  result.state = HostState::kNotStarted;
  result.outcome = HostOutcome::kHeld;
  result.skipped = static_cast<int>(actions);
}

constexpr const char* kBeforeItsEnd = " before its end";

// The run ended before the host did, which is no failure of the host.
bool is_cut_short(const HostResult& result) {
  return result.outcome == HostOutcome::kInterrupted || result.outcome == HostOutcome::kNotStarted;
}

// The line of the configuration that an action comes from, as its plan has it. A plan that was made elsewhere, or
// before, may name any file, and another line than there is now: that is said and not looked at.
void point_at(const std::string& source, bool planned_now, Diagnostic& problem) {
  const std::optional<SourceSpan> place = planned_now ? plan::place_of(source) : std::nullopt;
  if (place) {
    problem.span = place;
  } else if (!source.empty()) {
    problem.label = "declared at " + source + " when the plan was made";
  }
}

void tell_of_record(const plan::HostPlan& host, const plan::Actions& actions, wire::Apply& apply) {
  for (const auto& [to, from] : host.moved) apply.moved.emplace(from, to);
  for (const plan::Forgotten& one : host.forgotten) apply.forget.push_back(one.address);
  for (const plan::Action& action : actions) {
    if (action.forget) apply.forget.push_back(action.desired.address.str());
  }
  apply.prevents = host.prevents;
  apply.permits = host.permits;
}

// What the configuration holds no longer, no later run does.
void forget_debts_of(const std::vector<std::string>& orphans, HostResult& result) {
  std::erase_if(result.owed, [&](const std::string& address) {
    return std::find(orphans.begin(), orphans.end(), address) != orphans.end();
  });
}

}  // namespace

PlanContents Fleet::contents_of(const plan::Plan& plan, const std::filesystem::path& folder,
                                const Member* member) const {
  const bool compiled = member != nullptr && member->contents != nullptr;
  return {plan, project_.place(), folder, compiled ? *member->contents : *first_contents_};
}

void Fleet::check_contents(const plan::Plan& plan, const std::filesystem::path& folder,
                           Diagnostics& diagnostics) const {
  run::check_contents(
      plan, contents_of(plan, folder, nullptr), [this] { return control_.level() != StopLevel::kNone; }, diagnostics);
}

Result<Request> Fleet::request_for(const Member& member, const plan::Actions& actions, const plan::Plan& plan,
                                   const ApplyOptions& options) const {
  const PlanContents contents = contents_of(plan, options.contents, &member);
  if (options.saved_plan) PLUMB_TRY(check_key(plan, actions, context_.key));
  if (options.saved_plan) PLUMB_TRY(check_packages(actions, providers_));
  if (options.saved_plan && needs_secrets(actions, providers_))
    PLUMB_TRY(check_secrets(actions, member.session->graph()));
  PLUMB_TRY_ASSIGN(Request request,
                   make_request(plan, actions, contents, contents.compiled(), providers_,
                                {options.run, options.plan, context_.key, options.saved_plan, options.keep_going,
                                 options.who, options.take_over, plan.hosts.at(member.name).image_id}));
  request.apply.readings = plan.hosts.at(member.name).readings;
  // What people approved for a strict host goes there as it is.
  if (const auto passed = options.passed_readings.find(member.name);
      passed != options.passed_readings.end() && member.session->charter().empty()) {
    std::erase_if(request.apply.readings, [&](const UsedReading& one) { return passed->second.contains(one.name); });
  }
  for (const UsedReading& one : request.apply.readings) {
    if (is_keyed_digest(one.told)) request.apply.key = context_.key;
  }
  if (member.planned) {
    request.apply.moot_probes = member.planned->moot_probes;
    PLUMB_TRY_ASSIGN(request.apply.resources, member.planned->left());
    // Also where there is nothing to do but to write the record, which says with which key it was sealed.
    if (member.planned->seals) request.apply.key = context_.key;
  } else {
    for (const plan::Action& action : actions) {
      if (!action.forget) request.apply.resources[action.desired.address.str()] = action.desired.attributes;
    }
  }
  tell_of_record(plan.hosts.at(member.name), actions, request.apply);
  return request;
}

Result<> Fleet::cover(const Member& member, Request& request, const ApplyOptions& options) {
  if (member.session->charter().empty()) return {};
  if (options.coverage == nullptr) {
    return fail(Code::kNotCovered, "the host is strict, and carries out only plans that people have approved")
        .hint("`plumb plan -o FILE`, `plumb approve FILE --key KEY`, `plumb apply FILE`");
  }
  PLUMB_TRY_ASSIGN(request.apply.cover, options.coverage->of(member.name));
  return {};
}

void Fleet::take_event(Member& member, const plan::Actions& actions, const wire::Event& event, Journalist& journalist) {
  if (event.index >= actions.size()) return;
  journalist.note(event);
  count(event.kind, member.result);
  const bool in_turn = !actions[event.index].when.empty();
  if (event.kind == wire::EventKind::kSatisfied && in_turn && !event.text.empty()) ++member.result.left_in_turn;
  // What was skipped is counted; what caused it is told: a failure, or a lock that the plan did not know of.
  const bool locked = event.problem && event.problem->code == Code::kItemLocked;
  if (event.problem && (event.kind != wire::EventKind::kSkipped || locked)) {
    Diagnostic problem = *event.problem;
    problem.host = member.name;
    point_at(actions[event.index].source, member.planned != nullptr, problem);
    if (problem.code == Code::kProgramFailed && problem.hint.empty() && !actions[event.index].desired.sensitive.empty())
      problem.hint = "what it printed is not shown, since it is given a sensitive value";
    // The configuration has said that it is none of the host.
    if (actions[event.index].manner.may_fail && event.kind != wire::EventKind::kStale)
      problem.severity = Severity::kWarning;
    member.result.diagnostics.add(std::move(problem));
  }
  tell({.kind = RunEvent::Kind::kAction, .host = member.name, .action = &actions[event.index], .event = &event});
}

bool Fleet::has_work(const Member& member, const plan::Actions& actions, const Carrying& carrying) {
  const auto& [plan, options, lists, turns, doers] = carrying;
  if (!actions.empty() || !member.session->unreported().empty() || options.take_over) return true;
  if (plan.hosts.at(member.name).changes_record()) return true;
  return !options.saved_plan && member.planned != nullptr && member.planned->record_outdated;
}

std::optional<Request> Fleet::begin_member(Member& member, const plan::Actions& actions, const Carrying& carrying) {
  const auto& [plan, options, lists, turns, doers] = carrying;
  HostResult& result = member.result;
  const auto refuse = [&result](Error why) {
    fail_with(result, std::move(why));
    return std::optional<Request>();
  };
  if (std::optional<Diagnostic> problem = problem_of_restarts(actions, member.session->settings(), providers_))
    return refuse(Error(std::move(*problem)));
  if (const std::optional<std::string> why = over()) {
    result.outcome = HostOutcome::kNotStarted;
    result.skipped = static_cast<int>(actions.size());
    fail_with(result, fail(Code::kInterrupted, *why + " before the host was touched"));
    result.state = HostState::kNotStarted;
    return std::nullopt;
  }
  Result<Request> request = request_for(member, actions, plan, options);
  if (!request) {
    // Of a sensitive value that is another one now: the plan is refused like one of another host.
    if (request.error().code() == Code::kSecretUnresolved) result.outcome = HostOutcome::kStale;
    return refuse(request.error());
  }
  if (Result<> reached = reach(member); !reached) return refuse(reached.error());
  // Beside its actions a strict host is told nothing, and without an approval not even those.
  if (actions.empty() && options.coverage == nullptr && !member.session->charter().empty()) return std::nullopt;
  result.strict = !member.session->charter().empty();
  if (Result<> covered = cover(member, *request, options); !covered) {
    result.outcome = HostOutcome::kStale;
    return refuse(covered.error());
  }
  if (options.saved_plan && config::is_image(member.session->facts()) != plan.hosts.at(member.name).image) {
    result.outcome = HostOutcome::kStale;
    return refuse(of_another_root(plan.hosts.at(member.name).image));
  }
  if (Result<> acknowledged = member.session->acknowledge(); !acknowledged) return refuse(acknowledged.error());
  return std::move(*request);
}

Result<std::optional<wire::Done>> Fleet::carry_out(Member& member, const plan::Actions& actions,
                                                   const Carrying& carrying, Request request, Journalist& journalist,
                                                   ToConfirm& changes) {
  const auto& [plan, options, lists, turns, doers] = carrying;
  bool begun = true;
  const auto ready = [&, history = options.history]() -> Result<> {
    Result<> stands = history == nullptr ? Result<>() : history->ready();
    begun = stands.has_value();
    return stands;
  };
  ApplyPasses passes(actions.size());
  const EventSink sink = [&](const wire::Event& event) {
    if (passes.is_news(event)) take_event(member, actions, event, journalist);
  };
  const auto send = [&, &plan = plan, &options = options](Request now) {
    changes = to_confirm(now.apply);
    return member.session->apply(std::move(now), contents_of(plan, options.contents, &member), ready, sink);
  };
  Result<wire::Done> done = send(std::move(request));
  if (!begun) return std::nullopt;
  while (done && done->outcome == wire::DoneOutcome::kRestarting) {
    passes.end_one();
    PLUMB_TRY(return_from_restart(member, options.run, *done, journalist));
    PLUMB_TRY_ASSIGN(Request again, request_for(member, actions, plan, options));
    passes.tell(again.apply);
    PLUMB_TRY(cover(member, again, options));
    done = send(std::move(again));
  }
  if (!done) return done.error();
  passes.total(*done);
  return std::optional(std::move(*done));
}

void Fleet::apply_member(Member& member, const Carrying& carrying) {
  const auto& [plan, options, lists, turns, doers] = carrying;
  HostResult& result = member.result;
  const std::shared_ptr<const plan::Actions> list = lists.of(plan.hosts.at(member.name).actions);
  const plan::Actions& actions = *list;
  // Of a plan that was made before, the configuration is needed for its sensitive values alone.
  const bool compiles = options.saved_plan ? needs_secrets(actions, providers_) : member.contents == nullptr;
  if (compiles && !prepare(member)) return;
  if (!has_work(member, actions, carrying)) return;
  std::optional<Request> request = begin_member(member, actions, carrying);
  if (!request) return;
  keep_replaced(member, actions, plan, options);
  Journalist journalist(member.name, actions, options.history);
  ToConfirm changes;
  const Result<std::optional<wire::Done>> done =
      carry_out(member, actions, carrying, std::move(*request), journalist, changes);
  if (done && !*done) return not_begun(result, actions.size());
  if (done) {
    take_totals(**done, result);
    forget_debts_of(plan.hosts.at(member.name).orphans, result);
    journalist.close(ActionOutcome::kSkipped);
    changes.within = std::chrono::seconds((*done)->confirm_within);
  } else {
    if (done.error().code() == Code::kInterrupted) result.outcome = HostOutcome::kInterrupted;
    if (done.error().code() == Code::kStale || done.error().code() == Code::kNotCovered)
      result.outcome = HostOutcome::kStale;
    fail_with(result, done.error());
    journalist.close(ActionOutcome::kUnknown);
  }
  settle_member(member, changes, done.has_value(), journalist);
}

// What was told so far is kept, and the host need not tell it again.
Result<> Fleet::return_from_restart(Member& member, const std::string& run, const wire::Done& done,
                                    Journalist& journalist) {
  const std::chrono::seconds within(done.back_within);
  tell({.kind = RunEvent::Kind::kRestarting,
        .host = member.name,
        .milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(within).count()});
  journalist.close(ActionOutcome::kSkipped);
  PLUMB_TRY(journalist.problem());
  return member.session->return_from_restart(run, within);
}

// What cannot be told any more now, the host's journal tells the next run.
void Fleet::settle_member(Member& member, const ToConfirm& changes, bool done, Journalist& journalist) {
  const bool confirms = changes.within.count() > 0;
  if (confirms) {
    tell({.kind = RunEvent::Kind::kConfirming,
          .host = member.name,
          .milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(changes.within).count()});
  }
  // The connection stays until then: a host that cannot be reached anew may still be helped over it.
  const bool confirmed = !confirms || confirm_changes(*member.session, changes, journalist, member.result);
  const Result<> kept = journalist.problem();
  if (!kept) fail_to_record(member.result, kept.error());
  if (!done || !kept || (!confirmed && member.result.outcome != HostOutcome::kUndone)) return;
  Result<> finished = member.session->finish(changes.run);
  if (confirms && !(confirmed && finished)) {
    // The old connection has gone with what was changed, or with the executor that the host had to end.
    member.session->disconnect();
    finished = member.session->connect();
    if (finished) finished = member.session->finish(changes.run);
  }
  if (!finished && !confirms && finished.error().code() != Code::kConnectionLost)
    fail_with(member.result, finished.error());
}

void Fleet::apply_and_record(Member& member, const Carrying& carrying) {
  const Stopwatch watch;
  member.session->set_deadline(host_deadline());
  tell({.kind = RunEvent::Kind::kApplying, .host = member.name});
  if (do_before(member, carrying)) {
    {
      const std::unique_lock<std::mutex> at_work = carrying.doers.take(machine_of(member.name));
      apply_member(member, carrying);
    }
    do_after(member, carrying);
  }
  // They have served.
  member.planned = nullptr;
  let_go_of_graph(member);
  member.contents = nullptr;
  member.step_contents = nullptr;
  member.result.milliseconds = watch.milliseconds();
  member.session->disconnect();
}

void Fleet::apply_wave(std::vector<Member*> members, const Carrying& carrying, RolloutGate& gate) {
  // Who is waited for begins first, so that nobody waits for a turn that does not come. By name, since they may wait
  // for one another, and always for one with a smaller name.
  const auto others = std::stable_partition(
      members.begin(), members.end(), [&](const Member* member) { return carrying.turns.is_waited_for(member->name); });
  std::sort(members.begin(), others, [](const Member* a, const Member* b) { return a->name < b->name; });
  const plan::Plan& plan = carrying.plan;
  const ApplyOptions& options = carrying.options;
  std::mutex gate_mutex;
  for_each_parallel(members.size(), options_.forks, [&](std::size_t i) {
    Member& member = *members[i];
    member.result = HostResult{};
    member.result.name = member.name;
    const std::size_t own = plan.hosts.at(member.name).actions.size();
    std::optional<Diagnostic> why = own == 0 ? std::nullopt : carrying.turns.wait(member.name);
    if (why) {
      not_begun(member.result, own);
      member.result.diagnostics.add(std::move(*why));
    } else {
      const std::lock_guard lock(gate_mutex);
      const plan::ActionList& actions = plan.hosts.at(member.name).actions;
      if (!actions.empty()) heed_window(options, gate);
      if (gate.stopped() && !(gate.halted() && actions.empty())) {
        not_begun(member.result, actions.size());
        if (gate.halted()) member.result.outcome = HostOutcome::kNotStarted;
      }
    }
    if (member.result.state != HostState::kNotStarted) apply_and_record(member, carrying);
    if (options.history != nullptr && options.history->ready()) {
      const Result<> written = options.history->host(host_outcome(member.result));
      if (!written) fail_to_record(member.result, written.error());
    }
    tell({.kind = RunEvent::Kind::kHostDone, .host = member.name, .result = &member.result});
    carrying.turns.end(member.name, member.result.state == HostState::kOk);
    const std::lock_guard lock(gate_mutex);
    if (is_cut_short(member.result)) {
      gate.halt(over().value_or("interrupted") + kBeforeItsEnd);
    } else {
      gate.count(member.result.state);
    }
  });
}

// No host is begun once the window has closed; those at work go on to their end.
void Fleet::heed_window(const ApplyOptions& options, RolloutGate& gate) {
  if (options.hours.empty() || gate.stopped()) return;
  const std::chrono::sys_seconds now = options.clock();
  for (const config::OpeningHours& hours : options.hours) {
    if (hours.is_open(now)) continue;
    const std::optional<std::chrono::sys_seconds> next = hours.next_opening(now);
    return gate.close("the maintenance window has closed" + (next ? "; it opens next at " + rfc3339(*next) : ""));
  }
}

bool Fleet::pause(std::chrono::seconds time) const {
  pollfd stop{control_.interrupt().fd(), POLLIN, 0};
  const host::Deadline end = host::Deadline::after(time);
  while (!control_.interrupt().raised() && !end.passed()) (void)::poll(&stop, 1, end.poll_timeout());
  return !control_.interrupt().raised();
}

std::vector<Fleet::Member*> Fleet::apply_waves(const plan::Rollout& rollout, MembersByName& left,
                                               const Carrying& carrying, FleetApply& result) {
  std::vector<Member*> done;
  std::size_t all = 0;
  for (const plan::Wave& wave : rollout.waves) {
    all += static_cast<std::size_t>(std::count_if(wave.hosts.begin(), wave.hosts.end(),
                                                  [&](const std::string& host) { return left.contains(host); }));
  }
  RolloutGate gate(rollout.tolerances, all);
  bool first = true;
  for (const plan::Wave& wave : rollout.waves) {
    std::vector<Member*> members;
    for (const std::string& host : wave.hosts) {
      if (const auto found = left.extract(host)) members.push_back(found.mapped());
    }
    if (members.empty()) continue;
    if (!first && !gate.stopped() && rollout.pause_seconds > 0) {
      const std::chrono::seconds time(rollout.pause_seconds);
      tell({.kind = RunEvent::Kind::kPause,
            .host = {},
            .wave = &wave,
            .milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time).count()});
      (void)pause(time);
    }
    first = false;
    if (const std::optional<std::string> why = over()) gate.halt(*why + kBeforeItsEnd);
    heed_window(carrying.options, gate);
    if (!gate.stopped()) tell({.kind = RunEvent::Kind::kWave, .host = {}, .wave = &wave});
    gate.begin_wave(wave, members.size());
    apply_wave(members, carrying, gate);
    done.insert(done.end(), members.begin(), members.end());
  }
  if (gate.stopped()) {
    const Code code = gate.closed() ? Code::kOutsideWindow : Code::kRolloutStopped;
    result.stopped = Diagnostic(code, "the roll-out was stopped: " + gate.why());
  }
  return done;
}

FleetApply Fleet::apply(const plan::Plan& plan, const ApplyOptions& options) {
  MembersByName left;
  for (const auto& member : members_) {
    if (plan.hosts.contains(member->name)) left.emplace(member->name, member.get());
  }
  UnpackedLists lists(plan);
  std::set<std::string> here;
  for (const auto& [host, unused] : left) here.insert(host);
  HostTurns turns(plan, here);
  Doers doers(doers_in(plan));
  const Carrying carrying{plan, options, lists, turns, doers};
  FleetApply result;
  std::vector<Member*> done;
  if (plan.rollout) done = apply_waves(*plan.rollout, left, carrying, result);
  // Hosts of no wave: there is no roll-out, or nothing to do on them.
  std::vector<Member*> rest;
  rest.reserve(left.size());
  for (const auto& [name, member] : left) rest.push_back(member);
  RolloutGate open(kTolerateAll, rest.size());
  apply_wave(rest, carrying, open);
  if (open.closed() && !result.stopped)
    result.stopped = Diagnostic(Code::kOutsideWindow, "no further host was begun: " + open.why());
  done.insert(done.end(), rest.begin(), rest.end());
  for (const Member* member : done) result.hosts[member->name] = member->result;
  return result;
}

}  // namespace plumb::run
