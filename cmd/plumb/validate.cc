// plumb validate: check project, inventory and graph of every host without contacting one; what is found, for people
// and for pipelines.

#include <algorithm>
#include <filesystem>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/joined.h"
#include "engine/base/pool.h"
#include "engine/report/annotations.h"
#include "engine/report/sarif.h"
#include "engine/run/offline.h"

namespace plumb::cmd {
namespace {

struct Checked {
  std::size_t resources = 0;
  std::size_t hosts = 0;
  std::vector<std::string> unknown;  // sensitive inputs without a value here, taken for any of their type
};

// Nothing after it has told what is wrong.
std::optional<Checked> check(Program& program, Terminal& terminal) {
  Workspace workspace(program.options, terminal);
  workspace.ask_sources({.freshness = inventory::Freshness::kKept, .answers = {}});
  workspace.only_name();
  if (!workspace.load()) return std::nullopt;
  const std::optional<ir::CompilerInput> input = workspace.compiler_input();
  if (!input) return std::nullopt;
  const Diagnostics found = run::validate_offline(*input, workspace.hosts(), core_count());
  workspace.diagnose(found);
  if (found.has_errors()) return std::nullopt;
  return Checked{ir::count_declarations(workspace.project().root), workspace.hosts().size(),
                 ir::unknown_inputs(*input, workspace.hosts())};
}

// A machine that only checks has no secrets, and need not have them.
std::string unknown_text(const std::vector<std::string>& inputs) {
  if (inputs.empty()) return {};
  std::string names;
  for (const std::string& name : inputs) append_item(names, "`" + name + "`");
  return "Without a value here, and so checked by " +
         std::string(inputs.size() == 1 ? "its type alone: " : "their types alone: ") + names + ".\n";
}

bool is_report(const std::string& format) {
  return format == "sarif" || format == "github" || format == "gitlab";
}

// Pipelines name files from the folder that they work in.
report::FindingPlaces places_of(const Options& options) {
  namespace fs = std::filesystem;
  report::FindingPlaces places;
  places.folder = options.folder;
  std::error_code ignored;
  if (const fs::path folder(options.folder); folder.is_absolute()) {
    const fs::path from_here = folder.lexically_proximate(fs::current_path(ignored));
    if (!from_here.empty() && *from_here.begin() != "..") places.folder = from_here.string();
  }
  places.inventory = options.inventory;
  const fs::path folder(options.folder);
  if (!fs::exists(folder / "plumb.yaml", ignored) && fs::exists(folder / "plumb.cue", ignored))
    places.project_file = "plumb.cue";
  return places;
}

std::string report_of(const std::string& format, const std::vector<Diagnostic>& findings,
                      const report::FindingPlaces& places) {
  if (format == "github") return report::github_annotations(findings, places);
  const Json json = format == "sarif" ? report::sarif(findings, places) : report::gitlab_code_quality(findings, places);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

int validate(Program& program) {
  const std::string& format = program.options.output;
  Terminal terminal(program.options.no_color);
  terminal.set_json(format == "json");
  std::vector<Diagnostic> findings;
  if (is_report(format)) terminal.collect(&findings);
  const std::optional<Checked> checked = check(program, terminal);
  if (is_report(format)) {
    terminal.write(report_of(format, findings, places_of(program.options)));
  } else if (checked && terminal.json()) {
    Json result = {{"valid", true}, {"resources", checked->resources}, {"hosts", checked->hosts}};
    if (!checked->unknown.empty()) result["unknown_inputs"] = checked->unknown;
    terminal.print(result.dump() + "\n");
  } else if (checked) {
    terminal.print("Valid: " + std::to_string(checked->resources) +
                   (checked->resources == 1 ? " resource, " : " resources, ") + std::to_string(checked->hosts) +
                   (checked->hosts == 1 ? " host.\n" : " hosts.\n") + unknown_text(checked->unknown));
  }
  return checked ? kDone : kInvalidConfiguration;
}

}  // namespace

void add_validate(Program& program) {
  CLI::App* command = program.app.add_subcommand("validate", "Check the configuration without contacting a host");
  command->callback([&program] { program.exit_code = validate(program); });
}

}  // namespace plumb::cmd
