#include "engine/run/fleet.h"

#include <algorithm>
#include <chrono>

#include <poll.h>

#include "engine/base/digest.h"
#include "engine/base/pool.h"
#include "engine/run/confirmation.h"
#include "engine/run/doubts.h"
#include "engine/run/host_planner.h"
#include "engine/run/host_settings.h"
#include "engine/run/journalist.h"
#include "engine/run/plan_builder.h"

namespace plumb::run {
namespace {

// Connections that stay open between planning and applying; the hosts past that are connected to again.
constexpr std::size_t kMaxParked = 256;

class Stopwatch {
 public:
  std::int64_t milliseconds() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void fail_with(HostResult& result, const Error& error) {
  result.state = state_of(error.code());
  Diagnostic diagnostic = error.diagnostic();
  diagnostic.host = result.name;
  result.diagnostics.add(std::move(diagnostic));
}

history::HostOutcome host_outcome(const HostResult& result) {
  history::HostOutcome outcome;
  outcome.name = result.name;
  outcome.state = name(result.state);
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

constexpr config::Amount kAll{100, true};
constexpr config::Tolerances kTolerateAll{{kAll, {}, {}}, {kAll, {}, {}}, {kAll, {}, {}}};

// "; it opens next at 2026-03-07T02:00:00Z"
std::string opens_next(const std::vector<config::Window>& windows, std::chrono::sys_seconds now) {
  return "; it opens next at " + config::rfc3339(config::next_opening(windows, now));
}

}  // namespace

struct Fleet::Member {
  Member(std::string host_name, std::unique_ptr<Session> host_session)
      : name(std::move(host_name)), session(std::move(host_session)) {}

