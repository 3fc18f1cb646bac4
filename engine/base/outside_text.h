// Text that came from outside: what hosts, programs and other people's files say. It may be anything, and it ends up on
// terminals, in logs and in reports. Here alone it is cleaned, at the edge where it comes in; data that must stay as it
// is (a content, an attribute's value) is made valid UTF-8 there and is cleaned where it is shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace plumb {

struct CodePoint {
  char32_t point = 0;
  std::size_t size = 1;  // in bytes
};

// What stands at byte `at`; U+FFFD, one byte long, where that is not UTF-8.
CodePoint code_point_at(std::string_view text, std::size_t at);

// Control characters (line breaks and tabs among them), marks that turn the direction of text round, and what cannot be
// seen: none of it may reach a terminal as it came.
bool is_unsafe(char32_t point);

// The same bytes where they are UTF-8. Of others each that does not belong becomes U+FFFD.
std::string repaired_utf8(std::string_view bytes);

// For people: UTF-8 without terminal sequences; what is unsafe becomes U+FFFD, but line breaks and tabs stay. Of what
// is longer than `longest` bytes the beginning is kept, with "…" behind it. What stands for a byte of a host
// (host_text.h) is written as \xff. Cleaning twice changes nothing more.
std::string outside_text(std::string_view text, std::size_t longest);

// The same on one line: line breaks and tabs become spaces, and there is none at either end.
std::string outside_line(std::string_view text, std::size_t longest = 4096);

// For what may be as long as it is.
inline constexpr std::size_t kWhole = static_cast<std::size_t>(-1);

// Data on a screen, where a difference must be seen: what is unsafe is written out, as \x1b, \u{202e} or, of bytes that
// are not UTF-8, \xff. Tabs stay.
std::string visible(std::string_view data);

}  // namespace plumb
