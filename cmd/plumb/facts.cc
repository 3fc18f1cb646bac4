// plumb facts: what the hosts say of themselves.

#include "cmd/plumb/commands.h"
#include "cmd/plumb/progress.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/workspace.h"
#include "engine/config/module_names.h"
#include "engine/config/told_facts.h"

namespace plumb::cmd {
namespace {

void print_facts(const Json& facts, const std::string& prefix, Terminal& terminal) {
  for (const auto& [name, value] : facts.items()) {
    if (value.is_object()) {
      print_facts(value, prefix + name + ".", terminal);
    } else {
      terminal.print("  " + prefix + name + " = " + (value.is_string() ? value.get<std::string>() : value.dump()) +
                     "\n");
    }
  }
}

// Those that the host's expressions use. Of the project's own facts, `facts` becomes another part.
Json shown(const run::HostReadings& readings, Json& facts) {
  static const std::string kLocal = config::local_fact_name("");
  Json all = Json::object();
  const auto add = [&](const std::string& name, Json value) {
    if (name.starts_with(kLocal)) {
      facts[config::kLocalFacts][name.substr(kLocal.size())] = std::move(value);
    } else {
      all[name] = std::move(value);
    }
  };
  for (const auto& [name, reading] : readings.values) add(name, reading.value);
  for (const std::string& name : readings.sensitive) add(name, "(sensitive)");
  return all;
}

int facts(Program& program) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  Workspace workspace(program.options, terminal);
  const SignalWatch signals([&] { workspace.control().request_stop(); });
  workspace.only_name();
  if (!workspace.load()) return kInvalidConfiguration;
  Progress progress(terminal, program.options);
  const std::optional<run::RunContext> context = workspace.context(progress.observer());
  if (!context) return kInvalidConfiguration;
  const std::unique_ptr<run::Fleet> fleet = run::make_fleet(workspace.loaded(), *context);
  fleet->join(workspace.hosts());
  progress.begin(run::Phase::kObserve, workspace.hosts().size());
  const run::HostResults results = fleet->ask(nullptr);
  progress.clear();
  Json all = Json::object();
  Diagnostics found;
  for (const auto& [name, result] : results) {
    found.extend(result.diagnostics);
    const Json* known = fleet->facts(name);
    if (known == nullptr) continue;
    Json told = *known;
    const Json readings = shown(fleet->readings(name), told);
    if (terminal.json()) {
      all[name] = std::move(told);
      if (!readings.empty()) all[name]["readings"] = readings;
    } else {
      terminal.print(name + "\n");
      print_facts(told, "", terminal);
      for (const auto& [reading, value] : readings.items())
        terminal.print("  readings." + reading + " = " + (value.is_string() ? value.get<std::string>() : value.dump()) +
                       "\n");
    }
  }
  if (terminal.json()) terminal.print(all.dump(2) + "\n");
  run::tell_unkept(run::keep_facts(*fleet, *context), *context);
  workspace.diagnose(found);
  return exit_code_of(run::outcome_of(results));
}

}  // namespace

void add_facts(Program& program) {
  CLI::App* command = program.app.add_subcommand("facts", "Ask the hosts for their facts");
  command->callback([&program] { program.exit_code = facts(program); });
}

}  // namespace plumb::cmd
