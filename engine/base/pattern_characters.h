// Characters in patterns: sets of them as ranges, the sets that have names, and how a text is cut into them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "engine/base/pattern.h"

namespace plumb {

inline constexpr std::uint32_t kLastCodePoint = 0x10FFFF;

// Sorted and without overlaps, as all that these take and give but what `add` and `tidy` get.
void tidy(Pattern::Ranges& ranges);
void add(Pattern::Ranges& to, const Pattern::Ranges& from);
// All that is not in these, which need not be tidy.
Pattern::Ranges negated(Pattern::Ranges ranges);
// With the other case of every letter, which need not be tidy.
Pattern::Ranges folded(Pattern::Ranges ranges);

// What stands between `[:` and `:]`; null for a name that is none.
const Pattern::Ranges* named_class(std::string_view name);
// What \d and its like stand for, and those of capitals the opposite of; null for any other letter.
const Pattern::Ranges* perl_class(char letter);
bool is_word(std::uint32_t c);

// The character at `at`, and how many bytes it has.
std::pair<std::uint32_t, std::size_t> next_character(std::string_view text, std::size_t at);

}  // namespace plumb
