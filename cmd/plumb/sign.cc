// plumb sign PATH: a signature beside a saved plan, or in the folder of a module or a provider.

#include "engine/trust/sign.h"

#include "cmd/plumb/commands.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/file.h"
#include "engine/run/signed_parts.h"
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

struct Subject {
  std::string bytes;
  std::string_view name_space;
  std::filesystem::path signature;
};

Result<Subject> subject_at(const std::filesystem::path& path, const Registry& kinds) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    PLUMB_TRY_ASSIGN(const run::Part part, run::part_in(path));
    return Subject{part.bytes(), part.name_space(), path / part.signature_name()};
  }
  PLUMB_TRY_ASSIGN(std::string bytes, read_file(path, plan::kMaxDocument));
  // What cannot be applied, nobody is to sign.
  PLUMB_TRY(run::read_saved_plan(bytes, kinds));
  return Subject{std::move(bytes), trust::kPlanNamespace, run::signature_file(path)};
}

Result<Written> sign_it(const std::string& path, const std::string& key, const Registry& kinds) {
  PLUMB_TRY_ASSIGN(const Subject subject, subject_at(path, kinds));
  // ssh-keygen gets a Ctrl-C as well, and puts the terminal in order before it ends.
  const SignalWatch signals([] {});
  PLUMB_TRY_ASSIGN(const std::string signature, trust::sign(subject.bytes, subject.name_space, key, STDERR_FILENO));
  const std::string before = signer_in(subject.signature);
  PLUMB_TRY(write_file(subject.signature, signature));
  return Written{subject.signature, before == signer_in(subject.signature) ? std::string() : before};
}

int sign(Program& program, const std::string& file, const std::string& key) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  Workspace workspace(program.options, terminal);
  Result<Written> written = sign_it(file, key, program.options.kinds);
  if (!written) {
    const Code code = written.error().code();
    workspace.diagnose(std::move(written.error()).during("signing " + file));
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
  CLI::App* command = program.app.add_subcommand(
      "sign", "Sign a saved plan, a module or a provider, for `ssh-keygen -Y verify` and for apply");
  command
      ->add_option("PATH", arguments->file,
                   "A plan written by `plumb plan -o`, or the folder of a module or a provider")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--key", arguments->key,
                   "A private key of ssh, or a public one whose other half the agent or a security token has")
      ->required()
      ->type_name("FILE");
  command->callback([&program, arguments] { program.exit_code = sign(program, arguments->file, arguments->key); });
}

}  // namespace plumb::cmd
