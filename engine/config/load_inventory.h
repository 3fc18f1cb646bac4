// The inventory with its sources: hosts.yaml, and what it names under `sources`.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/config/inventory.h"
#include "engine/inventory/answer.h"

namespace plumb::config {

struct InventoryOptions {
  inventory::Freshness freshness = inventory::Freshness::kAsDeclared;
  std::filesystem::path answers;  // where answers of programs are kept; empty: .plumb/inventory of the project
};

// Where what is known of a host comes from.
struct HostOrigin {
  std::vector<SourceSpan> named_at;            // in each source that names it, in their order
  std::map<std::string, SourceSpan> settings;  // of connecting, by their keys
};

struct LoadedInventory {
  Inventory inventory;
  std::map<std::string, HostOrigin> origins;  // by host
  // Variables of each source that the project declares no input for.
  std::map<std::string, std::set<std::string>> left_alone;
};

// As load_inventory.
std::optional<LoadedInventory> load_inventory(const std::filesystem::path& file, const Project& project,
                                              const InventoryOptions& options, Diagnostics& diagnostics,
                                              lang::SourceMap& sources);

}  // namespace plumb::config