  std::string name;
  std::unique_ptr<Session> session;
  HostResult result;
  std::shared_ptr<const PlannedHost> planned;  // null where no plan was made
  std::string facts;                           // digest, of the planned host
};

Fleet::Fleet(ir::CompilerInput input, const host::ExecutorStore& executors, FleetOptions options, Control& control,
             RunObserver observer)
    : project_(input.project),
      inventory_(input.inventory),
      providers_(input.providers),
      options_(std::move(options)),
      control_(control),
      observer_(std::move(observer)),
      compiler_(input),
      ssh_(std::make_unique<host::ssh::Context>()),
      context_{executors, *ssh_, control, project_.name, std::move(input.key)} {
  ssh_->set_prompt(options_.prompt);
}

Fleet::~Fleet() = default;

bool Fleet::compile(const std::set<std::string>& hosts, Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  compiler_.check(hosts, diagnostics);
  for (const std::string& host : hosts) {
    std::shared_ptr<const ir::HostGraph> graph = compiler_.compile(host, nullptr, diagnostics);
    if (compiler_.needs_facts()) graph = nullptr;
    members_.push_back(std::make_unique<Member>(
        host, std::make_unique<Session>(host, host_settings(inventory_.hosts.at(host), options_), graph, context_)));
    members_.back()->result.name = host;
  }
  return diagnostics.error_count() == errors;
}

std::optional<std::string> Fleet::over() const {
  if (control_.level() != StopLevel::kNone) return "interrupted";
  if (options_.run_deadline.passed()) return "the time for the run was over";
  return std::nullopt;
}

host::Deadline Fleet::host_deadline() const {
  if (options_.host_timeout.count() == 0) return options_.run_deadline;
  return earlier(host::Deadline::after(options_.host_timeout), options_.run_deadline);
}

Result<> Fleet::reach(Member& member) {
  if (member.session->connected()) return {};
  const Stopwatch watch;
  PLUMB_TRY(member.session->connect());
  tell({.kind = RunEvent::Kind::kReached, .host = member.name, .milliseconds = watch.milliseconds()});
  return {};
}

// Sees to the graph of a host, which may have to be asked for its facts first. False after it was told why not.
bool Fleet::prepare(Member& member) {
  if (member.session->has_graph()) return true;
  if (Result<> connected = reach(member); !connected) {
    fail_with(member.result, connected.error());
    return false;
  }
  const std::lock_guard lock(compiler_mutex_);
  Diagnostics found;
  std::shared_ptr<const ir::HostGraph> graph = compiler_.compile(member.name, &member.session->facts(), found);
  member.result.diagnostics.extend(std::move(found));
  if (graph == nullptr) {
    member.result.state = HostState::kFailed;
    member.session->disconnect();
    return false;
  }
  member.session->set_graph(std::move(graph));
  return true;
}

void Fleet::tell(const RunEvent& event) {
  if (!observer_) return;
  const std::lock_guard lock(observer_mutex_);
  observer_(event);
}

Fleet::Member* Fleet::find(const std::string& host) const {
  const auto found = std::lower_bound(members_.begin(), members_.end(), host,
                                      [](const auto& member, const std::string& name) { return member->name < name; });
  return found != members_.end() && (*found)->name == host ? found->get() : nullptr;
}

const ir::HostGraph* Fleet::graph(const std::string& host) const {
  const Member* member = find(host);
  return member == nullptr || !member->session->has_graph() ? nullptr : &member->session->graph();
}

const Json* Fleet::facts(const std::string& host) const {
  const Member* member = find(host);
  return member == nullptr || member->session->facts().empty() ? nullptr : &member->session->facts();
}

std::map<std::string, std::vector<wire::Unreported>> Fleet::unreported() const {
  std::map<std::string, std::vector<wire::Unreported>> result;
  for (const auto& member : members_) {
    if (!member->session->unreported().empty()) result[member->name] = member->session->unreported();
  }
  return result;
}

void Fleet::park(Member& member) {
  if (!member.session->connected()) return;
  if (++parked_ <= kMaxParked) return;
  --parked_;
  member.session->disconnect();
}

std::map<std::string, HostResult> Fleet::contact(bool graphs) {
  for_each_parallel(members_.size(), options_.forks, [&](std::size_t i) {
    Member& member = *members_[i];
    const Stopwatch watch;
    member.session->set_deadline(host_deadline());
    tell({.kind = RunEvent::Kind::kContacting, .host = member.name});
    if (Result<> connected = reach(member); !connected) {
      fail_with(member.result, connected.error());
    } else if (graphs) {
      (void)prepare(member);
    }
    member.session->disconnect();
    member.result.milliseconds = watch.milliseconds();
    tell({.kind = RunEvent::Kind::kHostDone, .host = member.name, .result = &member.result});
  });
  std::map<std::string, HostResult> results;
  for (const auto& member : members_) results[member->name] = member->result;
  return results;
}

void Fleet::plan_member(Member& member, HostPlanner& planner) {
  const Stopwatch watch;
  member.session->set_deadline(host_deadline());
  tell({.kind = RunEvent::Kind::kContacting, .host = member.name});
  if (const std::optional<std::string> why = over()) {
    fail_with(member.result, fail(Code::kInterrupted, *why + " before the host was asked"));
    tell({.kind = RunEvent::Kind::kPlanned, .host = member.name, .result = &member.result});
    return;
  }
  if (!prepare(member)) {
    tell({.kind = RunEvent::Kind::kPlanned, .host = member.name, .result = &member.result});
    return;
  }
  const Result<> reached = reach(member);
  Result<plan::Observation> observation = reached ? member.session->observe() : reached.error();
  if (!observation) {
    fail_with(member.result, observation.error());
    member.session->disconnect();
  } else {
    member.planned = planner.plan(member.name, member.session->shared_graph(), *observation, member.session->told(),
                                  member.result.diagnostics);
    if (member.planned) {
      resolve_doubts(member.session->unreported(), member.session->graph(), *observation,
                     *member.planned->plan.actions);
      member.facts = digest(canonical(member.session->facts()));
    } else {
      member.result.state = HostState::kFailed;
    }
    park(member);
  }
  member.result.milliseconds = watch.milliseconds();
  tell({.kind = RunEvent::Kind::kPlanned, .host = member.name, .result = &member.result});
}

FleetPlan Fleet::plan(const plan::Scope& scope) {
  HostPlanner planner(providers_, scope);
  for_each_parallel(members_.size(), options_.forks, [&](std::size_t i) { plan_member(*members_[i], planner); });

  std::set<std::string> names;
  for (const auto& member : members_) names.insert(member->name);
  PlanBuilder builder(compiler_.input(), scope, names);
  FleetPlan result;
  for (const auto& member : members_) {
    result.hosts[member->name] = member->result;
    if (member->planned) {
      plan::HostPlan host = member->planned->plan;
      host.facts = member->facts;
      builder.add(member->name, std::move(host), member->planned->texts, compiler_.contents());
    } else {
      builder.add_unplanned(member->name, member->result.diagnostics);
    }
  }
  result.diagnostics = builder.diagnostics();
  result.plan = std::move(builder).finish();
  return result;
}

std::map<std::string, HostResult> Fleet::observe(const std::function<void(HostSnapshot)>& sink) {
  std::mutex sink_mutex;
  for_each_parallel(members_.size(), options_.forks, [&](std::size_t i) {
    Member& member = *members_[i];
    const Stopwatch watch;
    member.session->set_deadline(host_deadline());
    tell({.kind = RunEvent::Kind::kContacting, .host = member.name});
    if (prepare(member)) {
      const Result<> reached = reach(member);
      if (Result<plan::Observation> observation = reached ? member.session->observe() : reached.error()) {
        const std::lock_guard lock(sink_mutex);
        sink(take_snapshot(member.name, member.session->facts(), member.session->graph(), std::move(*observation)));
      } else {
        fail_with(member.result, observation.error());
      }
    }
    member.session->disconnect();
    member.result.milliseconds = watch.milliseconds();
    tell({.kind = RunEvent::Kind::kHostDone, .host = member.name, .result = &member.result});
  });
  std::map<std::string, HostResult> results;
  for (const auto& member : members_) results[member->name] = member->result;
  return results;
}

std::map<std::string, HostResult> Fleet::change_locks(
    const std::map<std::string, wire::ChangeLocks>& requests,
    const std::function<void(const std::string& host, wire::Locks)>& sink) {
  std::vector<Member*> members;
  for (const auto& member : members_) {
    if (requests.contains(member->name)) members.push_back(member.get());
  }
  std::mutex sink_mutex;
  for_each_parallel(members.size(), options_.forks, [&](std::size_t i) {
    Member& member = *members[i];
    const Stopwatch watch;
    member.result = HostResult{};
    member.result.name = member.name;
    member.session->set_deadline(host_deadline());
    tell({.kind = RunEvent::Kind::kContacting, .host = member.name});
    const Result<> reached = reach(member);
    const wire::ChangeLocks& request = requests.at(member.name);
    if (Result<wire::Locks> locks = reached ? member.session->change_locks(request) : reached.error()) {
      const std::lock_guard lock(sink_mutex);
      sink(member.name, std::move(*locks));
    } else {
      fail_with(member.result, locks.error());
    }
    member.session->disconnect();
    member.result.milliseconds = watch.milliseconds();
    tell({.kind = RunEvent::Kind::kHostDone, .host = member.name, .result = &member.result});
  });
  std::map<std::string, HostResult> results;
  for (const Member* member : members) results[member->name] = member->result;
  return results;
}

void Fleet::apply_member(Member& member, const plan::Plan& plan, const ApplyOptions& options) {
  HostResult& result = member.result;
  const plan::HostPlan& host = plan.hosts.at(member.name);
  if (!prepare(member)) return;
  const bool told_late = !member.session->unreported().empty();
  if (host.actions->empty() && !told_late &&
      (options.saved_plan || member.planned == nullptr || !member.planned->record_outdated))
    return;
  if (const std::optional<std::string> why = over()) {
    result.outcome = "not started";
    result.skipped = static_cast<int>(host.actions->size());
    fail_with(result, fail(Code::kInterrupted, *why + " before the host was touched"));
    return;
  }
  Result<Request> request =
      make_request(plan, host, compiler_.contents(),
                   {options.run, options.plan, context_.key, options.saved_plan, options.keep_going});
  if (!request) return fail_with(result, request.error());
  if (member.planned) {
    request->apply.moot_probes = member.planned->moot_probes;
    Result<Json> left = parse_cbor(member.planned->left);
    if (!left) return fail_with(result, left.error());
    for (auto& [address, attributes] : left->items()) request->apply.resources.emplace(address, std::move(attributes));
  } else {
    for (const plan::Action& action : *host.actions) {
      request->apply.resources[action.desired.address.str()] = action.desired.attributes;
    }
  }
  if (Result<> reached = reach(member); !reached) return fail_with(result, reached.error());
  if (Result<> acknowledged = member.session->acknowledge(); !acknowledged)
    return fail_with(result, acknowledged.error());

  Journalist journalist(member.name, *host.actions, options.history);
  const EventSink sink = [&](const wire::Event& event) {
    if (event.index >= host.actions->size()) return;
    journalist.note(event);
    count(event.kind, result);
    // What was skipped is counted; what caused it is told: a failure, or a lock that the plan did not know of.
    const bool locked = event.problem && event.problem->code == Code::kItemLocked;
    if (event.problem && (event.kind != wire::EventKind::kSkipped || locked)) {
      Diagnostic problem = *event.problem;
      problem.host = member.name;
      result.diagnostics.add(std::move(problem));
    }
    tell({.kind = RunEvent::Kind::kAction,
          .host = member.name,
          .action = &(*host.actions)[event.index],
          .event = &event});
  };
  Result<wire::Done> done = member.session->apply(*request, plan, compiler_.contents(), sink);
  if (!done) {
    fail_with(result, done.error());
    journalist.close("unknown");
  } else {
    result.outcome = done->outcome;
    result.changed = done->changed;
    result.satisfied = done->satisfied;
    result.failed = done->failed;
    result.skipped = done->skipped;
    result.verified = done->verified;
    result.applied_by = done->applied_by;
    result.applied_at = done->applied_at;
    result.owed = done->owed;
    if (done->outcome != "ok" && done->outcome != "already") result.state = HostState::kFailed;
    journalist.close("skipped");
  }
  ToConfirm changes = to_confirm(request->apply);
  if (done) changes.within = std::chrono::seconds(done->confirm_within);
  // The connection stays until then: a host that cannot be reached anew may still be helped over it.
  const bool confirmed = changes.within.count() == 0 || confirm_changes(*member.session, changes, journalist, result);
  const Result<> kept = journalist.problem();
  if (!kept) result.diagnostics.add(kept.error().diagnostic());
  // What cannot be told any more now, the host's journal tells the next run.
  if (!done || !kept || (!confirmed && result.outcome != "undone")) return;
  const Result<> finished = member.session->finish();
  if (changes.within.count() == 0 || (confirmed && finished)) return;
  // The old connection has gone with what was changed, or with the executor that the host had to end.
  member.session->disconnect();
  if (member.session->connect()) (void)member.session->finish().has_value();
}

void Fleet::apply_and_record(Member& member, const plan::Plan& plan, const ApplyOptions& options) {
  const Stopwatch watch;
  member.session->set_deadline(host_deadline());
  tell({.kind = RunEvent::Kind::kApplying, .host = member.name});
  apply_member(member, plan, options);
  member.result.milliseconds = watch.milliseconds();
  member.session->disconnect();
}

void Fleet::apply_wave(const std::vector<Member*>& members, const plan::Plan& plan, const ApplyOptions& options,
                       RolloutGate& gate) {
  std::mutex gate_mutex;
  for_each_parallel(members.size(), options_.forks, [&](std::size_t i) {
    Member& member = *members[i];
    member.result = HostResult{};
    member.result.name = member.name;
    {
      const std::lock_guard lock(gate_mutex);
      if (!plan.hosts.at(member.name).actions->empty()) heed_window(plan, options, gate);
      if (gate.stopped()) {
        member.result.state = HostState::kNotStarted;
        member.result.outcome = "held";
        member.result.skipped = static_cast<int>(plan.hosts.at(member.name).actions->size());
      }
    }
    if (member.result.state != HostState::kNotStarted) apply_and_record(member, plan, options);
    if (options.history != nullptr) {
      const Result<> written = options.history->host(host_outcome(member.result));
      if (!written) member.result.diagnostics.add(written.error().diagnostic());
    }
    tell({.kind = RunEvent::Kind::kHostDone, .host = member.name, .result = &member.result});
    const std::lock_guard lock(gate_mutex);
    gate.count(member.result.state);
  });
}

// No host is begun once the window has closed; those at work go on to their end.
void Fleet::heed_window(const plan::Plan& plan, const ApplyOptions& options, RolloutGate& gate) {
  if (!options.clock || !plan.rollout || plan.rollout->windows.empty() || gate.stopped()) return;
  const std::chrono::sys_seconds now = options.clock();
  if (config::is_open(plan.rollout->windows, now)) return;
  gate.close("the maintenance window has closed" + opens_next(plan.rollout->windows, now));
}

bool Fleet::pause(std::chrono::seconds time) const {
  pollfd stop{control_.interrupt().fd(), POLLIN, 0};
  const host::Deadline end = host::Deadline::after(time);
  while (!control_.interrupt().raised() && !end.passed()) (void)::poll(&stop, 1, end.poll_timeout());
  return !control_.interrupt().raised();
}

FleetApply Fleet::apply(const plan::Plan& plan, const ApplyOptions& options) {
  std::map<std::string, Member*> left;
  for (const auto& member : members_) {
    if (plan.hosts.contains(member->name)) left.emplace(member->name, member.get());
  }
  const std::size_t all = left.size();
  const auto take = [&left](const std::string& host, std::vector<Member*>& into) {
    if (const auto found = left.find(host); found != left.end()) {
      into.push_back(found->second);
      left.erase(found);
    }
  };
  FleetApply result;
  std::vector<Member*> done;
  if (plan.rollout) {
    RolloutGate gate(plan.rollout->tolerances, all);
    bool first = true;
    for (const plan::Wave& wave : plan.rollout->waves) {
      std::vector<Member*> members;
      for (const std::string& host : wave.hosts) take(host, members);
      if (members.empty()) continue;
      if (!first && !gate.stopped() && plan.rollout->pause_seconds > 0) {
        const std::chrono::seconds time(plan.rollout->pause_seconds);
        tell({.kind = RunEvent::Kind::kPause,
              .host = {},
              .wave = &wave,
              .milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time).count()});
        (void)pause(time);
      }
      first = false;
      heed_window(plan, options, gate);
      if (!gate.stopped()) tell({.kind = RunEvent::Kind::kWave, .host = {}, .wave = &wave});
      gate.begin_wave(wave, members.size());
      apply_wave(members, plan, options, gate);
      done.insert(done.end(), members.begin(), members.end());
    }
    if (gate.stopped()) {
      const Code code = gate.closed() ? Code::kOutsideWindow : Code::kRolloutStopped;
      result.stopped = Diagnostic(code, "the roll-out was stopped: " + gate.why());
    }
  }
  // Hosts of no wave: there is no roll-out, or nothing to do on them.
  std::vector<Member*> rest;
  rest.reserve(left.size());
  for (const auto& [name, member] : left) rest.push_back(member);
  RolloutGate open(kTolerateAll, rest.size());
  apply_wave(rest, plan, options, open);
  done.insert(done.end(), rest.begin(), rest.end());
  for (const Member* member : done) result.hosts[member->name] = member->result;
  return result;
}

}  // namespace plumb::run
