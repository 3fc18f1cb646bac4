// plumb history verify|sign|export|import|trim|backup|restore: what keeps a history true, and safe.

#include "cmd/plumb/commands.h"
#include "cmd/plumb/operator.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/trust_options.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/file.h"
#include "engine/base/joined.h"
#include "engine/base/time_text.h"
#include "engine/config/formats.h"
#include "engine/history/backup.h"
#include "engine/report/history_csv.h"
#include "engine/run/retention.h"
#include "engine/run/signed_history.h"
#include "engine/trust/sign.h"

namespace plumb::cmd {
namespace {

// The most runs that a table of all holds.
constexpr std::int64_t kAllRuns = 1'000'000;

struct KeepingArguments {
  std::string file;
  std::string out;
  std::string key;
  std::string head;
  std::string format = "jsonl";
  bool lose_newer = false;
  std::optional<std::int64_t> keep_runs;
  std::string keep_age;
  std::string keep_size;
  TrustOptions trust;
};

std::string counted(std::int64_t number, const std::string& one, const std::string& many) {
  return std::to_string(number) + " " + (number == 1 ? one : many);
}

// "0.4 MiB"
std::string size_text(std::int64_t bytes) {
  const std::int64_t tenths = bytes * 10 / (1 << 20);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MiB";
}

class KeepingCommand {
 public:
  KeepingCommand(Program& program, const KeepingArguments& arguments)
      : program_(program),
        arguments_(arguments),
        terminal_(program.options.no_color),
        workspace_(program.options, terminal_),
        history_(history_file(program.options)) {
    terminal_.set_json(program.options.output == "json");
  }

  int run(Result<> (KeepingCommand::*what)()) {
    // An export that is named is all that is looked at.
    const bool elsewhere = what == &KeepingCommand::verify && !arguments_.file.empty();
    if (!elsewhere && !workspace_.expect_history()) return kInvalidConfiguration;
    const Result<> done = (this->*what)();
    if (done) return kDone;
    workspace_.diagnose(done.error());
    return done.error().code() == Code::kInterrupted ? kInterrupted : kFailed;
  }

  Result<> verify() {
    std::optional<run::SignedHead> head;
    if (!arguments_.head.empty()) {
      const run::TrustPolicy policy = arguments_.trust.policy();
      PLUMB_TRY_ASSIGN(const trust::Trust trust, trust::read_trust(policy.signers, policy.revoked));
      Result<run::SignedHead> read = run::read_signed_head(arguments_.head, trust, now());
      if (!read) return std::move(read.error()).during("reading the signed end " + arguments_.head);
      head = std::move(*read);
    }
    if (!arguments_.file.empty()) return verify_export(head);
    PLUMB_TRY_ASSIGN(const history::Verification found, history_.verify());
    if (found.broken)
      return fail(Code::kHistoryChanged, "broken at run " + found.broken->run + ": " + found.broken->reason);
    if (head) PLUMB_TRY(run::expect_head(history_, found.trims, head->head));
    tell_whole({found.entries, found.head, found.trims}, head);
    if (found.unfinished > 0 && !terminal_.json()) {
      terminal_.print("Runs that never ended, and that nothing seals: " + std::to_string(found.unfinished) + "\n");
    }
    return {};
  }

  Result<> sign() {
    PLUMB_TRY(expect_elsewhere());
    PLUMB_TRY_ASSIGN(const trust::HistoryHead head, run::head_of(history_, now()));
    const std::string statement = trust::statement_of(head);
    // ssh-keygen gets a Ctrl-C as well, and puts the terminal in order before it ends.
    const SignalWatch signals([] {});
    PLUMB_TRY_ASSIGN(const std::string signature,
                     trust::sign(statement, trust::kHistoryNamespace, arguments_.key, STDERR_FILENO));
    PLUMB_TRY(write_file(arguments_.out, statement));
    PLUMB_TRY(write_file(run::signature_file(arguments_.out), signature));
    tell({{"entries", head.entries}, {"head", head.head}, {"statement", arguments_.out}},
         "Signed the history up to its entry " + std::to_string(head.entries) + ": " + arguments_.out + " and " +
             run::signature_file(arguments_.out).string() +
             "\nKeep both where nobody who can write the history can.\n");
    return {};
  }

