// plumb charter show|apply|check HOST: what a strict host goes by.

#include "cmd/plumb/ask.h"
#include "cmd/plumb/commands.h"
#include "cmd/plumb/operator.h"
#include "cmd/plumb/progress.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/trust_options.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/joined.h"
#include "engine/base/outside_text.h"
#include "engine/host/executor_store.h"
#include "engine/run/charters.h"
#include "engine/run/execute.h"

namespace plumb::cmd {
namespace {

struct CharterArguments {
  std::string host;
  std::string as;                     // "": the inventory's name
  std::vector<std::string> projects;  // none: this one
  std::uint64_t approvals = 0;        // 0: what the project asks for, or one
  TrustOptions trust;
  std::string out;
  bool executor = false;
  std::string statement;
  std::vector<std::string> signatures;
};

class CharterCommand {
 public:
  CharterCommand(Program& program, const CharterArguments& arguments)
      : options_(chosen(program.options, arguments.host)),
        arguments_(arguments),
        terminal_(options_.no_color),
        workspace_(options_, terminal_),
        progress_(terminal_, options_) {
    terminal_.set_json(options_.output == "json");
  }

  int show() {
    return on_host([this]() -> Result<int> {
      if (there_.charter.empty()) return not_strict();
      terminal_.print(there_.charter + "\n");
      return kDone;
    });
  }

  int check() {
    return on_host([this]() -> Result<int> {
      if (there_.charter.empty()) return not_strict();
      PLUMB_TRY_ASSIGN(const trust::Charter charter, trust::read_charter(there_.charter));
      const bool known = executor_here() == there_.executor;
      PLUMB_TRY_ASSIGN(const bool as_wanted, is_as_wanted(charter));
      if (terminal_.json()) {
        terminal_.print(Json{{"host", name_},
                             {"charter", Json::parse(there_.charter)},
                             {"digest", digest(there_.charter)},
                             {"executor", there_.executor},
                             {"executor_is_ours", known},
                             {"charter_is_as_wanted", as_wanted}}
                            .dump(2) +
                        "\n");
      } else {
        terminal_.print(words_of(charter) + "  charter " + digest(there_.charter) +
                        (as_wanted ? "" : ", not as wanted") + "\n  executor " + there_.executor +
                        (known ? ", this plumb's own" : ", not this plumb's own") + "\n");
      }
      return known && as_wanted ? kDone : kChangesPending;
    });
  }

  int apply() {
    return on_host([this]() -> Result<int> {
      if (there_.charter.empty()) return lay();
      if (!arguments_.statement.empty()) return replace();
      return arguments_.executor ? propose_executor() : propose_charter();
    });
  }

 private:
  static Options chosen(Options options, const std::string& host) {
    options.on = host;
    return options;
  }

  // After the one host was reached.
  int on_host(const std::function<Result<int>()>& what) {
    const SignalWatch signals([this] { workspace_.control().request_stop(); });
    workspace_.only_name();
    if (!workspace_.load()) return kInvalidConfiguration;
    const std::optional<run::RunContext> context = workspace_.context(progress_.observer());
    if (!context) return kInvalidConfiguration;
    context_ = &*context;
    if (workspace_.hosts().size() != 1) {
      workspace_.diagnose(fail(Code::kUsage, "a charter is of one host, and `" + arguments_.host + "` means several"));
      return kInvalidConfiguration;
    }
    name_ = *workspace_.hosts().begin();
    run::Charters charters = run::look_at_charters(workspace_.loaded(), *context_);
    progress_.clear();
    workspace_.diagnose(run::findings_of(charters.hosts));
    if (!charters.there.contains(name_)) return exit_code_of(charters.hosts);
    there_ = charters.there.at(name_);
    const Result<int> code = what();
    if (code) return *code;
    workspace_.diagnose(code.error());
    if (code.error().code() == Code::kInterrupted) return kInterrupted;
    return code.error().code() == Code::kNotCovered ? kStalePlan : kInvalidConfiguration;
  }

  int not_strict() {
    terminal_.print(name_ + " has no charter for this login: it is not strict.\n");
    return kFailed;
  }

  std::string words_of(const trust::Charter& charter) const {
    const std::string projects = joined(charter.projects);
    const std::string as = charter.host == name_ ? "" : " as " + charter.host;
    return name_ + " is strict" + as + ": plans of " + outside_line(projects) + " that " +
           std::to_string(charter.approvals) + (charter.approvals == 1 ? " person" : " persons") + " of " +
           std::to_string(charter.signers.size()) + (charter.signers.size() == 1 ? " key" : " keys") +
           " have approved\n";
  }

