// Files of sections with options, as systemd and many programs have them: `[section]`, and lines of `name = value`.
#pragma once

#include <optional>
#include <string_view>

#include "engine/report/value_tree.h"

namespace plumb::report {

enum class BareNames { kRefuse, kTake };  // a line that is a name and no more

// Nothing where a line is none of these, or goes on in the next one. A name or a section that stands there several
// times is a list. `needs_section`: a text without one is taken for something else.
std::optional<ValueTree> read_sections(std::string_view text, BareNames bare, bool needs_section);

}  // namespace plumb::report
