// plumb: the command line. Arguments in, engine called, results printed.

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/log.h"
#include "cmd/plumb/terminal.h"
#include "engine/base/file.h"
#include "engine/base/nearest.h"
#include "engine/base/platform.h"
#include "engine/config/project_providers.h"
#include "engine/run/project_key.h"

namespace plumb::cmd {
namespace {

constexpr std::size_t kMostInput = std::size_t{8} << 20;  // of one --inputs

// Seconds, or a number with its unit.
void add_timeout(CLI::App& app, const std::string& name, std::chrono::seconds& into, const std::string& help) {
  static const std::map<std::string, std::int64_t> units = {{"s", 1}, {"m", 60}, {"h", 3600}};
  app.add_option_function<std::int64_t>(
         name, [&into](std::int64_t seconds) { into = std::chrono::seconds(seconds); }, help)
      ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::CASE_SENSITIVE))
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{7} * 86400))
      ->type_name("TIME");
}

void add_common_options(Program& program) {
  CLI::App& app = program.app;
  Options& options = program.options;
  app.add_option("-C", options.folder, "The project's folder")->type_name("DIR");
  app.add_option("-i,--inventory", options.inventory, "The inventory (default: hosts.yaml of the project)")
      ->type_name("FILE");
  app.add_option("--on", options.on, "Hosts to work on, as a pattern: web:&prod:!web03")->type_name("PATTERN");
  app.add_option("--limit", options.limit, "Of those, only hosts that match this pattern too")->type_name("PATTERN");
  app.add_option("--set", options.assignments, "Set an input, above all other layers; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  app.add_option("--inputs", options.input_files,
                 "Inputs from a YAML file, a pipe or - (standard input), above the inventory; may be repeated")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option(
         "--output", options.output,
         "human, json, or jsonl: events as they happen (plan, diff, apply, observe, run); markdown and html for plan, "
         "diff and show, markdown and csv for compliance, sarif, github and gitlab for validate, svg, mermaid and dot "
         "for graph, table for hosts and "
         "locks")
      ->check(CLI::IsMember({"human", "json", "jsonl", "markdown", "html", "sarif", "github", "gitlab", "svg",
                             "mermaid", "dot", "table", "csv"}))
      ->type_name("FORMAT");
  app.add_option("--forks", options.forks, "Hosts at a time")->check(CLI::Range(1, 10000))->type_name("N");
  add_timeout(app, "--host-timeout", options.host_timeout,
              "Give a host up that takes longer to be planned, or to be applied to, such as 10m");
  add_timeout(app, "--run-timeout", options.run_timeout, "Begin no host after that, and give up those at work");
  app.add_option("--root", options.root, "Work on the image below DIR and not on the host's own root")
      ->type_name("DIR");
  app.add_flag("--yes", options.yes, "Do not ask before changes are made");
  app.add_flag("--no-color", options.no_color, "No colours (NO_COLOR does the same)");
  app.add_flag("--no-live", options.no_live, "Plain lines also on a terminal");
  app.add_option("--log-level", options.log_level,
                 "trace, debug, info, warn, error or off (default: off; info with --log-file)")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->type_name("LEVEL");
  app.add_option("--log-format", options.log_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT");
  app.add_option("--log-file", options.log_file, "Add the log to FILE, not to standard error")->type_name("FILE");
  app.add_flag("--accept-new-host-keys", options.accept_new_host_keys,
               "Add keys of hosts that known_hosts does not have");
  app.add_flag("-K,--ask-become-password", options.ask_become_password,
               "Ask once for the password that sudo, doas or su wants on the hosts");
}

void add_commands(Program& program) {
  add_init(program);
  add_ci(program);
  add_adopt(program);
  add_import(program);
  add_validate(program);
  add_fmt(program);
  add_plan(program);
  add_show(program);
  add_sign(program);
  add_approve(program);
  add_verify(program);
  add_apply(program);
  add_diff(program);
  add_doctor(program);
  add_history(program);
  add_undo(program);
  add_forget(program);
  add_observe(program);
  add_facts(program);
  add_hosts(program);
  add_run(program);
  add_get(program);
  add_graph(program);
  add_output(program);
  add_eval(program);
  add_explain(program);
  add_charter(program);
  add_lock(program);
  add_unlock(program);
  add_locks(program);
  add_lsp(program);
  add_module(program);
  add_policy(program);
  add_project_key(program);
  add_secret(program);
  add_key(program);
  add_provider(program);
  add_schema(program);
  add_test(program);
  add_compliance(program);
  add_completion(program);
  add_man(program);
  add_version(program);
  add_help(program);
}

// `--limit "$UNSET"` means something else than no limit, and `--resume --yes` no run that is called --yes.
void refuse_missing_arguments(CLI::App& app) {
  for (CLI::Option* option : app.get_options({})) {
    if (option->get_items_expected_max() == 0 || option->get_name() == kProgramWords) continue;
    option->check(CLI::Validator(
        [&app](const std::string& text) {
          if (text.empty()) return std::string("an empty argument names nothing");
          for (const CLI::App* level = &app; text.starts_with("--") && level != nullptr; level = level->get_parent()) {
            if (level->get_option_no_throw(text) != nullptr) return "its value is missing before " + text;
          }
          return std::string();
        },
        ""));
  }
  for (CLI::App* command : app.get_subcommands({})) refuse_missing_arguments(*command);
}

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i)
    list += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return list;
}

