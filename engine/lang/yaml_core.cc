#include "engine/lang/yaml_core.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "engine/base/ascii.h"
#include "engine/base/real.h"

namespace plumb::lang {
namespace {

using Type = CoreScalar::Type;

struct Word {
  std::string_view text;
  CoreScalar value;
};

constexpr double kInfinity = std::numeric_limits<double>::infinity();

const Word* find_word(std::string_view text) {
  static const std::array kWords = {
      Word{"", {Type::kNull}},
      Word{"~", {Type::kNull}},
      Word{"null", {Type::kNull}},
      Word{"Null", {Type::kNull}},
      Word{"NULL", {Type::kNull}},
      Word{"true", {Type::kBoolean, true}},
      Word{"True", {Type::kBoolean, true}},
      Word{"TRUE", {Type::kBoolean, true}},
      Word{"false", {Type::kBoolean, false}},
      Word{"False", {Type::kBoolean, false}},
      Word{"FALSE", {Type::kBoolean, false}},
      Word{".nan", {Type::kNumber, false, 0, std::numeric_limits<double>::quiet_NaN()}},
      Word{".NaN", {Type::kNumber, false, 0, std::numeric_limits<double>::quiet_NaN()}},
      Word{".NAN", {Type::kNumber, false, 0, std::numeric_limits<double>::quiet_NaN()}},
  };
  const auto found = std::find_if(kWords.begin(), kWords.end(), [&](const Word& word) { return word.text == text; });
  return found == kWords.end() ? nullptr : &*found;
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

// [-+]? ( [0-9]+ ( \. [0-9]* )? | \. [0-9]+ ) ( [eE] [-+]? [0-9]+ )?
bool is_real(std::string_view body) {
  std::size_t at = skip_digits(body, 0);
  const std::size_t whole = at;
  std::size_t fraction = 0;
  if (at < body.size() && body[at] == '.') {
    const std::size_t begin = ++at;
    at = skip_digits(body, at);
    fraction = at - begin;
  }
  if (whole == 0 && fraction == 0) return false;
  if (at == body.size()) return true;
  if (body[at] != 'e' && body[at] != 'E') return false;
  ++at;
  if (at < body.size() && (body[at] == '-' || body[at] == '+')) ++at;
  return at < body.size() && skip_digits(body, at) == body.size();
}

CoreScalar too_large(double number) {
  return {Type::kNumber, false, 0, number, true};
}

// What stands behind 0x or 0o; text where that is no number of this base.
CoreScalar in_base(std::string_view digits, int base) {
  std::uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [read, error] = std::from_chars(digits.data(), end, value, base);
  if (digits.empty() || read != end) return {};
  if (error != std::errc{} || value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return too_large(kInfinity);
  return {Type::kInteger, false, static_cast<std::int64_t>(value)};
}

}  // namespace

CoreScalar core_scalar(std::string_view text) {
  if (text.size() <= 5) {
    if (const Word* word = find_word(text)) return word->value;
  }
  if (!is_digit(text[0]) && text[0] != '-' && text[0] != '+' && text[0] != '.') return {};
  if (text.starts_with("0x")) return in_base(text.substr(2), 16);
  if (text.starts_with("0o")) return in_base(text.substr(2), 8);
  const bool is_signed = text[0] == '-' || text[0] == '+';
  const std::string_view body = text.substr(is_signed ? 1 : 0);
  if (body == ".inf" || body == ".Inf" || body == ".INF")
    return {Type::kNumber, false, 0, text[0] == '-' ? -kInfinity : kInfinity};
  if (body.size() > 1 && body[0] == '0' && is_digit(body[1])) return {};
  if (!is_real(body)) return {};
  const std::string_view from = text[0] == '+' ? body : text;
  const bool whole = skip_digits(body, 0) == body.size();
  std::int64_t integer = 0;
  if (whole && std::from_chars(from.data(), from.data() + from.size(), integer).ec == std::errc{})
    return {Type::kInteger, false, integer};
  double number = 0;
  if (read_real(from.data(), from.data() + from.size(), number).ec != std::errc{}) {
    // Past all numbers, or so small that it is none.
    number = from.find('-', 1) == std::string_view::npos ? kInfinity : 0;
  }
  if (whole) return too_large(number);
  return {Type::kNumber, false, 0, number};
}

}  // namespace plumb::lang
