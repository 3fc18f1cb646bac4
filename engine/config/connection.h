// Connection settings as the layers of an inventory state them.
#pragma once

#include "engine/base/json.h"
#include "engine/config/inventory.h"

namespace plumb::config {

// Settings as one layer states them, typed by the schema; what it does not state is absent.
void apply_settings(const Json& layer, ConnectionSettings& settings);

// For digests.
Json to_json(const ConnectionSettings& settings);

}  // namespace plumb::config
