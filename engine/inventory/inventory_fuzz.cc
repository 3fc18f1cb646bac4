// Arbitrary bytes as inventories of others: no crash, and what is read stays small. The first byte chooses.
#include <cstdint>
#include <cstdlib>

#include "engine/inventory/ansible_json.h"
#include "engine/inventory/ansible_settings.h"
#include "engine/inventory/ansible_yaml.h"
#include "engine/inventory/host_list.h"
#include "engine/inventory/host_names.h"
#include "engine/inventory/host_pattern.h"
#include "engine/inventory/python_literal.h"
#include "engine/inventory/terraform.h"
#include "engine/lang/json_tree.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  Diagnostics diagnostics;
  lang::SourceMap sources;
  inventory::Reading reading{diagnostics, sources};
  inventory::Found found;
  switch (data[0] % 6) {
    case 0:
      inventory::read_ansible_yaml("fuzz", text, found, reading);
      break;
    case 1:
      (void)inventory::read_variables("fuzz", text, reading);
      break;
    case 2:
      if (auto tree = lang::read_json("fuzz", text, Code::kInventoryProgram, diagnostics))
        inventory::read_ansible_json(
            *tree, [](const std::string&) { return std::nullopt; }, found, reading);
      break;
    case 3:
      if (const auto tree = lang::read_json("fuzz", text, Code::kInventoryProgram, diagnostics))
        inventory::read_terraform(*tree, {}, found, reading);
      break;
    case 4:
      inventory::read_host_list("fuzz", text, found, reading);
      break;
    default:
      (void)inventory::python_value(text, {});
  }
  inventory::settle_ports(found, reading);
  inventory::settle_ungrouped(found);
  inventory::take_connection_variables(found, reading);
  if (found.hosts.size() > 2 * inventory::kMostHosts) std::abort();
  return 0;
}
