// Formats of what stands for a place in a network: patterns say of what characters it is made, these what it can mean.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace plumb::config {

// Formats: port endpoint published-port url address network known-host certificate-name; nothing for another one. The
// text as it is, or a diagnostic without a span. `name` is how the value is called in messages, quoted.
std::optional<Result<Json>> apply_network_format(std::string_view format, std::string_view text,
                                                 const std::string& name);

}  // namespace plumb::config
