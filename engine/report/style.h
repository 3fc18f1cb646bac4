// Colour for terminals; plain text when it is off.
#pragma once

#include <string>
#include <string_view>

namespace plumb::report {

enum class Tone { kPlain, kBold, kDim, kRed, kGreen, kYellow, kBlue, kCyan, kRedMark, kGreenMark };

inline std::string tint(std::string_view text, Tone tone, bool color) {
  if (!color || tone == Tone::kPlain) return std::string(text);
  const char* code = "";
  switch (tone) {
    case Tone::kBold:
      code = "1";
      break;
    case Tone::kDim:
      code = "2";
      break;
    case Tone::kRed:
      code = "31";
      break;
    case Tone::kGreen:
      code = "32";
      break;
    case Tone::kYellow:
      code = "33";
      break;
    case Tone::kBlue:
      code = "34";
      break;
    case Tone::kCyan:
      code = "36";
      break;
    case Tone::kRedMark:
      code = "7;31";
      break;
    case Tone::kGreenMark:
      code = "7;32";
      break;
    case Tone::kPlain:
      break;
  }
  return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
}

}  // namespace plumb::report