  Result<> write_export() {
    PLUMB_TRY(expect_elsewhere());
    if (arguments_.format == "csv") return give(&KeepingCommand::write_table);
    return give(&KeepingCommand::write_chain);
  }

  Result<> take_in() {
    PLUMB_TRY_ASSIGN(const history::Imported imported, history_.import_chain(arguments_.file));
    tell({{"runs", imported.runs},
          {"late", imported.late},
          {"known", imported.known},
          {"differing", imported.differing}},
         "Took in " + counted(imported.runs, "run", "runs") + " and " +
             counted(imported.late, "late report", "late reports") +
             "; known before: " + counted(imported.known, "entry", "entries") + "\n" +
             (imported.differing == 0 ? ""
                                      : "Of those, here with other content, and left as they are here: " +
                                            counted(imported.differing, "run", "runs") + "\n"));
    return {};
  }

  Result<> back_up() {
    const std::filesystem::path file = history_file(program_.options);
    PLUMB_TRY_ASSIGN(const history::Verification found, history::back_up(file, arguments_.out));
    tell({{"entries", found.entries}, {"head", found.head}, {"copy", arguments_.out}},
         "Wrote " + arguments_.out + ": " + counted(found.entries, "entry", "entries") + ", checked\n");
    return {};
  }

  Result<> put_back() {
    const std::filesystem::path file = history_file(program_.options);
    PLUMB_TRY_ASSIGN(const history::Restored restored, history::restore(file, arguments_.file, arguments_.lose_newer));
    tell({{"entries", restored.copy.entries}, {"head", restored.copy.head}, {"aside", restored.aside.string()}},
         "The history is that of " + arguments_.file + ": " + counted(restored.copy.entries, "entry", "entries") +
             "\n" + (restored.aside.empty() ? "" : "What was there before lies in " + restored.aside.string() + "\n"));
    return {};
  }

  Result<> trim() {
    PLUMB_TRY_ASSIGN(const config::Retention retention, this->retention());
    const auto time = std::chrono::system_clock::now();
    PLUMB_TRY_ASSIGN(const std::vector<history::RunSummary> newest, history_.runs(1));
    PLUMB_TRY_ASSIGN(
        const history::Trimmed trimmed,
        history_.trim(run::keep_of(retention, time), {.id = program_.options.run_id,
                                                      .project = newest.empty() ? "" : newest.front().project,
                                                      .operator_name = operator_name(),
                                                      .at = timestamp(time),
                                                      .engine = PLUMB_VERSION}));
    if (!trimmed.nothing()) PLUMB_TRY(history_.give_back_space());
    tell({{"runs", trimmed.runs},
          {"late", trimmed.late},
          {"plans", trimmed.plans},
          {"kept", trimmed.kept},
          {"bytes_before", trimmed.bytes_before},
          {"bytes_after", trimmed.bytes_after}},
         words_of(trimmed));
    return {};
  }

 private:
  static std::string words_of(const history::Trimmed& trimmed) {
    if (trimmed.nothing()) return "Nothing is too much.\n";
    std::string parts;
    const auto add = [&parts](std::int64_t number, const std::string& one, const std::string& many) {
      if (number > 0) append_item(parts, counted(number, one, many));
    };
    add(trimmed.runs, "run", "runs");
    add(trimmed.late, "late report", "late reports");
    add(trimmed.plans, "plan of a run that stays", "plans of runs that stay");
    add(trimmed.kept, "content kept for undoing", "contents kept for undoing");
    return "Took out " + parts + ": " + size_text(trimmed.bytes_before) + ", now " + size_text(trimmed.bytes_after) +
           "\n";
  }

