// A project as requests work on it: read and checked, with its inventory and the hosts that were chosen.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "engine/base/files.h"
#include "engine/config/load_inventory.h"
#include "engine/config/project.h"
#include "engine/config/project_providers.h"
#include "engine/history/history.h"
#include "engine/ir/compile.h"
#include "engine/lang/source.h"
#include "engine/policy/rule.h"
#include "engine/run/trust_policy.h"
#include "engine/secrets/made_secrets.h"
#include "engine/secrets/open_references.h"
#include "engine/secrets/surroundings.h"

namespace plumb::run {

struct WorkspaceRequest {
  Folder folder{std::filesystem::path()};  // of the project, on the disk or among other files
  std::filesystem::path inventory;         // empty: hosts.yaml of the project; this machine alone where there is none
  std::string on = "all";                  // host pattern
  std::string limit;                       // hosts of `on` that match this too; "" for all of them
  config::InputArguments inputs;
  config::InventoryOptions sources;  // how programs of the inventory's sources are asked
  ir::MissingSecrets missing_secrets = ir::MissingSecrets::kErrors;
  secrets::Environment environment;  // of whoever runs plumb, for stores of secrets
  // For plans that are looked at alone: see secrets::StandIns.
  secrets::StandIns stand_ins = secrets::StandIns::kNo;
  // What was read of the project before, for who reads it again and again; null for nobody. It outlives the workspace.
  config::KeptProject* kept = nullptr;
  // The addresses of vaults that tokens of this machine may go to, where it says; else its environment does. Nowhere
  // where it cannot be read what it says.
  secrets::Surroundings::Vaults vaults = std::optional<std::vector<std::string>>();
  // What this machine asks of modules and providers; where it cannot be read, none is used.
  Result<TrustPolicy> machine = TrustPolicy();
  bool needs_key = true;  // else any key will do where there is none: nothing that it seals is kept
};

// Whether the project has a key, and whether it had one before.
enum class KeyState { kNotNeeded, kFound, kMade };

class Workspace {
 public:
  // Gathers every finding. Null where there are errors, also where the history cannot be read that an expression looks
  // into. `sources` takes the texts that were read, for the findings to point into; it, `providers` and `store` outlive
  // the workspace.
  static std::unique_ptr<Workspace> load(const WorkspaceRequest& request, const Registry& providers,
                                         const history::RunStore& store, Diagnostics& diagnostics,
                                         lang::SourceMap& sources);
  // The same for who looks at a project that is being written: a workspace also where there are errors, as far as the
  // project could be read. Its inventory is empty where that could not be; no host is to be compiled then.
  static std::unique_ptr<Workspace> look(const WorkspaceRequest& request, const Registry& providers,
                                         const history::RunStore& store, Diagnostics& diagnostics,
                                         lang::SourceMap& sources);

  const std::filesystem::path& folder() const { return request_.folder.path(); }
  const WorkspaceRequest& request() const { return request_; }
  const config::Project& project() const { return *project_; }
  const config::Inventory& inventory() const { return inventory_.inventory; }
  const config::LoadedInventory& loaded_inventory() const { return inventory_; }
  const std::set<std::string>& hosts() const { return hosts_; }
  const lang::SourceMap& sources() const { return sources_; }
  // With those of the project's providers from outside.
  const Registry& providers() const { return kinds_ == nullptr ? providers_ : *kinds_; }
  const std::vector<config::ProjectProvider>& outside() const { return outside_; }
  // The rules that judge its plans; empty where the project names none.
  const policy::Policy& policy() const { return policy_; }

  // Reads the project's own key where it has sensitive values, and makes one where there is none yet and none is
  // shared. Before hosts are compiled.
  Result<KeyState> find_key();

  // Asks the stores of secrets for what the chosen hosts read, where values count. Before hosts are compiled; what was
  // asked for once is not asked for again. `stop` as for StoreClient. False where `diagnostics` says what is wrong.
  bool read_secrets(int stop, Diagnostics& diagnostics);
  // References that something stands for in what was compiled, because their values are not made yet.
  const std::vector<std::string>& unmade_secrets() const { return unmade_secrets_; }
  // The stores, after find_key(); what read_secrets() asked for is known here, too.
  secrets::StoreClient& stores(int stop);

  // What to compile from; lives as long as this.
  ir::CompilerInput compiler_input() const;

 private:
  Workspace(WorkspaceRequest request, const Registry& providers, const lang::SourceMap& sources)
      : request_(std::move(request)), providers_(providers), sources_(sources) {}
  void read_providers(Diagnostics& diagnostics, lang::SourceMap& sources);
  void check_signatures(Diagnostics& diagnostics) const;
  void take_facts(std::map<std::string, history::StoredFacts> stored, std::chrono::system_clock::time_point now,
                  Diagnostics& diagnostics);

  WorkspaceRequest request_;
  const Registry& providers_;
  std::vector<config::ProjectProvider> outside_;
  std::unique_ptr<const Registry> kinds_;  // null where the project has no providers from outside
  const lang::SourceMap& sources_;
  std::optional<config::Project> project_;  // always there
  config::LoadedInventory inventory_;
  std::set<std::string> hosts_;
  policy::Policy policy_;
  std::map<std::string, Json> recorded_facts_;    // where some expression looks at other hosts
  std::string key_;                               // "" before find_key(), and where there is none
  std::unique_ptr<secrets::StoreClient> stores_;  // null before stores()
  std::vector<std::string> unmade_secrets_;
};

// Beside the facts of a host in the history: what its readings told that outputs read, by name. It is no fact.
inline constexpr const char* kToldReadings = "readings";

// The hosts that both patterns match; an empty `limit` is none. Errors: kNoHostMatches.
Result<std::set<std::string>> choose_hosts(const config::Inventory& inventory, const std::string& on,
                                           const std::string& limit);

// What the history knows of hosts, without kToldReadings.
Result<std::map<std::string, history::StoredFacts>> stored_facts(const history::RunStore& store);

// The facts that hosts told when they were last reached, for expressions that look at other hosts.
Result<std::map<std::string, Json>> recorded_facts(const history::RunStore& store);

}  // namespace plumb::run
