// int(), string() and the other conversions, size() and type().
#include <charconv>
#include <cmath>

#include "engine/base/json.h"
#include "engine/base/real.h"
#include "engine/lang/cel/convert.h"
#include "engine/lang/cel/library.h"
#include "engine/lang/cel/network.h"
#include "engine/lang/cel/operators.h"
#include "engine/lang/cel/time.h"
#include "engine/lang/cel/utf8.h"

namespace plumb::cel {
namespace {

Value identity(Call& call) {
  return call[0];
}

Value not_a(std::string_view type, std::string_view text) {
  return fail("`" + std::string(text.substr(0, 60)) + "` is no " + std::string(type));
}

Value out_of_range(std::string_view type) {
  return fail("the number is out of the range of " + std::string(type));
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  const auto [end, problem] = read_any(text.data(), text.data() + text.size(), number);
  return problem == std::errc{} && end == text.data() + text.size();
}

Value int_of_uint(Call& call) {
  if (call[0].as_uint() > INT64_MAX) return out_of_range("int");
  return Value::integer(call[0].as_int());
}
Value int_of_double(Call& call) {
  const double value = call[0].as_double();
  // The ends themselves are doubles that stand for more than one integer.
  if (!(value > -0x1p63 && value < 0x1p63)) return out_of_range("int");
  return Value::integer(static_cast<std::int64_t>(value));
}
Value int_of_string(Call& call) {
  std::int64_t number = 0;
  return read_number(call.text(0), number) ? Value::integer(number) : not_a("int", call.text(0));
}
Value int_of_timestamp(Call& call) {
  return Value::integer(call[0].as_timestamp().seconds);
}

Value uint_of_int(Call& call) {
  return call[0].as_int() < 0 ? out_of_range("uint") : Value::unsigned_integer(call[0].as_uint());
}
Value uint_of_double(Call& call) {
  const double value = call[0].as_double();
  if (!(value > -1.0 && value < 0x1p64) || value < 0) return out_of_range("uint");
  return Value::unsigned_integer(static_cast<std::uint64_t>(value));
}
Value uint_of_string(Call& call) {
  std::uint64_t number = 0;
  return read_number(call.text(0), number) ? Value::unsigned_integer(number) : not_a("uint", call.text(0));
}

Value double_of_int(Call& call) {
  return Value::real(static_cast<double>(call[0].as_int()));
}
Value double_of_uint(Call& call) {
  return Value::real(static_cast<double>(call[0].as_uint()));
}
Value double_of_string(Call& call) {
  double number = 0;
  return read_number(call.text(0), number) ? Value::real(number) : not_a("double", call.text(0));
}

Value bool_of_string(Call& call) {
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (call.text(0) == yes) return Value::boolean(true);
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (call.text(0) == no) return Value::boolean(false);
  }
  return not_a("bool", call.text(0));
}

Value string_of(Call& call) {
  Value text = to_string(call[0]);
  if (!text.is_error() && !call.budget.allocate(text.as_text().size())) return cost_exceeded();
  return text;
}

Value bytes_of_string(Call& call) {
  if (!call.budget.allocate(call.text(0).size())) return cost_exceeded();
  return Value::bytes(call.text(0));
}

Value timestamp_of_string(Call& call) {
  const auto time = parse_timestamp(call.text(0));
  if (time) return Value::timestamp(*time);
  return fail("`" + std::string(call.text(0).substr(0, 60)) + "` is no timestamp, or out of range",
              "timestamps look like 2026-01-31T12:00:00Z");
}
Value timestamp_of_int(Call& call) {
  const Timestamp time{call[0].as_int(), 0};
  return in_range(time) ? Value::timestamp(time) : out_of_range("timestamp");
}

Value duration_of_string(Call& call) {
  const auto nanos = parse_duration(call.text(0));
  if (nanos) return Value::duration(*nanos);
  return fail("`" + std::string(call.text(0).substr(0, 60)) + "` is no duration, or out of range",
              "durations look like 1h30m or 2.5s");
}
Value type_of(Call& call) {
  return Value::type(type_name(call[0].kind()));
}

Value size_of_string(Call& call) {
  if (!call.budget.read(call.text(0).size())) return cost_exceeded();
  return Value::integer(static_cast<std::int64_t>(count_code_points(call.text(0))));
}
Value size_of_bytes(Call& call) {
  return Value::integer(static_cast<std::int64_t>(call.text(0).size()));
}
Value size_of_list(Call& call) {
  return Value::integer(static_cast<std::int64_t>(call[0].as_list().size()));
}
Value size_of_map(Call& call) {
  return Value::integer(static_cast<std::int64_t>(call[0].as_map().size()));
}

}  // namespace

