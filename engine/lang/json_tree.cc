#include "engine/lang/json_tree.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/base/json.h"
#include "engine/base/utf8.h"
#include "engine/lang/yaml_text.h"

namespace plumb::lang {
namespace {

class JsonReader {
 public:
  JsonReader(const TextIndex& index, Code code, Diagnostics& diagnostics)
      : index_(index), text_(index.text()), code_(code), diagnostics_(diagnostics) {}

  std::optional<Node> read() {
    Node root;
    skip();
    if (pos_ == text_.size()) {
      fault(pos_, pos_, "there is no JSON: the text is empty", "");
      return std::nullopt;
    }
    if (!value(root, 0)) return std::nullopt;
    skip();
    if (pos_ != text_.size()) {
      fault(pos_, pos_ + 1, "there is more text after the JSON value", "expected the end here");
      return std::nullopt;
    }
    return root;
  }

 private:
  bool fault(std::size_t begin, std::size_t end, std::string summary, std::string label) {
    diagnostics_.add(Diagnostic(code_, std::move(summary)).at(index_.span(begin, end), std::move(label)));
    return false;
  }

  void skip() {
    while (pos_ < text_.size() && is_space(text_[pos_])) ++pos_;
  }

  bool expected(std::string what) {
    const bool ended = pos_ >= text_.size();
    return fault(pos_, ended ? pos_ : pos_ + 1, ended ? "the JSON ends too early" : "the text is not JSON",
                 "expected " + std::move(what));
  }

  bool value(Node& node, std::size_t depth) {
    if (depth > kMaxJsonDepth) return fault(pos_, pos_ + 1, "the JSON is nested too deeply", "at most 64 levels");
    if (++nodes_ > kMaxJsonNodes) return fault(pos_, pos_ + 1, "the JSON has too many values", "at most 8,000,000");
    if (pos_ >= text_.size()) return expected("a value");
    const std::size_t begin = pos_;
    bool read = false;
    if (text_[pos_] == '{') {
      read = map(node, depth);
    } else if (text_[pos_] == '[') {
      read = list(node, depth);
    } else {
      node.kind = Node::Kind::kScalar;
      if (text_[pos_] == '"') {
        node.style = Style::kDoubleQuoted;
        read = string(node.text);
      } else {
        read = word(node.text);
      }
    }
    if (read) node.span = index_.span(begin, pos_);
    return read;
  }

  bool list(Node& node, std::size_t depth) {
    node.kind = Node::Kind::kSequence;
    node.flow = true;
    ++pos_;
    for (bool first = true;; first = false) {
      skip();
      if (first && pos_ < text_.size() && text_[pos_] == ']') break;
      if (!value(node.items.emplace_back(), depth + 1)) return false;
      skip();
      if (pos_ < text_.size() && text_[pos_] == ']') break;
      if (pos_ >= text_.size() || text_[pos_] != ',') return expected("`,` or `]`");
      ++pos_;
    }
    ++pos_;
    return true;
  }

  bool map(Node& node, std::size_t depth) {
    node.kind = Node::Kind::kMap;
    node.flow = true;
    std::set<std::string> keys;
    ++pos_;
    for (bool first = true;; first = false) {
      skip();
      if (first && pos_ < text_.size() && text_[pos_] == '}') break;
      if (pos_ >= text_.size() || text_[pos_] != '"') return expected("a key in double quotes");
      const std::size_t begin = pos_;
      Entry& entry = node.entries.emplace_back();
      if (!string(entry.key)) return false;
      entry.key_span = index_.span(begin, pos_);
      if (!keys.insert(entry.key).second)
        return fault(begin, pos_, "a key stands twice in one map", "a second time here");
      skip();
      if (pos_ >= text_.size() || text_[pos_] != ':') return expected("`:`");
      ++pos_;
      skip();
      if (!value(entry.value, depth + 1)) return false;
      skip();
      if (pos_ < text_.size() && text_[pos_] == '}') break;
      if (pos_ >= text_.size() || text_[pos_] != ',') return expected("`,` or `}`");
      ++pos_;
    }
    ++pos_;
    return true;
  }

  bool word(std::string& out) {
    std::size_t end = pos_;
    while (end < text_.size() && !is_space(text_[end]) && !is_flow_indicator(text_[end]) && text_[end] != '"') ++end;
    const std::string_view given = text_.substr(pos_, end - pos_);
    if (given != "true" && given != "false" && given != "null" && !is_number(given)) {
      return fault(pos_, std::max(end, pos_ + 1), "the text is not JSON", "expected a value");
    }
    out = given;
    pos_ = end;
    return true;
  }

