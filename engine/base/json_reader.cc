#include "engine/base/json_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "engine/base/ascii.h"
#include "engine/base/real.h"
#include "engine/base/utf8.h"

namespace plumb {
namespace {

// Whether one of eight bytes is below 0x20, a quote or a backslash.
bool holds_escaped(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  const auto any_below = [](std::uint64_t word, std::uint64_t limit) {
    return ((word - kOnes * limit) & ~word & kOnes * 0x80) != 0;
  };
  return any_below(bytes, 0x20) || any_below(bytes ^ kOnes * '"', 1) || any_below(bytes ^ kOnes * '\\', 1);
}

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

// Goes down as deep as the builder lets it.
class JsonReader {
 public:
  JsonReader(std::string_view text, StrictBuilder& builder) : text_(text), builder_(builder) {}

  bool document() {
    if (!value()) return false;
    return at_ == text_.size() || wrong("expected the end of the document");
  }

  // Of what was looked at last; bytes count as columns.
  std::string place() const {
    const std::string_view before = text_.substr(0, at_);
    const std::size_t line = before.rfind('\n');
    const std::size_t column = before.size() - (line == std::string_view::npos ? 0 : line + 1);
    return "line " + std::to_string(1 + std::count(before.begin(), before.end(), '\n')) + ", column " +
           std::to_string(column + 1);
  }

 private:
  bool wrong(const char* why) { return builder_.stop(why); }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  bool take_digits() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > begin;
  }

  // With the blanks on both sides of it.
  bool value() {
    skip_blanks();
    const char first = at_ < text_.size() ? text_[at_] : '\0';
    bool good = false;
    if (first == '{') {
      good = object();
    } else if (first == '[') {
      good = array();
    } else if (first == '"') {
      good = string() && builder_.string(string_);
    } else if (first == '-' || is_digit(first)) {
      good = number();
    } else if (take_word("true")) {
      good = builder_.boolean(true);
    } else if (take_word("false")) {
      good = builder_.boolean(false);
    } else if (take_word("null")) {
      good = builder_.null();
    } else {
      return wrong("expected a value");
    }
    skip_blanks();
    return good;
  }

  bool object() {
    if (!builder_.start_object()) return false;
    ++at_;
    skip_blanks();
    if (take('}')) return builder_.end_object();
    do {
      skip_blanks();
      if (at_ == text_.size() || text_[at_] != '"') return wrong("expected a name in double quotes");
      if (!string() || !builder_.key(string_)) return false;
      skip_blanks();
      if (!take(':')) return wrong("expected `:`");
      if (!value()) return false;
    } while (take(','));
    return take('}') ? builder_.end_object() : wrong("expected `,` or `}`");
  }

  bool array() {
    if (!builder_.start_array()) return false;
    ++at_;
    skip_blanks();
    if (take(']')) return builder_.end_array();
    do {
      if (!value()) return false;
    } while (take(','));
    return take(']') ? builder_.end_array() : wrong("expected `,` or `]`");
  }

  // Into `string_`, from its first quote to behind its last.
  bool string() {
    string_.clear();
    ++at_;
    while (true) {
      const std::size_t end = find_escaped(text_, at_);
      string_.append(text_, at_, end - at_);
      at_ = end;
      if (at_ == text_.size()) return wrong("a string has no end");
      if (take('"')) return true;
      if (!take('\\')) return wrong("a control character stands in a string; write it as \\u and four digits");
      if (!escape()) return wrong("no such escape; \\u takes four digits, and half of a pair is no character");
    }
  }

  bool escape() {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    if (at_ == text_.size()) return false;
    const char letter = text_[at_++];
    if (const std::size_t known = kLetters.find(letter); known != std::string_view::npos) {
      string_ += kMeant[known];
      return true;
    }
    if (letter != 'u') return false;
    std::optional<std::uint32_t> point = four_digits();
    if (point && *point >= 0xd800 && *point < 0xdc00) {
      if (!take_word("\\u")) return false;
      const std::optional<std::uint32_t> low = four_digits();
      if (!low || *low < 0xdc00 || *low > 0xdfff) return false;
      point = 0x10000U + ((*point - 0xd800U) << 10U) + (*low - 0xdc00U);
    } else if (!point || (*point >= 0xdc00 && *point <= 0xdfff)) {
      return false;
    }
    append_utf8(string_, *point);
    return true;
  }

  std::optional<std::uint32_t> four_digits() {
    const std::string_view digits = text_.substr(at_, 4);
    std::uint32_t number = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    if (problem != std::errc{} || end != digits.data() + 4) return std::nullopt;
    at_ += 4;
    return number;
  }

  bool number() {
    const std::size_t begin = at_;
    const bool negative = take('-');
    if (!take('0') && !take_digits()) return wrong("expected a digit");
    bool whole = true;
    if (take('.')) {
      whole = false;
      if (!take_digits()) return wrong("expected a digit");
    }
    if (take('e') || take('E')) {
      whole = false;
      if (!take('+')) take('-');
      if (!take_digits()) return wrong("expected a digit");
    }
    const std::string_view digits = text_.substr(begin, at_ - begin);
    const char* const end = digits.data() + digits.size();
    // Those that no integer holds are read as other numbers are.
    if (std::int64_t value = 0; whole && negative && std::from_chars(digits.data(), end, value).ec == std::errc{})
      return builder_.number_integer(value);
    if (std::uint64_t value = 0; whole && !negative && std::from_chars(digits.data(), end, value).ec == std::errc{})
      return builder_.number_unsigned(value);
    return builder_.number_float(real_in(std::string(digits)), digits);
  }

  std::string_view text_;
  StrictBuilder& builder_;
  std::size_t at_ = 0;
  std::string string_;
};

}  // namespace

std::size_t find_escaped(std::string_view text, std::size_t from) {
  std::size_t i = from;
  std::uint64_t bytes = 0;
  for (; i + sizeof bytes <= text.size(); i += sizeof bytes) {
    std::memcpy(&bytes, text.data() + i, sizeof bytes);
    if (holds_escaped(bytes)) break;
  }
  const auto is_escaped = [](unsigned char byte) { return byte < 0x20 || byte == '"' || byte == '\\'; };
  while (i < text.size() && !is_escaped(static_cast<unsigned char>(text[i]))) ++i;
  return i;
}

bool read_json(std::string_view text, StrictBuilder& builder) {
  JsonReader reader(text, builder);
  if (reader.document()) return true;
  builder.problem = reader.place() + ": " + builder.problem;
  return false;
}

}  // namespace plumb
