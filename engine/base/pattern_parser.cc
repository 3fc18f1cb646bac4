#include "engine/base/pattern_parser.h"

#include <algorithm>
#include <array>

namespace plumb {
namespace {

using Node = PatternNode;
using NodePtr = std::unique_ptr<PatternNode>;
using Ranges = Pattern::Ranges;

constexpr std::size_t kLongestText = std::size_t{4} << 10;
constexpr int kMostRepeats = 1000;
constexpr int kDeepest = 200;
constexpr std::uint32_t kLast = 0x1100FF;  // the byte 0xFF that is no part of UTF-8
constexpr std::uint32_t kLastCodePoint = 0x10FFFF;

NodePtr make(Node::Kind kind) {
  auto node = std::make_unique<Node>();
  node->kind = kind;
  return node;
}

void tidy(Ranges& ranges) {
  std::sort(ranges.begin(), ranges.end());
  Ranges tidied;
  for (const auto& range : ranges) {
    if (!tidied.empty() && range.first <= tidied.back().second + 1) {
      tidied.back().second = std::max(tidied.back().second, range.second);
    } else {
      tidied.push_back(range);
    }
  }
  ranges = std::move(tidied);
}

Ranges negated(Ranges ranges) {
  tidy(ranges);
  Ranges result;
  std::uint32_t next = 0;
  for (const auto& [low, high] : ranges) {
    if (low > next) result.emplace_back(next, low - 1);
    next = high + 1;
  }
  if (next <= kLast) result.emplace_back(next, kLast);
  return result;
}

void add(Ranges& to, const Ranges& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// Adds the other case of every letter of `low` to `high` that has one there, at a fixed distance.
void fold_between(const Ranges& from, std::uint32_t low, std::uint32_t high, std::uint32_t distance, Ranges& to) {
  for (const auto& [first, last] : from) {
    const std::uint32_t a = std::max(first, low);
    const std::uint32_t b = std::min(last, high);
    if (a <= b) to.emplace_back(a + distance, b + distance);
    const std::uint32_t c = std::max(first, low + distance);
    const std::uint32_t d = std::min(last, high + distance);
    if (c <= d) to.emplace_back(c - distance, d - distance);
  }
}

Ranges folded(Ranges ranges) {
  Ranges more;
  fold_between(ranges, 'A', 'Z', 32, more);
  fold_between(ranges, 0xC0, 0xD6, 32, more);
  fold_between(ranges, 0xD8, 0xDE, 32, more);
  fold_between(ranges, 0x391, 0x3A1, 32, more);
  fold_between(ranges, 0x3A3, 0x3A9, 32, more);
  fold_between(ranges, 0x410, 0x42F, 32, more);
  fold_between(ranges, 0x400, 0x40F, 80, more);
  add(ranges, more);
  tidy(ranges);
  return ranges;
}

const Ranges kDigits = {{'0', '9'}};
const Ranges kSpaces = {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}};
const Ranges kWords = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};

const Ranges* named_class(std::string_view name) {
  struct Named {
    std::string_view name;
    Ranges ranges;
  };
  static const std::array<Named, 14> kNamed = {{{"alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
                                                {"alpha", {{'A', 'Z'}, {'a', 'z'}}},
                                                {"ascii", {{0, 0x7F}}},
                                                {"blank", {{'\t', '\t'}, {' ', ' '}}},
                                                {"cntrl", {{0, 0x1F}, {0x7F, 0x7F}}},
                                                {"digit", kDigits},
                                                {"graph", {{'!', '~'}}},
                                                {"lower", {{'a', 'z'}}},
                                                {"print", {{' ', '~'}}},
                                                {"punct", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
                                                {"space", {{'\t', '\r'}, {' ', ' '}}},
                                                {"upper", {{'A', 'Z'}}},
                                                {"word", kWords},
                                                {"xdigit", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}}}};
  const auto found = std::find_if(kNamed.begin(), kNamed.end(), [&](const Named& one) { return one.name == name; });
  return found == kNamed.end() ? nullptr : &found->ranges;
}

bool is_word(std::uint32_t c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Recursive descent; the first problem is kept and ends it.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  NodePtr parse() {
    NodePtr node = choice(0);
    if (!failed() && at_ < text_.size()) complain("an unexpected `)`");
    return node;
  }

  bool failed() const { return !problem_.empty(); }
  const std::string& problem() const { return problem_; }
  std::size_t groups() const { return groups_; }

 private:
  struct Flags {
    bool fold = false;
    bool lines = false;    // ^ and $ at the ends of lines
    bool newline = false;  // . matches it
    bool lazy = false;
  };

  void complain(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }
  bool end() const { return at_ >= text_.size(); }
  char peek() const { return text_[at_]; }
  bool take(std::string_view what) {
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }

  NodePtr of(Ranges ranges) const {
    NodePtr node = make(Node::Kind::kClass);
    tidy(ranges);
    node->ranges = flags_.fold ? folded(std::move(ranges)) : std::move(ranges);
    return node;
  }

  NodePtr place(std::uint8_t places) const {
    NodePtr node = make(Node::Kind::kAssert);
    node->places = places;
    return node;
  }

  NodePtr choice(int depth) {
    if (depth > kDeepest) {
      complain("groups that are nested too deeply");
      return make(Node::Kind::kEmpty);
    }
    // Flags that a group sets end with it.
    const Flags outside = flags_;
    NodePtr node = make(Node::Kind::kChoice);
    do {
      node->parts.push_back(sequence(depth));
    } while (!failed() && take("|"));
    flags_ = outside;
    return node->parts.size() == 1 ? std::move(node->parts.front()) : std::move(node);
  }

  NodePtr sequence(int depth) {
    NodePtr node = make(Node::Kind::kSequence);
    bool repeated = false;
    while (!failed() && !end() && peek() != '|' && peek() != ')') {
      const std::size_t before = at_;
      int least = 0;
      int most = 0;
      if (repeat(least, most)) {
        if (node->parts.empty()) {
          complain("nothing before `" + std::string(text_.substr(before, at_ - before)) + "` that could be repeated");
          break;
        }
        if (repeated) {
          complain("two repetitions in a row");
          break;
        }
        repeated = true;
        const bool swapped = take("?");
        NodePtr outer = make(Node::Kind::kRepeat);
        outer->least = least;
        outer->most = most;
        outer->greedy = swapped == flags_.lazy;
        outer->parts.push_back(std::move(node->parts.back()));
        node->parts.back() = std::move(outer);
        continue;
      }
      repeated = false;
      if (take("\\Q")) {
        quoted(*node);
      } else if (NodePtr one = atom(depth)) {
        node->parts.push_back(std::move(one));
      }
    }
    return node;
  }

  void quoted(Node& into) {
    while (!end() && !take("\\E")) {
      const auto [c, size] = next_character(text_, at_);
      at_ += size;
      into.parts.push_back(of({{c, c}}));
    }
  }

  // A repetition at this place; what looks like one and is none stands for itself.
  bool repeat(int& least, int& most) {
    if (take("*")) return set(least, 0, most, -1);
    if (take("+")) return set(least, 1, most, -1);
    if (take("?")) return set(least, 0, most, 1);
    if (peek() != '{') return false;
    const std::size_t before = at_;
    ++at_;
    const auto back = [&] {
      at_ = before;
      return false;
    };
    const std::optional<int> low = number();
    if (!low) return back();
    std::optional<int> high = low;
    if (take(",")) high = !end() && peek() != '}' ? number() : std::optional<int>(-1);
    if (!high || !take("}")) return back();
    if (*low > kMostRepeats || *high > kMostRepeats || (*high >= 0 && *high < *low)) {
      complain("a repetition of a wrong size");
    }
    return set(least, *low, most, *high);
  }

  static bool set(int& least, int low, int& most, int high) {
    least = low;
    most = high;
    return true;
  }

  std::optional<int> number() {
    const std::size_t first = at_;
    int value = 0;
    while (!end() && peek() >= '0' && peek() <= '9') {
      value = std::min(value * 10 + (peek() - '0'), kMostRepeats + 1);
      ++at_;
    }
    // A leading zero makes it no number.
    const bool good = at_ > first && (text_[first] != '0' || at_ == first + 1);
    return good ? std::optional(value) : std::nullopt;
  }

  // Null where flags alone were set.
  NodePtr atom(int depth) {
    if (take("(")) return group(depth);
    if (take("[")) return character_class();
    if (take("\\")) return escape();
    if (take(".")) return of(flags_.newline ? negated({}) : negated({{'\n', '\n'}}));
    if (take("^")) return place(flags_.lines ? Pattern::kLineBegin : Pattern::kTextBegin);
    if (take("$")) return place(flags_.lines ? Pattern::kLineEnd : Pattern::kTextEnd);
    const auto [c, size] = next_character(text_, at_);
    at_ += size;
    return of({{c, c}});
  }

  NodePtr group(int depth) {
    if (take("?P<")) {
      const std::size_t close = text_.find('>', at_);
      const std::string_view name = text_.substr(at_, close == std::string_view::npos ? 0 : close - at_);
      if (name.empty() ||
          !std::all_of(name.begin(), name.end(), [](char c) { return is_word(static_cast<std::uint8_t>(c)); })) {
        complain("a group whose name is missing or no word");
        return nullptr;
      }
      if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
        complain("two groups named `" + std::string(name) + "`");
        return nullptr;
      }
      names_.push_back(name);
      at_ = close + 1;
      return numbered(depth);
    }
    if (!take("?")) return numbered(depth);
    Flags inside = flags_;
    bool on = true;
    bool any = false;
    while (!end()) {
      const char c = text_[at_++];
      if (c == ')' || c == ':') {
        if (!on && !any) break;
        if (c == ')') {
          flags_ = inside;
          return nullptr;
        }
        const Flags outside = flags_;
        flags_ = inside;
        NodePtr node = choice(depth + 1);
        flags_ = outside;
        if (!failed() && !take(")")) complain("a group that is not closed");
        return node;
      }
      any = c != '-';
      if (c == '-' && on) {
        on = false;
      } else if (c == 'i') {
        inside.fold = on;
      } else if (c == 'm') {
        inside.lines = on;
      } else if (c == 's') {
        inside.newline = on;
      } else if (c == 'U') {
        inside.lazy = on;
      } else {
        break;
      }
    }
    complain("a group that begins with `(?` and is of no known form");
    return nullptr;
  }

  NodePtr numbered(int depth) {
    NodePtr node = make(Node::Kind::kGroup);
    node->group = ++groups_;
    node->parts.push_back(choice(depth + 1));
    if (!failed() && !take(")")) complain("a group that is not closed");
    return node;
  }

  // What \d and its like stand for; null for any other letter.
  static const Ranges* perl_class(char letter) {
    switch (letter) {
      case 'd':
      case 'D':
        return &kDigits;
      case 's':
      case 'S':
        return &kSpaces;
      case 'w':
      case 'W':
        return &kWords;
      default:
        return nullptr;
    }
  }

  NodePtr escape() {
    if (end()) {
      complain("a backslash at the end");
      return nullptr;
    }
    const char c = peek();
    if (const Ranges* ranges = perl_class(c)) {
      ++at_;
      return of(c >= 'a' ? *ranges : negated(*ranges));
    }
    if (take("A")) return place(Pattern::kTextBegin);
    if (take("z")) return place(Pattern::kTextEnd);
    if (take("b")) return place(Pattern::kWord);
    if (take("B")) return place(Pattern::kNoWord);
    const std::optional<std::uint32_t> one = escaped_character();
    return one ? of({{*one, *one}}) : nullptr;
  }

  // After the backslash.
  std::optional<std::uint32_t> escaped_character() {
    const auto bad = [&](std::size_t size) -> std::optional<std::uint32_t> {
      complain("an escape that is not known: `\\" + std::string(text_.substr(at_, size)) + "`");
      return std::nullopt;
    };
    if (end()) return bad(0);
    const char c = peek();
    if (c >= '0' && c <= '7') {
      const bool lone = at_ + 1 >= text_.size() || text_[at_ + 1] < '0' || text_[at_ + 1] > '7';
      if (c != '0' && lone) return bad(1);  // RE2 knows no back references in patterns
      std::uint32_t value = 0;
      for (int i = 0; i < 3 && !end() && peek() >= '0' && peek() <= '7'; ++i)
        value = value * 8 + static_cast<std::uint32_t>(text_[at_++] - '0');
      return value;
    }
    if (c == 'x') return hexadecimal();
    constexpr std::string_view kLetters = "aftnrv";
    constexpr std::string_view kMeanings = "\a\f\t\n\r\v";
    if (const std::size_t known = kLetters.find(c); known != std::string_view::npos) {
      ++at_;
      return static_cast<std::uint8_t>(kMeanings[known]);
    }
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte >= 0x80 || (is_word(byte) && byte != '_')) return bad(next_character(text_, at_).second);
    ++at_;
    return byte;
  }

