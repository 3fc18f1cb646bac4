// plumb run: a program on hosts, beside all plans.

#include <algorithm>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/events.h"
#include "cmd/plumb/operator.h"
#include "cmd/plumb/progress.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/joined.h"
#include "engine/base/outside_text.h"
#include "engine/report/program_text.h"

namespace plumb::cmd {
namespace {

struct RunArguments {
  std::vector<std::string> words;
  bool shell = false;
  std::string as;
  std::vector<std::string> env;
  bool stream = false;
};

class RunCommand {
 public:
  RunCommand(Program& program, const RunArguments& arguments)
      : options_(chosen(program.options, arguments)),
        arguments_(arguments),
        chosen_(program.app.get_option("--on")->count() > 0),
        terminal_(options_.no_color),
        workspace_(options_, terminal_),
        progress_(terminal_, options_) {
    terminal_.set_json(options_.output == "json");
  }

  int run() {
    const std::unique_ptr<EventStream> events = start_events(options_, "run", terminal_);
    const int code = run_program();
    end_events(events.get(), result_.hosts, code, "");
    return code;
  }

 private:
  // Lines that come as they like leave no place for a view.
  static Options chosen(Options options, const RunArguments& arguments) {
    options.no_live = options.no_live || arguments.stream;
    return options;
  }

  int refuse(const Error& error) {
    workspace_.diagnose(error);
    return kInvalidConfiguration;
  }

  int run_program() {
    const SignalWatch signals([this] { workspace_.control().request_stop(); });
    if (!chosen_)
      return refuse(fail(Code::kUsage, "`plumb run` wants to know where")
                        .hint("name hosts with --on PATTERN; --on all is every host"));
    Result<run::ExecuteRequest> request = this->request();
    if (!request) return refuse(request.error());
    workspace_.only_name();
    if (!workspace_.load()) return kInvalidConfiguration;
    const std::optional<run::RunContext> context = workspace_.context(observer());
    if (!context) return kInvalidConfiguration;
    result_ = run::execute(workspace_.loaded(), *request, *context);
    progress_.clear();
    print();
    workspace_.diagnose(run::findings_of(result_.hosts));
    return exit_code_of(result_.outcome);
  }

  Result<run::ExecuteRequest> request() const {
    run::ExecuteRequest request;
    request.run = options_.run_id;
    request.operator_name = operator_name();
    request.shown = report::program_text(arguments_.words);
    if (arguments_.shell) {
      for (const std::string& word : arguments_.words) append_item(request.program.script, word, " ");
      request.shown = request.program.script;
    } else {
      request.program.argv = arguments_.words;
    }
    request.program.user = arguments_.as;
    for (const std::string& one : arguments_.env) {
      const std::size_t equals = one.find('=');
      if (equals == std::string::npos || equals == 0)
        return fail(Code::kUsage, "--env takes NAME=VALUE, and not `" + one + "`");
      request.program.env[one.substr(0, equals)] = one.substr(equals + 1);
    }
    request.keeps_output = !arguments_.stream && terminal_.events() == nullptr;
    if (request.keeps_output) request.program.most = run::kMostKept;
    return request;
  }

  run::RunObserver observer() {
    run::RunObserver follow = progress_.observer();
    if (!arguments_.stream || terminal_.json()) return follow;
    return [this, follow](const run::RunEvent& event) {
      if (event.kind == run::RunEvent::Kind::kPrinted) print_as_it_comes(event.host, *event.printed);
      follow(event);
    };
  }

  // To the stream that the program wrote to.
  void print_as_it_comes(const std::string& host, const run::PrintedText& printed) {
    const std::string text = outside_text(printed.text, kWhole);
    std::string lines;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      lines += host + ": " + text.substr(begin, end - begin) + "\n";
      begin = end + 1;
    }
    const auto alone = terminal_.hold();
    if (printed.errors) {
      terminal_.tell(lines);
    } else {
      terminal_.print(lines);
      // Where nobody reads any more, the program has nobody to run for.
      std::fflush(stdout);
      if (std::ferror(stdout) != 0) workspace_.control().request_stop();
    }
  }

  void print() {
    if (terminal_.events() != nullptr) return;
    if (terminal_.json()) return terminal_.print(report::answers_json(result_, options_.run_id).dump(2) + "\n");
    if (!arguments_.stream) terminal_.print(report::answers_text(result_, terminal_.color()));
    terminal_.tell(report::answers_summary(result_, options_.run_id, terminal_.error_color()));
  }

  const Options options_;
  const RunArguments& arguments_;
  const bool chosen_;
  Terminal terminal_;
  Workspace workspace_;
  Progress progress_;
  run::ExecuteResult result_;
};

}  // namespace

void add_run(Program& program) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = program.app.add_subcommand(
      "run", "Run a program on hosts, beside all plans: plumb run --on PATTERN -- PROGRAM ARGUMENT…");
  command->add_option(kProgramWords, arguments->words, "The program and its arguments, behind --")->required();
  command->add_flag("--shell", arguments->shell, "It is a line for the host's shell: pipes, variables, patterns");
  command->add_option("--as", arguments->as, "Run it as this user of the host")->type_name("USER");
  command->add_option("--env", arguments->env, "A variable for it; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command->add_flag("--stream", arguments->stream, "Print each line as it comes, behind its host's name");
  command->callback([&program, arguments] { program.exit_code = RunCommand(program, *arguments).run(); });
}

}  // namespace plumb::cmd
