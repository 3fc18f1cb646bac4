// plumb key new|list: keys of ssh that sign plans and approvals.

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <sys/wait.h>
#include <unistd.h>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/known_keys.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/table.h"
#include "cmd/plumb/trust_options.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/file.h"
#include "engine/base/joined.h"
#include "engine/base/program.h"
#include "engine/base/spawn.h"
#include "engine/config/project_files.h"

namespace plumb::cmd {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestPublicKey = std::size_t{64} << 10;

struct NewKey {
  std::string file;
  std::string name;
  bool bare = false;  // without a passphrase
};

Result<fs::path> ssh_folder() {
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') return fs::path(home) / ".ssh";
  return fail(Code::kUsage, "HOME is not set, so nobody knows where keys lie").hint("name a file: plumb key new FILE");
}

class KeyCommand {
 public:
  explicit KeyCommand(Program& program)
      : options_(program.options), terminal_(program.options.no_color), workspace_(program.options, terminal_) {
    terminal_.set_json(options_.output == "json");
  }

  int make(const NewKey& wanted) {
    return told([&] { return make_key(wanted); });
  }

  int list(const TrustOptions& asked) {
    return told([&] { return list_keys(asked); });
  }

 private:
  int told(const std::function<Result<>()>& work) {
    const Result<> done = work();
    if (done) return kDone;
    workspace_.diagnose(done.error());
    const Code code = done.error().code();
    if (code == Code::kInterrupted) return kInterrupted;
    return code == Code::kSigning || code == Code::kWriteFailed ? kFailed : kInvalidConfiguration;
  }

  Result<> make_key(const NewKey& wanted) {
    if (wanted.name.find_first_of(" \t\r\n,\"*?!#") != std::string::npos)
      return fail(Code::kUsage, "`" + wanted.name + "` is no name for a file of allowed signers")
          .hint("one without spaces, commas, quotes and wildcards, such as ana@example.com");
    fs::path file = wanted.file;
    if (file.empty()) {
      PLUMB_TRY_ASSIGN(file, ssh_folder());
      file /= "plumb";
    }
    const fs::path shown = file.string() + ".pub";
    std::error_code failure;
    for (const fs::path& one : {file, shown}) {
      if (fs::exists(fs::symlink_status(one, failure)))
        return fail(Code::kExists, one.string() + " is there already").hint("name another file: plumb key new FILE");
    }
    if (!wanted.bare && !terminal_.can_ask())
      return fail(Code::kNeedsConfirmation, "there is no terminal to ask for a passphrase on")
          .hint("--no-passphrase makes a key without one, for machines; keep it like a password");
    if (!fs::exists(file.parent_path(), failure) && file.has_parent_path()) {
      fs::create_directories(file.parent_path(), failure);
      if (failure)
        return fail(Code::kWriteFailed, "cannot create " + file.parent_path().string() + ": " + failure.message());
      fs::permissions(file.parent_path(), fs::perms::owner_all, failure);
    }
    PLUMB_TRY(run_ssh_keygen(file, wanted));
    PLUMB_TRY_ASSIGN(const std::string text, read_file(shown, kLargestPublicKey));
    std::string_view rest = text;
    std::optional<keys::PublicKey> key = keys::take_key(rest);
    if (!key) return fail(Code::kSigning, shown.string() + " is no public key");
    key->comment = std::string(rest.substr(0, rest.find_first_of("\r\n")));
    tell_key(file, *key);
    return {};
  }

  // It asks for a passphrase itself, so that none gets into this process.
  static Result<> run_ssh_keygen(const fs::path& file, const NewKey& wanted) {
    if (!has_program("ssh-keygen"))
      return fail(Code::kSigning, "there is no ssh-keygen here").hint("it comes with OpenSSH's client");
    std::vector<std::string> arguments = {"ssh-keygen", "-q", "-t", "ed25519", "-f", file.string()};
    if (!wanted.name.empty()) arguments.insert(arguments.end(), {"-C", wanted.name});
    if (wanted.bare) arguments.insert(arguments.end(), {"-N", ""});
    const SignalWatch signals([] {});
    pid_t child = 0;
    const int error = spawn({.arguments = arguments,
                             .folder = {},
                             .input = -1,
                             .output = STDERR_FILENO,
                             .errors = STDERR_FILENO,
                             .own = Spawn::Own::kNothing},
                            child);
    if (error != 0) return fail(Code::kSigning, std::string("ssh-keygen cannot be started: ") + std::strerror(error));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
      if (errno != EINTR) return fail(Code::kSigning, std::string("ssh-keygen: ") + std::strerror(errno));
    }
    if (WIFSIGNALED(status)) return fail(Code::kInterrupted, "ssh-keygen was ended");
    if (WEXITSTATUS(status) != 0) return fail(Code::kSigning, "ssh-keygen made no key " + file.string());
    return {};
  }

