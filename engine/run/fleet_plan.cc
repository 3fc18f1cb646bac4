// How a fleet observes hosts and plans them.
#include <algorithm>

#include "engine/base/digest.h"
#include "engine/base/pool.h"
#include "engine/config/told_facts.h"
#include "engine/run/doubts.h"
#include "engine/run/fleet.h"
#include "engine/run/fleet_member.h"
#include "engine/run/package_transactions.h"
#include "engine/run/plan_builder.h"
#include "engine/run/restarts.h"
#include "engine/run/sensitive_paths.h"

namespace plumb::run {
namespace {

// False after it was told what would bring something sensitive to where nobody takes it for that.
bool keeps_secrets(const Session& session, const simulate::Observation& observation, const HostReadings& readings,
                   const Registry& kinds, HostResult& result) {
  Diagnostics shown;
  check_copies(session.graph(), observation, readings.in_clear, kinds, session.name(), shown);
  if (!shown.has_errors()) return true;
  result.diagnostics.extend(std::move(shown));
  result.state = HostState::kFailed;
  return false;
}

// Whether the plan changes a reading on which it hangs what is there. What is declared no more, the next plan knows.
bool may_declare_more(const plan::HostPlan& plan, const ir::HostGraph& graph) {
  const auto is_orphan = [&](const std::string& address) {
    return std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const ir::Node& node) {
      return node.because == ir::kOrphan && node.desired.address.str() == address;
    });
  };
  return std::any_of(plan.moving.begin(), plan.moving.end(), [&](const auto& moved) {
    const auto causes = graph.readings.find(moved.first);
    return causes != graph.readings.end() && causes->second.open && !is_orphan(moved.second);
  });
}

// What an image cannot do, one that is not done there is no matter.
Diagnostics hinted_for_image(const Diagnostics& found) {
  Diagnostics hinted;
  for (Diagnostic problem : found.items()) {
    const bool of_images = problem.code == Code::kNoBackEnd || problem.summary.find(" image") != std::string::npos;
    if (of_images && problem.hint.empty() && problem.severity == Severity::kError)
      problem.hint = "`when: \"!facts.image\"` leaves it out of images";
    hinted.add(std::move(problem));
  }
  return hinted;
}

}  // namespace

// What the host's record tells is known only now, so what is to go of it is asked for once more, with all the rest.
Result<simulate::Observation> Fleet::with_orphans(Member& member, simulate::Observation observation,
                                                  const plan::Scope& scope) {
  const std::vector<ir::Orphan> orphans = simulate::orphans_of(member.session->graph(), observation, scope);
  if (orphans.empty()) return observation;
  ir::Removals removals = ir::with_removals(member.session->graph(), orphans, providers_);
  for (const auto& [address, why] : removals.kept) {
    member.result.diagnostics.add(
        Diagnostic(Code::kRefusedByState, "`" + address + "`, which is declared no more, stays: " + why)
            .as(Severity::kWarning)
            .on(member.name));
  }
  if (removals.graph != nullptr) {
    member.session->set_graph(std::move(removals.graph));
    PLUMB_TRY_ASSIGN(observation, member.session->observe(scope));
    simulate::make_moves(member.session->graph(), providers_, observation);
  }
  observation.forgotten.merge(removals.forgotten);
  return observation;
}

// Observes the host by the graph that it has, and plans it. `shares`: its plan may be that of hosts that told the same.
Result<Fleet::Attempt> Fleet::attempt(Member& member, HostPlanner& planner, const plan::Scope& scope, bool shares) {
  Session& session = *member.session;
  PLUMB_TRY_ASSIGN(simulate::Observation observation, session.observe(scope));
  simulate::make_moves(session.graph(), providers_, observation);
  if (member.undoing != nullptr) {
    PLUMB_TRY_ASSIGN(observation, with_undone(member, std::move(observation), scope));
  }
  const std::shared_ptr<const ir::HostGraph> declared = session.shared_graph();
  simulate::Observation of_declared;
  if (scope.prune) {
    of_declared = observation;
    PLUMB_TRY_ASSIGN(observation, with_orphans(member, std::move(observation), scope));
  }
  Attempt attempt{session.shared_graph(), session.secrets(), member.contents, member.has_own_contents,
                  std::move(observation)};
  // What would bring something sensitive to where nobody takes it for that.
  check_copies(session.graph(), attempt.observation, member.readings.in_clear, providers_, member.name, attempt.found);
  if (attempt.found.has_errors()) return attempt;
  bool has_equals = shares && holds_graphs_ && !scope.prune && member.undoing == nullptr;
  const auto foresee = [&](Diagnostics& found) {
    const ComputeTurn turn;
    attempt.planning =
        planner.plan(member.name, attempt.graph, attempt.observation, has_equals ? session.told() : "",
                     member.contents == nullptr ? simulate::TextOf() : simulate::texts_in(*member.contents), found);
  };
  Diagnostics found;
  foresee(found);
  const bool goes = attempt.graph != declared;  // something of what is declared no more
  if (goes && attempt.planning.host != nullptr && may_declare_more(attempt.planning.host->plan, *attempt.graph)) {
    session.set_graph(declared);
    attempt.graph = declared;
    attempt.observation = std::move(of_declared);
    found = {};
    foresee(found);
  }
  // What comes along with packages hangs on which of them go together, and that is known by the plan.
  const bool planned = attempt.planning.host != nullptr;
  const std::map<std::size_t, std::size_t> transactions =
      planned ? package_transactions(*attempt.planning.host->plan.actions.get(), *attempt.graph)
              : std::map<std::size_t, std::size_t>();
  if (!transactions.empty()) {
    PLUMB_TRY_ASSIGN(simulate::Observation seen, session.observe(scope, transactions));
    if (take_over(transactions, std::move(seen), attempt.observation)) {
      has_equals = false;
      found = {};
      foresee(found);
    }
  }
  attempt.found.extend(std::move(found));
  return attempt;
}

