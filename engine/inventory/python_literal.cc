#include "engine/inventory/python_literal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/base/real.h"
#include "engine/inventory/found.h"

namespace plumb::inventory {
namespace {

using lang::Node;

constexpr int kDeepestLiteral = 32;

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

class Literal {
 public:
  Literal(std::string_view text, const SourceSpan& span) : text_(text), span_(span) {}

  std::optional<Node> read() {
    skip();
    Node node;
    if (!value(node, 0)) return std::nullopt;
    skip();
    if (pos_ < text_.size() && text_[pos_] == ',') return bare_tuple(std::move(node));
    return ended() ? std::optional<Node>(std::move(node)) : std::nullopt;
  }

 private:
  // A comment ends a literal as the end of the text does.
  bool ended() const { return pos_ >= text_.size() || text_[pos_] == '#'; }

  void skip() {
    while (pos_ < text_.size() && (text_[pos_] == ' ' || text_[pos_] == '\t')) ++pos_;
  }

  bool taken(char c) {
    skip();
    if (pos_ >= text_.size() || text_[pos_] != c) return false;
    ++pos_;
    return true;
  }

  Node collection(Node::Kind kind) const {
    Node node;
    node.kind = kind;
    node.flow = true;
    node.span = span_;
    return node;
  }

  // `1, 2` is a tuple without its brackets.
  std::optional<Node> bare_tuple(Node first) {
    Node list = collection(Node::Kind::kSequence);
    list.items.push_back(std::move(first));
    while (taken(',')) {
      skip();
      if (ended()) return list;
      if (!value(list.items.emplace_back(), 1)) return std::nullopt;
      skip();
    }
    return ended() ? std::optional<Node>(std::move(list)) : std::nullopt;
  }

  bool value(Node& node, int depth) {
    skip();
    if (depth > kDeepestLiteral || pos_ >= text_.size()) return false;
    const char c = text_[pos_];
    if (c == '[' || c == '(') return sequence(node, c == '[' ? ']' : ')', depth);
    if (c == '{') return braces(node, depth);
    if (c == '-' || c == '+' || c == '.' || is_digit(c)) return number(node);
    if (quote_at(pos_)) return texts(node);
    return word(node);
  }

  bool sequence(Node& node, char close, int depth) {
    ++pos_;
    node = collection(Node::Kind::kSequence);
    bool comma = false;
    while (!taken(close)) {
      if (!node.items.empty() && !comma) return false;
      if (!value(node.items.emplace_back(), depth + 1)) return false;
      comma = taken(',');
    }
    // Brackets around one value do not make a tuple.
    if (close == ')' && node.items.size() == 1 && !comma) node = Node(std::move(node.items.front()));
    return true;
  }

  bool braces(Node& node, int depth) {
    ++pos_;
    node = collection(Node::Kind::kMap);
    bool comma = true;
    while (!taken('}')) {
      Node key;
      if (!comma || !value(key, depth + 1)) return false;
      if (taken(':')) {
        if (!key.is_scalar() || !node.items.empty()) return false;
        lang::Entry one = entry(key.text, span_, {});
        if (!value(one.value, depth + 1)) return false;
        put(node.entries, std::move(one));
      } else {
        if (!node.entries.empty()) return false;
        node.kind = Node::Kind::kSequence;
        node.items.push_back(std::move(key));
      }
      comma = taken(',');
    }
    return true;
  }

  bool word(Node& node) {
    const std::size_t begin = pos_;
    while (pos_ < text_.size() && is_word(text_[pos_])) ++pos_;
    const std::string_view name = text_.substr(begin, pos_ - begin);
    if (name != "True" && name != "False" && name != "None") return false;
    node = scalar(name == "True" ? "true" : name == "False" ? "false" : "null", span_);
    return true;
  }

