#include "engine/lang/cel/vector.h"

#include <charconv>
#include <cmath>
#include <optional>

#include "engine/base/digest.h"
#include "engine/base/real.h"
#include "engine/lang/cel/network.h"
#include "engine/lang/cel/program.h"
#include "engine/lang/cel/time.h"

namespace plumb::cel {
namespace {

constexpr int kMostDepth = 60;

Value unreadable(std::string_view what) {
  return fail("a value that cannot be read: " + std::string(what));
}

template <class Number>
std::optional<Number> number_of(const Json& json) {
  if (!json.is_string()) return {};
  const auto& text = json.get_ref<const std::string&>();
  Number number{};
  const auto [end, problem] = read_any(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

// Seconds as text and nanoseconds, of timestamps and durations.
bool read_time(const Json& json, Timestamp& time) {
  if (!json.is_object() || !json.contains("seconds")) return false;
  const auto seconds = number_of<std::int64_t>(json["seconds"]);
  const Json nanos = json.value("nanos", Json(0));
  if (!seconds || !nanos.is_number_integer()) return false;
  const auto count = nanos.get<std::int64_t>();
  if (count <= -kNanosPerSecond || count >= kNanosPerSecond) return false;
  time.seconds = *seconds - (count < 0 ? 1 : 0);
  time.nanos = static_cast<std::uint32_t>(count < 0 ? count + kNanosPerSecond : count);
  return true;
}

Value read_duration(const Json& json) {
  Timestamp time;
  if (!read_time(json, time)) return unreadable("duration");
  std::int64_t nanos = 0;
  if (__builtin_mul_overflow(time.seconds, kNanosPerSecond, &nanos) ||
      __builtin_add_overflow(nanos, static_cast<std::int64_t>(time.nanos), &nanos)) {
    return fail("the duration is out of range");
  }
  return Value::duration(nanos);
}

Value read_value(const Json& json, int depth);

Value read_list(const Json& json, int depth) {
  std::vector<Value> items;
  for (const Json& item : json) {
    items.push_back(read_value(item, depth + 1));
    if (items.back().is_error()) return items.back();
  }
  return Value::list(std::move(items));
}

Value read_map(const Json& json, int depth) {
  MapBuilder builder;
  for (const Json& entry : json) {
    if (!entry.is_array() || entry.size() != 2) return unreadable("map");
    Value key = read_value(entry[0], depth + 1);
    Value value = read_value(entry[1], depth + 1);
    if (key.is_error()) return key;
    if (value.is_error()) return value;
    builder.add(std::move(key), std::move(value));
  }
  return std::move(builder).finish();
}

Value read_text(const std::string& type, const std::string& text) {
  if (type == "string") return Value::string(text);
  if (type == "type") return Value::type(text);
  if (type == "ip") return parse_address(text);
  if (type == "cidr") return parse_network(text);
  if (type != "bytes") return unreadable(type);
  const Result<std::string> bytes = base64_decode(text);
  return bytes ? Value::bytes(*bytes) : unreadable(type);
}

Value read_number(const std::string& type, const Json& json) {
  if (type == "int") {
    const auto number = number_of<std::int64_t>(json);
    return number ? Value::integer(*number) : unreadable(type);
  }
  if (type == "uint") {
    const auto number = number_of<std::uint64_t>(json);
    return number ? Value::unsigned_integer(*number) : unreadable(type);
  }
  // read_real takes NaN and Infinity too.
  const auto number = number_of<double>(json);
  return number ? Value::real(*number) : unreadable(type);
}

Value read_value(const Json& json, int depth) {
  if (!json.is_object() || json.size() != 1 || depth > kMostDepth)
    return unreadable("an object with one key was expected");
  const std::string& type = json.begin().key();
  const Json& content = json.begin().value();
  if (type == "null") return Value::null();
  if (type == "bool" && content.is_boolean()) return Value::boolean(content.get<bool>());
  if (type == "int" || type == "uint" || type == "double") return read_number(type, content);
  if (type == "list" && content.is_array()) return read_list(content, depth);
  if (type == "map" && content.is_array()) return read_map(content, depth);
  if (type == "duration") return read_duration(content);
  if (type == "timestamp") {
    Timestamp time;
    return read_time(content, time) && in_range(time) ? Value::timestamp(time) : unreadable(type);
  }
  if (type == "optional") {
    if (content.is_null()) return Value::none();
    Value value = read_value(content, depth + 1);
    return value.is_error() ? value : Value::optional(std::move(value));
  }
  return content.is_string() ? read_text(type, content.get_ref<const std::string&>()) : unreadable(type);
}

// The shortest digits that read back, with an exponent below 1e-4 and from 1e16 on.
std::string typed_double(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  const double size = std::fabs(value);
  const bool plain = size == 0 || (size >= 1e-4 && size < 1e16);
  char text[64];
  const std::string digits(text, std::to_chars(text, text + sizeof text, value,
                                               plain ? std::chars_format::fixed : std::chars_format::scientific)
                                     .ptr);
  return digits.find_first_not_of("-0123456789") == std::string::npos ? digits + ".0" : digits;
}

Json error_of(std::string message) {
  return Json{{"error", std::move(message)}};
}

bool read_type(const Json& json, Type& type) {
  if (!json.is_string()) return false;
  std::string_view text = json.get_ref<const std::string&>();
  return parse_type(text, type) && text.empty();
}

bool declare_overload(Environment& environment, const std::string& name, const Json& json) {
  Overload overload;
  if (!json.is_object() || !json.contains("params") || !json["params"].is_array() || !json.contains("result"))
    return false;
  for (const Json& parameter : json["params"]) {
    Type type;
    if (!read_type(parameter, type)) return false;
    overload.parameters.push_back(std::move(type));
  }
  const Json receiver = json.value("receiver", Json(false));
  if (!read_type(json["result"], overload.result) || !receiver.is_boolean()) return false;
  overload.receiver = receiver.get<bool>() && !overload.parameters.empty();
  environment.add_overload(name, std::move(overload));
  return true;
}

bool declare(Environment& environment, const Json& declarations) {
  if (!declarations.is_array()) return false;
  for (const Json& declaration : declarations) {
    if (!declaration.is_object() || !declaration.contains("name") || !declaration["name"].is_string()) return false;
    const std::string name = declaration["name"].get<std::string>();
    if (declaration.contains("overloads")) {
      if (!declaration["overloads"].is_array()) return false;
      for (const Json& overload : declaration["overloads"]) {
        if (!declare_overload(environment, name, overload)) return false;
      }
      continue;
    }
    Type type;
    if (!declaration.contains("type") || !read_type(declaration["type"], type)) return false;
    environment.add_variable(name, std::move(type));
  }
  return true;
}

bool flag(const Json& test, const char* name) {
  const auto found = test.find(name);
  return found != test.end() && found->is_boolean() && found->get<bool>();
}

// Gives each binding its slot; one that no declaration names is dyn. False where a value cannot be read.
bool bind(const Json& bindings, Environment& environment, std::vector<Value>& slots, std::string& problem) {
  for (const auto& [name, json] : bindings.items()) {
    int slot = environment.find_variable(name);
    if (slot < 0) slot = environment.add_variable(name, Type());
    Value value = from_typed_json(json);
    if (value.is_error()) {
      problem = value.as_error().message;
      return false;
    }
    slots.resize(environment.slot_count());
    slots[static_cast<std::size_t>(slot)] = std::move(value);
  }
  slots.resize(environment.slot_count());
  return true;
}

}  // namespace

Value from_typed_json(const Json& json) {
  return read_value(json, 0);
}

Json to_typed_json(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return {{"null", nullptr}};
    case Kind::kBool:
      return {{"bool", value.as_bool()}};
    case Kind::kInt:
      return {{"int", std::to_string(value.as_int())}};
    case Kind::kUint:
      return {{"uint", std::to_string(value.as_uint())}};
    case Kind::kDouble:
      return {{"double", typed_double(value.as_double())}};
    case Kind::kString:
      return {{"string", std::string(value.as_text())}};
    case Kind::kBytes:
      return {{"bytes", base64_encode(value.as_text())}};
    case Kind::kType:
      return {{"type", std::string(value.as_type())}};
    case Kind::kIp:
      return {{"ip", address_text(value.as_ip())}};
    case Kind::kCidr:
      return {{"cidr", network_text(value.as_ip())}};
    case Kind::kTimestamp: {
      const Timestamp time = value.as_timestamp();
      return {{"timestamp", {{"seconds", std::to_string(time.seconds)}, {"nanos", time.nanos}}}};
    }
    case Kind::kDuration: {
      const std::int64_t nanos = value.as_duration();
      return {{"duration", {{"seconds", std::to_string(nanos / kNanosPerSecond)}, {"nanos", nanos % kNanosPerSecond}}}};
    }
    case Kind::kList: {
      Json items = Json::array();
      for (const Value& item : value.as_list()) items.push_back(to_typed_json(item));
      return Json::object({{"list", std::move(items)}});
    }
    case Kind::kMap: {
      Json entries = Json::array();
      for (const MapEntry& entry : value.as_map()) {
        entries.push_back(Json::array({to_typed_json(entry.key), to_typed_json(entry.value)}));
      }
      return Json::object({{"map", std::move(entries)}});
    }
    case Kind::kOptional:
      return Json::object({{"optional", value.has_optional() ? to_typed_json(value.as_optional()) : Json(nullptr)}});
    case Kind::kUnset:
    case Kind::kError:
      break;
  }
  return Json::object();
}

Json run_case(const Json& test) {
  if (!test.is_object() || !test.contains("expr") || !test["expr"].is_string())
    return error_of("a case needs \"expr\"");
  Environment environment;
  if (test.contains("container") && test["container"].is_string()) {
    environment.set_container(test["container"].get<std::string>());
  }
  if (test.contains("type_env") && !declare(environment, test["type_env"]))
    return error_of("\"type_env\" cannot be read");
  std::vector<Value> slots;
  std::string problem;
  const Json bindings = test.value("bindings", Json::object());
  if (!bindings.is_object()) return error_of("\"bindings\" cannot be read");
  if (!bind(bindings, environment, slots, problem)) return error_of(problem);
  CompileOptions options;
  options.check = !flag(test, "disable_check");
  options.macros = !flag(test, "disable_macros");
  const Outcome<Program> program = compile(test["expr"].get_ref<const std::string&>(), environment, options);
  if (!program) return error_of(program.error().summary);
  if (flag(test, "check_only")) return Json{{"type", program->type().str()}};
  const Outcome<Value> value = program->evaluate({slots, nullptr});
  if (!value) return error_of(value.error().summary);
  return Json{{"value", to_typed_json(*value)}};
}

}  // namespace plumb::cel
