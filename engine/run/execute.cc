#include "engine/run/execute.h"

#include <algorithm>

#include "engine/base/outside_text.h"
#include "engine/base/time_text.h"
#include "engine/run/run_begun.h"

namespace plumb::run {
namespace {

// Of what a program printed, in the history.
constexpr std::size_t kRemembered = std::size_t{8} << 10;

std::string time_now() {
  return timestamp(std::chrono::system_clock::now());
}

void keep(std::string& kept, std::string_view text, std::uint64_t& left_out) {
  const std::size_t room = kMostKept - std::min<std::size_t>(kept.size(), kMostKept);
  kept += text.substr(0, room);
  left_out += text.size() - std::min(text.size(), room);
}

class Executing {
 public:
  Executing(const Workspace& workspace, const ExecuteRequest& request, const RunContext& context)
      : workspace_(workspace), request_(request), context_(context) {}

  ExecuteResult run() {
    RunBegun run(request_.run, [this] { return begin(); });
    RunContext watched = context_;
    watched.observer = [this](const RunEvent& event) {
      take(event);
      context_.tell(event);
    };
    fleet_ = make_fleet(workspace_, watched);
    fleet_->join(workspace_.hosts());
    context_.tell(
        {.kind = RunEvent::Kind::kPhase, .host = {}, .phase = {Phase::kRun, workspace_.hosts().size(), nullptr}});
    result_.hosts = fleet_->execute(request_.program, [&run] { return run.ready(); });
    context_.tell({.kind = RunEvent::Kind::kPhaseOver, .host = {}});
    // What was printed by hosts that were lost is no answer.
    std::erase_if(result_.answers, [this](const auto& one) { return !ended_.contains(one.first); });
    result_.outcome = outcome_of(result_.hosts);
    record(run);
    return std::move(result_);
  }

 private:
  Result<std::unique_ptr<history::RunWriter>> begin() const {
    history::RunStart start;
    start.id = request_.run;
    start.kind = "run";
    start.project = workspace_.project().name;
    start.operator_name = request_.operator_name;
    start.started_at = time_now();
    const WorkspaceRequest& asked = workspace_.request();
    start.hosts_pattern = asked.on + (asked.limit.empty() ? "" : ", limit " + asked.limit);
    start.engine = PLUMB_VERSION;
    return context_.store.begin(start);
  }

  void take(const RunEvent& event) {
    if (event.kind == RunEvent::Kind::kEnded) {
      ended_.insert(event.host);
      ProgramAnswer& answer = result_.answers[event.host];
      answer.exit_code = event.ended->exit_code;
      answer.left_out += event.ended->left_out;
    } else if (event.kind == RunEvent::Kind::kPrinted) {
      std::string& last = last_[event.host];
      last += event.printed->text;
      if (last.size() > kRemembered) last.erase(0, last.size() - kRemembered);
      if (!request_.keeps_output) return;
      ProgramAnswer& answer = result_.answers[event.host];
      keep(event.printed->errors ? answer.errors : answer.output, event.printed->text, answer.left_out);
    }
  }

  void record(RunBegun& run) {
    const Result<> begun = run.ready();
    if (!begun) {
      context_.tell(begun.error());
      result_.outcome = std::max(result_.outcome, RunOutcome::kFailed);
      return;
    }
    Result<> written;
    for (const auto& [name, host] : result_.hosts) {
      if (Result<> told = record_host(run, name, host); !told && written) written = std::move(told);
    }
    if (Result<> finished = run.finish({result_.outcome, time_now()}); !finished && written)
      written = std::move(finished);
    if (written) return;
    context_.tell(written.error());
    result_.outcome = std::max(result_.outcome, RunOutcome::kFailed);
  }

  Result<> record_host(RunBegun& run, const std::string& name, const HostResult& host) {
    history::HostEntry entry;
    entry.name = name;
    entry.state = host.state;
    entry.changed = host.changed;
    entry.failed = host.failed;
    entry.milliseconds = host.milliseconds;
    for (const Diagnostic& problem : host.diagnostics.items()) {
      entry.code = code_name(problem.code);
      entry.text = problem.summary;
    }
    if (ended_.contains(name)) {
      history::ActionEntry action;
      action.address = fleet_->hidden_on(name, request_.shown);
      action.op = "run";
      action.outcome = host.failed > 0 ? ActionOutcome::kFailed : ActionOutcome::kChanged;
      const int exit_code = result_.answers.at(name).exit_code;
      action.text = outside_text((exit_code == 0 ? "" : "exit code " + std::to_string(exit_code) + "\n") + last_[name],
                                 2 * kRemembered);
      action.milliseconds = host.milliseconds;
      action.at = time_now();
      PLUMB_TRY(run.action(name, action));
    }
    return run.host(entry);
  }

  const Workspace& workspace_;
  const ExecuteRequest& request_;
  const RunContext& context_;
  ExecuteResult result_;
  std::unique_ptr<Fleet> fleet_;
  std::set<std::string> ended_;              // hosts
  std::map<std::string, std::string> last_;  // by host: the end of what was printed
};

}  // namespace

ExecuteResult execute(const Workspace& workspace, const ExecuteRequest& request, const RunContext& context) {
  return Executing(workspace, request, context).run();
}

CollectResult collect(const Workspace& workspace, const std::map<std::string, std::vector<std::string>>& paths,
                      const std::filesystem::path& folder, const RunContext& context) {
  std::set<std::string> hosts;
  for (const auto& [host, unused] : paths) hosts.insert(host);
  const std::unique_ptr<Fleet> fleet = make_fleet(workspace, context);
  fleet->join(hosts);
  context.tell({.kind = RunEvent::Kind::kPhase, .host = {}, .phase = {Phase::kCollect, hosts.size(), nullptr}});
  CollectResult result;
  result.hosts = fleet->collect(paths, folder, [&result](const std::string& host, CollectedFile file) {
    result.files[host].push_back(std::move(file));
  });
  context.tell({.kind = RunEvent::Kind::kPhaseOver, .host = {}});
  return result;
}

}  // namespace plumb::run
