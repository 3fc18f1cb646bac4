// The header of a section that an edit makes: undo takes away what nobody else needs by then.
#pragma once

#include <string>
#include <string_view>

#include "providers/sdk/edit.h"

namespace plumb {

// What the edit would put above the options of a section that this text does not have: "[NAME]", behind a "\n" where an
// empty line parts it from what is before; "" where it makes no section.
// As one of IniEdit::remove it is that header, with the empty line, which goes once nothing else is below it.
std::string made_header(const IniEdit& edit, std::string_view text);

// Whether one of IniEdit::remove is such, and no option.
bool is_made_header(std::string_view removed, std::string_view section);

}  // namespace plumb