// Observes and plans, where the host can be reached. Nothing where it cannot, and where it shares its plan.
std::optional<simulate::Simulation> Fleet::look_at(Member& member, HostPlanner& planner, const plan::Scope& scope) {
  turn_to(member);
  if (const std::optional<std::string> why = over()) {
    fail_with(member.result, fail(Code::kInterrupted, *why + " before the host was asked"));
    return std::nullopt;
  }
  if (!prepare(member)) return std::nullopt;
  const Result<> reached = reach(member);
  Result<Attempt> attempted = reached ? attempt(member, planner, scope, true) : reached.error();
  if (!attempted) {
    member.session->disconnect();
    fail_with(member.result, attempted.error());
    return std::nullopt;
  }
  member.result.diagnostics.extend(Diagnostics(member.session->warnings()));
  leave_to_turns(member, *attempted, planner, scope);
  Planning& planning = attempted->planning;
  member.result.diagnostics.extend(config::is_image(member.session->facts()) ? hinted_for_image(attempted->found)
                                                                             : std::move(attempted->found));
  member.planned = std::move(planning.host);
  if (member.planned != nullptr) {
    std::optional<Diagnostic> problem =
        problem_of_restarts(*member.planned->plan.actions.get(), member.session->settings(), providers_);
    if (problem) {
      member.result.diagnostics.add(std::move(*problem).on(member.name));
      member.planned = nullptr;
      planning.simulated.reset();
    }
  }
  if (member.planned == nullptr) {
    member.result.state = HostState::kFailed;
  } else if (!member.session->unreported().empty()) {
    resolve_doubts(member.session->unreported(), member.session->graph(), attempted->observation,
                   *member.planned->plan.actions.get());
  }
  park(member);
  return std::move(planning.simulated);
}

FleetPlan Fleet::plan(const plan::Scope& scope) {
  std::set<std::string> names;
  for (const auto& member : members_) names.insert(member->name);
  HostPlanner planner(providers_, scope);
  if (inputs_ == nullptr) inputs_ = std::make_unique<PlanInputs>(compiler_.input(), names);
  PlanBuilder builder(compiler_.input(), scope, std::move(inputs_));
  std::mutex builder_mutex;
  for_each_parallel(members_.size(), options_.forks, [&](std::size_t i) {
    Member& member = *members_[i];
    const Stopwatch watch;
    std::optional<simulate::Simulation> simulated = look_at(member, planner, scope);
    plan::HostPlan host;
    if (member.planned != nullptr) {
      host = simulated ? std::move(simulated->host) : member.planned->plan;
      host.facts = digest(canonical(config::standing_facts(member.session->facts())));
      host.image = config::is_image(member.session->facts());
      host.readings = simulate::stood_on(member.readings.used_by_plan(), member.session->graph(), host);
      if (!plan_turn(member, host)) member.planned = nullptr;
    }
    if (member.planned != nullptr) {
      const std::lock_guard lock(builder_mutex);
      if (simulated) {
        simulated->host = std::move(host);
        builder.add(member.name, std::move(*simulated), member.contents);
      } else {
        builder.add(member.name, std::move(host));
      }
    } else {
      const std::lock_guard lock(builder_mutex);
      builder.add_unplanned(member.name, member.result.diagnostics);
    }
    let_go_of_graph(member);
    member.result.milliseconds = watch.milliseconds();
    tell({.kind = RunEvent::Kind::kPlanned, .host = member.name, .result = &member.result});
  });
  FleetPlan result;
  for (const auto& member : members_) result.hosts[member->name] = member->result;
  result.diagnostics = builder.diagnostics();
  result.contents = builder.holders();
  result.plan = builder.finish();
  for (const auto& [host, problem] : builder.waiting_in_vain()) fail_with(result.hosts[host], Error(problem));
  return result;
}

HostResults Fleet::observe(const plan::Scope& scope, const std::function<void(HostSnapshot)>& sink) {
  std::mutex sink_mutex;
  const auto look = [&](Member& member) -> Result<> {
    PLUMB_TRY(reach(member));
    // What the project reads by the time it is planned from this is not known.
    PLUMB_TRY(member.session->ask_facts(config::asked_facts()));
    if (!prepare(member)) return {};
    PLUMB_TRY_ASSIGN(simulate::Observation observation, member.session->observe(scope));
    member.result.diagnostics.extend(Diagnostics(member.session->warnings()));
    if (!keeps_secrets(*member.session, observation, member.readings, providers_, member.result)) return {};
    const std::lock_guard lock(sink_mutex);
    HostSnapshot snapshot =
        take_snapshot(member.name, member.session->facts(), member.session->graph(), std::move(observation));
    for (const UsedReading& used : member.readings.used) {
      const auto told = member.readings.told.find(used.name);
      if (told != member.readings.told.end()) snapshot.readings[used.name] = {used.source, told->second};
    }
    sink(std::move(snapshot));
    return {};
  };
  return visit(everybody(), [&](Member& member) {
    Result<> looked = look(member);
    let_go_of_graph(member);
    return looked;
  });
}

}  // namespace plumb::run
