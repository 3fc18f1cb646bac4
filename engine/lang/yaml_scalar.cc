#include "engine/lang/yaml_scalar.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "engine/lang/cel/utf8.h"
#include "engine/lang/yaml_text.h"

namespace plumb::lang {
namespace {

// A text in the line's flow: white space around a line break is dropped, one break is a space, and of several each but
// the first is a line end.
class FlowText {
 public:
  explicit FlowText(std::string_view raw) : raw_(raw) {}

  bool at_end() const { return pos_ >= raw_.size(); }
  char take() { return at_end() ? '\0' : raw_[pos_++]; }
  std::string_view take(std::size_t count) {
    const std::string_view taken = raw_.substr(std::min(pos_, raw_.size()), count);
    pos_ += count;
    return taken;
  }
  bool at_break() const {
    return !at_end() && (raw_[pos_] == '\n' || (raw_[pos_] == '\r' && raw_.substr(pos_ + 1, 1) == "\n"));
  }

  void add(char c) { out_ += c; }
  // What was escaped is no white space that a line break drops.
  void add_escaped(std::string_view text) {
    out_ += text;
    kept_ = out_.size();
  }

  void fold() {
    while (out_.size() > kept_ && is_blank(out_.back())) out_.pop_back();
    const std::size_t breaks = skip_breaks();
    add_escaped(breaks == 1 ? " " : std::string(breaks - 1, '\n'));
  }
  // The break behind a backslash.
  void join() { add_escaped(std::string(skip_breaks() - 1, '\n')); }

  std::string value() { return std::move(out_); }

 private:
  std::size_t skip_breaks() {
    std::size_t breaks = 0;
    for (; !at_end() && is_space(raw_[pos_]); ++pos_) {
      if (raw_[pos_] == '\n') ++breaks;
    }
    return std::max<std::size_t>(breaks, 1);
  }

  std::string_view raw_;
  std::size_t pos_ = 0;
  std::string out_;
  std::size_t kept_ = 0;  // no white space before this is dropped
};

std::string character(std::string_view digits) {
  std::uint32_t code = 0;
  for (const char c : digits) {
    code = code * 16 + static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  std::string out;
  append_utf8(out, code);
  return out;
}

std::string escaped(char sign, FlowText& text) {
  switch (sign) {
    case '0':
      return std::string(1, '\0');
    case 'a':
      return "\a";
    case 'b':
      return "\b";
    case 't':
      return "\t";
    case 'n':
      return "\n";
    case 'v':
      return "\v";
    case 'f':
      return "\f";
    case 'r':
      return "\r";
    case 'e':
      return "\x1b";
    case 'N':
      return "\xc2\x85";
    case '_':
      return "\xc2\xa0";
    case 'L':
      return "\xe2\x80\xa8";
    case 'P':
      return "\xe2\x80\xa9";
    case 'x':
      return character(text.take(2));
    case 'u':
      return character(text.take(4));
    case 'U':
      return character(text.take(8));
    default:
      return std::string(1, sign);
  }
}

// `take` takes what is no line break: one character, or what stands for one.
template <class Take>
std::string flow_value(std::string_view raw, Take take) {
  FlowText text(raw);
  while (!text.at_end()) {
    if (text.at_break()) {
      text.fold();
    } else {
      take(text);
    }
  }
  return text.value();
}

}  // namespace

std::string plain_value(std::string_view raw) {
  return flow_value(raw, [](FlowText& text) { text.add(text.take()); });
}

std::string single_quoted_value(std::string_view raw) {
  return flow_value(raw, [](FlowText& text) {
    const char c = text.take();
    if (c == '\'') text.take();
    text.add(c);
  });
}

std::string double_quoted_value(std::string_view raw) {
  return flow_value(raw, [](FlowText& text) {
    const char c = text.take();
    if (c != '\\') {
      text.add(c);
    } else if (text.at_break()) {
      text.join();
    } else {
      text.add_escaped(escaped(text.take(), text));
    }
  });
}

// By the standard's test suite (L24T/01, JEF9/02) blanks that end the file are a line with its end where they go beyond
// the indentation, or where there is no other; where the last line has ink it lacks its end.
std::string block_value(const BlockText& text) {
  std::string out;
  std::size_t empty_lines = 0;
  bool any = false;     // line of text so far
  bool spaced = false;  // the last one begins with white space, and is not folded
  bool ended = false;   // the last one has a line end
  for (std::size_t pos = 0; pos < text.lines.size();) {
    const std::size_t end = std::min(text.lines.find('\n', pos), text.lines.size());
    std::string_view line = text.lines.substr(pos, end - pos);
    pos = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() <= text.indent && line.find_first_not_of(' ') == std::string_view::npos) {
      if (end < text.lines.size() || !any) ++empty_lines;
      continue;
    }
    line.remove_prefix(std::min(text.indent, line.size()));
    const bool begins_spaced = text.folded && is_blank(line.front());
    if (!any) {
      out.append(empty_lines, '\n');
    } else if (!text.folded || spaced || begins_spaced) {
      out.append(empty_lines + 1, '\n');
    } else if (empty_lines > 0) {
      out.append(empty_lines, '\n');
    } else {
      out += ' ';
    }
    out += line;
    empty_lines = 0;
    any = true;
    spaced = begins_spaced;
    ended = end < text.lines.size() || std::all_of(line.begin(), line.end(), is_blank);
  }
  if (any && ended && text.chomping != Chomping::kStrip) out += '\n';
  if (text.chomping == Chomping::kKeep) out.append(empty_lines, '\n');
  return out;
}

}  // namespace plumb::lang
