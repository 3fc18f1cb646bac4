// plumb forget HOST: what plumb left on a host for itself goes; what it manages there stays.

#include "engine/run/forget.h"

#include "cmd/plumb/ask.h"
#include "cmd/plumb/commands.h"
#include "cmd/plumb/operator.h"
#include "cmd/plumb/progress.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/joined.h"
#include "engine/base/outside_text.h"
#include "engine/report/program_text.h"

namespace plumb::cmd {
namespace {

class Forget {
 public:
  Forget(Program& program, const std::string& host, bool gone)
      : options_(chosen(program.options, host)),
        host_(host),
        gone_(gone),
        terminal_(options_.no_color),
        workspace_(options_, terminal_),
        progress_(terminal_, options_) {}

  int run() {
    const SignalWatch signals([this] { workspace_.control().request_stop(); });
    return gone_ ? forget_here() : forget_there();
  }

 private:
  static Options chosen(Options options, const std::string& host) {
    options.on = host;
    return options;
  }

  int refuse(const Error& error, int code) {
    workspace_.diagnose(error);
    return code;
  }

  int forget_there() {
    if (!options_.root.empty()) {
      return refuse(
          fail(Code::kUsage, "an image is no host that could be forgotten").hint("remove var/lib/plumb/PROJECT in it"),
          kInvalidConfiguration);
    }
    workspace_.only_name();
    if (!workspace_.load()) return kInvalidConfiguration;
    const std::optional<run::RunContext> context = workspace_.context(progress_.observer());
    if (!context) return kInvalidConfiguration;
    if (const Result<bool> sure = ask(); !sure) {
      return refuse(sure.error(), sure.error().code() == Code::kInterrupted ? kInterrupted : kFailed);
    } else if (!*sure) {
      terminal_.tell("Nothing was changed.\n");
      return kFailed;
    }
    run::ExecuteRequest request;
    request.program = run::forgetting(workspace_.project().name);
    request.shown = "plumb forget " + host_;
    request.run = options_.run_id;
    request.operator_name = operator_name();
    const run::ExecuteResult result = run::execute(workspace_.loaded(), request, *context);
    progress_.clear();
    for (const auto& [host, answer] : result.answers) {
      terminal_.print(host + ":\n" + outside_text(answer.output, kShown));
      if (!answer.errors.empty()) terminal_.tell(outside_text(answer.errors, kShown));
    }
    workspace_.diagnose(run::findings_of(result.hosts));
    for (const auto& [host, told] : result.hosts) {
      if (told.state != HostState::kOk) continue;
      if (const Result<bool> forgotten = workspace_.store().forget_host(host); !forgotten)
        return refuse(forgotten.error(), kFailed);
    }
    return exit_code_of(result.outcome);
  }

  // Whatever the inventory says of it by now.
  int forget_here() {
    const Result<std::vector<history::RunSummary>> runs = workspace_.store().runs(1, host_);
    if (!runs) return refuse(runs.error(), kFailed);
    const Result<bool> forgotten = workspace_.store().forget_host(host_);
    if (!forgotten) return refuse(forgotten.error(), kFailed);
    if (!*forgotten && runs->empty())
      return refuse(fail(Code::kNoHostMatches, "the history knows no host `" + host_ + "`"), kInvalidConfiguration);
    terminal_.print(*forgotten ? "The history forgot what " + host_ + " told of itself; its runs stay.\n"
                               : "The history holds no more of " + host_ + " than its runs, which stay.\n");
    return kDone;
  }

  Result<bool> ask() {
    if (options_.yes) return true;
    const std::string hosts = joined(workspace_.hosts());
    return ask_yes("Forget " + hosts + "? What is managed there stays, and the next plan knows nothing of it.",
                   terminal_, workspace_.control().interrupt());
  }

  static constexpr std::size_t kShown = std::size_t{8} << 10;

  const Options options_;
  const std::string& host_;
  const bool gone_;
  Terminal terminal_;
  Workspace workspace_;
  Progress progress_;
};

}  // namespace

void add_forget(Program& program) {
  struct ForgetArguments {
    std::string host;
    bool gone = false;
  };
  auto arguments = std::make_shared<ForgetArguments>();
  CLI::App* command = program.app.add_subcommand(
      "forget", "Remove what plumb keeps on a host for itself: its record and its executor. What it manages stays");
  command->add_option("HOST", arguments->host, "A host, or a pattern of hosts")->required()->type_name("HOST");
  command->add_flag("--gone", arguments->gone, "Reach no host: forget what the history holds of one that is gone");
  command->callback(
      [&program, arguments] { program.exit_code = Forget(program, arguments->host, arguments->gone).run(); });
}

}  // namespace plumb::cmd