  // What the command line says, else what the project does.
  Result<config::Retention> retention() {
    config::Retention asked;
    asked.runs = arguments_.keep_runs;
    PLUMB_TRY_ASSIGN(asked.age_seconds, number_in("duration", "--age", arguments_.keep_age));
    PLUMB_TRY_ASSIGN(asked.bytes, number_in("size", "--size", arguments_.keep_size));
    if (asked.runs || asked.age_seconds || asked.bytes) return asked;
    workspace_.only_name();
    if (!workspace_.load()) {
      return fail(Code::kUsage, "how much is to be kept says the project, which cannot be read")
          .hint("give --runs, --age or --size");
    }
    if (workspace_.project().retention) return *workspace_.project().retention;
    return fail(Code::kUsage, "nothing says how much is to be kept")
        .hint("give --runs, --age or --size, or declare `history: {keep: …}` in plumb.yaml");
  }

  static Result<std::optional<std::int64_t>> number_in(const char* format, const std::string& option,
                                                       const std::string& text) {
    if (text.empty()) return std::optional<std::int64_t>();
    PLUMB_TRY_ASSIGN(const Json number, config::apply_format(format, text, "`" + option + "`", std::nullopt));
    if (number.get<std::int64_t>() <= 0) return fail(Code::kUsage, "`" + option + "` must be more than nothing");
    return std::optional(number.get<std::int64_t>());
  }

  // What is written is not to take the place of what it is about.
  Result<> expect_elsewhere() const {
    std::error_code failure;
    if (arguments_.out.empty() || !std::filesystem::equivalent(arguments_.out, history_file(program_.options), failure))
      return {};
    return fail(Code::kHistory, arguments_.out + " is the history itself").hint("name another file");
  }

  Result<> verify_export(const std::optional<run::SignedHead>& head) {
    PLUMB_TRY_ASSIGN(const history::ChainHead end, run::check_export(arguments_.file, head ? &head->head : nullptr));
    tell_whole(end, head);
    return {};
  }

  void tell_whole(const history::ChainHead& chain, const std::optional<run::SignedHead>& head) {
    Json json = {{"entries", chain.entries}, {"head", chain.digest}};
    std::string text = "Whole: " + counted(chain.entries, "entry", "entries") +
                       (chain.digest.empty() ? "" : ", head " + chain.digest) + "\n";
    if (chain.trims.entries > 0) {
      json["trimmed"] = {{"entries", chain.trims.entries}, {"by", chain.trims.operator_name}, {"at", chain.trims.at}};
      text += "The first " + counted(chain.trims.entries, "entry is", "entries are") + " no longer kept: trimmed by " +
              chain.trims.operator_name + " at " + chain.trims.at + "\n";
    }
    if (head) {
      json["signed"] = {{"entries", head->head.entries}, {"at", head->head.at}, {"by", head->signer.name()}};
      text += "Its first " + counted(static_cast<std::int64_t>(head->head.entries), "entry", "entries") +
              " are those that " + words(head->signer) + " signed at " + head->head.at + "\n";
    }
    tell(json, text);
  }

  Result<> write_chain(const ByteSink& sink) { return history_.export_chain(sink); }

  // Runs that have not ended too, newest last.
  Result<> write_table(const ByteSink& sink) {
    PLUMB_TRY_ASSIGN(const std::vector<history::RunSummary> runs, history_.runs(kAllRuns));
    PLUMB_TRY(sink(report::csv_head()));
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
      PLUMB_TRY_ASSIGN(const history::RunRecord record, history_.run(run->id));
      PLUMB_TRY(sink(report::csv_rows(record)));
    }
    return {};
  }

