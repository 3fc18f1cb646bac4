#include "engine/run/workspace.h"

#include <algorithm>

#include "engine/config/certain.h"
#include "engine/config/document.h"
#include "engine/policy/bundle.h"
#include "engine/run/fact_age.h"
#include "engine/run/project_key.h"
#include "engine/run/shared_key.h"
#include "engine/run/signed_parts.h"
#include "engine/run/trusted_plan.h"

namespace plumb::run {
namespace {

// Nothing where `diagnostics` says why.
std::optional<config::LoadedInventory> load_inventory(const WorkspaceRequest& request, const config::Project& project,
                                                      Diagnostics& diagnostics, lang::SourceMap& sources) {
  std::filesystem::path file = request.inventory;
  if (file.empty()) {
    const std::string standard = config::document_name(request.folder, "hosts");
    file = request.folder.path() / standard;
    if (!request.folder.holds(standard)) {
      config::LoadedInventory alone;
      alone.inventory = config::local_inventory();
      return alone;
    }
  }
  return config::load_inventory(file, project, request.sources, diagnostics, sources);
}

// What kinds a provider brings that cannot be used is not known, and none of them is told to be unknown besides.
void tell_of_project(const std::vector<config::ProjectProvider>& providers, Diagnostics found,
                     Diagnostics& diagnostics) {
  const bool lacks_kinds =
      std::any_of(providers.begin(), providers.end(), [](const auto& provider) { return provider.package == nullptr; });
  if (!lacks_kinds) return diagnostics.extend(std::move(found));
  for (const Diagnostic& one : found.items()) {
    if (one.code != Code::kUnknownKind) diagnostics.add(one);
  }
}

}  // namespace

Result<std::set<std::string>> choose_hosts(const config::Inventory& inventory, const std::string& on,
                                           const std::string& limit) {
  PLUMB_TRY_ASSIGN(std::set<std::string> hosts, config::match_hosts(inventory, on));
  if (limit.empty()) return hosts;
  Result<std::set<std::string>> within = config::match_hosts(inventory, limit);
  if (!within) return std::move(within.error()).during("--limit");
  std::erase_if(hosts, [&](const std::string& host) { return !within->contains(host); });
  if (hosts.empty()) return fail(Code::kNoHostMatches, "no host of `" + on + "` matches the limit `" + limit + "` too");
  return hosts;
}

Result<std::map<std::string, history::StoredFacts>> stored_facts(const history::RunStore& store) {
  PLUMB_TRY_ASSIGN(auto stored, store.facts());
  for (auto& [host, known] : stored) {
    if (known.facts.is_object()) known.facts.erase(kToldReadings);
  }
  return stored;
}

Result<std::map<std::string, Json>> recorded_facts(const history::RunStore& store) {
  PLUMB_TRY_ASSIGN(auto stored, stored_facts(store));
  std::map<std::string, Json> facts;
  for (auto& [host, known] : stored) facts.emplace(host, std::move(known.facts));
  return facts;
}

std::unique_ptr<Workspace> Workspace::load(const WorkspaceRequest& request, const Registry& providers,
                                           const history::RunStore& store, Diagnostics& diagnostics,
                                           lang::SourceMap& sources) {
  std::unique_ptr<Workspace> workspace = look(request, providers, store, diagnostics, sources);
  return diagnostics.has_errors() ? nullptr : std::move(workspace);
}

std::unique_ptr<Workspace> Workspace::look(const WorkspaceRequest& request, const Registry& providers,
                                           const history::RunStore& store, Diagnostics& diagnostics,
                                           lang::SourceMap& sources) {
  std::unique_ptr<Workspace> workspace(new Workspace(request, providers, sources));
  workspace->read_providers(diagnostics, sources);
  Diagnostics found;
  // Kinds from outside go with the workspace.
  config::KeptProject* const kept = workspace->kinds_ == nullptr ? request.kept : nullptr;
  workspace->project_ =
      config::load_project(request.folder, request.inputs, workspace->providers(), found, sources, kept);
  tell_of_project(workspace->outside_, std::move(found), diagnostics);
  if (!workspace->project_) return nullptr;
  workspace->check_signatures(diagnostics);
  const std::map<std::string, int>& broken = workspace->project_->broken_files;
  if (std::optional<policy::Policy> policy =
          policy::read_policy(request.folder, workspace->project_->policy, diagnostics, sources)) {
    workspace->policy_ = std::move(*policy);
  }
  std::optional<config::LoadedInventory> inventory =
      load_inventory(request, *workspace->project_, diagnostics, sources);
  if (!broken.empty()) {
    diagnostics = config::certain_of(diagnostics, broken);
    if (broken.contains("plumb.yaml")) return nullptr;
  }
  if (!inventory) return workspace;
  workspace->inventory_ = std::move(*inventory);
  if (Result<std::set<std::string>> hosts = choose_hosts(workspace->inventory(), request.on, request.limit)) {
    workspace->hosts_ = std::move(*hosts);
  } else {
    diagnostics.add(hosts.error().diagnostic());
  }
  if (ir::looks_at_other_hosts(workspace->project_->root)) {
    if (auto facts = stored_facts(store)) {
      workspace->take_facts(std::move(*facts), std::chrono::system_clock::now(), diagnostics);
    } else {
      diagnostics.add(facts.error().diagnostic());
    }
  }
  secrets::check_references(*workspace->project_, workspace->inventory(), diagnostics);
  // The graph is still looked at, so that all errors are told in one go.
  if (diagnostics.has_errors() && broken.empty())
    ir::Compiler(workspace->compiler_input()).survey(workspace->hosts_, diagnostics);
  return workspace;
}

// What the project asks for and what this machine does: all of it has to hold.
void Workspace::check_signatures(Diagnostics& diagnostics) const {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  expect_signed_parts(*project_, outside_, policy_of(*project_), now, diagnostics);
  if (request_.machine) return expect_signed_parts(*project_, outside_, *request_.machine, now, diagnostics);
  if (!outside_.empty() || !project_->git_modules.empty()) diagnostics.add(request_.machine.error().diagnostic());
}

// What a host told too long ago counts as never told.
void Workspace::take_facts(std::map<std::string, history::StoredFacts> stored,
                           std::chrono::system_clock::time_point now, Diagnostics& diagnostics) {
  const std::optional<std::int64_t> age = project_->max_fact_age;
  const std::string oldest = age ? oldest_that_counts(*age, now) : std::string();
  for (auto& [host, known] : stored) {
    if (known.at >= oldest) {
      recorded_facts_.emplace(host, std::move(known.facts));
    } else if (inventory().hosts.contains(host)) {
      diagnostics.add(Diagnostic(Code::kCannotObserve, "what the host told of itself at " + known.at +
                                                           " is older than `max_fact_age` allows, and does not count")
                          .as(Severity::kWarning)
                          .on(host)
                          .with_hint("`plumb facts --on " + host + "` asks it anew"));
    }
  }
}

// Those of the project's own, whatever others there are from outside already.
void Workspace::read_providers(Diagnostics& diagnostics, lang::SourceMap& sources) {
  outside_ = config::read_project_providers(request_.folder, config::built_in(providers_), diagnostics, sources);
  if (!outside_.empty())
    kinds_ = std::make_unique<const Registry>(config::with_providers(config::built_in(providers_), outside_));
}

Result<KeyState> Workspace::find_key() {
  if (!key_.empty()) return KeyState::kFound;
  Result<std::optional<std::string>> found = read_project_key(folder());
  if (!request_.needs_key) {
    key_ = found && *found ? **found : new_project_key();
    return KeyState::kNotNeeded;
  }
  if (!ir::holds_secrets(project_->root)) {
    // What was sensitive once may still be on hosts.
    key_ = found && *found ? **found : std::string();
    return KeyState::kNotNeeded;
  }
  PLUMB_TRY_ASSIGN(std::optional<std::string> key, std::move(found));
  PLUMB_TRY(check_shared_key(folder(), key));
  const KeyState state = key ? KeyState::kFound : KeyState::kMade;
  if (!key) {
    PLUMB_TRY_ASSIGN(key, make_project_key(folder()));
  }
  key_ = std::move(*key);
  return state;
}

bool Workspace::read_secrets(int stop, Diagnostics& diagnostics) {
  if (request_.missing_secrets == ir::MissingSecrets::kUnknown) return true;
  Diagnostics found;
  std::vector<std::string> unmade =
      secrets::open_references(compiler_input(), hosts_, stores(stop), request_.stand_ins, *project_, found);
  unmade_secrets_.insert(unmade_secrets_.end(), unmade.begin(), unmade.end());
  const bool left_out = request_.missing_secrets == ir::MissingSecrets::kLeftOut;
  bool read = true;
  for (Diagnostic one : found.items()) {
    if (left_out && one.code != Code::kInterrupted) one.severity = Severity::kWarning;
    read = read && one.severity != Severity::kError;
    diagnostics.add(std::move(one));
  }
  return read;
}

secrets::StoreClient& Workspace::stores(int stop) {
  if (stores_ == nullptr) {
    stores_ =
        std::make_unique<secrets::StoreClient>(project_->secrets, request_.folder, request_.environment, key_, stop);
    stores_->restrict_vaults(request_.vaults);
  }
  return *stores_;
}

ir::CompilerInput Workspace::compiler_input() const {
  return {*project_, inventory(), sources_, providers(), recorded_facts_, key_, {}, request_.missing_secrets};
}

}  // namespace plumb::run
