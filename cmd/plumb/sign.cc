// plumb sign PLAN: a signature beside a saved plan.

#include "engine/trust/sign.h"

#include "cmd/plumb/commands.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/file.h"
#include "engine/run/trusted_plan.h"

namespace plumb::cmd {
namespace {

struct Written {
  std::filesystem::path file;
  std::string replaced;  // the fingerprint of another key that had signed; "" where none had
};

// By whom what lies there was signed; "" where nothing does that can be read.
std::string signer_in(const std::filesystem::path& file) {
  const Result<std::string> text = read_file(file, trust::kMostSignature);
  if (!text) return "";
  const Result<trust::Signature> signature = trust::read_signature(*text);
  return signature ? signature->key.key.fingerprint() : "";
}

Result<Written> sign_plan(const std::string& file, const std::string& key, const Registry& kinds) {
  PLUMB_TRY_ASSIGN(const std::string bytes, read_file(file, plan::kMaxDocument));
  // What cannot be applied, nobody is to sign.
  PLUMB_TRY(run::read_saved_plan(bytes, kinds));
  // ssh-keygen gets a Ctrl-C as well, and puts the terminal in order before it ends.
  const SignalWatch signals([] {});
  PLUMB_TRY_ASSIGN(const std::string signature, trust::sign(bytes, trust::kPlanNamespace, key, STDERR_FILENO));
  const std::filesystem::path beside = run::signature_file(file);
  const std::string before = signer_in(beside);
  PLUMB_TRY(write_file(beside, signature));
  return Written{beside, before == signer_in(beside) ? std::string() : before};
}

int sign(Program& program, const std::string& file, const std::string& key) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  Workspace workspace(program.options, terminal);
  Result<Written> written = sign_plan(file, key, program.options.kinds);
  if (!written) {
    const Code code = written.error().code();
    workspace.diagnose(std::move(written.error()).during("signing the plan " + file));
    return code == Code::kInterrupted ? kInterrupted : code == Code::kSigning ? kFailed : kInvalidConfiguration;
  }
  if (terminal.json()) {
    terminal.print(Json{{"replaced", written->replaced}, {"signature", written->file.string()}}.dump(2) + "\n");
  } else {
    terminal.print("Wrote " + written->file.string() +
                   (written->replaced.empty() ? "" : "\n  in the place of a signature by " + written->replaced) + "\n");
  }
  return kDone;
}

}  // namespace

void add_sign(Program& program) {
  struct SignArguments {
    std::string file;
    std::string key;
  };
  auto arguments = std::make_shared<SignArguments>();
  CLI::App* command = program.app.add_subcommand("sign", "Sign a saved plan, for `ssh-keygen -Y verify` and for apply");
  command->add_option("PLAN", arguments->file, "A plan written by `plumb plan -o`")->required()->type_name("FILE");
  command
      ->add_option("--key", arguments->key,
                   "A private key of ssh, or a public one whose other half the agent or a security token has")
      ->required()
      ->type_name("FILE");
  command->callback([&program, arguments] { program.exit_code = sign(program, arguments->file, arguments->key); });
}

}  // namespace plumb::cmd
