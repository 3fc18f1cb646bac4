// plumb show FILE: a saved plan, for people or for programs, and its parts by host.

#include "cmd/plumb/commands.h"
#include "cmd/plumb/plan_document.h"
#include "cmd/plumb/workspace.h"
#include "engine/plan/artifact.h"
#include "engine/plan/slices.h"
#include "engine/report/plan_text.h"
#include "engine/run/saved_plan.h"

namespace plumb::cmd {
namespace {

// What each host needs of the plan, and its way to the head.
void print_slices(const run::SavedPlan& saved, Terminal& terminal) {
  const plan::Slices slices = plan::slices(saved.plan, saved.id);
  const std::vector<std::vector<std::string>> paths = plan::paths_of(slices);
  Json json = {{"id", saved.id}, {"tree_head", slices.tree_head}, {"slices", Json::array()}};
  for (std::size_t i = 0; i < slices.all.size(); ++i) {
    const plan::Slice& slice = slices.all[i];
    json["slices"].push_back({{"host", slice.host}, {"index", i}, {"slice", slice.bytes}, {"path", paths[i]}});
  }
  terminal.print(json.dump(2) + "\n");
}

int show(Program& program, const std::string& file, bool full, bool slices) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  Workspace workspace(program.options, terminal);
  Result<run::SavedPlan> saved = run::read_plan_file(file, program.options.kinds);
  if (!saved) {
    workspace.diagnose(std::move(saved.error()).during("reading the plan " + file));
    return kInvalidConfiguration;
  }
  const plan::Plan& plan = saved->plan;
  const std::string& id = saved->id;
  if (slices) {
    print_slices(*saved, terminal);
    return kDone;
  }
  if (wants_document(program.options)) {
    print_document(plan, id, {}, terminal, program.options);
    return kDone;
  }
  if (terminal.json()) {
    plan::write_expanded(plan, {{"id", id}}, [&](std::string_view text) { terminal.print(text); });
    return kDone;
  }
  report::PlanTextOptions options;
  options.color = terminal.color();
  options.full = full;
  options.kinds = &program.options.kinds;
  terminal.print(report::plan_text(plan, options) + report::plan_summary(plan, options));
  terminal.print("\nProject " + plan.project + ", hosts `" + plan.scope.on + "`, made by plumb " + plan.engine +
                 "\n  id " + id + "\n");
  return kDone;
}

}  // namespace

void add_show(Program& program) {
  struct ShowArguments {
    std::string file;
    bool full = false;
    bool slices = false;
  };
  auto arguments = std::make_shared<ShowArguments>();
  CLI::App* command = program.app.add_subcommand("show", "Show a saved plan");
  command->add_option("PLAN", arguments->file, "A plan written by `plumb plan -o`")->required()->type_name("FILE");
  command->add_flag("--full", arguments->full, "Show operations and what each action stands on");
  command->add_flag("--slices", arguments->slices,
                    "Show each host's part, as JSON, and its path to the head of the tree that approvals name");
  command->callback([&program, arguments] {
    program.exit_code = show(program, arguments->file, arguments->full, arguments->slices);
  });
}

}  // namespace plumb::cmd