  static bool is_number(std::string_view text) {
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const auto digits = [&] {
      const std::size_t begin = at;
      while (at < text.size() && is_digit(text[at])) ++at;
      return at > begin;
    };
    const bool zero = at < text.size() && text[at] == '0';
    const std::size_t first = at;
    if (!digits() || (zero && at > first + 1)) return false;
    if (at < text.size() && text[at] == '.' && (++at, !digits())) return false;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
      ++at;
      if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
      if (!digits()) return false;
    }
    return at == text.size();
  }

  bool string(std::string& out) {
    const std::size_t begin = pos_++;
    for (;;) {
      std::size_t end = pos_;
      while (end < text_.size() && text_[end] != '"' && text_[end] != '\\' &&
             static_cast<unsigned char>(text_[end]) >= 0x20)
        ++end;
      out += text_.substr(pos_, end - pos_);
      pos_ = end;
      if (pos_ >= text_.size()) return fault(begin, begin + 1, "a text is not closed", "opened here");
      if (text_[pos_] == '"') break;
      if (text_[pos_] != '\\') return fault(pos_, pos_ + 1, "a text holds a control character", "write it as \\u00XX");
      if (!escape(out)) return false;
    }
    ++pos_;
    return true;
  }

  bool escape(std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    const std::size_t begin = pos_++;
    const char name = pos_ < text_.size() ? text_[pos_] : '\0';
    if (const std::size_t known = kNames.find(name); known != std::string_view::npos) {
      out += kMeant[known];
      ++pos_;
      return true;
    }
    unsigned unit = 0;
    if (name != 'u' || !hex(unit)) return fault(begin, begin + 2, "a backslash sequence that JSON does not know", "");
    if (unit >= 0xd800 && unit < 0xdc00) {
      unsigned low = 0;
      const bool paired = text_.substr(pos_, 2) == "\\u" && (++pos_, hex(low)) && low >= 0xdc00 && low < 0xe000;
      if (!paired) return fault(begin, begin + 6, "half of a pair of UTF-16", "its other half is missing");
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    } else if (unit >= 0xdc00 && unit < 0xe000) {
      return fault(begin, begin + 6, "half of a pair of UTF-16", "its other half is missing");
    }
    append_utf8(out, unit);
    return true;
  }

  // Four hex digits after the `u` at the reader's place.
  bool hex(unsigned& unit) {
    ++pos_;
    for (int i = 0; i < 4; ++i, ++pos_) {
      const char c = pos_ < text_.size() ? text_[pos_] : '\0';
      const std::size_t digit =
          std::string_view("0123456789abcdef").find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
      if (digit == std::string_view::npos) return false;
      unit = unit * 16 + static_cast<unsigned>(digit);
    }
    return true;
  }

  const TextIndex& index_;
  std::string_view text_;
  Code code_;
  Diagnostics& diagnostics_;
  std::size_t pos_ = 0;
  std::size_t nodes_ = 0;
};

}  // namespace

std::optional<Node> read_json(std::string file_name, std::string_view text, Code code, Diagnostics& diagnostics) {
  const SourceSpan whole{file_name, 0, 0, 0, 0};
  if (text.size() > kMaxJsonBytes) {
    diagnostics.add(Diagnostic(code, file_name + " has more than 64 MiB").at(whole));
    return std::nullopt;
  }
  if (!valid_utf8(text)) {
    diagnostics.add(Diagnostic(code, file_name + " is not text in UTF-8").at(whole));
    return std::nullopt;
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const TextIndex index(std::move(file_name), text);
  return JsonReader(index, code, diagnostics).read();
}

std::string json_in_lines(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  std::size_t depth = 0;
  const auto line = [&] { out.append(1, '\n').append(std::min<std::size_t>(depth, kMaxJsonDepth) * 2, ' '); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_space(c)) continue;
    if (c == '"') {
      const std::size_t begin = i++;
      while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2 : 1;
      out += text.substr(begin, i + 1 - begin);
    } else if (c == '{' || c == '[') {
      const std::size_t next = text.find_first_not_of(" \t\r\n", i + 1);
      out += c;
      if (next != std::string_view::npos && (text[next] == '}' || text[next] == ']')) {
        out += text[next];
        i = next;
        continue;
      }
      ++depth;
      line();
    } else if (c == '}' || c == ']') {
      depth -= depth > 0 ? 1 : 0;
      line();
      out += c;
    } else {
      out += c;
      if (c == ',') line();
      if (c == ':') out += ' ';
      // Words that only white space parted stay parted.
      const std::size_t next = text.find_first_not_of(" \t\r\n", i + 1);
      const bool apart = next != std::string_view::npos && next > i + 1;
      if (apart && c != ',' && c != ':' && std::string_view(",:]}").find(text[next]) == std::string_view::npos)
        out += ' ';
    }
  }
  out += '\n';
  return out;
}

}  // namespace plumb::lang
