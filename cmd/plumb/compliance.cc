// plumb compliance [PROFILE]: what a profile of controls makes of the hosts, and the evidence for it.

#include <algorithm>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/exit_code.h"
#include "cmd/plumb/progress.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/file.h"
#include "engine/base/glob.h"
#include "engine/base/nearest.h"
#include "engine/base/time_text.h"
#include "engine/compliance/evidence.h"
#include "engine/config/told_facts.h"
#include "engine/policy/bundle.h"
#include "engine/report/compliance_text.h"
#include "engine/run/applied_plan.h"
#include "engine/run/judged_plan.h"
#include "engine/run/planning.h"
#include "engine/run/signed_history.h"
#include "engine/trust/sign.h"

namespace plumb::cmd {
namespace {

namespace fs = std::filesystem;

struct ComplianceArguments {
  std::string profile;
  std::string control;               // a glob over numbers; "" for all
  std::string evidence;              // a folder; "" for none
  std::string key;                   // that signs it; "" for none
  std::vector<std::string> applied;  // saved plans
  bool full = false;
};

std::chrono::sys_seconds now_in_seconds() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

class ComplianceCommand {
 public:
  ComplianceCommand(Program& program, const ComplianceArguments& arguments)
      : program_(program),
        arguments_(arguments),
        terminal_(program.options.no_color),
        workspace_(program.options, terminal_) {
    terminal_.set_json(program.options.output == "json");
  }

  int run() {
    if (const Result<> free = expect_free_folder(); !free) return complain(free.error());
    const SignalWatch signals([this] { workspace_.control().request_stop(); });
    // Evidence is of a plan that could be applied; what is not made yet has no place in it.
    if (arguments_.evidence.empty()) workspace_.only_plan();
    if (!workspace_.load() || !read_profile()) return kInvalidConfiguration;
    if (const Result<> read = read_applied(); !read) return complain(read.error());
    Progress progress(terminal_, program_.options);
    std::optional<run::RunContext> context = workspace_.context(progress.observer());
    std::optional<run::Planned> planned = context ? make_plan(*context) : std::nullopt;
    if (!planned) return workspace_.stopped() ? kInterrupted : kInvalidConfiguration;
    const std::chrono::sys_seconds now = now_in_seconds();
    const compliance::Assessment assessment = assess(*planned, now);
    workspace_.diagnose(assessment.findings);
    const Json report = compliance::report_json(
        *profile_, assessment,
        {planned->plan.engine, planned->plan.project, rfc3339(now), planned->plan_id, hosts_applied()});
    print(assessment, report);
    const ExitCode looked =
        exit_code_of(std::max(planned->outcome, planned->broken ? RunOutcome::kFailed : RunOutcome::kOk));
    if (looked == kInterrupted) return looked;
    if (!arguments_.evidence.empty()) {
      if (const Result<> written = write_evidence(*planned, report, now); !written) {
        workspace_.diagnose(written.error());
        return written.error().code() == Code::kInterrupted ? kInterrupted : kFailed;
      }
    }
    if (looked != kDone) return looked;
    return assessment.passes() ? kDone : kChangesPending;
  }

 private:
  int complain(const Error& error) {
    workspace_.diagnose(error);
    return kInvalidConfiguration;
  }

  // Said before hosts are looked at for nothing.
  Result<> expect_free_folder() const {
    std::error_code failure;
    if (arguments_.evidence.empty() || !fs::exists(fs::symlink_status(arguments_.evidence, failure))) return {};
    if (fs::is_directory(arguments_.evidence, failure) && fs::is_empty(arguments_.evidence, failure)) return {};
    return fail(Code::kExists, arguments_.evidence + " is there already")
        .hint("--evidence makes a folder of its own, or fills an empty one");
  }