  std::optional<std::uint32_t> hexadecimal() {
    ++at_;
    const bool braces = take("{");
    std::uint32_t value = 0;
    int digits = 0;
    while (!end() && hex_digit(peek()) >= 0 && (braces || digits < 2) && value <= kLastCodePoint) {
      value = value * 16 + static_cast<std::uint32_t>(hex_digit(text_[at_++]));
      ++digits;
    }
    const bool whole = braces ? digits > 0 && take("}") : digits == 2;
    if (whole && value <= kLastCodePoint) return value;
    complain("`\\x` without a character's number");
    return std::nullopt;
  }

  NodePtr character_class() {
    const bool opposite = take("^");
    Ranges ranges;
    bool first = true;
    while (!failed()) {
      if (end()) {
        complain("a `[` that is not closed");
        break;
      }
      if (!first && take("]")) break;
      first = false;
      if (take("[:")) {
        posix_class(ranges);
        continue;
      }
      if (peek() == '\\' && at_ + 1 < text_.size()) {
        if (const Ranges* perl = perl_class(text_[at_ + 1])) {
          add(ranges, text_[at_ + 1] >= 'a' ? *perl : negated(*perl));
          at_ += 2;
          continue;
        }
      }
      range(ranges);
    }
    if (flags_.fold) ranges = folded(std::move(ranges));
    NodePtr node = make(Node::Kind::kClass);
    tidy(ranges);
    node->ranges = opposite ? negated(std::move(ranges)) : std::move(ranges);
    return node;
  }

