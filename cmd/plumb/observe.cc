// plumb observe: writes down what the hosts are now, so that they can be planned without a connection.

#include "cmd/plumb/commands.h"
#include "cmd/plumb/events.h"
#include "cmd/plumb/exit_code.h"
#include "cmd/plumb/going_on.h"
#include "cmd/plumb/planning.h"
#include "cmd/plumb/progress.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/shell_word.h"
#include "engine/base/time_text.h"

namespace plumb::cmd {
namespace {

struct ObserveOptions {
  std::string path;
  PlanningOptions planning;  // how it is narrowed
};

int observe_to(Program& program, const ObserveOptions& options, Terminal& terminal, run::HostResults& results) {
  const std::string& path = options.path;
  Workspace workspace(program.options, terminal);
  workspace.only_look();
  const SignalWatch signals([&] { workspace.control().request_stop(); });
  if (!workspace.load()) return kInvalidConfiguration;
  const plan::Scope scope = run::scope_of(workspace.loaded(), options.planning.request());
  Diagnostics unknown;
  run::check_scope(workspace.project(), scope, unknown);
  workspace.diagnose(unknown);
  if (unknown.has_errors()) return kInvalidConfiguration;
  Progress progress(terminal, program.options);
  const std::optional<run::RunContext> context = workspace.context(progress.observer());
  const std::unique_ptr<run::Fleet> fleet =
      context ? run::compile_fleet(workspace.loaded(), workspace.hosts(), *context) : nullptr;
  if (fleet == nullptr) return workspace.stopped() ? kInterrupted : kInvalidConfiguration;

  std::map<std::string, std::string> lines;  // by host, so that the file's order says nothing of who was first
  progress.begin(run::Phase::kObserve, workspace.hosts().size());
  results = fleet->observe(scope, [&](run::HostSnapshot host) { lines.emplace(host.host, run::write_snapshot(host)); });
  progress.clear();
  std::string snapshot =
      run::snapshot_header(workspace.project().name, timestamp(std::chrono::system_clock::now()), scope) + "\n";
  for (const auto& [host, line] : lines) snapshot += line + "\n";

  workspace.diagnose(run::findings_of(results));
  run::tell_unkept(run::keep_facts(*fleet, *context), *context);
  const bool sealed = snapshot.find(kKeyedDigestPrefix) != std::string::npos;
  if (Result<> written = write_file(path, snapshot, sealed ? 0600 : 0644); !written) {
    workspace.diagnose(written.error());
    return kFailed;
  }
  const std::string count = std::to_string(lines.size()) + (lines.size() == 1 ? " host" : " hosts");
  if (!terminal.json()) {
    terminal.print("Wrote " + count + " to " + path + "\n  plan from it with: " +
                   found_again("plumb plan --snapshot " + typed_word(path), program.options) +
                   (scope.narrows_resources() ? ", narrowed in the same way" : "") + "\n");
  }
  if (workspace.control().level() != run::StopLevel::kNone) return kInterrupted;
  return exit_code_of(run::outcome_of(results));
}

int observe(Program& program, const ObserveOptions& options) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  const std::unique_ptr<EventStream> events = start_events(program.options, "observe", terminal);
  run::HostResults results;
  const int code = observe_to(program, options, terminal, results);
  end_events(events.get(), results, code, "");
  return code;
}

}  // namespace

void add_observe(Program& program) {
  auto options = std::make_shared<ObserveOptions>();
  CLI::App* command =
      program.app.add_subcommand("observe", "Write down what the hosts are now, to plan from without a connection");
  command->add_option("-o,--out", options->path, "The snapshot to write")->type_name("FILE")->required();
  add_narrowing_options(*command, options->planning);
  command->callback([&program, options] { program.exit_code = observe(program, *options); });
}

}  // namespace plumb::cmd
