// What each document of an inventory says of groups and hosts, typed, before it is put together.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/config/inventory.h"
#include "engine/inventory/found.h"

namespace plumb::config {

struct Part {
  SourceSpan span;
  std::size_t document = 0;
  Json settings = Json::object();            // of connecting
  std::map<std::string, SourceSpan> places;  // of the settings
  std::map<std::string, Located> inputs;
  std::map<std::string, SourceSpan> groups;  // that a host names
};

// Two levels: in Ansible what files beside an inventory say of any group counts more than what the inventory itself
// says of all of them. Documents of plumb's own speak on the high one.
struct GroupParts {
  inventory::GroupLinks links;
  std::vector<Part> low;
  std::vector<Part> high;
};

struct InventoryParts {
  std::vector<std::string> documents;  // in their order, the inventory itself last
  Part defaults;                       // of the inventory itself
  std::map<std::string, GroupParts> groups;
  std::map<std::size_t, Part> all_low;  // by document: of every host that it names
  std::map<std::size_t, Part> all_high;
  std::deque<Part> host_parts;
  std::map<std::string, std::vector<const Part*>> hosts;
  std::map<std::string, std::set<std::string>> left_alone;  // variables, by document
};

class PartsReader {
 public:
  PartsReader(const Project& project, Diagnostics& diagnostics, lang::SourceMap& sources);

  // An inventory of plumb's own. `last`: the one that was asked for; it alone may name sources, which were read before.
  void add_own(lang::Node& root, const std::string& name, bool last);
  // What another source says. `written` and `typed` are its entry under `sources`.
  void add_found(inventory::Found&& found, const std::string& name, const lang::Node& written, const Json& typed);
  // Hosts of the document added last belong to these groups as well: `groups` of a source.
  void add_groups_of_source(const lang::Node& written);

  InventoryParts take() { return std::move(parts_); }

 private:
  std::map<std::string, Located> read_inputs(const lang::Node& inputs);
  void read_input(const lang::Entry& entry, std::map<std::string, Located>& values);
  std::map<std::string, Located> take_inputs(std::vector<lang::Entry>& variables);
  void take_renamed(const std::vector<lang::Entry>& variables, std::map<std::string, Located>& values);
  bool is_variable_of_input(lang::Entry& variable, const Input& input);

  void add_own_groups(const lang::Node& groups, const Json* typed);
  void add_own_host(const lang::Entry& entry, const Json& typed);
  bool check_host_name(const std::string& name, const SourceSpan& span, const std::string& written);

  Part part_of(const lang::Entry& entry, const Json& typed);
  Part part_of(inventory::Said& said, const SourceSpan& span, const Json& typed);
  Json typed_settings(const inventory::Found& found);

  const Project& project_;
  Diagnostics& diagnostics_;
  lang::SourceMap& sources_;
  InventoryParts parts_;
  std::vector<std::string> input_names_;
  std::map<std::string, std::string> renamed_;  // variables by input, of the source at hand
};

}  // namespace plumb::config
