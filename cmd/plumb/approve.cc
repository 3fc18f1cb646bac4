// plumb approve PLAN: a plan is shown and, after a yes, approved.

#include "cmd/plumb/ask.h"
#include "cmd/plumb/commands.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/trust_options.h"
#include "cmd/plumb/workspace.h"
#include "engine/config/formats.h"
#include "engine/report/left_open.h"
#include "engine/report/plan_outline.h"
#include "engine/trust/sign.h"

namespace plumb::cmd {
namespace {

constexpr std::size_t kMostReason = 4096;

struct ApproveArguments {
  std::string file;
  std::string key;
  std::string lasting = "8h";
  std::string reason;
  bool full = false;
};

class ApproveCommand {
 public:
  ApproveCommand(Program& program, const ApproveArguments& arguments)
      : program_(program),
        arguments_(arguments),
        terminal_(program.options.no_color),
        workspace_(program.options, terminal_) {
    terminal_.set_json(program.options.output == "json");
  }

  int run() {
    const Result<bool> done = approve();
    if (done) return *done ? kDone : kFailed;
    workspace_.diagnose(done.error());
    const Code code = done.error().code();
    if (code == Code::kInterrupted) return kInterrupted;
    return code == Code::kSigning ? kFailed : kInvalidConfiguration;
  }

 private:
  // False where whoever was asked did not agree.
  Result<bool> approve() {
    PLUMB_TRY_ASSIGN(const Json seconds, config::apply_format("duration", arguments_.lasting, "--for", {}));
    const auto lasting = std::chrono::seconds(seconds.get<std::int64_t>());
    if (lasting.count() == 0) return fail(Code::kUsage, "--for must be longer than nothing");
    if (lasting > std::chrono::days(366)) return fail(Code::kUsage, "--for is at most 366d");
    if (arguments_.reason.size() > kMostReason) return fail(Code::kUsage, "--reason is at most 4096 bytes");
    if (!trust::is_one_line(arguments_.reason) || !valid_utf8(arguments_.reason))
      return fail(Code::kUsage, "--reason must be one line of text");
    Result<run::SavedPlan> plan = run::read_plan_file(arguments_.file, program_.options.kinds);
    if (!plan) return std::move(plan.error()).during("reading the plan " + arguments_.file);
    PLUMB_TRY_ASSIGN(const bool agreed, agree(*plan));
    if (!agreed) {
      terminal_.tell("Nothing was signed.\n");
      return false;
    }
    // ssh-keygen gets a Ctrl-C as well, and puts the terminal in order before it ends.
    const SignalWatch signals([] {});
    const trust::Approval approval = run::approval_of(*plan, now(), lasting, arguments_.reason);
    const std::string statement = trust::statement_of(approval);
    PLUMB_TRY_ASSIGN(const std::string signature,
                     trust::sign(statement, trust::kApprovalNamespace, arguments_.key, STDERR_FILENO));
    PLUMB_TRY_ASSIGN(const std::filesystem::path written, run::write_approval(arguments_.file, statement, signature));
    if (terminal_.json()) {
      terminal_.print(Json{{"approval", written.string()}, {"not_after", approval.not_after}}.dump(2) + "\n");
    } else {
      terminal_.print("Wrote " + written.string() + ", valid until " + approval.not_after + "\n");
    }
    return true;
  }

  // Nobody approves what was not shown.
  Result<bool> agree(const run::SavedPlan& saved) {
    const plan::Plan& plan = saved.plan;
    report::PlanTextOptions options;
    options.color = terminal_.color();
    options.full = arguments_.full;
    options.kinds = &program_.options.kinds;
    const std::string text = report::review_text(plan, options) + report::left_open(plan) + "\nProject " +
                             plan.project + ", " + std::to_string(plan.hosts.size()) +
                             (plan.hosts.size() == 1 ? " host" : " hosts") + "\n  id " + saved.id + "\n";
    if (terminal_.json()) {
      terminal_.tell(text);
    } else {
      terminal_.print(text);
    }
    if (program_.options.yes) return true;
    return ask_yes("\nApprove this plan?", terminal_, workspace_.control().interrupt());
  }

  Program& program_;
  const ApproveArguments& arguments_;
  Terminal terminal_;
  Workspace workspace_;
};

}  // namespace

void add_approve(Program& program) {
  auto arguments = std::make_shared<ApproveArguments>();
  CLI::App* command = program.app.add_subcommand("approve", "Show a saved plan and, after a yes, approve it");
  command->add_option("PLAN", arguments->file, "A plan written by `plumb plan -o`")->required()->type_name("FILE");
  command
      ->add_option("--key", arguments->key,
                   "A private key of ssh, or a public one whose other half the agent or a security token has")
      ->required()
      ->type_name("FILE");
  command->add_option("--for", arguments->lasting, "How long the approval is valid (default: 8h)")->type_name("TIME");
  command->add_option("--reason", arguments->reason, "What it is for, such as a ticket")->type_name("TEXT");
  command->add_flag("--full", arguments->full, "Show operations and what each action stands on");
  command->callback([&program, arguments] { program.exit_code = ApproveCommand(program, *arguments).run(); });
}

}  // namespace plumb::cmd
