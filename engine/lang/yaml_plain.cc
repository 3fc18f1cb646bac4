// Reads a line after the other, once, without events in between. At the slightest doubt it gives up, so nothing here
// says what is wrong with a text: every function returns false then.
#include <algorithm>
#include <vector>

#include "engine/lang/yaml_readers.h"
#include "engine/lang/yaml_text.h"

namespace plumb::lang {
namespace {

constexpr std::size_t kLongestKey = 1000;  // yaml-cpp looks for the colon within 1024 bytes
constexpr int kEnd = -1;                   // column after the last line

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || !is_ascii(c);
}

class PlainReader {
 public:
  PlainReader(const std::string& file, std::string_view text) : file_(file), text_(text) {}

  std::optional<Node> read() {
    Node root;
    if (!check_characters() || !next_line() || column_ != 0 || !block(root) || column_ != kEnd) return std::nullopt;
    return root;
  }

 private:
  struct Place {
    int line = 0;
    int column = 0;
  };

  // A scalar of one line, quotes included.
  struct Token {
    std::size_t begin = 0;
    std::size_t end = 0;
    Style style = Style::kPlain;
  };

  bool check_characters() {
    ascii_ = std::all_of(text_.begin(), text_.end(), is_ascii);
    if (std::any_of(text_.begin(), text_.end(), [](char c) { return is_control(c) && c != '\n'; })) return false;
    if (ascii_) return true;
    Diagnostics found;
    check_encoding(TextIndex(file_, text_), found);
    return found.empty() && !text_.starts_with("\xef\xbb\xbf");
  }

  // --- places

  char at(std::size_t pos) const { return pos < text_.size() ? text_[pos] : '\n'; }
  char here() const { return at(pos_); }
  bool gap(std::size_t pos) const { return at(pos) == ' ' || at(pos) == '\n'; }

  int byte_column() const { return static_cast<int>(pos_ - line_start_); }

