#include "engine/run/context.h"

#include <algorithm>
#include <map>
#include <vector>

#include "engine/base/outside_text.h"
#include "engine/base/time_text.h"
#include "engine/plan/artifact.h"

namespace plumb::run {

void RunContext::tell(const Error& error) const {
  Diagnostics found;
  found.add(error.diagnostic());
  tell(found);
}

bool read_secrets(Workspace& workspace, const RunContext& context) {
  Diagnostics found;
  const bool read = workspace.read_secrets(context.control.interrupt().fd(), found);
  context.tell(found);
  return read;
}

std::unique_ptr<Fleet> make_fleet(const Workspace& workspace, const RunContext& context, FleetUse use) {
  FleetOptions options = context.fleet;
  options.keep_graphs = use.keep_graphs;
  options.plans = use.plans;
  options.store = &context.store;
  // Rules and expressions over hosts read what the history knows, and nobody can say what that is.
  options.all_facts =
      options.all_facts || workspace.policy().reads_facts() || ir::looks_at_other_hosts(workspace.project().root);
  return std::make_unique<Fleet>(workspace.compiler_input(), context.transport, std::move(options), context.control,
                                 context.observer);
}

std::unique_ptr<Fleet> compile_fleet(Workspace& workspace, const std::set<std::string>& hosts,
                                     const RunContext& context, FleetUse use) {
  if (!read_secrets(workspace, context)) return nullptr;
  std::unique_ptr<Fleet> fleet = make_fleet(workspace, context, use);
  Diagnostics found;
  const bool compiled = fleet->compile(hosts, found);
  context.tell(found);
  return compiled ? std::move(fleet) : nullptr;
}

CompiledFleet compile_graphs(Workspace& workspace, const std::set<std::string>& hosts, const RunContext& context) {
  CompiledFleet compiled{compile_fleet(workspace, hosts, context, {.keep_graphs = KeepGraphs::kAll}), {}};
  if (compiled.fleet == nullptr) return compiled;
  const bool waits = std::any_of(hosts.begin(), hosts.end(),
                                 [&](const std::string& host) { return compiled.fleet->graph(host) == nullptr; });
  if (waits) compiled.asked = compiled.fleet->contact(true);
  return compiled;
}

Result<> keep_facts(const Fleet& fleet, const RunContext& context) {
  std::map<std::string, Json> told = fleet.facts();
  if (told.empty()) return {};
  for (auto& [host, facts] : told) {
    if (Json readings = fleet.told_for_outputs(host); !readings.empty()) facts[kToldReadings] = std::move(readings);
  }
  return context.store.store_facts(told, timestamp(std::chrono::system_clock::now()));
}

void tell_unkept(const Result<>& kept, const RunContext& context) {
  if (kept) return;
  Diagnostics found;
  Diagnostic problem = kept.error().diagnostic();
  if (problem.hint.empty())
    problem.hint = "what the hosts told is not remembered; what is told here stands without that";
  found.add(std::move(problem).as(Severity::kWarning));
  context.tell(found);
}

namespace {

// What a host tells and the history is not the place for: of a run that was begun elsewhere, or never, or of what a run
// was not to do.
Diagnostics not_kept(const std::string& host, const std::vector<const wire::Unreported*>& reports,
                     const std::string& why, const std::string& hint) {
  constexpr std::size_t kShown = 5;
  std::string text = "it tells of run " + reports.front()->run + ", " + why + ":";
  for (std::size_t i = 0; i < std::min(reports.size(), kShown); ++i) {
    text += (i == 0 ? " " : ", ") + reports[i]->address + " " + std::string(name(reports[i]->outcome));
  }
  if (reports.size() > kShown) text += " and " + std::to_string(reports.size() - kShown) + " more";
  Diagnostics found;
  found.add(Diagnostic(Code::kUnreportedRun, std::move(text)).as(Severity::kWarning).on(host).with_hint(hint));
  return found;
}

// What earlier runs were to do, by their plans in the history.
class EarlierPlans {
 public:
  EarlierPlans(const history::RunStore& store, const Registry& kinds) : store_(store), kinds_(kinds) {}