  // A file of the project, or one in its folder of profiles by its name alone.
  Result<std::string> profile_file() const {
    const std::string& asked = arguments_.profile;
    if (asked.ends_with(".yaml") || asked.find('/') != std::string::npos) return asked;
    const std::string folder = compliance::kFolder;
    if (!asked.empty()) return folder + "/" + asked + ".yaml";
    const Folder profiles = Folder(workspace_.folder()) / folder;
    std::vector<std::string> names;
    if (profiles.files().status(profiles.path())) {
      PLUMB_TRY_ASSIGN(names, policy::yaml_files(profiles));
    }
    if (names.size() == 1) return folder + "/" + names.front();
    return fail(Code::kUsage, names.empty() ? "the project has no profile"
                                            : "the project has " + std::to_string(names.size()) + " profiles")
        .hint(names.empty() ? "write one as compliance/NAME.yaml, or name a file: plumb compliance FILE"
                            : "name one: plumb compliance " + names.front().substr(0, names.front().size() - 5));
  }

  bool read_profile() {
    const Result<std::string> file = profile_file();
    if (!file) {
      workspace_.diagnose(file.error());
      return false;
    }
    Diagnostics found;
    profile_ = compliance::read_profile(Folder(workspace_.folder()), *file, found, workspace_.sources());
    if (profile_) {
      compliance::check_rules(*profile_, workspace_.policy(), found);
      check_controls(found);
    }
    workspace_.diagnose(found);
    return profile_ && !found.has_errors();
  }

  // That none was asked for would say that all is well.
  void check_controls(Diagnostics& diagnostics) const {
    if (arguments_.control.empty()) return;
    std::vector<std::string> numbers;
    for (const compliance::Control& control : profile_->controls) {
      if (glob_match(arguments_.control, control.id)) return;
      numbers.push_back(control.id);
    }
    const std::string near = nearest(arguments_.control, numbers);
    diagnostics.add(
        Diagnostic(Code::kUsage, "the profile `" + profile_->name + "` has no control `" + arguments_.control + "`")
            .with_hint(near.empty() ? "`plumb compliance --full` lists them" : "did you mean `" + near + "`?"));
  }

  Result<> read_applied() {
    for (const std::string& file : arguments_.applied) {
      Result<run::AppliedPlan> plan = run::read_applied_plan(file, program_.options.kinds, workspace_.store());
      if (!plan) return std::move(plan.error()).during("reading the plan " + file);
      applied_.push_back(std::move(*plan));
    }
    return {};
  }

  std::map<std::string, std::set<std::string>> hosts_applied() const {
    std::map<std::string, std::set<std::string>> hosts;
    for (const run::AppliedPlan& plan : applied_) hosts.emplace(plan.id, plan.hosts);
    return hosts;
  }

  std::map<std::string, std::string> applied_files() const {
    std::map<std::string, std::string> files;
    for (const run::AppliedPlan& plan : applied_) {
      for (const auto& [name, bytes] : plan.files) files.emplace(compliance::place_of_applied(plan.id) + name, bytes);
    }
    return files;
  }

  std::optional<run::Planned> make_plan(run::RunContext& context) {
    const std::vector<std::string> facts = profile_->facts();
    context.fleet.all_facts = std::any_of(facts.begin(), facts.end(), [](const std::string& name) {
      return name.empty() || config::asked_facts().contains(name);
    });
    run::Planned planned;
    planned.fleet = run::compile_fleet(workspace_.loaded(), workspace_.hosts(), context,
                                       {.keep_graphs = run::KeepGraphs::kAll, .plans = true});
    if (planned.fleet == nullptr) return std::nullopt;
    return run::finish_plan(std::move(planned), run::scope_of(workspace_.loaded(), {}), false, context);
  }

  compliance::Assessment assess(const run::Planned& planned, std::chrono::sys_seconds now) {
    const bool asks_rules = std::any_of(profile_->controls.begin(), profile_->controls.end(),
                                        [](const compliance::Control& one) { return !one.rules.empty(); });
    policy::Judgement judgement;
    if (asks_rules) {
      judgement = run::judge_plan(workspace_.loaded(), workspace_.store(), planned.plan, planned.plan_id, now,
                                  workspace_.control().interrupt().fd());
      workspace_.diagnose(judgement.failures);
    }
    const auto addresses = [&](const std::string& host) {
      std::vector<Address> all;
      const ir::HostGraph* graph = planned.fleet->graph(host);
      if (graph == nullptr) return all;
      for (const ir::Node& node : graph->nodes) {
        for (const std::string& address : node.addresses()) all.push_back(*Address::parse(address));
      }
      return all;
    };
    return compliance::assess({*profile_, arguments_.control, workspace_.hosts(), planned.plan, judgement, addresses,
                               [&](const std::string& host) { return planned.fleet->facts(host); },
                               std::chrono::floor<std::chrono::days>(now), workspace_.sources()});
  }

