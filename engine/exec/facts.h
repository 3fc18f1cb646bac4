// Facts: typed, stable properties of a host, read from files in a millisecond and without any process.
#pragma once

#include <optional>
#include <string_view>

#include "engine/base/json.h"
#include "engine/exec/local_system.h"
#include "providers/sdk/managers.h"

namespace plumb::exec {

// Those that a host tells at once. Below --root they are the image's; what only a running system has (memory,
// addresses) is then left out. What manages packages and services is told by the kinds that deal with them.
Json gather_facts(LocalSystem& system, const Managers& managers);

// One that is gathered only where somebody asks for it; nothing where there is no such fact.
std::optional<Json> gather_fact(const LocalSystem& system, std::string_view name);

}  // namespace plumb::exec
