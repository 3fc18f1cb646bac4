#include "engine/lang/cel/convert.h"

#include <charconv>
#include <cmath>

#include "engine/base/digest.h"
#include "engine/lang/cel/function.h"
#include "engine/lang/cel/operators.h"
#include "engine/lang/cel/time.h"

namespace plumb::cel {

Value from_json(const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean:
      return Value::boolean(json.get<bool>());
    case Json::value_t::number_integer:
      return Value::integer(json.get<std::int64_t>());
    case Json::value_t::number_unsigned: {
      const auto number = json.get<std::uint64_t>();
      return number <= INT64_MAX ? Value::integer(static_cast<std::int64_t>(number)) : Value::unsigned_integer(number);
    }
    case Json::value_t::number_float:
      return Value::real(json.get<double>());
    case Json::value_t::string:
      return Value::string(json.get_ref<const std::string&>());
    case Json::value_t::array: {
      std::vector<Value> items;
      items.reserve(json.size());
      for (const Json& item : json) items.push_back(from_json(item));
      return Value::list(std::move(items));
    }
    case Json::value_t::object: {
      MapBuilder builder;
      builder.reserve(json.size());
      for (const auto& [key, value] : json.items()) builder.add(Value::string(key), from_json(value));
      return std::move(builder).finish();
    }
    case Json::value_t::binary: {
      const auto& bytes = json.get_binary();
      return Value::bytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    case Json::value_t::null:
    case Json::value_t::discarded:
      return Value::null();
  }
  return Value::null();
}

namespace {

Value no_json(const Value& value) {
  std::string hint;
  if (value.is(Kind::kBytes)) hint = "write base64.encode(x), or string(x) for UTF-8";
  if (value.is(Kind::kTimestamp) || value.is(Kind::kDuration) || value.is(Kind::kIp) || value.is(Kind::kCidr)) {
    hint = "write string(x)";
  }
  if (value.is(Kind::kOptional)) hint = "say what holds without a value: x.orValue(…)";
  return fail("a value of type " + std::string(type_name(value.kind())) + " has no form in JSON", std::move(hint));
}

Value list_to_json(const Value& list, Json& json, Budget& budget) {
  json = Json::array();
  for (const Value& item : list.as_list()) {
    Json made;
    if (Value error = to_json(item, made, budget); error.is_error()) return error;
    json.push_back(std::move(made));
  }
  return {};
}

Value map_to_json(const Value& map, Json& json, Budget& budget) {
  json = Json::object();
  for (const MapEntry& entry : map.as_map()) {
    if (!entry.key.is_text()) {
      return fail("JSON has only text as keys; this one is " + std::string(type_name(entry.key.kind())));
    }
    Json made;
    if (Value error = to_json(entry.value, made, budget); error.is_error()) return error;
    json[std::string(entry.key.as_text())] = std::move(made);
  }
  return {};
}

Value fill_json(const Value& value, Json& json, Budget& budget) {
  if (!budget.allocate(sizeof(Json))) return cost_exceeded();
  switch (value.kind()) {
    case Kind::kNull:
      json = nullptr;
      return {};
    case Kind::kBool:
      json = value.as_bool();
      return {};
    case Kind::kInt:
      json = value.as_int();
      return {};
    case Kind::kUint:
      json = value.as_uint();
      return {};
    case Kind::kDouble:
      if (!std::isfinite(value.as_double())) return fail("JSON has no form for " + double_text(value.as_double()));
      json = value.as_double();
      return {};
    case Kind::kString:
      if (!budget.allocate(value.as_text().size())) return cost_exceeded();
      json = std::string(value.as_text());
      return {};
    case Kind::kList:
      return list_to_json(value, json, budget);
    case Kind::kMap:
      return map_to_json(value, json, budget);
    default:
      return no_json(value);
  }
}

}  // namespace

Value to_json(const Value& value, Json& json, Budget& budget) {
  Value error = fill_json(value, json, budget);
  if (error.is_error()) json = nullptr;
  return error;
}

Value append_text(std::string& out, const Value& value) {
  switch (value.kind()) {
    case Kind::kString:
      out += value.as_text();
      return {};
    case Kind::kBool:
      out += value.as_bool() ? "true" : "false";
      return {};
    case Kind::kInt: {
      char digits[24];
      out.append(digits, std::to_chars(digits, digits + sizeof digits, value.as_int()).ptr);
      return {};
    }
    case Kind::kUint:
      out += std::to_string(value.as_uint());
      return {};
    case Kind::kDouble:
      out += double_text(value.as_double());
      return {};
    default:
      break;
  }
  std::string hint = "write string(x)";
  if (value.is(Kind::kList)) hint = "write x.join(', ') for a list of strings, or json.encode(x)";
  if (value.is(Kind::kMap)) hint = "name one of its fields, or write json.encode(x)";
  if (value.is(Kind::kNull)) hint = "say what stands there instead: x == null ? '' : x";
  if (value.is(Kind::kOptional)) hint = "say what stands there without a value: x.orValue('')";
  if (value.is(Kind::kType)) hint.clear();
  const std::string type = value.is_null() ? "null" : "a value of type " + std::string(type_name(value.kind()));
  return Value::error(Code::kNotText, type + " cannot stand inside text", std::move(hint));
}

std::string double_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  if (value == 0) return std::signbit(value) ? "-0" : "0";
  char text[64];
  // Scientific where the exponent is small or large, as Go's %g does it.
  const int exponent = static_cast<int>(std::floor(std::log10(std::fabs(value))));
  const auto format = exponent < -5 || exponent >= 21 ? std::chars_format::scientific : std::chars_format::fixed;
  return std::string(text, std::to_chars(text, text + sizeof text, value, format).ptr);
}

std::string display(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return "null";
    case Kind::kUint:
      return std::to_string(value.as_uint()) + "u";
    case Kind::kDouble: {
      std::string text = double_text(value.as_double());
      return text.find_first_not_of("-0123456789") == std::string::npos ? text + ".0" : text;
    }
    case Kind::kString:
    case Kind::kBytes: {
      const bool text = value.is_text();
      std::string quoted;
      append_canonical(quoted, Json(text ? std::string(value.as_text()) : hex(value.as_text())));
      return text ? quoted : "bytes(" + quoted + ")";
    }
    case Kind::kTimestamp:
      return "timestamp(\"" + timestamp_text(value.as_timestamp()) + "\")";
    case Kind::kDuration:
      return "duration(\"" + duration_text(value.as_duration()) + "\")";
    case Kind::kList: {
      std::string text = "[";
      for (const Value& item : value.as_list()) text += (text.size() == 1 ? "" : ", ") + display(item);
      return text + "]";
    }
    case Kind::kMap: {
      std::string text = "{";
      for (const MapEntry& entry : value.as_map()) {
        text += (text.size() == 1 ? "" : ", ") + display(entry.key) + ": " + display(entry.value);
      }
      return text + "}";
    }
    case Kind::kType:
      return std::string(value.as_type());
    case Kind::kOptional:
      return value.has_optional() ? "optional.of(" + display(value.as_optional()) + ")" : "optional.none()";
    case Kind::kIp:
    case Kind::kCidr:
      return std::string(value.is(Kind::kIp) ? "ip" : "cidr") + "(\"" + std::string(to_string(value).as_text()) + "\")";
    default: {
      std::string text;
      append_text(text, value);
      return text;
    }
  }
}

}  // namespace plumb::cel
