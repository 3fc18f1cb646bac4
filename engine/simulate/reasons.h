// Why attributes change.
#pragma once

#include <map>
#include <string>

#include "providers/sdk/provider.h"

namespace plumb::simulate {

// Attribute -> config, drift, both; "first" for all where nothing is recorded (null).
std::map<std::string, std::string> reasons(const Change& change, const Json* recorded);

}  // namespace plumb::simulate
