// string.format(): %s %d %f %e %x %X %o %b, with a precision for %f and %e.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/lang/cel/convert.h"
#include "engine/lang/cel/library.h"
#include "engine/lang/cel/network.h"
#include "engine/lang/cel/time.h"
#include "engine/lang/cel/utf8.h"

namespace plumb::cel {
namespace {

constexpr int kDefaultPrecision = 6;
constexpr int kMostPrecision = 1000;

// Fixed notation, the shortest that reads back, or the words that format() uses for what is no number.
std::string plain_double(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  char text[400];
  return std::string(text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr);
}

class Formatter {
 public:
  explicit Formatter(Budget& budget) : budget_(budget) {}

  // Unset where all went well.
  Value run(std::string_view pattern, std::span<const Value> arguments);
  std::string text;

 private:
  Value clause(char conversion, int precision, const Value& value);
  Value any(const Value& value);
  Value list(const Value& value);
  Value map(const Value& value);
  Value decimal(const Value& value);
  Value real(const Value& value, int precision, std::chars_format format);
  Value digits(const Value& value, int base, bool upper);
  Value hexadecimal(const Value& value, bool upper);
  bool put(std::string_view piece);
  Value put_or_stop(std::string_view piece) { return put(piece) ? Value() : cost_exceeded(); }

  Budget& budget_;
};

Value refused(std::string_view takes, const Value& value) {
  return fail("error during formatting: " + std::string(takes) + ", was given " + std::string(type_name(value.kind())));
}

bool Formatter::put(std::string_view piece) {
  if (!budget_.allocate(piece.size())) return false;
  text += piece;
  return true;
}

Value Formatter::list(const Value& value) {
  if (!put("[")) return cost_exceeded();
  bool first = true;
  for (const Value& item : value.as_list()) {
    if (!first && !put(", ")) return cost_exceeded();
    first = false;
    if (Value error = any(item); error.is_error()) return error;
  }
  return put_or_stop("]");
}

// By the text of the keys.
Value Formatter::map(const Value& value) {
  std::vector<std::pair<std::string, const Value*>> entries;
  for (const MapEntry& entry : value.as_map()) {
    Formatter key(budget_);
    if (Value error = key.any(entry.key); error.is_error()) return error;
    entries.emplace_back(std::move(key.text), &entry.value);
  }
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (!put("{")) return cost_exceeded();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!put((i == 0 ? "" : ", ") + entries[i].first + ": ")) return cost_exceeded();
    if (Value error = any(*entries[i].second); error.is_error()) return error;
  }
  return put_or_stop("}");
}

Value Formatter::any(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return put_or_stop("null");
    case Kind::kBool:
      return put_or_stop(value.as_bool() ? "true" : "false");
    case Kind::kInt:
      return put_or_stop(std::to_string(value.as_int()));
    case Kind::kUint:
      return put_or_stop(std::to_string(value.as_uint()));
    case Kind::kDouble:
      return put_or_stop(plain_double(value.as_double()));
    case Kind::kString:
      return put_or_stop(value.as_text());
    case Kind::kBytes:
      return put_or_stop(repair_utf8(value.as_text()));
    case Kind::kTimestamp:
      return put_or_stop(timestamp_text(value.as_timestamp()));
    case Kind::kDuration:
      return put_or_stop(duration_text(value.as_duration()));
    case Kind::kType:
      return put_or_stop(value.as_type());
    case Kind::kIp:
      return put_or_stop(address_text(value.as_ip()));
    case Kind::kCidr:
      return put_or_stop(network_text(value.as_ip()));
    case Kind::kList:
      return list(value);
    case Kind::kMap:
      return map(value);
    default:
      return refused(
          "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, "
          "durations, and timestamps",
          value);
  }
}

Value Formatter::decimal(const Value& value) {
  if (value.is_number()) return any(value);
  return refused("decimal clause can only be used on numbers", value);
}

Value Formatter::real(const Value& value, int precision, std::chars_format format) {
  if (!value.is_number()) {
    return refused(format == std::chars_format::fixed ? "fixed-point clause can only be used on doubles"
                                                      : "scientific clause can only be used on doubles",
                   value);
  }
  const double number = value.is(Kind::kDouble) ? value.as_double()
                        : value.is(Kind::kInt)  ? static_cast<double>(value.as_int())
                                                : static_cast<double>(value.as_uint());
  if (!std::isfinite(number)) return put_or_stop(plain_double(number));
  char digits_text[kMostPrecision + 400];
  const auto end = std::to_chars(digits_text, digits_text + sizeof digits_text, number, format, precision).ptr;
  return put_or_stop({digits_text, static_cast<std::size_t>(end - digits_text)});
}

