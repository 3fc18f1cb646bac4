// Arbitrary bytes through the reader of Ansible's INI: no crash, and what is read stays small.
#include <cstdint>
#include <cstdlib>

#include "engine/inventory/ansible_ini.h"
#include "engine/inventory/ansible_settings.h"
#include "engine/inventory/host_names.h"
#include "engine/inventory/host_pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Diagnostics diagnostics;
  lang::SourceMap sources;
  inventory::Reading reading{diagnostics, sources};
  inventory::Found found;
  inventory::read_ansible_ini("fuzz", text, found, reading);
  inventory::settle_ports(found, reading);
  inventory::settle_ungrouped(found);
  inventory::take_connection_variables(found, reading);
  if (found.hosts.size() > 2 * inventory::kMostHosts) std::abort();
  return 0;
}
