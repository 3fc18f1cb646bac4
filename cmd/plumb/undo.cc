// plumb undo RUN: a plan that takes back what a run did; shown, and written or carried out like any other.

#include "cmd/plumb/ask.h"
#include "cmd/plumb/commands.h"
#include "cmd/plumb/events.h"
#include "cmd/plumb/going_on.h"
#include "cmd/plumb/operator.h"
#include "cmd/plumb/plan_trust.h"
#include "cmd/plumb/planning.h"
#include "cmd/plumb/progress.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/ticket.h"
#include "cmd/plumb/workspace.h"
#include "engine/report/plan_text.h"
#include "engine/report/run_text.h"
#include "engine/run/apply.h"

namespace plumb::cmd {
namespace {

struct UndoArguments {
  std::string run;
  std::string host;
  std::vector<std::string> addresses;
  std::string file;
  bool keep_going = false;
  PlanningOptions planning;  // how it is shown
  std::string ticket;
};

class UndoCommand {
 public:
  UndoCommand(Program& program, const UndoArguments& arguments)
      : program_(program),
        arguments_(arguments),
        terminal_(program.options.no_color),
        workspace_(program.options, terminal_),
        progress_(terminal_, program.options) {
    terminal_.set_json(program.options.output == "json");
  }

  int run() {
    const std::unique_ptr<EventStream> events = start_events(program_.options, "undo", terminal_);
    const SignalWatch signals([this] { workspace_.control().request_stop(); });
    const int code = plan_or_apply();
    end_events(events.get(), hosts_, code, way_on_);
    return code;
  }

 private:
  int plan_or_apply() {
    if (!workspace_.load()) return kInvalidConfiguration;
    const bool applies = arguments_.file.empty();
    if (applies) {
      const Result<PlanTrust> trust = PlanTrust::of(workspace_, {});
      const Result<> nobody = trust ? trust->expect_nobody("plumb undo " + arguments_.run + " -o FILE") : trust.error();
      if (!nobody) {
        workspace_.diagnose(nobody.error());
        return exit_code_of_distrust(nobody.error());
      }
    }
    const std::optional<run::RunContext> context = workspace_.context(progress_.observer());
    if (!context) return kInvalidConfiguration;
    const run::UndoRequest undo{
        arguments_.run, arguments_.host, {arguments_.addresses.begin(), arguments_.addresses.end()}};
    return applies ? apply(undo, *context) : write(undo, *context);
  }

  int write(const run::UndoRequest& undo, const run::RunContext& context) {
    std::optional<run::Planned> planned = run::make_undo_plan(workspace_.loaded(), undo, context);
    if (!planned) return workspace_.stopped() ? kInterrupted : kInvalidConfiguration;
    hosts_ = planned->hosts;
    show(planned->plan, planned->plan_id);
    const ExitCode code =
        exit_code_of(std::max(planned->outcome, planned->broken ? RunOutcome::kFailed : RunOutcome::kOk));
    if (planned->plan.hosts.empty() || code == kInterrupted) {
      terminal_.tell("No plan was written.\n");
      return code;
    }
    if (const Result<> written = write_plan(*planned, arguments_.file, false); !written) {
      workspace_.diagnose(written.error());
      return kFailed;
    }
    if (!terminal_.json()) terminal_.print(written_text(arguments_.file, planned->plan_id, false, program_.options));
    return code;
  }

  int apply(const run::UndoRequest& undo, const run::RunContext& context) {
    run::ApplyRequest request;
    request.undo = undo;
    request.run = program_.options.run_id;
    request.operator_name = operator_name();
    request.keep_going = arguments_.keep_going;
    request.standing.ticket = arguments_.ticket;
    request.show = [this](const run::Proposal& proposal) {
      if (!terminal_.json() || terminal_.events() != nullptr) show(proposal.plan, proposal.plan_id);
    };
    if (!program_.options.yes) request.approve = [this](const run::Proposal& proposal) { return ask(proposal.plan); };
    const run::ApplyResult result = run::apply(workspace_.loaded(), std::move(request), context);
    hosts_ = result.hosts;
    if (result.begun)
      way_on_ =
          found_again(report::way_on(result.hosts, result.plan, "plumb apply --resume " + program_.options.run_id),
                      program_.options);
    if (result.begun && terminal_.events() == nullptr) {
      const std::string& run = program_.options.run_id;
      terminal_.print(terminal_.json()
                          ? report::run_json(result.hosts, run, result.plan_id).dump(2) + "\n"
                          : report::run_summary(result.hosts, result.plan, run, way_on_, terminal_.color()));
    }
    return exit_code_of(result.outcome);
  }

  void show(const plan::Plan& plan, const std::string& id) {
    print_plan(plan, id, terminal_, arguments_.planning, program_.options.kinds);
  }

  Result<bool> ask(const plan::Plan& plan) {
    Result<bool> answer = ask_yes("\n" + report::apply_question(plan), terminal_, workspace_.control().interrupt());
    if (answer && !*answer) terminal_.tell("Nothing was changed.\n");
    return answer;
  }

  Program& program_;
  const UndoArguments& arguments_;
  Terminal terminal_;
  Workspace workspace_;
  Progress progress_;
  run::HostResults hosts_;
  std::string way_on_;  // the commands to go on with
};

}  // namespace

void add_undo(Program& program) {
  auto arguments = std::make_shared<UndoArguments>();
  CLI::App* command =
      program.app.add_subcommand("undo", "Take back what a run did: shown and, after a yes, carried out like any plan");
  command->add_option("RUN", arguments->run, "Its id, the beginning of one, or `last`")->required()->type_name("RUN");
  command->add_option("--host", arguments->host, "On this host alone")->type_name("HOST");
  command
      ->add_option("--address", arguments->addresses,
                   "Only resources whose address this is, or a glob over addresses; may stand several times")
      ->allow_extra_args(false)
      ->type_name("PATTERN");
  command->add_option("-o,--out", arguments->file, "Write the plan to FILE, and change nothing")->type_name("FILE");
  add_ticket_option(*command, arguments->ticket);
  command->add_flag("--keep-going", arguments->keep_going, "After a failure skip only what depends on it");
  command->add_flag("--full", arguments->planning.full, "Show operations and what each action stands on");
  command->callback([&program, arguments] { program.exit_code = UndoCommand(program, *arguments).run(); });
}

}  // namespace plumb::cmd
