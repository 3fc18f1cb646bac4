// What the raw text of a scalar says, by the standard's rules (YAML 1.2.2, chapters 7 and 8). yaml-cpp loses line ends
// of folded and quoted texts and adds some, so its values are not taken.
#pragma once

#include <string>
#include <string_view>

namespace plumb::lang {

// `raw` stands without its quotes. Lines are folded; the escapes of double quotes are known to be right.
std::string plain_value(std::string_view raw);
std::string single_quoted_value(std::string_view raw);
std::string double_quoted_value(std::string_view raw);

enum class Chomping { kClip, kStrip, kKeep };

struct BlockText {
  bool folded = false;
  Chomping chomping = Chomping::kClip;
  std::size_t indent = 0;  // of its content
  std::string_view lines;  // from the line below the sign to where the text is over, empty lines behind it included
};
std::string block_value(const BlockText& text);

}  // namespace plumb::lang