  void tell_key(const fs::path& file, const keys::PublicKey& key) {
    const std::string name = key.comment.empty() ? "NAME" : key.comment.substr(0, key.comment.find(' '));
    const std::string signer = name + " namespaces=\"plan@plumbline,approval@plumbline\" " + key.line();
    if (terminal_.json()) {
      terminal_.print(Json{{"key", file.string()},
                           {"public_key", key.line()},
                           {"fingerprint", key.fingerprint()},
                           {"allowed_signer", signer}}
                          .dump(2) +
                      "\n");
      return;
    }
    terminal_.print("Wrote " + file.string() + " and " + file.string() + ".pub\n  " + key.fingerprint() +
                    "\nIts line for a file of allowed signers, for whoever keeps that:\n" + signer + "\n");
  }

  // Who counts is said by the option, else by the project.
  Result<run::TrustPolicy> policy(const TrustOptions& asked) {
    if (!asked.signers.empty() || !config::expect_project(Folder(options_.folder))) return asked.policy();
    workspace_.only_name();
    if (!workspace_.load()) return fail(Code::kUsage, "the project cannot be read").hint("name --allowed-signers FILE");
    run::TrustPolicy policy = run::policy_of(workspace_.project());
    if (!asked.revoked.empty()) policy.revoked.emplace_back(asked.revoked);
    return policy;
  }

  Result<> list_keys(const TrustOptions& asked) {
    PLUMB_TRY_ASSIGN(const run::TrustPolicy policy, this->policy(asked));
    std::optional<trust::Trust> trust;
    if (!policy.signers.empty()) {
      PLUMB_TRY_ASSIGN(trust, trust::read_trust(policy.signers, policy.revoked));
    }
    PLUMB_TRY_ASSIGN(const fs::path folder, ssh_folder());
    const std::vector<KnownKey> keys = known_keys(folder, trust ? &*trust : nullptr, now());
    if (terminal_.json()) {
      Json list = Json::array();
      for (const KnownKey& one : keys)
        list.push_back({{"type", one.key.type},
                        {"fingerprint", one.key.fingerprint()},
                        {"comment", one.key.comment},
                        {"places", one.places},
                        {"counts_as", one.counts_as},
                        {"signs", one.signs},
                        {"revoked", one.revoked}});
      terminal_.print(list.dump(2) + "\n");
      return {};
    }
    if (keys.empty()) {
      terminal_.print("No key is known here. `plumb key new` makes one.\n");
      return {};
    }
    std::vector<std::vector<std::string>> rows = {{"KEY", "TYPE", "COMMENT", "IS IN", "COUNTS AS", "FOR"}};
    for (const KnownKey& one : keys)
      rows.push_back({one.key.fingerprint(), one.key.type, one.key.comment,
                      one.places.empty() ? "allowed signers" : joined(one.places),
                      one.revoked ? "revoked" : one.counts_as, joined(one.signs)});
    terminal_.print(table_text(rows));
    if (!trust) terminal_.tell("note: --allowed-signers FILE says whose signatures count\n");
    return {};
  }

  const Options& options_;
  Terminal terminal_;
  Workspace workspace_;
};

}  // namespace

void add_key(Program& program) {
  CLI::App* command =
      program.app.add_subcommand("key", "Make keys that sign plans and approvals, and list those known");
  command->require_subcommand(1);

  auto wanted = std::make_shared<NewKey>();
  CLI::App* make = command->add_subcommand("new", "Make a key with ssh-keygen, which asks for a passphrase");
  make->add_option("FILE", wanted->file, "The private key, with FILE.pub beside it (default: ~/.ssh/plumb)")
      ->type_name("FILE");
  make->add_option("--name", wanted->name, "Whose it is, such as ana@example.com (default: you at this machine)")
      ->type_name("NAME");
  make->add_flag("--no-passphrase", wanted->bare, "For a machine that nobody sits at");
  make->callback([&program, wanted] { program.exit_code = KeyCommand(program).make(*wanted); });

  auto trust = std::make_shared<TrustOptions>();
  CLI::App* list = command->add_subcommand(
      "list", "List the keys of the agent, of ~/.ssh and of the allowed signers, and what each may sign");
  add_signers_options(*list, *trust);
  list->callback([&program, trust] { program.exit_code = KeyCommand(program).list(*trust); });
}

}  // namespace plumb::cmd
