// plumb: the command line. Arguments in, engine called, results printed.

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cmd/plumb/allocator.h"
#include "cmd/plumb/commands.h"
#include "cmd/plumb/help_page.h"
#include "cmd/plumb/log.h"
#include "cmd/plumb/other_tools.h"
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
         "diff and show, html for history, markdown and csv for compliance, sarif, github and gitlab for validate, "
         "svg, mermaid and dot "
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
  app.add_flag("--no-pager", options.no_pager,
               "Print what is longer than the screen, too, rather than have a pager show it");
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

// Under the heading that --help has them under.
void add_commands(Program& program) {
  struct Group {
    const char* heading;
    std::vector<void (*)(Program&)> adders;
  };
  static const std::vector<Group> groups = {
      {"Begin", {add_init, add_adopt, add_import, add_doctor}},
      {"Write and check",
       {add_validate, add_fmt, add_test, add_eval, add_explain, add_graph, add_schema, add_module, add_provider,
        add_lsp}},
      {"Plan and apply", {add_plan, add_show, add_apply, add_diff, add_undo, add_output}},
      {"Sign, approve, judge", {add_key, add_sign, add_approve, add_verify, add_policy, add_charter}},
      {"Work on hosts",
       {add_hosts, add_facts, add_observe, add_run, add_get, add_lock, add_unlock, add_locks, add_forget}},
      {"Look back", {add_history, add_compliance}},
      {"Keep secrets", {add_secret, add_project_key}},
      {"In pipelines", {add_ci}},
      {"This program", {add_completion, add_man, add_version, add_help}},
  };
  for (const Group& group : groups) {
    for (const auto add : group.adders) add(program);
    for (CLI::App* command : program.app.get_subcommands({})) {
      if (command->get_group() == "Subcommands") command->group(group.heading);
    }
  }
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
                                          {"html", {"plan", "diff", "show", "history"}},
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
    std::string name = command->get_name();
    // Of what stands below `history`, `show` alone is a page.
    const auto below = command->get_subcommands();
    const bool other = asked->name == "html" && !below.empty() && below.front()->get_name() != "show";
    if (takes(*asked, name) && !other) continue;
    std::vector<std::string> others = {"json"};
    for (const Form& form : forms) {
      if (takes(form, name) && !(other && form.name == asked->name)) others.push_back(form.name);
    }
    if (other) name += " " + below.front()->get_name();
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

// The command that the words chose, the innermost; the program itself where they chose none.
const CLI::App& chosen_command(const CLI::App& app) {
  const CLI::App* chosen = &app;
  while (!chosen->get_subcommands().empty()) chosen = chosen->get_subcommands().front();
  return *chosen;
}

std::string typed_words(const CLI::App& command) {
  return (command.get_parent() == nullptr ? "" : typed_words(*command.get_parent()) + " ") + command.get_name();
}

std::string otherwise(const std::string& instead, const std::string& near, const std::string& list) {
  if (!instead.empty()) return instead;
  return near.empty() ? list : "did you mean `" + near + "`?";
}

// Of words that the command does not take, the first option, else the first word.
std::string unexpected(const CLI::App& app) {
  const std::vector<std::string> words = app.remaining(true);
  const auto option = std::find_if(words.begin(), words.end(),
                                   [](const std::string& one) { return one.size() > 1 && one.starts_with('-'); });
  return option != words.end() ? *option : words.empty() ? "" : words.front();
}

int refuse_option(const Program& program, bool json, const std::string& word) {
  const CLI::App& command = chosen_command(program.app);
  std::vector<std::string> known;
  for (const CLI::App* level = &command; level != nullptr; level = level->get_parent()) {
    for (const CLI::Option* option : level->get_options({})) {
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
  }
  const std::string words = typed_words(command);
  return refuse(program, json, "`" + words + "` has no option `" + word.substr(0, word.find('=')) + "`",
                otherwise(instead_of_option(word), nearest(word.substr(0, word.find('=')), known),
                          "`" + words + " --help` lists what there is"));
}

int refuse_command(const Program& program, bool json, const std::string& word) {
  const CLI::App& above = chosen_command(program.app);
  const bool is_first = above.get_parent() == nullptr;
  std::vector<std::string> names;
  for (const CLI::App* command : above.get_subcommands({})) names.push_back(command->get_name());
  return refuse(program, json, "there is no command `" + (is_first ? "" : typed_words(above) + " ") + word + "`",
                otherwise(is_first ? instead_of_command(word) : "", nearest(word, names),
                          "`" + typed_words(above) + " --help` lists the commands"));
}

// What the library says of a value, as all else here is said: "--output: yaml not in {human,json}".
std::string in_our_words(const CLI::ParseError& error) {
  const std::string text = error.what();
  const std::size_t colon = text.find(": ");
  if (const std::size_t at = text.find(" not in {"); at != std::string::npos && colon < at && text.ends_with('}')) {
    std::string choices;
    for (const char c : text.substr(at + 9, text.size() - at - 10))
      choices += c == ',' ? std::string(", ") : std::string(1, c);
    return text.substr(0, colon) + ": `" + text.substr(colon + 2, at - colon - 2) + "` is none of " + choices;
  }
  if (const std::size_t at = text.find(" not in range "); at != std::string::npos && colon < at)
    return text.substr(0, colon + 2) + text.substr(text.rfind(' ', at - 1) + 1, at - text.rfind(' ', at - 1) - 1) +
           " is not from " + text.substr(at + 14);
  constexpr std::string_view kUnit = " unit not recognized. Allowed values: {h,m,s}";
  if (text.ends_with(kUnit) && colon != std::string::npos)
    return text.substr(0, text.size() - kUnit.size()) + " is no unit of time; there are s, m and h";
  if (colon != std::string::npos && text.find(": At Most 1 required but received ") == colon)
    return text.substr(0, colon) + " is given more than once";
  constexpr std::string_view kWants = ": 1 required ";
  constexpr std::string_view kMissing = " missing";
  if (colon != std::string::npos && text.find(kWants) == colon && text.ends_with(kMissing)) {
    const std::string wanted = text.substr(colon + kWants.size());
    return text.substr(0, colon) + " wants " + wanted.substr(0, wanted.find_first_of(": ")) + " behind it";
  }
  constexpr std::string_view kRequired = " is required";
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && text.ends_with(kRequired))
    return text.substr(0, text.size() - kRequired.size()) + " is missing";
  return text;
}

int usage_error(const Program& program, bool json, const CLI::ParseError& error) {
  const CLI::App& command = chosen_command(program.app);
  const bool has_commands = !command.get_subcommands({}).empty();
  const std::string word = unexpected(program.app);
  const std::string help = "`" + typed_words(command) + " --help` lists what there is";
  const bool wants_command = has_commands && dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  if (wants_command || dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    if (word.starts_with('-')) return refuse_option(program, json, word);
    if (!word.empty() && has_commands) return refuse_command(program, json, word);
    if (!word.empty())
      return refuse(program, json, "`" + typed_words(command) + "` takes no `" + word + "` here", help);
    if (wants_command && !json) {
      std::fputs(program.app.help().c_str(), stderr);
      return kInvalidConfiguration;
    }
  }
  return refuse(program, json, in_our_words(error), help);
}

int run(int argc, char** argv) {
  Program program;
  program.app.description("Declarative configuration: typed YAML in, a plan you can read, exactly that plan applied.");
  program.app.name("plumb");
  program.app.formatter(std::make_shared<HelpPage>());
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
        throw CLI::ValidationError("--root",
                                   program.options.root + " is no folder; `mkdir` makes one to begin an image with");
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

// `plumb show plan.json | head`: who has read enough has nothing to complain about.
bool reader_has_left() {
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;
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
  plumb::cmd::keep_freed_memory();
  plumb::use_huge_pages();
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
    if (!plumb::cmd::reader_has_left()) std::perror("error[PL6003]: standard output could not be written");
    if (code == plumb::cmd::kDone || code == plumb::cmd::kChangesPending) code = plumb::cmd::kFailed;
  }
  return code;
}
