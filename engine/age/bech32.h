// Bech32 (BIP 173), in which age writes keys: a name, "1", the bytes, and six characters that tell slips of the pen.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumb::age {

// In lower case; `name` is too.
std::string bech32(std::string_view name, std::string_view bytes);
// The bytes of a text with this name, in lower or in upper case throughout. Nothing where it is none.
std::optional<std::string> from_bech32(std::string_view name, std::string_view text);

}  // namespace plumb::age
