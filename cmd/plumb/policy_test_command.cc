#include "cmd/plumb/policy_test_command.h"

#include <map>
#include <set>

#include "cmd/plumb/workspace.h"
#include "engine/cases/policy_case.h"
#include "engine/policy/bundle.h"
#include "engine/report/diagnostics.h"

namespace plumb::cmd {
namespace {

constexpr std::size_t kMostCases = std::size_t{8} << 20;

struct PolicyTestArguments {
  std::vector<std::string> folders;
  bool complete = false;
};

class PolicyTester {
 public:
  PolicyTester(Program& program, const PolicyTestArguments& arguments)
      : program_(program),
        arguments_(arguments),
        terminal_(program.options.no_color),
        workspace_(program.options, terminal_) {
    terminal_.set_json(program.options.output == "json");
    workspace_.only_name();
  }

  int run() {
    if (!load()) return kInvalidConfiguration;
    for (const policy::Bundle& bundle : policy_.bundles) {
      // The cases of what comes with plumb are run where plumb is made.
      if (!bundle.builtin) run_bundle(bundle.name);
    }
    return report();
  }

 private:
  // Of folders that are named, without any project.
  bool load() {
    if (arguments_.folders.empty()) {
      if (!workspace_.load()) return false;
      policy_ = workspace_.policy();
      if (!policy_.rules.empty()) return true;
      workspace_.diagnose(fail(Code::kUsage, "the project has no rules")
                              .hint("name a folder with rules, or `policy: [FOLDER]` in plumb.yaml"));
      return false;
    }
    std::vector<config::PolicyBundle> bundles;
    for (const std::string& folder : arguments_.folders) bundles.push_back({folder, {}});
    Diagnostics found;
    std::optional<policy::Policy> policy =
        policy::read_policy(Folder(workspace_.folder()), bundles, found, workspace_.sources());
    workspace_.diagnose(found);
    if (!policy) return false;
    policy_ = std::move(*policy);
    return true;
  }

  void run_bundle(const std::string& name) {
    policy::Policy own;
    for (const policy::Rule& rule : policy_.rules) {
      if (rule.bundle == name) own.rules.push_back(rule);
    }
    const Folder cases = Folder(workspace_.folder()) / name / policy::kCasesFolder;
    Result<std::vector<std::string>> files = std::vector<std::string>();
    if (cases.files().status(cases.path())) files = policy::yaml_files(cases);
    if (!files) return refuse(files.error());
    for (const std::string& file : *files) run_file(own, cases, file, name + "/" + policy::kCasesFolder + "/" + file);
    for (const policy::Rule& rule : own.rules) {
      if (!fired_.contains(rule.name)) untested_ += "no case has `" + rule.name + "` fire\n";
      if (!silent_.contains(rule.name)) untested_ += "no case about `" + rule.name + "` has it stay silent\n";
    }
  }

  void refuse(const Error& error) {
    workspace_.diagnose(error);
    unreadable_ = true;
  }

  void run_file(const policy::Policy& policy, const Folder& folder, const std::string& file, const std::string& name) {
    const Result<std::string> text = folder.read(file, kMostCases);
    if (!text) return refuse(text.error());
    Diagnostics found;
    const std::vector<cases::PolicyCase> read =
        cases::read_policy_cases(name, *text, program_.options.kinds, found, workspace_.sources());
    workspace_.diagnose(found);
    unreadable_ = unreadable_ || found.has_errors();
    for (const cases::PolicyCase& test : read) {
      const cases::PolicyOutcome outcome =
          cases::run_policy_case(test, policy, program_.options.kinds, workspace_.sources());
      ++(outcome.passed ? passed_ : failed_);
      fired_.insert(outcome.fired.begin(), outcome.fired.end());
      // A case is about the rules that its name begins with: "world-writable: a file of a group".
      const std::string about = test.name.substr(0, test.name.find(':'));
      if (!outcome.fired.contains(about)) silent_.insert(about);
      tell(name, test, outcome);
    }
  }

  void tell(const std::string& file, const cases::PolicyCase& test, const cases::PolicyOutcome& outcome) {
    const std::string details = outcome.passed ? ""
                                               : report::render(outcome.findings.sorted(), workspace_.sources(),
                                                                !terminal_.json() && terminal_.color());
    if (terminal_.json()) {
      Json line = {{"file", file}, {"name", test.name}, {"passed", outcome.passed}, {"fired", outcome.fired}};
      if (!outcome.passed) line["details"] = details;
      terminal_.print(line.dump() + "\n");
      return;
    }
    terminal_.print((outcome.passed ? "ok    " : "FAIL  ") + file + "  " + test.name + "\n" +
                    (details.empty() ? "" : details + "\n"));
  }

  int report() {
    if (arguments_.complete && !untested_.empty()) terminal_.tell(untested_);
    if (!terminal_.json())
      terminal_.print("\n" + std::to_string(passed_) + " passed, " + std::to_string(failed_) + " failed\n");
    if (unreadable_) return kInvalidConfiguration;
    if (passed_ + failed_ == 0) {
      workspace_.diagnose(
          fail(Code::kFileUnreadable, "there are no cases")
              .hint("write them beside the rules, in tests/NAME.yaml; see `plumb schema policy_tests`"));
      return kFailed;
    }
    return failed_ > 0 || (arguments_.complete && !untested_.empty()) ? kFailed : kDone;
  }

  Program& program_;
  const PolicyTestArguments& arguments_;
  Terminal terminal_;
  Workspace workspace_;
  policy::Policy policy_;
  std::set<std::string> fired_;   // rules that some case has fire
  std::set<std::string> silent_;  // rules that some case is about, and that stay silent there
  std::string untested_;
  std::size_t passed_ = 0;
  std::size_t failed_ = 0;
  bool unreadable_ = false;
};

}  // namespace

void add_policy_test(Program& program, CLI::App& policy) {
  auto arguments = std::make_shared<PolicyTestArguments>();
  CLI::App* command = policy.add_subcommand("test", "Run the cases beside the rules");
  command->add_option("FOLDER", arguments->folders, "Folders with rules (default: those of the project)")
      ->type_name("FOLDER");
  command->add_flag(
      "--complete", arguments->complete,
      "Fail where a rule has no case in which it fires, or none of its name (`RULE: …`) in which it does not");
  command->callback([&program, arguments] { program.exit_code = PolicyTester(program, *arguments).run(); });
}

}  // namespace plumb::cmd
