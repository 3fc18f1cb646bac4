// Scalars of YAML: what stands there, and how a value is written so that all readers agree on it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "providers/sdk/tree_text.h"

namespace plumb {

// kRefusedByState: "line 3 is not understood as YAML: …".
Error yaml_error(std::string_view text, std::size_t at, const std::string& why);

// A plain scalar. Readers of YAML 1.1 and 1.2 take `yes`, `010`, `1_000`, `12:30`, `1e3` and dates for different
// things: such a one is a text, and not certain.
TreeValue resolve_yaml_plain(std::string_view text);

// A quoted scalar that begins at `at`, which is then behind it. Over lines too.
Result<std::string> read_yaml_quoted(std::string_view text, std::size_t& at);

// The text of a block scalar of these lines, without their indentation. `style` is '|' or '>', `chomp` '-', '+' or ' '.
std::string yaml_block_text(const std::vector<std::string_view>& lines, char style, char chomp);

// On one line.
std::string yaml_scalar_text(const Json& value);
std::string yaml_flow_text(const Json& value);
// Whether a text is well read over lines, as `|` has it.
bool is_yaml_literal(const Json& value);

}  // namespace plumb
