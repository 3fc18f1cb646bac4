// plumb help [COMMAND...]: what `--help` says of them.

#include "cmd/plumb/commands.h"
#include "cmd/plumb/other_tools.h"
#include "cmd/plumb/terminal.h"
#include "engine/base/joined.h"
#include "engine/base/nearest.h"

namespace plumb::cmd {
namespace {

// The command that the words name, one within the other; null where there is none, with what was meant in `near`.
CLI::App* find_command(CLI::App& app, const std::vector<std::string>& words, std::string& near) {
  CLI::App* found = &app;
  for (const std::string& word : words) {
    std::vector<std::string> names;
    CLI::App* next = nullptr;
    for (CLI::App* command : found->get_subcommands({})) {
      names.push_back(command->get_name());
      if (command->get_name() == word) next = command;
    }
    if (next == nullptr) {
      near = nearest(word, names);
      return nullptr;
    }
    found = next;
  }
  return found;
}

std::string hint_for(const std::string& word, const std::string& near) {
  if (const std::string instead = instead_of_command(word); !instead.empty()) return instead;
  return near.empty() ? "`plumb --help` lists the commands" : "did you mean `" + near + "`?";
}

}  // namespace

void add_help(Program& program) {
  CLI::App* command = program.app.add_subcommand("help", "Say how plumb, or one of its commands, is used");
  auto words = std::make_shared<std::vector<std::string>>();
  command->add_option("COMMAND", *words, "The command, such as apply or module update");
  command->callback([&program, words] {
    Terminal terminal(program.options.no_color);
    terminal.set_json(program.options.output == "json");
    std::string near;
    if (CLI::App* found = find_command(program.app, *words, near)) {
      std::string above;
      for (const CLI::App* outer = found->get_parent(); outer != nullptr; outer = outer->get_parent())
        above = outer->get_name() + (above.empty() ? "" : " ") + above;
      terminal.print(found->help(above));
      return;
    }
    const std::string all = joined(*words, " ");
    terminal.diagnose({Diagnostic(Code::kUsage, "there is no command `" + all + "`")
                           .with_hint(hint_for(words->empty() ? "" : words->front(), near))},
                      {});
    program.exit_code = kInvalidConfiguration;
  });
}

}  // namespace plumb::cmd