  // Whether the run was to do something about it on the host. True where its plan cannot be read any more.
  bool held(const std::string& run, const std::string& host, const std::string& address) {
    const auto [plan, is_new] = plans_.try_emplace(run);
    if (is_new) plan->second = read(run);
    if (!plan->second) return true;
    const auto [known, first] = addresses_.try_emplace({run, host});
    if (const auto of_host = plan->second->hosts.find(host); first && of_host != plan->second->hosts.end()) {
      const std::shared_ptr<const plan::Actions> actions = of_host->second.actions.get();
      for (const plan::Action& action : *actions) known->second.insert(action.desired.address.str());
    }
    if (first) add_steps(*plan->second, host, known->second);
    return known->second.contains(address);
  }

 private:
  // What the host was to do around the turns of others.
  static void add_steps(const plan::Plan& plan, const std::string& host, std::set<std::string>& addresses) {
    for (const auto& [name, turn] : plan.hosts) {
      for (const auto* all : {&turn.around.before, &turn.around.after}) {
        for (const plan::Steps& steps : *all) {
          if (steps.host != host) continue;
          const std::shared_ptr<const plan::Actions> actions = steps.actions.get();
          for (const plan::Action& action : *actions) addresses.insert(action.desired.address.str());
        }
      }
    }
  }

  std::optional<plan::Plan> read(const std::string& run) const {
    const Result<history::RunRecord> record = store_.run(run);
    if (!record) return std::nullopt;
    const Result<std::optional<std::string>> bytes = store_.plan_bytes(record->summary.plan);
    if (!bytes || !*bytes) return std::nullopt;
    Result<plan::Plan> plan = plan::read_artifact(**bytes, kinds_);
    return plan ? std::optional(std::move(*plan)) : std::nullopt;
  }

  const history::RunStore& store_;
  const Registry& kinds_;
  std::map<std::string, std::optional<plan::Plan>> plans_;                          // by run
  std::map<std::pair<std::string, std::string>, std::set<std::string>> addresses_;  // by run and host
};

// Of one host, whatever it says.
constexpr std::size_t kMostReports = std::size_t{1} << 17;
constexpr std::size_t kKeptText = std::size_t{8} << 10;

}  // namespace

Result<> keep_late_reports(const Fleet& fleet, const RunContext& context) {
  const std::string now = timestamp(std::chrono::system_clock::now());
  std::map<std::string, bool> known;  // runs
  EarlierPlans plans(context.store, fleet.kinds());
  for (const auto& [host, all] : fleet.unreported()) {
    std::vector<wire::Unreported> reports;
    std::vector<const wire::Unreported*> of_others;
    std::vector<const wire::Unreported*> never_asked;
    for (const wire::Unreported& report : all) {
      const auto [run, is_new] = known.try_emplace(report.run);
      if (is_new) {
        PLUMB_TRY_ASSIGN(run->second, context.store.knows(report.run));
      }
      if (!run->second) {
        of_others.push_back(&report);
      } else if (reports.size() < kMostReports && plans.held(report.run, host, report.address)) {
        reports.push_back(report);
        reports.back().text = outside_text(report.text, kKeptText);
      } else {
        never_asked.push_back(&report);
      }
    }
    if (!of_others.empty()) {
      context.tell(not_kept(host, of_others, "which this history does not hold",
                            "it was begun by somebody else, whose history holds it"));
    }
    if (!never_asked.empty()) {
      context.tell(not_kept(host, never_asked, "of what that run was not to do there",
                            "it is not kept: the host's record is not what plumb wrote"));
    }
    if (reports.empty()) continue;
    for (const wire::Unreported& report : reports) {
      PLUMB_TRY(
          context.store.report_late({report.run, report.plan, host, report.address, report.outcome, report.text, now}));
    }
    Diagnostics found;
    found.add(Diagnostic(Code::kUnreportedRun, "run " + reports.front().run +
                                                   " was cut off on this host; what it had done is now in the history")
                  .as(Severity::kWarning)
                  .on(host)
                  .with_hint("plumb history show " + reports.front().run));
    context.tell(found);
  }
  return {};
}

}  // namespace plumb::run
