// plumb man DIR: the manual pages, of what `--help` says.

#include <filesystem>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/help_page.h"
#include "cmd/plumb/terminal.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/file.h"
#include "engine/base/joined.h"

namespace plumb::cmd {
namespace {

// As text in a page: no request, no escape, and dashes that can be searched for.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\n') {
      out += ' ';
    } else {
      if ((c == '.' || c == '\'') && out.empty()) out += "\\&";
      out += c;
    }
  }
  return out;
}

// "apply", "module update"; "" for plumb itself.
std::string words_of(const CLI::App& command) {
  if (command.get_parent() == nullptr) return "";
  const std::string above = words_of(*command.get_parent());
  return above + (above.empty() ? "" : " ") + command.get_name();
}

std::string page_of(const CLI::App& command) {
  std::string name = "plumb";
  for (const char c : words_of(command).empty() ? "" : " " + words_of(command)) name += c == ' ' ? '-' : c;
  return name;
}

std::string names_of(const CLI::Option& option) {
  std::string text;
  const auto add = [&](const std::string& name) { append_item(text, "\\fB" + escaped(name) + "\\fR"); };
  for (const std::string& name : option.get_snames()) add("-" + name);
  for (const std::string& name : option.get_lnames()) add("--" + name);
  if (option.get_items_expected_max() != 0 && !value_of(option).empty())
    text += " \\fI" + escaped(value_of(option)) + "\\fR";
  return text;
}

std::string entry(const std::string& head, const std::string& text) {
  return ".TP\n" + head + "\n" + escaped(text) + "\n";
}

class Page {
 public:
  explicit Page(const CLI::App& command) : command_(command) {}

  std::string write() {
    const std::string page = page_of(command_);
    std::string capitals = page;
    for (char& c : capitals) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    text_ = ".TH " + capitals + " 1 \"\" \"plumb " PLUMB_VERSION "\" \"Plumbline\"\n";
    text_ += ".SH NAME\n" + escaped(page) + " \\- " + escaped(command_.get_description()) + "\n";
    add_synopsis();
    add_positionals();
    add_options();
    add_commands();
    if (command_.get_parent() == nullptr) add_exit_codes();
    add_others();
    return std::move(text_);
  }

 private:
  void add_synopsis() {
    const std::string words = words_of(command_);
    text_ += ".SH SYNOPSIS\n\\fBplumb" + (words.empty() ? "" : " " + escaped(words)) + "\\fR [\\fIOPTIONS\\fR]";
    for (const CLI::Option* option : command_.get_options({})) {
      if (!option->get_positional()) continue;
      const std::string name = "\\fI" + escaped(option->get_name(true)) + "\\fR";
      text_ += option->get_required() ? " " + name : " [" + name + "]";
    }
    if (!command_.get_subcommands({}).empty()) text_ += " \\fICOMMAND\\fR";
    text_ += "\n";
  }

  void add_positionals() {
    std::string all;
    for (const CLI::Option* option : command_.get_options({})) {
      if (option->get_positional())
        all += entry("\\fI" + escaped(option->get_name(true)) + "\\fR", option->get_description());
    }
    if (!all.empty()) text_ += ".SH ARGUMENTS\n" + all;
  }

  void add_options() {
    std::string all;
    for (const CLI::Option* option : command_.get_options({})) {
      if (option->nonpositional()) all += entry(names_of(*option), option->get_description());
    }
    if (!all.empty()) text_ += ".SH OPTIONS\n" + all;
    if (command_.get_parent() != nullptr) text_ += "Options of every command are in\n.BR plumb (1).\n";
  }

  void add_commands() {
    std::string all;
    for (const CLI::App* command : command_.get_subcommands({})) {
      if (!command->get_group().empty())
        all += entry("\\fB" + escaped(page_of(*command)) + "\\fR(1)", command->get_description());
    }
    if (!all.empty()) text_ += ".SH COMMANDS\n" + all;
  }

  void add_exit_codes() {
    text_ += ".SH EXIT STATUS\n";
    text_ += entry("0", "Done, or there was nothing to do.");
    text_ += entry("1", "Something failed: an action, a host, a file that could not be written.");
    text_ += entry("2", "Changes are pending (diff, plan with --detailed-exitcode).");
    text_ += entry("3", "The configuration, the inventory or the command line is not valid.");
    text_ += entry("4", "A host could not be reached.");
    text_ += entry("5", "The plan was refused.");
    text_ += entry("6", "Done, and something failed that may fail.");
    text_ += entry("130", "Interrupted; actions in hand were finished and recorded.");
  }

  void add_others() {
    std::string others;
    if (command_.get_parent() != nullptr) others = ".BR " + escaped(page_of(*command_.get_parent())) + " (1)";
    if (!others.empty()) text_ += ".SH SEE ALSO\n" + others + "\n";
  }

  const CLI::App& command_;
  std::string text_;
};

Result<> write_pages(const CLI::App& command, const std::filesystem::path& folder) {
  PLUMB_TRY(write_file(folder / (page_of(command) + ".1"), Page(command).write()));
  for (const CLI::App* one : command.get_subcommands({})) {
    if (!one->get_group().empty()) PLUMB_TRY(write_pages(*one, folder));
  }
  return {};
}

}  // namespace

void add_man(Program& program) {
  auto folder = std::make_shared<std::string>();
  CLI::App* command = program.app.add_subcommand("man", "Write the manual pages to a folder, a page a command");
  command->add_option("DIR", *folder, "The folder, made where it is not there")->required()->type_name("DIR");
  command->callback([&program, folder] {
    Terminal terminal(program.options.no_color);
    terminal.set_json(program.options.output == "json");
    std::error_code error;
    std::filesystem::create_directories(*folder, error);
    if (const Result<> done = write_pages(program.app, *folder); !done) {
      Workspace(program.options, terminal).diagnose(done.error());
      program.exit_code = kFailed;
    }
  });
}

}  // namespace plumb::cmd
