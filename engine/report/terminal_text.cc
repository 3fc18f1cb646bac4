#include "engine/report/terminal_text.h"

#include <algorithm>
#include <array>

#include "engine/base/outside_text.h"

namespace plumb::report {
namespace {

constexpr std::string_view kBegin = "\x1b[";
constexpr std::array<std::string_view, 13> kOwn = {"0m",  "1m",    "2m",    "31m",   "32m",   "33m",  "34m",
                                                   "36m", "1;31m", "1;33m", "1;34m", "7;31m", "7;32m"};

// How many bytes of it are one of our own sequences.
std::size_t own_sequence(std::string_view text) {
  if (!text.starts_with(kBegin)) return 0;
  for (const std::string_view own : kOwn) {
    if (text.substr(kBegin.size()).starts_with(own)) return kBegin.size() + own.size();
  }
  return 0;
}

}  // namespace

std::string terminal_text(std::string_view text, bool color) {
  const auto is_plain = [](char c) { return (c >= ' ' && c < '\x7f') || c == '\n' || c == '\t'; };
  if (std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (text.front() == '\n') {
      out += '\n';
      text.remove_prefix(1);
    } else if (const std::size_t own = color ? own_sequence(text) : 0; own > 0) {
      out += text.substr(0, own);
      text.remove_prefix(own);
    } else {
      const std::size_t end = std::min(text.find_first_of("\n\x1b", 1), text.size());
      out += visible(text.substr(0, end));
      text.remove_prefix(end);
    }
  }
  return out;
}

}  // namespace plumb::report