  void print(const compliance::Assessment& assessment, const Json& report) {
    const std::string& output = program_.options.output;
    if (output == "json") return terminal_.write(report.dump(2) + "\n");
    if (output == "csv") return terminal_.write(report::compliance_csv(assessment));
    if (output == "markdown") return terminal_.write(report::compliance_markdown(*profile_, assessment));
    terminal_.print(report::compliance_text(*profile_, assessment, arguments_.full, terminal_.color()));
  }

  Result<> write_evidence(run::Planned& planned, const Json& report, std::chrono::sys_seconds now) {
    std::string plan = planned.document ? std::move(*planned.document) : plan::write_artifact(planned.plan).bytes;
    std::string head;
    // Where nothing was ever applied, there is no history to speak of.
    if (const Result<trust::HistoryHead> end =
            run::head_of(history::SqliteHistory(history_file(program_.options)), now)) {
      head = trust::statement_of(*end);
    } else if (end.error().code() != Code::kNoSuchRun) {
      return end.error();
    }
    std::map<std::string, std::string> files =
        compliance::evidence(*profile_, report, std::move(plan), std::move(head), applied_files());
    if (!arguments_.key.empty()) {
      // Before the first file is there. ssh-keygen gets a Ctrl-C as well, and puts the terminal in order before it
      // ends.
      PLUMB_TRY_ASSIGN(std::string signature,
                       trust::sign(files.at(compliance::kSums), compliance::kNamespace, arguments_.key, STDERR_FILENO));
      files.emplace(std::string(compliance::kSums) + ".sig", std::move(signature));
    }
    // Keyed digests of sensitive values are for those alone who may see the plans.
    const bool sealed = plan::holds_sealed(planned.plan) ||
                        std::any_of(applied_.begin(), applied_.end(), [](const auto& one) { return one.sealed; });
    const fs::path folder = arguments_.evidence;
    for (const auto& [name, bytes] : files) {
      std::error_code failure;
      fs::create_directories((folder / name).parent_path(), failure);
      if (failure)
        return fail(Code::kWriteFailed,
                    "cannot create " + (folder / name).parent_path().string() + ": " + failure.message());
      PLUMB_TRY(write_file(folder / name, bytes, sealed ? 0600 : 0644));
    }
    if (!terminal_.json() && program_.options.output == "human")
      terminal_.print("Evidence is in " + arguments_.evidence + "\n");
    return {};
  }

  Program& program_;
  const ComplianceArguments& arguments_;
  Terminal terminal_;
  Workspace workspace_;
  std::optional<compliance::Profile> profile_;
  std::vector<run::AppliedPlan> applied_;
};

}  // namespace

void add_compliance(Program& program) {
  auto arguments = std::make_shared<ComplianceArguments>();
  CLI::App* command = program.app.add_subcommand(
      "compliance", "Judge the hosts by a profile of controls; exit with 2 where one is not met");
  command
      ->add_option("PROFILE", arguments->profile,
                   "A file of the project, or the name of one in its folder compliance; the only one without it")
      ->type_name("PROFILE");
  command->add_option("--control", arguments->control, "Only controls with this number, or that a glob over them means")
      ->type_name("PATTERN");
  command->add_flag("--full", arguments->full, "Show what is compliant, too");
  CLI::Option* const evidence =
      command
          ->add_option("--evidence", arguments->evidence,
                       "Write profile, plan and report to the folder DIR, for others to verify")
          ->type_name("DIR");
  command
      ->add_option("--key", arguments->key,
                   "Sign the evidence: a private key of ssh, or a public one whose other half the agent has")
      ->needs(evidence)
      ->type_name("FILE");
  command
      ->add_option("--applied", arguments->applied,
                   "A saved plan that was applied, which goes into the evidence with its signature and approvals; may "
                   "stand several times")
      ->needs(evidence)
      ->allow_extra_args(false)
      ->type_name("FILE");
  command->callback([&program, arguments] { program.exit_code = ComplianceCommand(program, *arguments).run(); });
}

}  // namespace plumb::cmd
