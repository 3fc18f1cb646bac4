// Puts together what the documents of an inventory say.
#pragma once

#include "engine/config/inventory_parts.h"
#include "engine/config/load_inventory.h"

namespace plumb::config {

// Layers of a host, lowest first: defaults; what Ansible's inventories say of their hosts and of groups; what files
// beside them and plumb's own inventories say of groups; the host. Among groups parents come before children, then
// priority and name decide; of the same group or host the later document. Gathers every finding.
LoadedInventory merge(InventoryParts parts, Diagnostics& diagnostics);

}  // namespace plumb::config
