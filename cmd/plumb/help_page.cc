#include "cmd/plumb/help_page.h"

#include <algorithm>
#include <map>
#include <vector>

#include <sys/ioctl.h>
#include <unistd.h>

#include "engine/base/joined.h"
#include "engine/report/text_width.h"

namespace plumb::cmd {
namespace {

constexpr int kMargin = 2;
constexpr int kWidestName = 28;  // of the left column; what is wider has its text below
constexpr int kNarrowest = 60;
constexpr int kWidest = 100;

// What is printed elsewhere than on a terminal has the width of most.
int page_width() {
  winsize window{};
  if (::isatty(STDOUT_FILENO) != 1 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0) return 80;
  return std::clamp(static_cast<int>(window.ws_col), kNarrowest, kWidest);
}

std::string blanks(int count) {
  return std::string(static_cast<std::size_t>(std::max(count, 0)), ' ');
}

// Lines of at most `width` columns; a longer word has a line of its own.
std::vector<std::string> wrapped(const std::string& text, int width) {
  std::vector<std::string> lines(1);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \n", begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    begin = end + 1;
    if (word.empty()) continue;
    if (!lines.back().empty() && report::columns(lines.back()) + 1 + report::columns(word) > width)
      lines.emplace_back();
    append_item(lines.back(), word, " ");
  }
  return lines;
}

struct Row {
  std::string name;
  std::string text;
};

// Of the left column, if only rows that fit into it are in it.
int column_of(const std::vector<Row>& rows) {
  int column = 0;
  for (const Row& row : rows) {
    if (const int width = report::columns(row.name); width <= kWidestName) column = std::max(column, width);
  }
  return column;
}

std::string rows_text(const std::vector<Row>& rows, int column) {
  const int indent = kMargin + column + 2;
  std::string out;
  for (const Row& row : rows) {
    out += blanks(kMargin) + row.name;
    int at = kMargin + report::columns(row.name);
    for (const std::string& line : wrapped(row.text, page_width() - indent)) {
      if (line.empty()) break;
      if (at > indent - 2) {
        out += "\n";
        at = 0;
      }
      out += blanks(indent - at) + line;
      at = indent + page_width();  // the next one is below
    }
    out += "\n";
  }
  return out;
}

std::string option_names(const CLI::Option& option) {
  std::string text;
  for (const std::string& name : option.get_snames()) text += (text.empty() ? "-" : ", -") + name;
  if (text.empty()) text = "    ";  // where a letter would stand
  for (const std::string& name : option.get_lnames()) text += (text.ends_with(' ') ? "--" : ", --") + name;
  if (option.get_items_expected_max() != 0 && !value_of(option).empty()) text += " " + value_of(option);
  return text;
}

std::string listed(const std::set<CLI::Option*>& options) {
  std::string list;
  for (const CLI::Option* option : options) append_item(list, option->get_name());
  return list;
}

std::string text_of(const CLI::Option& option) {
  std::string text = option.get_description();
  if (!option.get_needs().empty()) text += "; needs " + listed(option.get_needs());
  if (!option.get_excludes().empty()) text += "; not with " + listed(option.get_excludes());
  if (option.nonpositional() && option.get_required()) text += "; it has to be given";
  return text;
}

bool is_shown(const CLI::App& command) {
  return !command.get_group().empty();
}

std::string usage(const CLI::App& app, const std::string& words) {
  std::string text = "Usage: " + words + " [OPTIONS]";
  for (const CLI::Option* option : app.get_options({})) {
    if (!option->get_positional()) continue;
    const bool many = option->get_items_expected_max() > 1 && option->get_name(true).find("…") == std::string::npos;
    const std::string name = option->get_name(true) + (many ? "…" : "");
    text += option->get_required() ? " " + name : " [" + name + "]";
  }
  const std::vector<const CLI::App*> commands = app.get_subcommands([](const CLI::App* one) { return is_shown(*one); });
  if (!commands.empty()) text += app.get_require_subcommand_min() > 0 ? " COMMAND" : " [COMMAND]";
  return text + "\n";
}

std::string arguments_text(const CLI::App& app) {
  std::vector<Row> rows;
  for (const CLI::Option* option : app.get_options({})) {
    if (option->get_positional()) rows.push_back({option->get_name(true), text_of(*option)});
  }
  return rows.empty() ? "" : "\nArguments:\n" + rows_text(rows, column_of(rows));
}

std::string options_text(const CLI::App& app) {
  std::vector<Row> rows;
  for (const CLI::Option* option : app.get_options({})) {
    if (option->nonpositional()) rows.push_back({option_names(*option), text_of(*option)});
  }
  return rows.empty() ? "" : "\nOptions:\n" + rows_text(rows, column_of(rows));
}

// Under the headings that they are put under, in the order of the first of each.
std::string commands_text(const CLI::App& app) {
  std::vector<std::string> headings;
  std::map<std::string, std::vector<Row>> rows;
  int column = 0;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App* one) { return is_shown(*one); })) {
    std::vector<Row>& of_heading = rows[command->get_group()];
    if (of_heading.empty()) headings.push_back(command->get_group());
    of_heading.push_back({command->get_name(), command->get_description()});
    column = std::max(column, column_of(of_heading));
  }
  std::string out;
  for (const std::string& heading : headings)
    out += "\n" + (heading == "Subcommands" ? "Commands" : heading) + ":\n" + rows_text(rows[heading], column);
  return out;
}

}  // namespace

std::string value_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.substr(0, type.find_first_of(": "));
}

std::string HelpPage::make_help(const CLI::App* app, std::string words, CLI::AppFormatMode /*mode*/) const {
  std::string out;
  for (const std::string& line : wrapped(app->get_description(), page_width())) out += line + "\n";
  out += "\n" + usage(*app, words) + arguments_text(*app);
  if (app->get_parent() == nullptr) {
    return out + commands_text(*app) + options_text(*app) +
           "\n`plumb help COMMAND` says more of one, `plumb explain WORD` what a word means.\n";
  }
  return out + commands_text(*app) + options_text(*app) +
         "\nOptions of every command, such as -C, --on, --limit, --set and --output: plumb --help\n";
}

}  // namespace plumb::cmd
