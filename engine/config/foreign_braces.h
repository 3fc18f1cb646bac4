// `{{ x }}` in texts: what Ansible, Salt and others fill in, and here stays as it is.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/config/parsed.h"

namespace plumb::config {

// Warns of them where what stands between the braces is a name that means something here, or to Ansible: other braces
// are somebody's text. `known` is asked about the name, up to its first dot. Of an attribute the first is told.
void warn_of_foreign_braces(const ParsedDeclaration& written, const std::function<bool(std::string_view name)>& known,
                            Diagnostics& diagnostics);

}  // namespace plumb::config
