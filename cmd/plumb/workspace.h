// A project as a command works on it: loaded, with its inventory, the hosts chosen, and the texts to point into.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "cmd/plumb/options.h"
#include "cmd/plumb/terminal.h"
#include "engine/config/load_inventory.h"
#include "engine/config/project.h"
#include "engine/history/history.h"
#include "engine/host/executor_store.h"
#include "engine/lang/source.h"
#include "engine/run/control.h"
#include "engine/run/fleet.h"

namespace plumb::cmd {

class Workspace {
 public:
  Workspace(const Options& options, Terminal& terminal) : options_(options), terminal_(terminal) {}

  // How programs of the inventory's sources are asked; said before load().
  void ask_sources(config::InventoryOptions options) { inventory_options_ = std::move(options); }

  // Loads project and inventory and matches --on and --limit. False after it has told what is wrong.
  bool load();

  const config::Project& project() const { return *project_; }
  const config::Inventory& inventory() const { return loaded_->inventory; }
  const config::LoadedInventory& loaded_inventory() const { return *loaded_; }
  const std::set<std::string>& hosts() const { return hosts_; }
  lang::SourceMap& sources() { return sources_; }
  std::filesystem::path folder() const { return options_.folder; }
  std::filesystem::path history_path() const { return folder() / ".plumb" / "history.db"; }
  run::Control& control() { return control_; }

  // A fleet of these hosts, compiled; nothing after it has told what is wrong.
  std::unique_ptr<run::Fleet> fleet(const std::set<std::string>& hosts, run::RunObserver observer,
                                    run::KeepGraphs keep_graphs = run::KeepGraphs::kWhileNeeded);

  // The project's history, opened for writing at the first call and kept.
  Result<history::History*> history();

  // The facts that hosts told when they were last reached, for expressions that look at other hosts.
  const std::map<std::string, Json>& recorded_facts();
  // Remembers what the hosts of a fleet told of themselves.
  void keep_facts(const run::Fleet& fleet);

  // What to compile from; lives as long as the workspace and its project do.
  std::optional<ir::CompilerInput> compiler_input();

  // Shows findings with the lines they speak of.
  void diagnose(const Diagnostics& diagnostics);
  void diagnose(const Error& error);

 private:
  void add_sources(const std::vector<Diagnostic>& diagnostics);
  bool find_key();

  const Options& options_;
  Terminal& terminal_;
  lang::SourceMap sources_;
  std::optional<config::Project> project_;
  std::optional<config::LoadedInventory> loaded_;
  config::InventoryOptions inventory_options_;
  std::set<std::string> hosts_;
  std::optional<std::map<std::string, Json>> recorded_facts_;
  std::optional<history::History> history_;
  std::string key_;
  std::optional<std::string> become_password_;
  std::unique_ptr<host::ExecutorStore> executors_;
  run::Control control_;
};

// The hosts that both patterns match; an empty `limit` is none. Errors: kNoHostMatches.
Result<std::set<std::string>> choose_hosts(const config::Inventory& inventory, const std::string& on,
                                           const std::string& limit);
// Hosts that work at a time.
std::size_t forks_of(const Options& options);

// The folder that the running program lies in.
std::filesystem::path program_folder();

}  // namespace plumb::cmd