  // Of a byte in the line that is being read.
  Place place(std::size_t pos) {
    if (ascii_) return {line_, static_cast<int>(pos - line_start_) + 1};
    if (pos < counted_) {
      counted_ = line_start_;
      characters_ = 0;
    }
    characters_ += static_cast<int>(std::count_if(
        text_.begin() + static_cast<std::ptrdiff_t>(counted_), text_.begin() + static_cast<std::ptrdiff_t>(pos),
        [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
    counted_ = pos;
    return {line_, characters_ + 1};
  }

  SourceSpan span(const Place& begin, const Place& end) const {
    return {file_, begin.line, begin.column, end.line, end.column};
  }

  bool count() { return ++nodes_ <= kMaxYamlNodes; }

  // --- lines

  void start_line(std::size_t pos) {
    ++line_;
    line_start_ = pos_ = counted_ = pos;
    characters_ = 0;
  }

  void skip_blanks() {
    while (pos_ < text_.size() && text_[pos_] == ' ') ++pos_;
  }

  // From the start of a line to the first token in it or in one below.
  bool next_line() {
    while (pos_ < text_.size()) {
      skip_blanks();
      if (here() != '\n' && here() != '#') {
        column_ = byte_column();
        const std::string_view rest = text_.substr(pos_, 3);
        return column_ > 0 || (rest != "---" && rest != "...");
      }
      const std::size_t end = text_.find('\n', pos_);
      start_line(end == std::string_view::npos ? text_.size() : end + 1);
    }
    column_ = kEnd;
    return true;
  }

  // Whether nothing but a comment stands in the rest of the line.
  bool line_is_done() {
    skip_blanks();
    return here() == '\n' || (here() == '#' && text_[pos_ - 1] == ' ');
  }

  // Past the rest of the line, which must hold nothing more.
  bool end_line() {
    if (!line_is_done()) return false;
    const std::size_t end = text_.find('\n', pos_);
    start_line(end == std::string_view::npos ? text_.size() : end + 1);
    return next_line();
  }

  // What follows a value in `column` cannot go on with it.
  bool end_value(int column) { return end_line() && column_ <= column; }

  // --- blocks

  bool at_dash() const { return here() == '-' && gap(pos_ + 1); }

  bool open(Node& node, Node::Kind kind) {
    node.kind = kind;
    const Place begin = place(pos_);
    node.span = span(begin, begin);
    return count() && ++depth_ <= kMaxYamlDepth;
  }

  void close(Node& node) {
    node.span.end_line = end_.line;
    node.span.end_column = end_.column;
    --depth_;
  }

  // A collection that starts here.
  bool block(Node& node) {
    if (at_dash()) return sequence(node);
    Token first;
    return scan(first, false) && map(node, first);
  }

  bool sequence(Node& node) {
    const int column = byte_column();
    if (!open(node, Node::Kind::kSequence)) return false;
    do {
      const Place dash = place(pos_);
      end_ = {dash.line, dash.column + 1};
      const SourceSpan mark = span(dash, end_);
      ++pos_;
      if (!item(node.items.emplace_back(), column, mark)) return false;
    } while (column_ == column && at_dash());
    close(node);
    return column_ <= column;
  }

  bool item(Node& node, int column, const SourceSpan& dash) {
    if (line_is_done()) return value_below(node, column, dash, false);
    if (at_dash()) return sequence(node);
    if (const char c = here(); c == '[' || c == '{' || c == '|') return value(node, column);
    Token token;
    if (!scan(token, false)) return false;
    return is_key(token) ? map(node, token) : scalar(node, token) && end_value(column);
  }

  bool map(Node& node, Token key) {
    const int column = byte_column();
    if (!open(node, Node::Kind::kMap)) return false;
    for (;;) {
      Entry& entry = node.entries.emplace_back();
      if (!is_key(key) || !take_key(entry, key)) return false;
      end_ = place(++pos_);
      if (line_is_done()) {
        if (!value_below(entry.value, column, entry.key_span, true)) return false;
      } else if (!value(entry.value, column)) {
        return false;
      }
      if (column_ != column) break;
      if (!scan(key, false)) return false;
    }
    close(node);
    return column_ < column && !has_duplicates(node);
  }

  // What a key or a dash in `column` holds when its own line ends behind it. `owner` is that key or dash.
  bool value_below(Node& node, int column, const SourceSpan& owner, bool owner_is_key) {
    if (!end_line()) return false;
    if (column_ > column) return block(node);
    if (owner_is_key && column_ == column && at_dash()) return sequence(node);
    node.span = owner;
    return count();
  }

  // A value in the line of its key or dash, which stands in `column`; no collection of several lines.
  bool value(Node& node, int column) {
    const char c = here();
    if (c == '|') return literal(node, column);
    if (c == '[' || c == '{') return flow(node) && end_value(column);
    Token token;
    return scan(token, false) && !is_key(token) && scalar(node, token) && end_value(column);
  }

  // --- scalars

  // The scalar that starts here.
  bool scan(Token& token, bool in_flow) {
    token.begin = pos_;
    const char c = here();
    if (c == '"' || c == '\'') return scan_quoted(token, c);
    return scan_plain(token, in_flow);
  }

  bool scan_quoted(Token& token, char quote) const {
    token.style = quote == '"' ? Style::kDoubleQuoted : Style::kSingleQuoted;
    for (std::size_t i = token.begin + 1; at(i) != '\n'; ++i) {
      if (text_[i] == '\\' && quote == '"') {
        ++i;
        if (std::string_view("\\\"nt").find(at(i)) == std::string_view::npos) return false;
      } else if (text_[i] == quote) {
        if (quote == '"' || at(i + 1) != quote) {
          token.end = i + 1;
          return true;
        }
        ++i;
      }
    }
    return false;
  }

  bool scan_plain(Token& token, bool in_flow) const {
    token.style = Style::kPlain;
    const char first = at(token.begin);
    const bool known = is_word(first) || std::string_view("_/.$~(+=^").find(first) != std::string_view::npos ||
                       (first == '-' && is_word(at(token.begin + 1)));
    if (!known) return false;
    token.end = token.begin;
    for (std::size_t i = token.begin; at(i) != '\n'; ++i) {
      const char c = text_[i];
      if (c == ' ') continue;
      if (c == ':' && gap(i + 1)) break;
      if (c == '#' && text_[i - 1] == ' ') break;
      if (in_flow) {
        if (c == ',' || c == ']' || c == '}') break;
        if (c == '[' || c == '{' || c == '?' || (c == ':' && is_flow_indicator(at(i + 1)))) return false;
      }
      token.end = i + 1;
    }
    return true;
  }

  bool is_key(const Token& token) const {
    return at(token.end) == ':' && gap(token.end + 1) && token.end - token.begin <= kLongestKey;
  }

  // Up to the colon.
  bool take_key(Entry& entry, const Token& token) {
    pos_ = token.end;
    entry.key = text_of(token);
    const Place begin = place(token.begin);
    entry.key_span = span(begin, place(token.end));
    return count();
  }

  bool scalar(Node& node, const Token& token) {
    if (token.end - token.begin > kMaxYamlScalar) return false;
    pos_ = token.end;
    node.kind = Node::Kind::kScalar;
    node.style = token.style;
    node.text = text_of(token);
    const Place begin = place(token.begin);
    end_ = place(token.end);
    node.span = span(begin, end_);
    return count();
  }

  std::string text_of(const Token& token) const {
    const std::string_view raw = text_.substr(token.begin, token.end - token.begin);
    if (token.style == Style::kPlain) return std::string(raw);
    const char sign = token.style == Style::kDoubleQuoted ? '\\' : '\'';
    const std::string_view inner = raw.substr(1, raw.size() - 2);
    std::string text;
    text.reserve(inner.size());
    for (std::size_t i = 0; i < inner.size(); ++i) {
      if (inner[i] != sign) {
        text += inner[i];
      } else {
        const char c = inner[++i];
        text += sign == '\'' ? c : c == 'n' ? '\n' : c == 't' ? '\t' : c;
      }
    }
    return text;
  }

  // `|` or `|-`, and lines that are all empty or indented as the first one.
  bool literal(Node& node, int column) {
    const Place begin = place(pos_++);
    const bool strip = here() == '-';
    if (strip) ++pos_;
    if (here() != '\n' || pos_ >= text_.size()) return false;
    start_line(pos_ + 1);
    std::size_t indent = 0;
    std::size_t empty_lines = 0;
    while (pos_ < text_.size()) {
      if (here() == '\n') {
        ++empty_lines;
        start_line(pos_ + 1);
        continue;
      }
      skip_blanks();
      const std::size_t spaces = pos_ - line_start_;
      if (indent == 0) indent = spaces;
      if (here() == '\n') return false;
      if (spaces < indent || static_cast<int>(indent) <= column) break;
      const std::size_t end = text_.find('\n', pos_);
      if (end == std::string_view::npos) return false;
      node.text.append(empty_lines, '\n');
      empty_lines = 0;
      node.text.append(text_, line_start_ + indent, end + 1 - line_start_ - indent);
      end_ = place(end);
      start_line(end + 1);
    }
    if (node.text.empty() || node.text.size() > kMaxYamlScalar) return false;
    if (strip) node.text.pop_back();
    node.kind = Node::Kind::kScalar;
    node.style = Style::kLiteral;
    node.span = span(begin, end_);
    // A comment that is indented deeper than the key could be meant as text.
    if (pos_ < text_.size() && byte_column() > column) return false;
    return count() && next_line() && column_ <= column;
  }

  // --- flow

  // A collection in brackets that ends in its line.
  bool flow(Node& node) {
    const bool list = here() == '[';
    if (!open(node, list ? Node::Kind::kSequence : Node::Kind::kMap)) return false;
    node.flow = true;
    const char last = list ? ']' : '}';
    ++pos_;
    skip_blanks();
    if (here() != last) {
      for (;;) {
        if (list ? !flow_value(node.items.emplace_back()) : !flow_entry(node.entries.emplace_back())) return false;
        skip_blanks();
        if (here() == last) break;
        if (here() != ',') return false;
        ++pos_;
        skip_blanks();
      }
    }
    end_ = place(++pos_);
    close(node);
    return !has_duplicates(node);
  }

  bool flow_entry(Entry& entry) {
    Token key;
    if (!scan(key, true) || !is_key(key) || !take_key(entry, key)) return false;
    ++pos_;
    skip_blanks();
    return flow_value(entry.value);
  }

  bool flow_value(Node& node) {
    if (here() == '[' || here() == '{') return flow(node);
    Token token;
    return scan(token, true) && !is_key(token) && scalar(node, token);
  }

  bool has_duplicates(const Node& map) {
    if (map.entries.size() < 2) return false;
    keys_.clear();
    for (const Entry& entry : map.entries) keys_.emplace_back(entry.key);
    std::sort(keys_.begin(), keys_.end());
    return std::adjacent_find(keys_.begin(), keys_.end()) != keys_.end();
  }

  const std::string& file_;
  std::string_view text_;
  bool ascii_ = true;
  std::size_t pos_ = 0;
  std::size_t line_start_ = 0;
  int line_ = 1;
  int column_ = 0;           // of the first token of the line that comes next
  std::size_t counted_ = 0;  // up to where characters_ counts those of the line
  int characters_ = 0;
  Place end_;  // of what was read last
  std::size_t nodes_ = 0;
  std::size_t depth_ = 0;
  std::vector<std::string_view> keys_;
};

}  // namespace

std::optional<Node> read_plain_yaml(const std::string& file_name, std::string_view text) {
  return PlainReader(file_name, text).read();
}

}  // namespace plumb::lang