  bool number(Node& node) {
    bool negative = false;
    while (pos_ < text_.size() && (text_[pos_] == '-' || text_[pos_] == '+')) {
      negative = negative != (text_[pos_] == '-');
      ++pos_;
      skip();
    }
    std::string digits;
    const std::size_t begin = pos_;
    while (pos_ < text_.size()) {
      const char c = text_[pos_];
      const bool sign = (c == '-' || c == '+') && pos_ > begin && (text_[pos_ - 1] == 'e' || text_[pos_ - 1] == 'E') &&
                        !digits.starts_with("0x");
      if (!is_word(c) && c != '.' && !sign) break;
      if (c == '_') {
        const bool between =
            pos_ > begin && pos_ + 1 < text_.size() && is_word(text_[pos_ - 1]) && is_word(text_[pos_ + 1]);
        if (!between || text_[pos_ + 1] == '_') return false;
      } else {
        digits += lowered(c);
      }
      ++pos_;
    }
    const std::optional<std::string> written = in_decimal(digits);
    if (!written) return false;
    const bool zero = *written == "0";
    node = scalar((negative && !zero ? "-" : "") + *written, span_);
    return true;
  }

  static std::optional<std::string> in_decimal(const std::string& digits) {
    constexpr std::array kBases = {std::pair{"0x", 16}, std::pair{"0o", 8}, std::pair{"0b", 2}};
    for (const auto& [prefix, base] : kBases) {
      if (!digits.starts_with(prefix)) continue;
      unsigned long long value = 0;
      const auto [end, error] = std::from_chars(digits.data() + 2, digits.data() + digits.size(), value, base);
      if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
      return std::to_string(value);
    }
    const std::size_t whole = std::min(digits.find_first_not_of("0123456789"), digits.size());
    if (whole == digits.size()) {
      const bool zeros = digits.find_first_not_of('0') == std::string::npos;
      if (digits.empty() || (digits.size() > 1 && digits[0] == '0' && !zeros)) return std::nullopt;
      return zeros ? "0" : digits;
    }
    double value = 0;
    const auto [end, error] = read_real(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return canonical_double(value);
  }

  static std::string canonical_double(double value) {
    char buffer[64];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    std::string text(buffer, error == std::errc{} ? end : buffer);
    if (text.find_first_of(".en") == std::string::npos) text += ".0";
    return text;
  }

  // A quote, perhaps with the prefixes of Python before it.
  bool quote_at(std::size_t pos) const {
    for (int letters = 0; pos < text_.size(); ++pos, ++letters) {
      if (text_[pos] == '"' || text_[pos] == '\'') return true;
      if (letters == 2 || std::string_view("rRuU").find(text_[pos]) == std::string_view::npos) return false;
    }
    return false;
  }

  // Texts side by side are one.
  bool texts(Node& node) {
    std::string all;
    for (; pos_ < text_.size() && quote_at(pos_); skip()) {
      if (!text(all)) return false;
    }
    node = scalar(std::move(all), span_, lang::Style::kDoubleQuoted);
    return true;
  }

  bool text(std::string& out) {
    bool raw = false;
    for (; text_[pos_] != '"' && text_[pos_] != '\''; ++pos_) raw = raw || text_[pos_] == 'r' || text_[pos_] == 'R';
    const char quote = text_[pos_];
    const bool tripled = text_.substr(pos_, 3) == std::string(3, quote);
    const std::string close(tripled ? 3 : 1, quote);
    pos_ += close.size();
    for (;;) {
      if (pos_ >= text_.size()) return false;
      if (text_.substr(pos_, close.size()) == close) break;
      if (text_[pos_] != '\\') {
        out += text_[pos_++];
      } else if (raw) {
        out += text_.substr(pos_, 2);
        pos_ += 2;
      } else if (!escape(out)) {
        return false;
      }
    }
    pos_ += close.size();
    return true;
  }

  bool escape(std::string& out) {
    constexpr std::string_view kNames = "\\'\"abfnrtv";
    constexpr std::string_view kMeant = "\\'\"\a\b\f\n\r\t\v";
    if (pos_ + 1 >= text_.size()) return false;
    const char name = text_[pos_ + 1];
    const std::size_t known = kNames.find(name);
    if (known != std::string_view::npos) {
      out += kMeant[known];
    } else if (name == 'x' || name == 'u' || name == 'U' || name == 'N' || is_digit(name)) {
      return false;  // seldom, and better text as it stands than text guessed at
    } else {
      out += '\\';
      out += name;
    }
    pos_ += 2;
    return true;
  }

  std::string_view text_;
  const SourceSpan& span_;
  std::size_t pos_ = 0;
};

}  // namespace

Node python_value(std::string_view text, const SourceSpan& span) {
  if (std::optional<Node> literal = Literal(text, span).read()) return std::move(*literal);
  return scalar(std::string(text), span);
}

}  // namespace plumb::inventory
