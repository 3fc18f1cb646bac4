// Probes as they are written: under `verify`, and in what waits for something.
#pragma once

#include "engine/base/json.h"
#include "providers/sdk/operation.h"

namespace plumb {

// Of an object as its schema types it: command, tcp, http, path, expect, host, status, body, contains, timeout, within,
// every, stable. Other members are not looked at.
Probe probe_from(const Json& written);

}  // namespace plumb