Value Formatter::digits(const Value& value, int base, bool upper) {
  char text_of_number[80];
  char* const last = text_of_number + sizeof text_of_number;
  char* end = value.is(Kind::kInt) ? std::to_chars(text_of_number, last, value.as_int(), base).ptr
                                   : std::to_chars(text_of_number, last, value.as_uint(), base).ptr;
  if (upper) {
    std::transform(text_of_number, end, text_of_number,
                   [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  }
  return put_or_stop({text_of_number, static_cast<std::size_t>(end - text_of_number)});
}

Value Formatter::hexadecimal(const Value& value, bool upper) {
  if (value.is(Kind::kInt) || value.is(Kind::kUint)) return digits(value, 16, upper);
  if (!value.is_text() && !value.is(Kind::kBytes)) {
    return refused("only integers, byte buffers, and strings can be formatted as hex", value);
  }
  if (!budget_.allocate(2 * value.as_text().size())) return cost_exceeded();
  const std::string_view alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  for (const char c : value.as_text()) {
    text += alphabet[static_cast<unsigned char>(c) >> 4U];
    text += alphabet[static_cast<unsigned char>(c) & 0x0FU];
  }
  return {};
}

Value Formatter::clause(char conversion, int precision, const Value& value) {
  const bool integer = value.is(Kind::kInt) || value.is(Kind::kUint);
  switch (conversion) {
    case 's':
      return any(value);
    case 'd':
      return decimal(value);
    case 'f':
      return real(value, precision, std::chars_format::fixed);
    case 'e':
      return real(value, precision, std::chars_format::scientific);
    case 'x':
    case 'X':
      return hexadecimal(value, conversion == 'X');
    case 'o':
      return integer ? digits(value, 8, false) : refused("octal clause can only be used on integers", value);
    case 'b':
      if (value.is(Kind::kBool)) return put_or_stop(value.as_bool() ? "1" : "0");
      return integer ? digits(value, 2, false) : refused("only integers and bools can be formatted as binary", value);
    default:
      return fail("could not parse formatting clause: unrecognized formatting clause \"" + std::string(1, conversion) +
                  "\"");
  }
}

// ".12" before a conversion; -1 where it is wrong.
int take_precision(std::string_view& pattern) {
  if (!pattern.starts_with('.')) return kDefaultPrecision;
  pattern.remove_prefix(1);
  int precision = -1;
  const auto [end, problem] = std::from_chars(pattern.data(), pattern.data() + pattern.size(), precision);
  if (problem != std::errc{} || precision < 0 || precision > kMostPrecision) return -1;
  pattern.remove_prefix(static_cast<std::size_t>(end - pattern.data()));
  return precision;
}

Value Formatter::run(std::string_view pattern, std::span<const Value> arguments) {
  std::size_t next = 0;
  while (!pattern.empty()) {
    const std::size_t percent = std::min(pattern.find('%'), pattern.size());
    if (!put(pattern.substr(0, percent))) return cost_exceeded();
    pattern.remove_prefix(percent);
    if (pattern.empty()) break;
    pattern.remove_prefix(1);
    if (pattern.starts_with('%')) {
      if (!put("%")) return cost_exceeded();
      pattern.remove_prefix(1);
      continue;
    }
    const int precision = take_precision(pattern);
    if (precision < 0) return fail("could not parse formatting clause: a precision goes from 0 to 1000");
    if (pattern.empty()) return fail("could not parse formatting clause: unexpected end of string");
    if (next >= arguments.size()) return fail("index " + std::to_string(next) + " out of range");
    const char conversion = pattern.front();
    pattern.remove_prefix(1);
    if (Value error = clause(conversion, precision, arguments[next++]); error.is_error()) return error;
  }
  return {};
}

Value format(Call& call) {
  Formatter formatter(call.budget);
  if (Value error = formatter.run(call.text(0), call[1].as_list()); error.is_error()) return error;
  return Value::string(formatter.text);
}

}  // namespace

std::size_t count_conversions(std::string_view pattern) {
  std::size_t count = 0;
  for (std::size_t i = pattern.find('%'); i < pattern.size(); i = pattern.find('%', i + 1)) {
    if (pattern.substr(i).starts_with("%%")) {
      ++i;
    } else {
      ++count;
    }
  }
  return count;
}

void add_format(FunctionTable& table) {
  table.add("string.format(list(dyn)) -> string", format,
            "The text with %s %d %f %e %x %X %o %b filled in from a list; %.2f sets the digits");
}

}  // namespace plumb::cel
