#include "engine/lang/format_scalars.h"

#include <algorithm>
#include <optional>
#include <string>

#include "engine/lang/yaml_text.h"

namespace plumb::lang {
namespace {

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    begin = end + 1;
  }
  return lines;
}

std::size_t count_spaces(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

// Between double quotes a backslash keeps the blank behind it.
std::string_view trim_end(std::string_view line, bool escapes) {
  const std::size_t size = line.find_last_not_of(" \t") + 1;
  if (!escapes || size == line.size()) return line.substr(0, size);
  std::size_t backslashes = 0;
  while (backslashes < size && line[size - 1 - backslashes] == '\\') ++backslashes;
  return line.substr(0, size + backslashes % 2);
}

std::string_view trim_start(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line;
}

struct BlockHeader {
  char sign = '|';       // or `>`
  std::string chomping;  // `+`, `-` or nothing
  bool keeps = false;
  std::optional<std::size_t> width;
  std::string_view comment;
  std::size_t gap = 0;
};

BlockHeader read_header(std::string_view line) {
  BlockHeader header;
  header.sign = line.front();
  std::size_t i = 1;
  for (; i < line.size() && !is_blank(line[i]); ++i) {
    if (line[i] >= '1' && line[i] <= '9') {
      header.width = static_cast<std::size_t>(line[i] - '0');
    } else {
      header.chomping = line[i];
    }
  }
  header.keeps = header.chomping == "+";
  const std::size_t size = i;
  while (i < line.size() && is_blank(line[i])) ++i;
  header.comment = trim_end(line.substr(i), false);
  header.gap = i - size;
  return header;
}

}  // namespace

void write_flow_scalar(std::string_view raw, int indent, FormatLines& lines) {
  const std::vector<std::string_view> parts = split_lines(raw);
  const bool escapes = raw.starts_with('"');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    std::string_view part = i == 0 ? parts[i] : trim_start(parts[i]);
    if (!last) part = trim_end(part, escapes);
    if (i > 0 && part.empty()) {
      lines.blank();
      continue;
    }
    if (i > 0) lines.start(indent);
    lines.add(part);
  }
}

bool write_block_scalar(std::string_view raw, const BlockSurroundings& around, FormatLines& lines) {
  std::vector<std::string_view> content = split_lines(raw);
  BlockHeader header = read_header(content.front());
  content.erase(content.begin());
  const auto first = std::find_if(content.begin(), content.end(),
                                  [](std::string_view line) { return count_spaces(line) < line.size(); });
  std::size_t old_indent = std::string_view::npos;  // of a text without any ink there is none
  if (header.width) {
    old_indent = static_cast<std::size_t>(std::max(around.source_indent, 0)) + *header.width;
  } else if (first != content.end()) {
    old_indent = count_spaces(*first);
  }
  // Blanks that go beyond the indentation are text.
  std::size_t wanted = 0;
  for (std::size_t i = 0; i < around.blank_lines.size(); ++i) {
    const std::string_view line = around.blank_lines[i].substr(0, count_spaces(around.blank_lines[i]));
    const bool ended = !around.ends_text || i + 1 < around.blank_lines.size() || first == content.end();
    if (line.size() > old_indent || (header.keeps && ended)) wanted = i + 1;
  }
  for (std::size_t i = 0; i < wanted; ++i) {
    content.push_back(around.blank_lines[i].substr(0, count_spaces(around.blank_lines[i])));
  }
  // The last line has no line break, and so has the text; the one that the file gets must not belong to it.
  const bool bare = around.ends_text && around.blank_lines.empty() && !content.empty();
  lines.add(std::string(1, header.sign) + (header.width ? "2" : "") + (bare ? "-" : header.chomping));
  // The text below parts its comment from others, so its column is nobody else's.
  if (!header.comment.empty()) lines.trail(header.comment, header.gap, 0);
  for (const std::string_view line : content) {
    if (count_spaces(line) == line.size() && line.size() <= old_indent) {
      lines.blank();
    } else {
      lines.start(std::max(around.indent, 0) + 2);
      lines.add(line.substr(old_indent));
    }
  }
  return wanted < around.blank_lines.size();
}

}  // namespace plumb::lang
