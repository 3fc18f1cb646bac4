// plumb project-key share|accept|rotate: one key of the project for colleagues and CI.

#include "engine/run/project_key.h"

#include <algorithm>

#include "cmd/plumb/ask.h"
#include "cmd/plumb/commands.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/file.h"
#include "engine/base/joined.h"
#include "engine/base/sealed.h"
#include "engine/config/project.h"
#include "engine/config/project_files.h"
#include "engine/run/key_uses.h"
#include "engine/run/shared_key.h"
#include "engine/secrets/sealed_files.h"

namespace plumb::cmd {
namespace {

constexpr std::size_t kMostKeys = std::size_t{1} << 20;  // bytes of a file with public keys

using Recipients = std::vector<keys::PublicKey>;

std::string short_id(const std::string& id) {
  return id.substr(0, id.find(':') + 13);
}

std::string words_of_key(const keys::PublicKey& key) {
  return key.fingerprint() + " " + (key.comment.empty() ? "(unnamed)" : key.comment) + " (" + key.type + ")";
}

Json json_of(const Recipients& recipients) {
  Json list = Json::array();
  for (const keys::PublicKey& key : recipients)
    list.push_back({{"type", key.type}, {"fingerprint", key.fingerprint()}, {"comment", key.comment}});
  return list;
}

class ProjectKeyCommand {
 public:
  explicit ProjectKeyCommand(Program& program)
      : options_(program.options),
        folder_(program.options.folder),
        terminal_(program.options.no_color),
        workspace_(program.options, terminal_) {
    terminal_.set_json(options_.output == "json");
  }

  int share(const std::vector<std::string>& files) {
    return told([&]() -> Result<> {
      PLUMB_TRY_ASSIGN(const std::string key, own_key());
      PLUMB_TRY_ASSIGN(Recipients recipients, known_recipients());
      const std::size_t before = recipients.size();
      for (const std::string& file : files) PLUMB_TRY(add_keys_of(file, recipients));
      if (recipients.empty()) {
        return fail(Code::kUsage, "there is nobody to share the key with")
            .hint("name public keys of ssh: plumb project-key share ~/.ssh/id_ed25519.pub ana.pub");
      }
      PLUMB_TRY(run::share_key(folder_, key, recipients));
      if (terminal_.json()) return print_json(key, recipients, {});
      print_recipients("Sealed the project's key " + short_id(key_id(key)), recipients, before);
      terminal_.print(std::string("\nCommit ") + run::kSealedKey + " and " + run::kRecipients +
                      "; who has one of these keys then runs `plumb project-key accept`.\n");
      return {};
    });
  }

  int accept(const std::string& identity) {
    return told([&]() -> Result<> {
      const auto ask = [this](const std::string& file) -> Result<std::string> {
        if (terminal_.can_ask()) return ask_secret("Passphrase of " + file + ": ", terminal_, nullptr);
        return fail(Code::kNeedsConfirmation, file + " has a passphrase, and there is no terminal to ask for it on")
            .hint("CI needs a key without one: `ssh-keygen -t ed25519 -N '' -f FILE`, kept like a password");
      };
      PLUMB_TRY_ASSIGN(const std::string shared, run::open_shared_key(folder_, identity, ask));
      PLUMB_TRY_ASSIGN(const std::optional<std::string> own, run::read_project_key(folder_));
      if (own && *own != shared) {
        PLUMB_TRY(agreed("The key " + short_id(key_id(*own)) + " in " + run::project_key_path(folder_).string() +
                         " is another one. Plans that were made with it will be refused."));
      }
      if (!own || *own != shared) PLUMB_TRY(run::write_project_key(folder_, shared));
      PLUMB_TRY_ASSIGN(const Recipients recipients, known_recipients());
      if (terminal_.json()) return print_json(shared, recipients, {});
      const std::string path = run::project_key_path(folder_).string();
      terminal_.print((own && *own == shared ? path + " is this key already: " : "Wrote " + path + ": ") +
                      short_id(key_id(shared)) + "\n");
      return {};
    });
  }

