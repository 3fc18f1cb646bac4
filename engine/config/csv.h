// CSV (RFC 4180) as a tree in which every value knows its line: a list of maps, by the names of the first line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/diagnostic.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

// All values are quoted texts, so that no type is guessed. Stops at the first fault.
std::optional<lang::Node> read_csv(const std::string& file, std::string_view text, Diagnostics& diagnostics);

}  // namespace plumb::config