// Other commands have nothing that happens, and nothing that is told in such a form.
void refuse_forms_elsewhere(const Program& program) {
  struct Form {
    std::string name;
    std::vector<std::string> commands;
  };
  static const std::vector<Form> forms = {{"jsonl", {"plan", "diff", "apply", "observe", "run"}},
                                          {"markdown", {"plan", "diff", "show", "compliance"}},
                                          {"html", {"plan", "diff", "show"}},
                                          {"sarif", {"validate"}},
                                          {"github", {"validate"}},
                                          {"gitlab", {"validate"}},
                                          {"svg", {"graph"}},
                                          {"mermaid", {"graph"}},
                                          {"dot", {"graph"}},
                                          {"table", {"hosts", "locks"}},
                                          {"csv", {"compliance"}}};
  const auto takes = [](const Form& form, const std::string& command) {
    return std::find(form.commands.begin(), form.commands.end(), command) != form.commands.end();
  };
  const auto asked =
      std::find_if(forms.begin(), forms.end(), [&](const Form& one) { return one.name == program.options.output; });
  if (asked == forms.end()) return;
  for (const CLI::App* command : program.app.get_subcommands()) {
    const std::string& name = command->get_name();
    if (takes(*asked, name)) continue;
    std::vector<std::string> others = {"json"};
    for (const Form& form : forms) {
      if (takes(form, name)) others.push_back(form.name);
    }
    throw CLI::ValidationError("--output", asked->name + " is for " + listed(asked->commands) + "; `plumb " + name +
                                               "` takes " + listed(others));
  }
}

// A pipe is read once, and before anybody else does. `-` is standard input.
void read_input_streams(Options& options) {
  for (const std::string& name : options.input_files) {
    const std::string path = name == "-" ? "/dev/stdin" : name;
    std::error_code ignored;
    const std::filesystem::file_type type = std::filesystem::status(path, ignored).type();
    const bool stream = type == std::filesystem::file_type::fifo || type == std::filesystem::file_type::character ||
                        type == std::filesystem::file_type::socket;
    if ((name != "-" && !stream) || options.input_streams.contains(name)) continue;
    Result<std::string> text = read_stream(path, kMostInput);
    if (!text) throw CLI::ValidationError("--inputs", text.error().summary());
    options.input_streams.emplace(name, std::move(*text));
  }
}

