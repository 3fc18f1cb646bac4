// plumb explain CODE: the longer text behind a diagnostic.

#include "cmd/plumb/commands.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/nearest.h"

namespace plumb::cmd {
namespace {

int explain(Program& program, const std::string& code) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  const std::optional<CodeInfo> info = find_code(code);
  if (!info) {
    std::vector<std::string> names;
    for (const CodeInfo& known : all_codes()) names.push_back(code_name(known.code));
    const std::string near = nearest(code, names);
    Workspace(program.options, terminal)
        .diagnose(fail(Code::kUsage, "there is no diagnostic `" + code + "`")
                      .hint(near.empty() ? "codes look like " + names.front() : "did you mean " + near + "?"));
    return kInvalidConfiguration;
  }
  if (terminal.json()) {
    terminal.print(Json{{"code", code}, {"title", info->title}, {"text", info->text}}.dump() + "\n");
  } else {
    terminal.print(code + ": " + std::string(info->title) + "\n\n" + std::string(info->text) + "\n");
  }
  return kDone;
}

}  // namespace

void add_explain(Program& program) {
  auto code = std::make_shared<std::string>();
  CLI::App* command = program.app.add_subcommand("explain", "Say more about a diagnostic");
  command->add_option("CODE", *code, "For example PL1007")->required();
  command->callback([&program, code] { program.exit_code = explain(program, *code); });
}

}  // namespace plumb::cmd
