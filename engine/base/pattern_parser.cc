#include "engine/base/pattern_parser.h"

#include <algorithm>

#include "engine/base/pattern_characters.h"

namespace plumb {
namespace {

using Node = PatternNode;
using NodePtr = std::unique_ptr<PatternNode>;
using Ranges = Pattern::Ranges;

constexpr std::size_t kLongestText = std::size_t{4} << 10;
constexpr int kMostRepeats = 1000;
constexpr int kDeepest = 200;

NodePtr make(Node::Kind kind) {
  auto node = std::make_unique<Node>();
  node->kind = kind;
  return node;
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

Result<ParsedPattern> parse_pattern(std::string_view text) {
  if (text.size() > kLongestText) return fail(Code::kBadValue, "the pattern is longer than 4 KiB");
  Parser parser(text);
  ParsedPattern parsed{parser.parse(), 0};
  if (parser.failed()) return fail(Code::kBadValue, "the pattern holds " + parser.problem());
  parsed.groups = parser.groups();
  return parsed;
}

}  // namespace plumb