  void posix_class(Ranges& into) {
    const bool opposite = take("^");
    const std::size_t close = text_.find(":]", at_);
    const std::string_view name = text_.substr(at_, close == std::string_view::npos ? 0 : close - at_);
    const Ranges* named = named_class(name);
    if (named == nullptr) return complain("a class of characters that is not known");
    at_ = close + 2;
    add(into, opposite ? negated(*named) : *named);
  }

  void range(Ranges& into) {
    const std::optional<std::uint32_t> low = class_character();
    if (!low) return;
    std::optional<std::uint32_t> high = low;
    if (at_ + 1 < text_.size() && peek() == '-' && text_[at_ + 1] != ']') {
      ++at_;
      high = class_character();
    }
    if (!high) return;
    if (*high < *low) return complain("a range of characters whose end is before its beginning");
    into.emplace_back(*low, *high);
  }

  std::optional<std::uint32_t> class_character() {
    if (end()) {
      complain("a `[` that is not closed");
      return std::nullopt;
    }
    if (take("\\")) return escaped_character();
    const auto [c, size] = next_character(text_, at_);
    at_ += size;
    return c;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Flags flags_;
  std::size_t groups_ = 0;
  std::vector<std::string_view> names_;
  std::string problem_;
};

}  // namespace

std::pair<std::uint32_t, std::size_t> next_character(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<std::uint8_t>(text[i])); };
  const std::uint32_t first = byte(at);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  const std::pair<std::uint32_t, std::size_t> alone{0x110000 + first, 1};
  if (first < 0xC2 || first > 0xF4 || at + size > text.size()) return alone;
  std::uint32_t value = first & (size == 2 ? 0x1FU : size == 3 ? 0x0FU : 0x07U);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80) return alone;
    value = (value << 6U) | (byte(at + i) & 0x3FU);
  }
  const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  const bool half = value >= 0xD800 && value <= 0xDFFF;
  return overlong || half || value > kLastCodePoint ? alone : std::pair(value, size);
}

Result<ParsedPattern> parse_pattern(std::string_view text) {
  if (text.size() > kLongestText) return fail(Code::kBadValue, "the pattern is longer than 4 KiB");
  Parser parser(text);
  ParsedPattern parsed{parser.parse(), 0};
  if (parser.failed()) return fail(Code::kBadValue, "the pattern holds " + parser.problem());
  parsed.groups = parser.groups();
  return parsed;
}

}  // namespace plumb
