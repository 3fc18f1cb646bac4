// plumb verify PATH: who signed and who approved a saved plan, or who signed a module or a provider.

#include "cmd/plumb/commands.h"
#include "cmd/plumb/trust_options.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/file.h"
#include "engine/run/signed_parts.h"
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
    std::error_code ignored;
    const Result<> done = std::filesystem::is_directory(file_, ignored) ? look_at_part() : look();
    if (done) return kDone;
    workspace_.diagnose(done.error());
    return exit_code_of_distrust(done.error());
  }

 private:
  // All that is there is told, before what is missing is.
  Result<> look() {
    const run::TrustPolicy policy = options_.policy();
    PLUMB_TRY_ASSIGN(const trust::Trust trust, trust::read_trust(policy.signers, policy.revoked));
    PLUMB_TRY_ASSIGN(const std::string bytes, read_file(file_, plan::kMaxDocument));
    const Result<trust::Signer> signer = run::signer_of_plan(file_, bytes, trust, now());
    if (signer) {
      json_["signer"] = json_of(*signer);
      tell("Signed by " + words(*signer));
    }
    Result<run::SavedPlan> plan = run::read_saved_plan(bytes, program_.options.kinds);
    if (!plan && signer) return std::move(plan.error()).during("reading the plan " + file_);
    Result<> approved;
    if (plan) approved = look_at_approvals(*plan, trust);
    // As for apply: where approvals alone are asked for, they alone have to be there.
    const bool needs_signature = options_.signature || options_.approvals == 0;
    if (!signer && needs_signature) return signer.error();
    if (!signer) workspace_.diagnose(Error(Diagnostic(signer.error().diagnostic()).as(Severity::kNote)));
    if (!approved) return approved;
    json_["id"] = plan->id;
    tell("  id " + plan->id);
    if (terminal_.json()) terminal_.print(json_.dump(2) + "\n");
    return {};
  }

  Result<> look_at_part() {
    if (options_.approvals > 0) return fail(Code::kUsage, "approvals are of plans, and " + file_ + " is a folder");
    const run::TrustPolicy policy = options_.policy();
    PLUMB_TRY_ASSIGN(const trust::Trust trust, trust::read_trust(policy.signers, policy.revoked));
    PLUMB_TRY_ASSIGN(const run::Part part, run::part_in(std::filesystem::path(file_)));
    PLUMB_TRY_ASSIGN(const trust::Signer signer, run::signer_of_part(std::filesystem::path(file_), part, trust, now()));
    const std::string type = part.is_provider ? "provider" : "module";
    tell("The " + type + " is signed by " + words(signer) + "\n  digest " + part.digest);
    if (terminal_.json())
      terminal_.print(Json{{"digest", part.digest}, {"signer", json_of(signer)}, {"type", type}}.dump(2) + "\n");
    return {};
  }

  Result<> look_at_approvals(const run::SavedPlan& plan, const trust::Trust& trust) {
    PLUMB_TRY_ASSIGN(const run::Approvals approvals, run::read_approvals(file_, plan, trust, now()));
    for (const run::Approver& one : approvals.good) {
      Json entry = json_of(one.signer);
      entry["not_after"] = one.approval.not_after;
      entry["reason"] = one.approval.reason;
      json_["approvals"].push_back(std::move(entry));
      tell("Approved by " + words(one.signer) + " until " + one.approval.not_after +
           (one.approval.reason.empty() ? "" : ": " + one.approval.reason));
    }
    PLUMB_TRY(run::expect_persons(approvals, options_.approvals));
    for (const Error& error : approvals.refused)
      workspace_.diagnose(Error(Diagnostic(error.diagnostic()).as(Severity::kWarning)));
    return {};
  }

  void tell(const std::string& line) {
    if (!terminal_.json()) terminal_.print(line + "\n");
  }

  Program& program_;
  const std::string& file_;
  const TrustOptions& options_;
  Terminal terminal_;
  Workspace workspace_;
  Json json_ = {{"approvals", Json::array()}};
};

}  // namespace

void add_verify(Program& program) {
  struct VerifyArguments {
    std::string file;
    TrustOptions trust;
  };
  auto arguments = std::make_shared<VerifyArguments>();
  CLI::App* command = program.app.add_subcommand(
      "verify", "Say who signed and who approved a saved plan, or who signed a module or a provider");
  command
      ->add_option("PATH", arguments->file,
                   "A plan written by `plumb plan -o`, or the folder of a module or a provider")
      ->required()
      ->type_name("FILE");
  add_signers_options(*command, arguments->trust);
  command->get_option("--allowed-signers")->required();
  add_requirement_options(*command, arguments->trust);
  command->callback(
      [&program, arguments] { program.exit_code = VerifyCommand(program, arguments->file, arguments->trust).run(); });
}

}  // namespace plumb::cmd
