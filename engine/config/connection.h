// Connection settings as the layers of an inventory state them.
#pragma once

#include "engine/base/json.h"
#include "engine/config/inventory.h"

namespace plumb::config {

// Settings as one layer states them, typed by the schema; what it does not state is absent.
void apply_settings(const Json& layer, ConnectionSettings& settings);

// The layer that states these settings of a host, and no more than differs from what they are without it.
Json layer_of(const ConnectionSettings& settings, const std::string& host);

// For digests.
Json to_json(const ConnectionSettings& settings);

}  // namespace plumb::config