  // Of the host's platform; "" where there is none here.
  std::string executor_here() const {
    const host::ExecutorStore store{program_folder()};
    const Result<const host::ExecutorStore::Executor*> found = store.find(there_.platform);
    return found ? std::string(kDigestPrefix) + (*found)->digest : std::string();
  }

  std::string who_signs() const {
    if (!arguments_.trust.signers.empty()) return arguments_.trust.signers;
    return run::policy_of(workspace_.project()).signers.string();
  }

  // By what the command line and the project say. Nothing where they name no signers.
  Result<std::optional<trust::Charter>> wanted() const {
    const run::TrustPolicy policy = run::policy_of(workspace_.project());
    const std::string signers = who_signs();
    if (signers.empty()) return std::optional<trust::Charter>();
    std::string revoked = arguments_.trust.revoked;
    if (revoked.empty() && arguments_.trust.signers.empty() && !policy.revoked.empty())
      revoked = policy.revoked.front().string();
    const std::uint64_t approvals =
        arguments_.approvals > 0 ? arguments_.approvals : std::max<std::uint64_t>(policy.approvals, 1);
    PLUMB_TRY_ASSIGN(
        trust::Charter charter,
        run::make_charter(arguments_.as.empty() ? name_ : arguments_.as,
                          arguments_.projects.empty() ? std::vector{workspace_.project().name} : arguments_.projects,
                          approvals, signers, revoked));
    return std::optional<trust::Charter>(std::move(charter));
  }

  Result<trust::Charter> expect_wanted() const {
    PLUMB_TRY_ASSIGN(std::optional<trust::Charter> charter, wanted());
    if (charter) return std::move(*charter);
    return fail(Code::kUsage, "nobody is said to be whose approvals the host is to count")
        .hint("`--allowed-signers FILE`, or `trust: {allowed_signers: FILE}` in plumb.yaml");
  }

  Result<bool> is_as_wanted(const trust::Charter& charter) const {
    PLUMB_TRY_ASSIGN(std::optional<trust::Charter> want, wanted());
    if (!want) return true;
    want->replaces = charter.replaces;
    return *want == charter;
  }

  // On a host that trusts whoever logs in as root.
  Result<int> lay() {
    if (!arguments_.statement.empty() || !arguments_.out.empty() || arguments_.executor) {
      return fail(Code::kUsage, name_ + " has no charter that something could take the place of")
          .hint("`plumb charter apply " + name_ + "` lays one");
    }
    PLUMB_TRY_ASSIGN(const trust::Charter charter, expect_wanted());
    terminal_.print(words_of(charter));
    if (!options_.yes) {
      PLUMB_TRY_ASSIGN(const bool sure, ask_yes("Lay this charter?", terminal_, workspace_.control().interrupt()));
      if (!sure) {
        terminal_.tell("Nothing was changed.\n");
        return kFailed;
      }
    }
    run::ExecuteRequest request;
    request.program = run::laying(charter);
    request.shown = "plumb charter apply " + name_;
    request.run = options_.run_id;
    request.operator_name = operator_name();
    const run::ExecuteResult result = run::execute(workspace_.loaded(), request, *context_);
    progress_.clear();
    for (const auto& [host, answer] : result.answers) {
      constexpr std::size_t kShown = std::size_t{8} << 10;
      terminal_.print(host + ": " + outside_text(answer.output, kShown));
      if (!answer.errors.empty()) terminal_.tell(outside_text(answer.errors, kShown));
    }
    workspace_.diagnose(run::findings_of(result.hosts));
    if (result.outcome != RunOutcome::kOk) return exit_code_of(result.outcome);
    terminal_.print("\nA key is bound to it by its line in authorized_keys, for a login as root or by sudo:\n\n" +
                    run::key_options(true) + " KEY\n" + run::key_options(false) +
                    " KEY\n\nKeys without that are still root's: take them away, and keep one that is not the "
                    "controller's.\n");
    return kDone;
  }

  // What people are to sign.
  Result<int> write(const std::string& statement, std::string_view name_space) {
    if (arguments_.out.empty()) {
      return fail(Code::kUsage, name_ + " is strict: what takes the place of something there has to be signed")
          .hint("`-o FILE` writes what is to be signed; then `--statement FILE --signature FILE.sig`");
    }
    PLUMB_TRY(write_file(arguments_.out, statement));
    terminal_.print("Wrote " + arguments_.out + ". Each who signs it: ssh-keygen -Y sign -n " +
                    std::string(name_space) + " -f KEY " + arguments_.out + "\n");
    return kDone;
  }

