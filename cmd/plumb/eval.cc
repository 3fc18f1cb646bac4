// plumb eval: the value of an expression, in a project or on one of its hosts; or of cases of CEL's conformance
// tests, one a line.

#include <algorithm>
#include <iostream>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/exit_code.h"
#include "cmd/plumb/workspace.h"
#include "engine/config/check.h"
#include "engine/ir/expand.h"
#include "engine/lang/cel/convert.h"
#include "engine/lang/cel/vector.h"

namespace plumb::cmd {
namespace {

constexpr const char* kSourceName = "expression";
constexpr std::size_t kMaxLine = std::size_t{16} << 20;

struct EvalArguments {
  std::string expression;
  std::string host;
  bool lines = false;
};

class Evaluator {
 public:
  Evaluator(Program& program, const EvalArguments& arguments)
      : options_(program.options),
        arguments_(arguments),
        terminal_(options_.no_color),
        workspace_(options_, terminal_) {
    terminal_.set_json(options_.output == "json");
    if (!arguments_.host.empty()) options_.on = arguments_.host;
  }

  int run() {
    workspace_.only_name();
    if (!workspace_.load()) return kInvalidConfiguration;
    Diagnostics diagnostics;
    const auto question =
        config::check_question(node(), workspace_.project().root, {workspace_.sources(), diagnostics});
    if (!question) return complain(diagnostics);
    if (arguments_.host.empty()) {
      const bool asks =
          std::any_of(question->reads.paths.begin(), question->reads.paths.end(), [](const cel::Reference& path) {
            return path.slot == config::slots::kFacts || path.slot == config::slots::kHost ||
                   path.slot == config::slots::kReadings;
          });
      if (!asks) return answer(*question, nullptr, {});
      // Where there is but one, it is the one that is meant.
      if (workspace_.hosts().size() != 1) {
        workspace_.diagnose(
            fail(Code::kUsage, "the expression reads `facts`, `host` or `readings`, and no host is chosen")
                .hint("name one with --host"));
        return kInvalidConfiguration;
      }
    } else if (workspace_.hosts().size() != 1) {
      workspace_.diagnose(fail(Code::kUsage, "--host takes one host, and `" + arguments_.host + "` names " +
                                                 std::to_string(workspace_.hosts().size())));
      return kInvalidConfiguration;
    }
    const config::Host& host = workspace_.inventory().hosts.at(*workspace_.hosts().begin());
    return ir::reads_facts(question->reads) ? ask(*question, host) : answer(*question, &host, {});
  }

 private:
  lang::Node node() {
    workspace_.sources().add(kSourceName, arguments_.expression);
    lang::Node node;
    node.kind = lang::Node::Kind::kScalar;
    node.text = arguments_.expression;
    node.span = {kSourceName, 1, 1, 1, 1};
    return node;
  }

  int complain(const Diagnostics& diagnostics) {
    workspace_.diagnose(diagnostics);
    return kInvalidConfiguration;
  }

  int ask(const config::Question& question, const config::Host& host) {
    const std::optional<run::RunContext> context = workspace_.context(nullptr);
    if (!context) return kInvalidConfiguration;
    const std::unique_ptr<run::Fleet> fleet = run::make_fleet(workspace_.loaded(), *context);
    fleet->join({host.name});
    const run::HostResults results = fleet->ask(&question.reads);
    run::tell_unkept(run::keep_facts(*fleet, *context), *context);
    const Json* facts = fleet->facts(host.name);
    if (facts != nullptr && run::outcome_of(results) == RunOutcome::kOk) {
      return answer(question, &host, {facts, &fleet->readings(host.name).values});
    }
    workspace_.diagnose(results.at(host.name).diagnostics);
    return exit_code_of(results);
  }

  int answer(const config::Question& question, const config::Host* host, const ir::Told& told) {
    const auto recorded = run::recorded_facts(workspace_.store());
    if (!recorded) {
      workspace_.diagnose(recorded.error());
      return kFailed;
    }
    Diagnostics diagnostics;
    ir::Expander expander(workspace_.project(), workspace_.inventory(), workspace_.sources(), *recorded);
    const auto value = expander.answer(question.expression, host, told, diagnostics);
    // No store is asked for what is not shown.
    const bool unasked = !value && question.reads.sensitive && !diagnostics.has_errors();
    if (!value && !unasked) {
      workspace_.diagnose(diagnostics);
      return kFailed;
    }
    if (question.reads.sensitive) {
      terminal_.print(terminal_.json() ? "\"(sensitive)\"\n" : "(sensitive)\n");
    } else if (!terminal_.json()) {
      terminal_.print(cel::display(*value) + "\n");
    } else {
      Json json;
      cel::Budget budget;
      if (const cel::Value problem = cel::to_json(*value, json, budget); problem.is_error()) {
        workspace_.diagnose(fail(problem.as_error().code, problem.as_error().message).hint(problem.as_error().hint));
        return kFailed;
      }
      terminal_.print(json.dump(2) + "\n");
    }
    return kDone;
  }

  Options options_;
  const EvalArguments& arguments_;
  Terminal terminal_;
  Workspace workspace_;
};

Json answer_line(const std::string& line) {
  if (line.size() > kMaxLine) return {{"error", "the line is longer than 16 MiB"}};
  Json test = Json::parse(line, nullptr, false);
  if (test.is_discarded()) return {{"error", "the line is no JSON"}};
  return cel::run_case(test);
}

// One case a line in, one answer a line out, at once, so that a program can talk to it.
int evaluate_lines(Program& program) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(true);  // nothing is written otherwise than JSON has it, however it looks on a terminal
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    terminal.print(answer_line(line).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  }
  return kDone;
}

}  // namespace

void add_eval(Program& program) {
  auto arguments = std::make_shared<EvalArguments>();
  CLI::App* command =
      program.app.add_subcommand("eval", "Work out an expression in the project, or on one of its hosts");
  CLI::Option* expression = command->add_option("EXPR", arguments->expression, "Such as 'inputs.sites.size()'");
  command
      ->add_option("--host", arguments->host, "With the inputs and facts of this host (default: the only one there is)")
      ->type_name("HOST");
  command
      ->add_flag("--jsonl", arguments->lines,
                 "Read cases of CEL's conformance tests from standard input, one a line, and answer each with a line")
      ->excludes(expression);
  command->callback([&program, arguments] {
    if (arguments->lines) {
      program.exit_code = evaluate_lines(program);
    } else if (arguments->expression.empty()) {
      throw CLI::RequiredError("EXPR");
    } else {
      program.exit_code = Evaluator(program, *arguments).run();
    }
  });
}

}  // namespace plumb::cmd