Value to_string(const Value& value) {
  switch (value.kind()) {
    case Kind::kString:
      return value;
    case Kind::kBool:
      return Value::string(value.as_bool() ? "true" : "false");
    case Kind::kInt:
      return Value::string(std::to_string(value.as_int()));
    case Kind::kUint:
      return Value::string(std::to_string(value.as_uint()));
    case Kind::kDouble:
      return Value::string(double_text(value.as_double()));
    case Kind::kBytes:
      return valid_utf8(value.as_text()) ? Value::string(value.as_text()) : fail("the bytes are no valid UTF-8");
    case Kind::kTimestamp:
      return Value::string(timestamp_text(value.as_timestamp()));
    case Kind::kDuration:
      return Value::string(duration_text(value.as_duration()));
    case Kind::kIp:
      return Value::string(address_text(value.as_ip()));
    case Kind::kCidr:
      return Value::string(network_text(value.as_ip()));
    default:
      return no_such_overload();
  }
}

void add_conversions(FunctionTable& table) {
  table.add("int(int) -> int", identity, "An int from a number, a string, a timestamp's seconds");
  table.add("int(uint) -> int", int_of_uint);
  table.add("int(double) -> int", int_of_double);
  table.add("int(string) -> int", int_of_string);
  table.add("int(timestamp) -> int", int_of_timestamp);
  table.add("uint(uint) -> uint", identity, "A uint from a number or a string");
  table.add("uint(int) -> uint", uint_of_int);
  table.add("uint(double) -> uint", uint_of_double);
  table.add("uint(string) -> uint", uint_of_string);
  table.add("double(double) -> double", identity, "A double from a number or a string");
  table.add("double(int) -> double", double_of_int);
  table.add("double(uint) -> double", double_of_uint);
  table.add("double(string) -> double", double_of_string);
  table.add("bool(bool) -> bool", identity, "A bool from 'true', 'false', '1', '0', 't' or 'f'");
  table.add("bool(string) -> bool", bool_of_string);
  table.add("string(string) -> string", identity, "The text of a number, bool, time, address or of UTF-8 bytes");
  for (const char* type : {"bool", "int", "uint", "double", "bytes", "timestamp", "duration", "net.IP", "net.CIDR"}) {
    table.add("string(" + std::string(type) + ") -> string", string_of);
  }
  table.add("bytes(bytes) -> bytes", identity, "The UTF-8 bytes of a string");
  table.add("bytes(string) -> bytes", bytes_of_string);
  table.add("timestamp(timestamp) -> timestamp", identity, "A time from RFC 3339 text or from seconds since 1970");
  table.add("timestamp(string) -> timestamp", timestamp_of_string);
  table.add("timestamp(int) -> timestamp", timestamp_of_int);
  table.add("duration(duration) -> duration", identity, "A duration from text such as 1h30m");
  table.add("duration(string) -> duration", duration_of_string);
  table.add("type(T) -> type(T)", type_of, "The type of a value");
  table.add("dyn(T) -> dyn", identity, "The value itself, its type left to run time");
  table.add("size(string) -> int", size_of_string, "Characters of a string, bytes, elements or entries");
  table.add("size(bytes) -> int", size_of_bytes);
  table.add("size(list(T)) -> int", size_of_list);
  table.add("size(map(K, V)) -> int", size_of_map);
  table.add("string.size() -> int", size_of_string);
  table.add("bytes.size() -> int", size_of_bytes);
  table.add("list(T).size() -> int", size_of_list);
  table.add("map(K, V).size() -> int", size_of_map);
}

}  // namespace plumb::cel
