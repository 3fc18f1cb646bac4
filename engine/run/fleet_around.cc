// The steps around the turns of hosts: planned with a host, done before it begins and after it ended well.
#include <algorithm>
#include <chrono>
#include <optional>
#include <span>

#include "engine/config/told_facts.h"
#include "engine/plan/source_place.h"
#include "engine/run/around.h"
#include "engine/run/doers.h"
#include "engine/run/fleet_member.h"
#include "engine/run/host_settings.h"
#include "engine/run/journalist.h"

namespace plumb::run {
namespace {

// "command:drain", which stands in the plan as before@lb1/command:drain.
std::string named(const plan::Action& action) {
  return "`" + action.desired.address.kind + ":" + action.desired.address.identity + "`";
}

std::string done_by(const std::string& host) {
  return host == plan::kController ? "plumb itself" : host;
}

constexpr const char* kTakenAgain = "`plumb apply --resume` with this run takes its turn again, with all steps";

// How long steps wait for a run of somebody else that works on who is to do them, and how often they ask.
constexpr std::chrono::minutes kOthersEndWithin(5);
constexpr std::chrono::seconds kAskAgain(1);

// Why steps did not end well: the first action that did not, and what its host said.
struct Trouble {
  const plan::Action* action = nullptr;
  std::optional<Diagnostic> problem;
};

}  // namespace

std::string Fleet::machine_of(const std::string& host) const {
  const auto found = inventory_.hosts.find(host);
  const bool local = found != inventory_.hosts.end() && found->second.connection.kind == config::ConnectionKind::kLocal;
  return local ? std::string(plan::kController) : host;
}

std::set<std::string> Fleet::doers_in(const plan::Plan& plan) const {
  std::set<std::string> machines;
  for (const auto& [name, host] : plan.hosts) {
    for (const auto* all : {&host.around.before, &host.around.after}) {
      for (const plan::Steps& steps : *all) machines.insert(machine_of(steps.host));
    }
  }
  return machines;
}

bool Fleet::plan_turn(Member& member, plan::HostPlan& plan) {
  if (project_.root.around.empty()) return true;
  const std::lock_guard lock(compiler_mutex_);
  Diagnostics found;
  const bool good =
      plan_around(compiler_, member.name, {&member.session->facts(), &member.readings.values}, plan, found);
  member.step_contents = compiler_.shared_contents();
  for (Diagnostic problem : found.items()) member.result.diagnostics.add(std::move(problem).on(member.name));
  if (!good) member.result.state = HostState::kFailed;
  return good;
}

// Of a plan that was made before, the configuration is needed for its sensitive values alone.
Result<> Fleet::open_steps(Member& member, const plan::Around& around) {
  if (!around.sealed()) return {};
  if (!prepare(member)) return fail(Code::kStepFailed, "the steps around its turn could not be worked out");
  const std::lock_guard lock(compiler_mutex_);
  Diagnostics found;
  const auto graphs = compiler_.steps(member.name, {&member.session->facts(), &member.readings.values}, found);
  member.step_contents = compiler_.shared_contents();
  if (!graphs) {
    member.result.diagnostics.extend(std::move(found));
    return fail(Code::kStepFailed, "the steps around its turn could not be worked out");
  }
  for (const auto* all : {&around.before, &around.after}) {
    for (const plan::Steps& steps : *all) {
      const std::shared_ptr<const plan::Actions> actions = steps.actions.get();
      ir::HostGraph declared;
      for (const ir::StepsGraph& one : *graphs) {
        if (one.host != steps.host || one.after != (all == &around.after)) continue;
        declared.nodes.insert(declared.nodes.end(), one.graph->nodes.begin(), one.graph->nodes.end());
      }
      PLUMB_TRY(check_secrets(*actions, declared));
    }
  }
  return {};
}

// True where the host may begin.
bool Fleet::do_before(Member& member, const Carrying& carrying) {
  const plan::HostPlan& own = carrying.plan.hosts.at(member.name);
  HostResult& result = member.result;
  if (own.around.empty() || carrying.options.turns_done.contains(member.name)) return true;
  bool some = false;  // of the steps were begun
  const auto untouched = [&](const Error& error) {
    result.skipped = static_cast<int>(own.actions.size());
    fail_with(result, error);
    if (error.code() != Code::kInterrupted) return false;
    result.outcome = some ? HostOutcome::kInterrupted : HostOutcome::kNotStarted;
    if (!some) result.state = HostState::kNotStarted;
    return false;
  };
  if (const std::optional<std::string> why = over())
    return untouched(fail(Code::kInterrupted, *why + " before the host was touched"));
  if (carrying.options.history != nullptr && !carrying.options.history->ready()) return true;  // its turn says so
  // What cannot be reached is not drained first.
  if (Result<> reached = reach(member); !reached) return untouched(reached.error());
  if (carrying.options.saved_plan) {
    if (Result<> opened = open_steps(member, own.around); !opened) return untouched(opened.error());
  }
  auto position = -static_cast<std::int64_t>(own.around.action_count());
  for (const plan::Steps& steps : own.around.before) {
    const Result<> done = do_steps(member, steps, position, carrying, some);
    position += static_cast<std::int64_t>(steps.actions.size());
    if (done) continue;
    if (some) tell_of_steps_left(result, own.around.after);
    return untouched(done.error());
  }
  member.session->set_deadline(host_deadline());
  return true;
}

void Fleet::do_after(Member& member, const Carrying& carrying) {
  const plan::HostPlan& own = carrying.plan.hosts.at(member.name);
  HostResult& result = member.result;
  if (own.around.empty() || carrying.options.turns_done.contains(member.name)) return;
  if (result.state != HostState::kOk) {
    // Where nothing was done for it, nothing of it stays.
    const bool begun = result.state != HostState::kNotStarted && result.outcome != HostOutcome::kNotStarted;
    if (begun) tell_of_steps_left(result, own.around.after);
    return;
  }
  auto position = static_cast<std::int64_t>(own.actions.size());
  bool some = false;
  for (std::size_t i = 0; i < own.around.after.size(); ++i) {
    const plan::Steps& steps = own.around.after[i];
    const std::optional<std::string> why = over();
    const Result<> done =
        why ? Result<>(fail(Code::kInterrupted, *why + " before all was done that comes after its turn"))
            : do_steps(member, steps, position, carrying, some);
    position += static_cast<std::int64_t>(steps.actions.size());
    if (done) continue;
    Diagnostic problem = done.error().diagnostic();
    if (problem.hint.empty()) problem.hint = kTakenAgain;
    result.outcome = problem.code == Code::kInterrupted ? HostOutcome::kInterrupted : HostOutcome::kFailed;
    fail_with(result, Error(std::move(problem)));
    result.state = HostState::kFailed;
    // Of the list itself each action says that it was skipped.
    tell_of_steps_left(result, std::span(own.around.after).subspan(why ? i : i + 1));
    return;
  }
  // Nothing was left to do on the host itself, but around it there was.
  if (result.outcome == HostOutcome::kAlready) result.outcome = HostOutcome::kOk;
}

// `left`: of what comes after its turn, the lists of which nothing was done.
void Fleet::tell_of_steps_left(HostResult& result, std::span<const plan::Steps> left) {
  if (left.empty()) return;
  const std::string what = named(left.front().actions.get()->front());
  const std::string more = left.size() == 1   ? ""
                           : left.size() == 2 ? ", nor what " + done_by(left[1].host) + " does"
                                              : ", nor what " + std::to_string(left.size() - 1) + " others do";
  result.diagnostics.add(
      Diagnostic(Code::kSkippedByFailure, "the host stays as the steps before its turn left it: " + what + " of " +
                                              done_by(left.front().host) + " was not done" + more)
          .as(Severity::kWarning)
          .on(result.name)
          .with_hint(kTakenAgain));
}

// What a host does for the turn of another one. Nothing of it is put into a record.
Result<> Fleet::do_steps(Member& member, const plan::Steps& steps, std::int64_t position, const Carrying& carrying,
                         bool& some) {
  const plan::Plan& plan = carrying.plan;
  const ApplyOptions& options = carrying.options;
  host::HostSettings settings;
  if (steps.host == plan::kController) {
    settings.name = steps.host;
    settings.kind = host::ConnectionKind::kLocal;
    settings.log = options_.log;
  } else if (const auto host = inventory_.hosts.find(steps.host); host != inventory_.hosts.end()) {
    settings = host_settings(host->second, options_);
  } else {
    return fail(Code::kStepFailed,
                "the inventory no longer holds `" + steps.host + "`, which has steps around its turn");
  }
  const std::shared_ptr<const plan::Actions> list = steps.actions.get();
  const plan::Actions& actions = *list;
  if (options.saved_plan) PLUMB_TRY(check_key(plan, actions, context_.key));
  const PlanContents contents{plan,
                              project_.place(),
                              {*project_.files, options.contents},
                              member.step_contents == nullptr ? *first_contents_ : *member.step_contents};
  const std::unique_lock<std::mutex> at_work = carrying.doers.take(machine_of(steps.host));
  std::optional<Session> session;
  Journalist journalist(member.name, actions, options.history, position);
  Trouble trouble;
  const EventSink sink = [&](const wire::Event& event) {
    if (event.index >= actions.size()) return;
    const plan::Action& action = actions[event.index];
    journalist.note(event);
    some = some || event.kind == wire::EventKind::kStarted;
    const bool bad =
        event.kind == wire::EventKind::kFailed || event.kind == wire::EventKind::kDiverged ||
        event.kind == wire::EventKind::kStale ||
        (event.kind == wire::EventKind::kSkipped && event.problem && event.problem->code == Code::kItemLocked);
    if (bad && action.manner.may_fail && event.problem) {
      Diagnostic told = *event.problem;
      member.result.diagnostics.add(std::move(told).as(Severity::kWarning).on(member.name));
    } else if (bad && trouble.action == nullptr) {
      trouble = {&action, event.problem};
    }
    tell({.kind = RunEvent::Kind::kAction, .host = member.name, .action = &action, .event = &event});
  };
  const auto carry_out = [&]() -> Result<wire::Done> {
    // A plan that is named there counts as applied, and a host's own turn is yet to come.
    PLUMB_TRY_ASSIGN(Request request,
                     make_request(plan, actions, contents, contents.compiled(), providers_,
                                  {.run = options.run, .plan = "", .key = context_.key, .who = options.who}));
    session.emplace(steps.host, settings, context_);
    session->hide(sensitive_inputs(project_, inventory_.hosts.at(member.name)));
    session->set_deadline(host_deadline());
    return session->apply(
        std::move(request), contents, []() -> Result<> { return {}; }, sink);
  };
  // Who does steps may do them for other projects too.
  const host::Deadline others_end = earlier(host::Deadline::after(kOthersEndWithin), host_deadline());
  Result<wire::Done> done = carry_out();
  while (!done && done.error().code() == Code::kHostLocked && !others_end.passed() && pause(kAskAgain))
    done = carry_out();
  journalist.close(done ? ActionOutcome::kSkipped : ActionOutcome::kUnknown);
  if (Result<> kept = journalist.problem(); !kept) fail_to_record(member.result, kept.error());
  const bool well = done && done->outcome == wire::DoneOutcome::kOk && trouble.action == nullptr;
  if (done) (void)session->finish(options.run);
  if (well) return {};
  if ((done && done->outcome == wire::DoneOutcome::kInterrupted) ||
      (!done && done.error().code() == Code::kInterrupted))
    return fail(Code::kInterrupted, "the run was stopped during the steps of " + done_by(steps.host) + " for its turn");
  const plan::Action& culprit = trouble.action == nullptr ? actions.front() : *trouble.action;
  const std::string cause = !done             ? done.error().summary()
                            : trouble.problem ? trouble.problem->summary
                                              : "it was not done";
  Diagnostic problem(Code::kStepFailed,
                     named(culprit) + ", which " + done_by(steps.host) + " does for its turn, failed: " + cause);
  if (trouble.problem) problem.hint = trouble.problem->hint;
  if (!done) problem.hint = done.error().diagnostic().hint;
  problem.span = options.saved_plan ? std::nullopt : plan::place_of(culprit.source);
  return Error(std::move(problem));
}

}  // namespace plumb::run
