#include "engine/report/markdown_text.h"

#include <algorithm>

#include "engine/base/markup.h"
#include "engine/base/outside_text.h"
#include "engine/report/terminal_text.h"

namespace plumb::report {

std::string markdown_text(std::string_view text) {
  constexpr std::string_view kMeans = "\\`*_{}[]<>()#+!|~&@\"'$^=";
  const std::string line = outside_line(text, kWhole);
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const char before = i > 0 ? line[i - 1] : ' ';
    const char next = i + 1 < line.size() ? line[i + 1] : ' ';
    // "http://" and "www." become links by themselves, and ":word:" a picture.
    const bool links = (c == ':' && next != ' ') || (c == '.' && (before == 'w' || before == 'W'));
    // At its beginning "-", "1." and the like make a list.
    const bool lists = (c == '-' || c == '.') && next == ' ';
    if (kMeans.find(c) != std::string_view::npos || links || lists) {
      out += "&#" + std::to_string(static_cast<unsigned>(static_cast<unsigned char>(c))) + ";";
    } else {
      out += c;
    }
  }
  return out;
}

std::string markdown_code(std::string_view text) {
  return "<code>" + markdown_text(text) + "</code>";
}

std::string markdown_block(std::string_view lines, std::string_view language) {
  std::string text = terminal_text(lines, false);
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  std::size_t longest = 2;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  return fence + std::string(language) + "\n" + text + fence + "\n";
}

std::string html_text(std::string_view text) {
  return markup_text(terminal_text(text, false));
}

}  // namespace plumb::report
