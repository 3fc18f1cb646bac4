// A project as a command works on it, with what the command line and this machine add: where the history lies, how
// hosts are reached, what is asked at the terminal, and what is told there.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "cmd/plumb/options.h"
#include "cmd/plumb/terminal.h"
#include "engine/history/sqlite_history.h"
#include "engine/lang/source.h"
#include "engine/run/context.h"
#include "engine/run/control.h"
#include "engine/run/workspace.h"

namespace plumb::cmd {

class Workspace {
 public:
  Workspace(const Options& options, Terminal& terminal);
  ~Workspace();

  // How programs of the inventory's sources are asked; said before load().
  void ask_sources(config::InventoryOptions options) { inventory_options_ = std::move(options); }

  // For commands that keep nothing that the project's key seals, and so need none; said before load().
  void need_no_key() { needs_key_ = false; }
  // For those of them that ask about addresses alone, and so need no secrets.
  void only_name() {
    need_no_key();
    missing_secrets_ = ir::MissingSecrets::kUnknown;
  }
  // For commands that look at hosts, as far as they can without secrets; said before load().
  void only_look() { missing_secrets_ = ir::MissingSecrets::kLeftOut; }

  // For plans that are looked at and not carried out: something stands for secrets that are not made yet. Said before
  // load().
  void only_plan() { stand_ins_ = secrets::StandIns::kYes; }

  // Loads project and inventory and matches --on and --limit. False after it has told what is wrong.
  bool load();
  // The same, where something stands in for the disk; `files` outlive this.
  bool load(const Files& files);

  // For commands about the history alone. False after it has told that there is neither one nor a project.
  bool expect_history();

  run::Workspace& loaded() { return *loaded_; }
  const config::Project& project() const { return loaded_->project(); }
  const config::Inventory& inventory() const { return loaded_->inventory(); }
  const config::LoadedInventory& loaded_inventory() const { return loaded_->loaded_inventory(); }
  const std::set<std::string>& hosts() const { return loaded_->hosts(); }
  const policy::Policy& policy() const { return loaded_->policy(); }
  lang::SourceMap& sources() { return sources_; }
  std::filesystem::path folder() const { return options_.folder; }
  history::RunStore& store() { return history_; }
  run::Control& control() { return control_; }
  bool stopped() const { return control_.level() != run::StopLevel::kNone; }

  // What requests of this command are carried out with. Asks for what hosts want to know first, and makes the project's
  // key where one is needed; nothing after it has told what is wrong.
  std::optional<run::RunContext> context(run::RunObserver observer);

  // The graphs of these hosts, which are asked for facts where graphs read them. It tells what is wrong with the
  // configuration and with hosts.
  run::CompiledFleet graphs(const std::set<std::string>& hosts);

  // What to compile from; lives as long as the workspace does. Nothing after it has told what is wrong.
  std::optional<ir::CompilerInput> compiler_input();

  // Shows findings with the lines they speak of.
  void diagnose(const Diagnostics& diagnostics);
  void diagnose(const Error& error);

 private:
  struct Reach;

  void add_sources(const std::vector<Diagnostic>& diagnostics);
  bool find_key();
  bool ask_become_password();

  const Options& options_;
  Terminal& terminal_;
  lang::SourceMap sources_;
  config::InventoryOptions inventory_options_;
  ir::MissingSecrets missing_secrets_ = ir::MissingSecrets::kErrors;
  secrets::StandIns stand_ins_ = secrets::StandIns::kNo;
  bool needs_key_ = true;
  history::SqliteHistory history_;
  std::unique_ptr<run::Workspace> loaded_;
  std::optional<std::string> become_password_;
  bool must_seal_ = false;        // this machine lets secret values go sealed alone
  std::unique_ptr<Reach> reach_;  // null before a host is to be reached
  run::Control control_;
};

// Hosts that work at a time.
std::size_t forks_of(const Options& options);

// What the command line and PLUMB_INPUT_name set.
config::InputArguments input_arguments(const Options& options);

// The history of the project.
std::filesystem::path history_file(const Options& options);

// The folder that the running program lies in.
std::filesystem::path program_folder();

}  // namespace plumb::cmd