  int rotate() {
    return told([&]() -> Result<> {
      PLUMB_TRY_ASSIGN(const std::string old, own_key());
      PLUMB_TRY_ASSIGN(const Recipients recipients, known_recipients());
      PLUMB_TRY_ASSIGN(const run::KeyUses uses,
                       run::uses_of_key(key_id(old), folder_, workspace_.store(), options_.kinds));
      const std::string key = run::new_project_key();
      PLUMB_TRY_ASSIGN(const secrets::Resealing sealed, files_to_seal(old, key));
      if (!terminal_.json()) print_recipients("A new key, to be sealed", recipients, recipients.size());
      PLUMB_TRY(agreed("Plans that were made with the key " + short_id(key_id(old)) + " will be refused."));
      // The key before what holds it: that can be made of it once more, and not the other way round. What it seals can
      // be opened at any moment with the key that is there then.
      PLUMB_TRY(sealed.seal_to_both());
      PLUMB_TRY(run::write_project_key(folder_, key));
      PLUMB_TRY(sealed.seal_to_new());
      if (!recipients.empty()) PLUMB_TRY(run::share_key(folder_, key, recipients));
      if (terminal_.json()) return print_json(key, recipients, uses);
      terminal_.print("Wrote " + run::project_key_path(folder_).string() + ": " + short_id(key_id(key)) + "\n");
      if (const std::size_t count = sealed.files().size(); count > 0)
        terminal_.print("Sealed " + std::to_string(count) + (count == 1 ? " file" : " files") +
                        " of secrets anew; commit what changed\n");
      print_uses(uses);
      if (!recipients.empty()) {
        terminal_.print(std::string("Commit ") + run::kSealedKey + " and " + run::kRecipients +
                        "; the others then run `plumb project-key accept`.\n");
      }
      return {};
    });
  }

 private:
  int told(const std::function<Result<>()>& work) {
    Result<> done = config::expect_project(folder_);
    if (done) done = work();
    if (done) return kDone;
    workspace_.diagnose(done.error());
    const Code code = done.error().code();
    if (code == Code::kInterrupted) return kInterrupted;
    const bool asked_wrongly = code == Code::kUsage || code == Code::kNeedsConfirmation || code == Code::kNoProject;
    return asked_wrongly ? kInvalidConfiguration : kFailed;
  }

  Result<std::string> own_key() const {
    PLUMB_TRY_ASSIGN(std::optional<std::string> key, run::read_project_key(folder_));
    if (key) return std::move(*key);
    return fail(Code::kNoProjectKey, "there is no " + run::project_key_path(folder_).string())
        .hint("`plumb init` makes a key; where the project shares one, `plumb project-key accept` opens it");
  }

  // What the project's key seals, by the stores that the project declares.
  Result<secrets::Resealing> files_to_seal(const std::string& old, const std::string& key) {
    Diagnostics found;
    lang::SourceMap sources;
    const std::optional<config::Project> project =
        config::load_project(Folder(folder_), input_arguments(options_), options_.kinds, found, sources);
    if (!project || found.has_errors()) {
      workspace_.diagnose(found);
      return fail(Code::kUsage, "the project cannot be read, so nobody knows what its key seals")
          .hint("mend plumb.yaml, then rotate the key");
    }
    std::vector<std::filesystem::path> folders;
    for (const auto& [name, store] : project->secrets) {
      const auto* files = std::get_if<config::FileStore>(&store.what);
      if (files != nullptr && files->form == config::FileStore::Form::kSealed)
        folders.push_back(folder_ / files->folder);
    }
    return secrets::Resealing::begin(folders, old, key);
  }

  Result<Recipients> known_recipients() const {
    PLUMB_TRY_ASSIGN(std::optional<run::SharedKey> shared, run::read_shared_key(folder_));
    return shared ? std::move(shared->recipients) : Recipients();
  }