  // To the file that was named, else to standard output.
  Result<> give(Result<> (KeepingCommand::*write)(const ByteSink&)) {
    if (!arguments_.out.empty()) {
      return write_file(
          arguments_.out, [&](const ByteSink& sink) { return (this->*write)(sink); }, 0600);
    }
    return (this->*write)([this](std::string_view piece) -> Result<> {
      terminal_.write(piece);
      return {};
    });
  }

  void tell(const Json& json, const std::string& text) {
    terminal_.print(terminal_.json() ? json.dump(2) + "\n" : text);
  }

  Program& program_;
  const KeepingArguments& arguments_;
  Terminal terminal_;
  Workspace workspace_;
  history::SqliteHistory history_;
};

}  // namespace

void add_history_keeping(Program& program, CLI::App& history) {
  const auto arguments = std::make_shared<KeepingArguments>();
  const auto does = [&program, arguments](CLI::App* command, Result<> (KeepingCommand::*what)()) {
    command->callback(
        [&program, arguments, what] { program.exit_code = KeepingCommand(program, *arguments).run(what); });
  };

  CLI::App* verify =
      history.add_subcommand("verify", "Check that the records were not changed after they were written");
  verify->add_option("EXPORT", arguments->file, "Check an export instead of the history")->type_name("FILE");
  add_signers_options(*verify, arguments->trust);
  verify
      ->add_option("--head", arguments->head,
                   "Also check that it goes on from what `plumb history sign` wrote to this file")
      ->needs(verify->get_option("--allowed-signers"))
      ->type_name("FILE");
  does(verify, &KeepingCommand::verify);

  CLI::App* sign = history.add_subcommand("sign", "Sign how far the history goes, to be kept elsewhere");
  sign->add_option("--key", arguments->key,
                   "A private key of ssh, or a public one whose other half the agent or a security token has")
      ->required()
      ->type_name("FILE");
  sign->add_option("-o,--out", arguments->out, "The statement; its signature lies beside it, FILE.sig")
      ->required()
      ->type_name("FILE");
  does(sign, &KeepingCommand::sign);

  CLI::App* give = history.add_subcommand("export", "Write the history as lines that can be checked elsewhere");
  give->add_option("--format", arguments->format, "jsonl: the entries of the chain; csv: a row an action")
      ->check(CLI::IsMember({"jsonl", "csv"}))
      ->type_name("FORMAT");
  give->add_option("-o,--out", arguments->out, "To FILE, not to standard output")->type_name("FILE");
  does(give, &KeepingCommand::write_export);

  CLI::App* take = history.add_subcommand("import", "Take in the runs of another history, such as a pipeline's");
  take->add_option("EXPORT", arguments->file, "What `plumb history export` wrote")->required()->type_name("FILE");
  does(take, &KeepingCommand::take_in);

  CLI::App* trim =
      history.add_subcommand("trim", "Take the oldest out of the history, as `history` in plumb.yaml says");
  trim->add_option("--runs", arguments->keep_runs, "Keep so many of the newest runs")
      ->check(CLI::Range(std::int64_t{1}, kAllRuns))
      ->type_name("NUMBER");
  trim->add_option("--age", arguments->keep_age, "Keep runs that ended not longer ago, such as 365d")
      ->type_name("TIME");
  trim->add_option("--size", arguments->keep_size, "Keep so much of a database, such as 2GiB")->type_name("SIZE");
  does(trim, &KeepingCommand::trim);

  CLI::App* copy = history.add_subcommand("backup", "Copy the history to a file, also while runs go on");
  copy->add_option("FILE", arguments->out, "The copy; one that is there is replaced")->required()->type_name("FILE");
  does(copy, &KeepingCommand::back_up);

  CLI::App* back = history.add_subcommand("restore", "Put a copy in the place of the history, which is moved aside");
  back->add_option("FILE", arguments->file, "What `plumb history backup` wrote")->required()->type_name("FILE");
  back->add_flag("--lose-newer", arguments->lose_newer, "Also where the history holds runs that the copy does not");
  does(back, &KeepingCommand::put_back);
}

}  // namespace plumb::cmd
