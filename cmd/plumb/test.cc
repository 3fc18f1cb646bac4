// plumb test: runs the cases of a project or a module, without any host.

#include <chrono>
#include <filesystem>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/file.h"
#include "engine/base/glob.h"
#include "engine/cases/find_cases.h"
#include "engine/cases/run_case.h"
#include "engine/report/diagnostics.h"
#include "engine/report/junit.h"

namespace plumb::cmd {
namespace {

constexpr std::size_t kMaxFile = std::size_t{8} << 20;

struct TestArguments {
  std::string filter = "*";
  std::string junit;
};

class Tester {
 public:
  Tester(Program& program, const TestArguments& arguments)
      : options_(program.options),
        arguments_(arguments),
        terminal_(options_.no_color),
        workspace_(options_, terminal_) {
    terminal_.set_json(options_.output == "json");
    workspace_.ask_sources({.freshness = inventory::Freshness::kKept, .answers = {}});
  }

  int run() {
    if (arguments_.junit.empty()) return test();
    terminal_.keep(&findings_);
    const int code = test();
    if (code != kDone && failed_ == 0)
      results_.push_back(report::command_failed("plumb test", code, findings_, workspace_.sources()));
    const Result<> written = write_file(arguments_.junit, report::junit_xml(results_));
    if (!written) workspace_.diagnose(written.error());
    return written ? code : kFailed;
  }

 private:
  int test() {
    if (!load()) return kInvalidConfiguration;
    const std::vector<cases::CaseFile> files = cases::find_cases(*project_);
    if (files.empty()) {
      workspace_.diagnose(fail(Code::kFileUnreadable, "there are no cases")
                              .hint("write them in tests/NAME.yaml; see `plumb schema tests`"));
      return kFailed;
    }
    for (const cases::CaseFile& file : files) run_file(file);
    return report();
  }

  bool load() {
    const std::filesystem::path folder = options_.folder;
    std::error_code error;
    if (std::filesystem::exists(folder / "module.yaml", error) &&
        !std::filesystem::exists(folder / "plumb.yaml", error)) {
      Diagnostics diagnostics;
      module_ = config::load_module(folder, options_.kinds, diagnostics, workspace_.sources());
      inventory_ = config::local_inventory();
      workspace_.diagnose(diagnostics);
      if (!module_ || diagnostics.has_errors()) return false;
      project_ = &*module_;
      return true;
    }
    if (!workspace_.load()) return false;
    project_ = &workspace_.project();
    inventory_ = workspace_.inventory();
    return true;
  }

  void run_file(const cases::CaseFile& file) {
    Diagnostics diagnostics;
    std::vector<cases::Case> found;
    if (const Result<std::string> text = read_file(project_->folder / file.path, kMaxFile)) {
      found = cases::read_cases(file.path, *text, *file.module, options_.kinds, diagnostics, workspace_.sources());
    } else {
      diagnostics.add(text.error().diagnostic());
    }
    workspace_.diagnose(diagnostics);
    unreadable_ = unreadable_ || diagnostics.has_errors();
    for (const cases::Case& test : found) {
      if (glob_match(arguments_.filter, test.name)) run_case(file, test);
    }
  }

  void run_case(const cases::CaseFile& file, const cases::Case& test) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    const cases::Outcome outcome =
        cases::run_case(test, {*project_, *file.module, inventory_, workspace_.sources(), options_.kinds});
    report::TestResult result;
    result.file = file.path;
    result.name = test.name;
    result.time = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
    result.passed = outcome.passed;
    for (const Diagnostic& finding : outcome.findings.items()) {
      if (result.message.empty()) result.message = finding.summary;
    }
    if (!outcome.passed) {
      result.details = report::render(outcome.findings.sorted(), workspace_.sources(), false);
      ++failed_;
    }
    tell(result, outcome);
    results_.push_back(std::move(result));
  }

  void tell(const report::TestResult& result, const cases::Outcome& outcome) {
    if (terminal_.json()) {
      Json line = {{"file", result.file},
                   {"name", result.name},
                   {"passed", result.passed},
                   {"microseconds", result.time.count()}};
      if (!result.passed) line["details"] = result.details;
      terminal_.print(line.dump() + "\n");
      return;
    }
    terminal_.print((result.passed ? "ok    " : "FAIL  ") + result.file + "  " + result.name + "\n");
    if (!result.passed)
      terminal_.print(report::render(outcome.findings.sorted(), workspace_.sources(), terminal_.color()) + "\n");
  }

  int report() {
    std::chrono::microseconds time{0};
    for (const report::TestResult& result : results_) time += result.time;
    if (!terminal_.json()) {
      terminal_.print("\n" + std::to_string(results_.size() - failed_) + " passed, " + std::to_string(failed_) +
                      " failed, " + std::to_string(time.count() / 1000) + " ms\n");
    }
    if (unreadable_) return kInvalidConfiguration;
    if (results_.empty()) {
      workspace_.diagnose(fail(Code::kUsage, "no case has a name that matches `" + arguments_.filter + "`"));
      return kFailed;
    }
    return failed_ == 0 ? kDone : kFailed;
  }

  const Options& options_;
  const TestArguments& arguments_;
  Terminal terminal_;
  Workspace workspace_;
  std::optional<config::Project> module_;
  const config::Project* project_ = nullptr;
  config::Inventory inventory_;
  std::vector<report::TestResult> results_;
  std::vector<Diagnostic> findings_;  // all that was told
  std::size_t failed_ = 0;
  bool unreadable_ = false;
};

}  // namespace

void add_test(Program& program) {
  auto arguments = std::make_shared<TestArguments>();
  CLI::App* command = program.app.add_subcommand("test", "Run the cases under `tests` of the project and its modules");
  command->add_option("--filter", arguments->filter, "Only cases whose name matches this glob")->type_name("GLOB");
  command->add_option("--junit", arguments->junit, "Write the results to FILE as JUnit's XML")->type_name("FILE");
  command->callback([&program, arguments] { program.exit_code = Tester(program, *arguments).run(); });
}

}  // namespace plumb::cmd