  static Result<> add_keys_of(const std::string& file, Recipients& recipients) {
    Result<std::string> text = file == "-" ? read_stream("/dev/stdin", kMostKeys) : read_file(file, kMostKeys);
    if (!text) return std::move(text.error());
    Result<Recipients> keys = seal::read_public_keys(*text);
    if (!keys) return std::move(keys.error()).during("reading " + file);
    if (keys->empty()) return fail(Code::kUsage, file + " holds no public key");
    for (keys::PublicKey& key : *keys) {
      if (std::find(recipients.begin(), recipients.end(), key) == recipients.end())
        recipients.push_back(std::move(key));
    }
    return {};
  }

  Result<> agreed(const std::string& consequence) {
    if (options_.yes) return {};
    if (!terminal_.can_ask() || terminal_.json())
      return fail(Code::kNeedsConfirmation, consequence + " There is no terminal to ask on").hint("add --yes");
    const SignalWatch signals([this] { workspace_.control().request_stop(); });
    PLUMB_TRY_ASSIGN(const bool yes, ask_yes(consequence, terminal_, workspace_.control().interrupt()));
    if (!yes) return fail(Code::kInterrupted, "nothing was changed");
    return {};
  }

  // Those from `first_new` on are new.
  void print_recipients(const std::string& what, const Recipients& recipients, std::size_t first_new) {
    if (recipients.empty()) return;
    terminal_.print(what + " to:\n");
    for (std::size_t i = 0; i < recipients.size(); ++i)
      terminal_.print("  " + words_of_key(recipients[i]) + (i < first_new ? "" : "  new") + "\n");
  }

  void print_uses(const run::KeyUses& uses) {
    if (!uses.plans.empty()) terminal_.print("Make anew, they are refused now: " + joined(uses.plans) + "\n");
    if (!uses.runs.empty()) terminal_.print("Cannot be gone on with by --resume any more: " + joined(uses.runs) + "\n");
    if (!uses.hosts.empty()) {
      terminal_.print(
          "Hosts whose records hold digests of the old key: " + joined(uses.hosts) +
          "\n  the next `plumb apply` puts digests of the new one in their place; nothing else changes there\n");
    }
  }

  Result<> print_json(const std::string& key, const Recipients& recipients, const std::optional<run::KeyUses>& uses) {
    Json document = {{"key", key_id(key)}, {"recipients", json_of(recipients)}};
    if (uses) document["old_key"] = {{"hosts", uses->hosts}, {"runs", uses->runs}, {"plans", uses->plans}};
    terminal_.print(document.dump(2) + "\n");
    return {};
  }

  const Options& options_;
  const std::filesystem::path folder_;
  Terminal terminal_;
  Workspace workspace_;
};

}  // namespace

void add_project_key(Program& program) {
  CLI::App* command =
      program.app.add_subcommand("project-key", "Share the key that sensitive values are sealed with, or change it");
  command->require_subcommand(1);

  auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* share = command->add_subcommand("share", "Seal it to keys of ssh, in files that belong in git");
  share->add_option("FILE", *files,
                    "Public keys of ssh, as in id_ed25519.pub or authorized_keys; - is standard input (default: those "
                    "that it is sealed to already)");
  share->callback([&program, files] { program.exit_code = ProjectKeyCommand(program).share(*files); });

  auto identity = std::make_shared<std::string>();
  CLI::App* accept =
      command->add_subcommand("accept", "Take the key that the project shares, opened with a key of ssh");
  accept->add_option("--identity", *identity, "The private key (default: ~/.ssh/id_ed25519 or ~/.ssh/id_rsa)")
      ->type_name("FILE");
  accept->callback([&program, identity] { program.exit_code = ProjectKeyCommand(program).accept(*identity); });

  CLI::App* rotate = command->add_subcommand(
      "rotate", "Make a new key, seal it to the same keys of ssh, and say what holds the old one");
  rotate->callback([&program] { program.exit_code = ProjectKeyCommand(program).rotate(); });
}

}  // namespace plumb::cmd