  Result<int> propose_charter() {
    PLUMB_TRY_ASSIGN(trust::Charter charter, expect_wanted());
    PLUMB_TRY_ASSIGN(const trust::Charter before, trust::read_charter(there_.charter));
    charter.replaces = before.replaces;
    if (charter == before) {
      terminal_.print(name_ + " has this charter.\n");
      return kDone;
    }
    charter.replaces = digest(there_.charter);
    return write(trust::statement_of(charter), trust::kCharterNamespace);
  }

  Result<int> propose_executor() {
    const std::string ours = executor_here();
    if (ours.empty()) return fail(Code::kNoExecutor, "there is no executor for " + there_.platform + " here");
    if (ours == there_.executor) {
      terminal_.print(name_ + " has this executor.\n");
      return kDone;
    }
    return write(trust::statement_of(trust::ExecutorChange{ours, there_.executor}), trust::kExecutorNamespace);
  }

  Result<int> replace() {
    wire::Replacement replacement;
    PLUMB_TRY_ASSIGN(replacement.statement, read_file(arguments_.statement, trust::kMostCharter));
    for (const std::string& file : arguments_.signatures) {
      PLUMB_TRY_ASSIGN(std::string signature, read_file(file, trust::kMostSignature));
      replacement.signatures.push_back(std::move(signature));
    }
    if (const Result<trust::ExecutorChange> change = trust::read_executor_change(replacement.statement); change) {
      const host::ExecutorStore store{program_folder()};
      PLUMB_TRY_ASSIGN(const host::ExecutorStore::Executor* executor, store.find(there_.platform));
      if (change->executor != std::string(kDigestPrefix) + executor->digest)
        return fail(Code::kCharter, "the statement is about another executor than this plumb's own");
      replacement.executor = executor->bytes;
    } else {
      PLUMB_TRY(trust::read_charter(replacement.statement));
    }
    const run::HostResults results = run::replace_on(workspace_.loaded(), {{name_, std::move(replacement)}}, *context_);
    progress_.clear();
    workspace_.diagnose(run::findings_of(results));
    const ExitCode code = exit_code_of(results);
    if (code == kDone) terminal_.print(name_ + " goes by it from now on.\n");
    return code;
  }

  const Options options_;
  const CharterArguments& arguments_;
  Terminal terminal_;
  Workspace workspace_;
  Progress progress_;
  const run::RunContext* context_ = nullptr;  // while on_host() lasts
  std::string name_;
  run::Fleet::StrictHost there_;
};

}  // namespace

void add_charter(Program& program) {
  CLI::App* command = program.app.add_subcommand(
      "charter", "Strict hosts: what a host carries out because people have approved it, and nothing else");
  command->require_subcommand(1);
  auto arguments = std::make_shared<CharterArguments>();
  const auto add = [&](const char* name, const char* about) {
    CLI::App* one = command->add_subcommand(name, about);
    one->add_option("HOST", arguments->host, "A host")->required()->type_name("HOST");
    return one;
  };
  const auto add_wanted = [&](CLI::App& one) {
    add_signers_options(one, arguments->trust);
    one.add_option("--approvals", arguments->approvals, "How many persons have to have approved a plan (default: 1)")
        ->check(CLI::Range(1, 100))
        ->type_name("N");
    one.add_option("--as", arguments->as, "The host's name in plans (default: HOST)")->type_name("NAME");
    one.add_option("--project", arguments->projects, "Projects whose plans count (default: this one)")
        ->type_name("NAME");
  };
  CLI::App* show = add("show", "Print the charter that a host goes by");
  show->callback([&program, arguments] { program.exit_code = CharterCommand(program, *arguments).show(); });

  CLI::App* check = add("check", "Whether a host is strict, by this charter and with this executor");
  add_wanted(*check);
  check->callback([&program, arguments] { program.exit_code = CharterCommand(program, *arguments).check(); });

  CLI::App* apply = add("apply", "Lay a charter and an executor on a host, or replace what a strict host has");
  add_wanted(*apply);
  apply->add_option("-o,--out", arguments->out, "Of a strict host: write what is to be signed")->type_name("FILE");
  apply->add_flag("--executor", arguments->executor, "It is about the executor, and not the charter");
  CLI::Option* const statement =
      apply->add_option("--statement", arguments->statement, "What was signed")->type_name("FILE");
  apply->add_option("--signature", arguments->signatures, "A signature of it")->needs(statement)->type_name("FILE");
  apply->callback([&program, arguments] { program.exit_code = CharterCommand(program, *arguments).apply(); });
}

}  // namespace plumb::cmd
