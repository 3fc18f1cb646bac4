// plumb version

#include "cmd/plumb/commands.h"
#include "cmd/plumb/terminal.h"
#include "engine/plan/artifact.h"
#include "engine/wire/messages.h"

namespace plumb::cmd {

void add_version(Program& program) {
  CLI::App* command = program.app.add_subcommand("version", "Show the version");
  command->callback([&program] {
    Terminal terminal(program.options.no_color);
    if (program.options.output == "json") {
      terminal.print(Json{{"version", PLUMB_VERSION},
                          {"plan", plan::kFormat},
                          {"protocols", {wire::kVersions.min, wire::kVersions.max}}}
                         .dump() +
                     "\n");
    } else {
      terminal.print("plumb " PLUMB_VERSION "\n");
    }
  });
}

}  // namespace plumb::cmd
