// Sections of a unit: their form in the configuration, and the text of the file.
#pragma once

#include <string>
#include <string_view>

#include "providers/sdk/provider.h"

namespace plumb::providers::systemd_unit {

// {"Service": {"ExecStart": ["/usr/bin/app"]}}: by section and key the values, one for each line. A section without
// lines is none.
Json asked_sections(const Desired& desired);
Json sections_in(std::string_view text);
// [Unit] first, [Install] last.
std::string text_of(const Json& sections);

}  // namespace plumb::providers::systemd_unit