// What is wrong with them is told by whoever loads the project.
void read_providers(Options& options) {
  Diagnostics untold;
  lang::SourceMap sources;
  const auto found = config::read_project_providers(Folder(options.folder), options.kinds, untold, sources);
  if (!found.empty()) options.kinds = config::with_providers(options.kinds, found);
}

// As other findings are told. What was asked for as output need not be known yet.
int refuse(const Program& program, bool json, std::string summary, std::string hint) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(json);
  terminal.diagnose({Diagnostic(Code::kUsage, std::move(summary)).with_hint(std::move(hint))}, {});
  return kInvalidConfiguration;
}

bool asks_for_json(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--output=json" || word == "--output=jsonl") return true;
    if (word != "--output" || i + 1 == argc) continue;
    const std::string_view format = argv[i + 1];
    return format == "json" || format == "jsonl";
  }
  return false;
}

int usage_error(const Program& program, bool json, const CLI::ParseError& error) {
  const std::vector<std::string> words = program.app.remaining();
  const std::vector<CLI::App*> chosen = program.app.get_subcommands();
  if (!chosen.empty() || words.empty()) {
    const std::string command = chosen.empty() ? "" : " " + chosen.front()->get_name();
    return refuse(program, json, error.what(), "`plumb" + command + " --help` lists what there is");
  }
  std::vector<std::string> names;
  for (const CLI::App* command : program.app.get_subcommands({})) names.push_back(command->get_name());
  const std::string near = nearest(words.front(), names);
  return refuse(program, json, "there is no command `" + words.front() + "`",
                near.empty() ? "`plumb --help` lists the commands" : "did you mean `" + near + "`?");
}

int run(int argc, char** argv) {
  Program program;
  program.app.description("Declarative configuration: typed YAML in, a plan you can read, exactly that plan applied.");
  program.app.name("plumb");
  program.app.set_version_flag("--version", "plumb " PLUMB_VERSION, "Show the version, as `plumb version` does");
  program.app.require_subcommand(1);
  program.app.fallthrough();
  add_common_options(program);
  add_commands(program);
  refuse_missing_arguments(program.app);
  try {
    // Commands run as callbacks of the parse, after logging is set up here.
    program.app.parse_complete_callback([&program] {
      program.options.run_id = run::new_run_id();
      if (const Result<> started = set_up_log(program.options); !started) {
        throw CLI::ValidationError("--log-file", started.error().summary());
      }
      refuse_forms_elsewhere(program);
      if (!program.options.root.empty() && !std::filesystem::is_directory(program.options.root)) {
        throw CLI::ValidationError("--root", program.options.root + " is no folder");
      }
      read_input_streams(program.options);
      read_providers(program.options);
    });
    program.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are "errors" with code 0 to the library.
    if (error.get_exit_code() != 0) return usage_error(program, asks_for_json(argc, argv), error);
    program.app.exit(error);
    return kDone;
  }
  return program.exit_code;
}

// What is opened later must not be taken for one of them.
void open_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) < 0) _exit(kFailed);
  }
}

// Each host under way takes a few descriptors, and some systems begin with 256.
void allow_many_hosts() {
  constexpr rlim_t kWanted = 10'240;  // the most that macOS takes
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kWanted) return;
  limit.rlim_cur = std::min(kWanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace
}  // namespace plumb::cmd

int main(int argc, char** argv) {
  plumb::keep_memory_private();
  plumb::cmd::open_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);
  plumb::cmd::allow_many_hosts();
  int code = plumb::cmd::kFailed;
  try {
    code = plumb::cmd::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error[PL6004]: a fault in plumb itself: %s\n", error.what());
    return plumb::cmd::kFailed;
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::perror("error[PL6003]: standard output could not be written");
    if (code == plumb::cmd::kDone || code == plumb::cmd::kChangesPending) code = plumb::cmd::kFailed;
  }
  return code;
}
