// The last thing that happens to text on its way to a screen: whatever it was made of, nothing in it commands a
// terminal but the colours of this program.
#pragma once

#include <string>
#include <string_view>

namespace plumb::report {

// Line breaks and tabs stay, and with `color` the sequences that style.h and diagnostics.h write. All else that is
// unsafe is written out, as visible() does.
std::string terminal_text(std::string_view text, bool color);

}  // namespace plumb::report
