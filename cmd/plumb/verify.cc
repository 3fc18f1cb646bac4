// plumb verify PLAN: who signed and who approved a saved plan.

#include "cmd/plumb/commands.h"
#include "cmd/plumb/trust_options.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/file.h"
#include "engine/trust/statement.h"

namespace plumb::cmd {
namespace {

Json json_of(const trust::Signer& signer) {
  return {{"principals", signer.principals}, {"type", signer.key_type}, {"fingerprint", signer.fingerprint}};
}

class VerifyCommand {
 public:
  VerifyCommand(Program& program, const std::string& file, const TrustOptions& trust)
      : program_(program),
        file_(file),
        options_(trust),
        terminal_(program.options.no_color),
        workspace_(program.options, terminal_) {
    terminal_.set_json(program.options.output == "json");
  }

  int run() {
    const Result<> done = look();
    if (!done) workspace_.diagnose(done.error());
    return done && good_ ? kDone : kFailed;
  }

 private:
  // The signature has to be there and good, unless approvals alone are asked for.
  Result<> look() {
    const std::chrono::sys_seconds time = now();
    PLUMB_TRY_ASSIGN(const trust::Trust trust, trust::read_trust(options_.signers, options_.revoked));
    PLUMB_TRY_ASSIGN(const std::string bytes, read_file(file_, plan::kMaxDocument));
    Json json = {{"approvals", Json::array()}};
    const bool approvals_alone = options_.approvals > 0 && !options_.signature;
    if (!approvals_alone || std::filesystem::exists(run::signature_file(file_))) {
      PLUMB_TRY_ASSIGN(const trust::Signer signer, run::signer_of_plan(file_, bytes, trust, time));
      if (!terminal_.json()) terminal_.print("Signed by " + words(signer) + "\n");
      json["signer"] = json_of(signer);
    }
    Result<run::SavedPlan> plan = run::read_saved_plan(bytes, program_.options.kinds);
    if (!plan) return std::move(plan.error()).during("reading the plan " + file_);
    PLUMB_TRY_ASSIGN(const run::Approvals approvals, run::read_approvals(file_, *plan, trust, time));
    for (const Error& error : approvals.refused) workspace_.diagnose(error);
    std::vector<trust::Signer> signers;
    for (const run::Approver& one : approvals.good) {
      signers.push_back(one.signer);
      Json entry = json_of(one.signer);
      entry["not_after"] = one.approval.not_after;
      entry["reason"] = one.approval.reason;
      json["approvals"].push_back(std::move(entry));
      if (terminal_.json()) continue;
      terminal_.print("Approved by " + words(one.signer) + " until " + one.approval.not_after +
                      (one.approval.reason.empty() ? "" : ": " + one.approval.reason) + "\n");
    }
    const std::size_t persons = trust::persons_of(signers);
    good_ = persons >= options_.approvals;
    if (!good_) {
      return fail(Code::kNotApproved, "the plan is approved by " + std::to_string(persons) + " of the " +
                                          std::to_string(options_.approvals) + " persons that are asked for");
    }
    json["id"] = plan->id;
    if (terminal_.json()) {
      terminal_.print(json.dump(2) + "\n");
    } else {
      terminal_.print("  id " + plan->id + "\n");
    }
    return {};
  }

  Program& program_;
  const std::string& file_;
  const TrustOptions& options_;
  Terminal terminal_;
  Workspace workspace_;
  bool good_ = false;
};

}  // namespace

void add_verify(Program& program) {
  struct Arguments {
    std::string file;
    TrustOptions trust;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.app.add_subcommand("verify", "Say who signed and who approved a saved plan");
  command->add_option("PLAN", arguments->file, "A plan written by `plumb plan -o`")->required()->type_name("FILE");
  add_signers_options(*command, arguments->trust);
  command->get_option("--allowed-signers")->required();
  add_requirement_options(*command, arguments->trust);
  command->callback(
      [&program, arguments] { program.exit_code = VerifyCommand(program, arguments->file, arguments->trust).run(); });
}

}  // namespace plumb::cmd
