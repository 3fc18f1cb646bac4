// x-replacement: a text in which groups of a pattern stand, where a flag says so. What is wrong with it is found here,
// so that no host needs to be asked.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "engine/base/diagnostic.h"
#include "engine/base/json.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

// Attributes of a kind.
struct Replacement {
  std::string text;
  std::string pattern;
  std::string flag;  // true: groups stand in the text
};

// That of a kind's schema.
std::optional<Replacement> replacement_of(const Json& schema);

// `value` is the resource typed by the schema of `kind`, and `node` what was written of it. False where the text does
// not go with the pattern.
bool check_replacement(const Replacement& replacement, const Json& value, const lang::Node& node,
                       const std::set<std::string>& sensitive, const std::string& kind, Diagnostics& diagnostics);

}  // namespace plumb::config
