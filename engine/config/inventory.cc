#include "engine/config/inventory.h"

#include "engine/base/digest.h"
#include "engine/config/connection.h"
#include "engine/config/document.h"
#include "engine/config/input.h"
#include "engine/config/inventory_merge.h"
#include "engine/config/load_inventory.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"
#include "engine/inventory/source.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;
namespace fs = std::filesystem;

class InventoryLoader {
 public:
  InventoryLoader(const Project& project, const InventoryOptions& options, Diagnostics& diagnostics,
                  lang::SourceMap& sources)
      : project_(project),
        options_(options),
        diagnostics_(diagnostics),
        sources_(sources),
        parts_(project, diagnostics, sources) {}

  std::optional<LoadedInventory> load(const fs::path& file) {
    const std::string name = shown_name(file);
    const std::size_t before = diagnostics_.error_count();
    Diagnostics found;
    std::optional<Node> root = read_document(*project_.files, file, name, std::nullopt, found, sources_);
    const bool is_map = root && root->is_map();
    if (const std::optional<SourceSpan> section = is_map ? std::nullopt : ini_section(name)) {
      diagnostics_.add(Diagnostic(Code::kInventorySource, name + " is an inventory of Ansible's")
                           .at(*section, "its form, INI, is not that of hosts.yaml")
                           .with_hint("leave it as it is, and name it in hosts.yaml: `sources: [{ansible: FILE}]`"));
      return std::nullopt;
    }
    diagnostics_.extend(std::move(found));
    if (!root) {
      hide_unread(project_.root.inputs, name, sources_);
      return std::nullopt;
    }
    resolve_literals(*root, diagnostics_);
    if (const Entry* sources = root->find("sources")) read_sources(sources->value, file, name);
    parts_.add_own(*root, name, true);
    // Of half an inventory there would be findings that are none.
    if (sources_failed_) return std::nullopt;
    LoadedInventory loaded = merge(parts_.take(), diagnostics_);
    if (diagnostics_.error_count() != before) return std::nullopt;
    take_digest(loaded.inventory);
    return loaded;
  }

 private:
  // Where the first section of a file of Ansible's is, which is no map of YAML: nothing of that begins with a bracket.
  std::optional<SourceSpan> ini_section(const std::string& name) const {
    std::string_view rest = sources_.text(name);
    for (int number = 1; !rest.empty(); ++number) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      const std::size_t first = line.find_first_not_of(" \t\r");
      if (first == std::string_view::npos || line[first] == '#' || line[first] == ';') continue;
      if (line[first] != '[' || line.find_first_of(",{\"'") != std::string_view::npos) return std::nullopt;
      const int column = static_cast<int>(first) + 1;
      return SourceSpan{name, number, column, number, column + 1};
    }
    return std::nullopt;
  }

  std::string shown_name(const fs::path& file) const {
    const fs::path relative =
        project_.files->real(file).value_or(file).lexically_relative(project_.place().real().value_or(project_.folder));
    const bool inside = !relative.empty() && *relative.begin() != "..";
    return (inside ? relative : file).generic_string();
  }

  void read_sources(const Node& list, const fs::path& file, const std::string& name) {
    const Json& root = builtin_schema("inventory");
    const inventory::SourcePlace place{
        Folder(*project_.files, file.parent_path()),
        fs::path(name).parent_path().generic_string(),
        {options_.answers.empty() ? project_.folder / ".plumb" / "inventory" : options_.answers, options_.freshness}};
    for (const Node& item : list.items) {
      // What is wrong in its form is told with the rest of the inventory.
      Diagnostics told_later;
      ValidateOptions options;
      options.root = &root;
      const std::optional<Json> typed =
          validate(item, root["definitions"]["source"], "a source", item.span, options, told_later);
      if (!typed || told_later.has_errors() || !read_source(item, *typed, place)) sources_failed_ = true;
    }
  }

  bool read_source(const Node& written, const Json& typed, const inventory::SourcePlace& place) {
    inventory::Reading reading{diagnostics_, sources_};
    std::optional<inventory::SourceContent> content = inventory::read_source(written, typed, place, reading);
    if (!content) return false;
    if (content->own) {
      if (typed.contains("inventory")) resolve_literals(*content->own, diagnostics_);
      parts_.add_own(*content->own, content->name, false);
    } else {
      parts_.add_found(std::move(content->found), content->name, written, typed);
    }
    parts_.add_groups_of_source(written);
    return true;
  }

  void take_digest(Inventory& inventory) const {
    Json document = Json::object();
    for (const auto& [name, host] : inventory.hosts) {
      Json inputs = Json::object();
      for (const auto& [input, layers] : host.inputs) {
        if (!project_.root.inputs.at(input).sensitive) inputs[input] = layers.back().value.value;
      }
      document[name] = {
          {"groups", host.groups}, {"connection", to_json(host.connection)}, {"inputs", std::move(inputs)}};
      if (!host.env.empty()) document[name]["env"] = host.env;
    }
    Json groups = Json::array();
    for (const auto& [name, hosts] : inventory.groups) groups.push_back(name);
    inventory.digest = digest(canonical({{"hosts", std::move(document)}, {"groups", std::move(groups)}}));
  }

  const Project& project_;
  const InventoryOptions& options_;
  Diagnostics& diagnostics_;
  lang::SourceMap& sources_;
  PartsReader parts_;
  bool sources_failed_ = false;
};

}  // namespace

std::optional<LoadedInventory> load_inventory(const fs::path& file, const Project& project,
                                              const InventoryOptions& options, Diagnostics& diagnostics,
                                              lang::SourceMap& sources) {
  return InventoryLoader(project, options, diagnostics, sources).load(file);
}

std::optional<Inventory> load_inventory(const fs::path& file, const Project& project, Diagnostics& diagnostics,
                                        lang::SourceMap& sources) {
  std::optional<LoadedInventory> loaded = load_inventory(file, project, {}, diagnostics, sources);
  if (!loaded) return std::nullopt;
  return std::move(loaded->inventory);
}

Inventory local_inventory() {
  constexpr const char* kLocalHost = "localhost";
  Inventory inventory;
  Host host;
  host.name = kLocalHost;
  host.connection.kind = ConnectionKind::kLocal;
  host.connection.address = kLocalHost;
  inventory.digest = digest(canonical({{"hosts", {{host.name, to_json(host.connection)}}}, {"groups", Json::array()}}));
  inventory.hosts.emplace(host.name, std::move(host));
  return inventory;
}

}  // namespace plumb::config
