#include "engine/config/types.h"

#include <algorithm>
#include <optional>

#include "engine/config/formats.h"
#include "engine/config/rules.h"
#include "engine/config/words.h"

namespace plumb::config {
namespace {

using cel::Type;
using Kind = cel::Type::Kind;

const Json& resolve(const Json& schema, const Json& root) {
  const Json* current = &schema;
  while (current->is_object() && current->contains("$ref")) {
    current = &root.at(Json::json_pointer((*current)["$ref"].get<std::string>().substr(1)));
  }
  return *current;
}

Type object_type(const Json& schema, const Json& root, const std::string& name) {
  const auto more = schema.find("additionalProperties");
  const bool closed = more != schema.end() && more->is_boolean() && !more->get<bool>();
  if (!schema.contains("properties")) {
    const bool typed = more != schema.end() && more->is_object();
    return Type::map(Type(Kind::kString), typed ? type_of_schema(*more, root, name) : Type());
  }
  std::vector<cel::Field> fields;
  const Json required = schema.value("required", Json::array());
  for (const auto& [key, part] : schema["properties"].items()) {
    const bool given = part.is_object() && part.contains("default");
    const bool needed = std::find(required.begin(), required.end(), Json(key)) != required.end();
    fields.push_back({key, type_of_schema(part, root, key), !given && !needed});
  }
  return cel::make_record(name, std::move(fields), !closed);
}

bool is_list(const Type& type) {
  return type.is(Kind::kList);
}

Fit worst(Fit a, Fit b) {
  if (a == Fit::kNo || b == Fit::kNo) return Fit::kNo;
  return a == Fit::kMayBeNull || b == Fit::kMayBeNull ? Fit::kMayBeNull : Fit::kYes;
}

Fit fits_object(const Type& type, const Json& schema, const Json& root) {
  const auto member = [&](const std::string& key) -> const Json* {
    if (schema.contains("properties") && schema["properties"].contains(key)) return &schema["properties"][key];
    const auto more = schema.find("additionalProperties");
    return more != schema.end() && more->is_object() ? &*more : nullptr;
  };
  if (type.is(Kind::kMap)) {
    const Json* part = member("");
    return part == nullptr ? Fit::kYes : fits(type.parameter(1), *part, root);
  }
  Fit result = Fit::kYes;
  for (const cel::Field& field : type.record_fields().fields) {
    const Json* part = member(field.name);
    const auto more = schema.find("additionalProperties");
    const bool closed = more != schema.end() && more->is_boolean() && !more->get<bool>();
    if (part == nullptr && closed) return Fit::kNo;
    if (part != nullptr) result = worst(result, fits(field.type, *part, root));
  }
  return result;
}

bool has(const std::set<std::string>& types, const char* name) {
  return types.contains(name);
}

}  // namespace

Type type_of_schema(const Json& given, const Json& root, const std::string& name) {
  const Json& schema = resolve(given, root);
  if (!schema.is_object()) return {};
  const Keywords keywords(schema);
  const Types& types = keywords.types;
  const auto all = {types.text, types.integer, types.number, types.boolean, types.list, types.map};
  if (std::count(all.begin(), all.end(), true) != 1) return {};
  Type type;
  if (types.text) type = Type(Kind::kString);
  if (types.integer) type = Type(Kind::kInt);
  if (types.number) type = Type(Kind::kDouble);
  if (types.boolean) type = Type(Kind::kBool);
  if (types.list) type = Type::list(keywords.items != nullptr ? type_of_schema(*keywords.items, root, name) : Type());
  if (types.map) type = object_type(schema, root, name);
  return types.null ? Type::nullable(std::move(type)) : type;
}

Type either(const Type& a, const Type& b) {
  if (a == b || b.is_dyn()) return b;
  if (a.is_dyn()) return a;
  if (a.is(Kind::kNull)) return Type::nullable(b);
  if (b.is(Kind::kNull)) return Type::nullable(a);
  if (a.is(Kind::kNullable) || b.is(Kind::kNullable)) {
    const auto inner = [](const Type& type) { return type.is(Kind::kNullable) ? type.parameter(0) : type; };
    return Type::nullable(either(inner(a), inner(b)));
  }
  if (a.is(Kind::kList) && b.is(Kind::kList)) return Type::list(either(a.parameter(0), b.parameter(0)));
  if (!a.is(Kind::kRecord) || !b.is(Kind::kRecord)) return {};
  std::vector<cel::Field> fields;
  const cel::Record& one = a.record_fields();
  const cel::Record& other = b.record_fields();
  for (const cel::Field& field : one.fields) {
    const cel::Field* same = other.find(field.name);
    fields.push_back(same == nullptr
                         ? cel::Field{field.name, field.type, true}
                         : cel::Field{field.name, either(field.type, same->type), field.optional || same->optional});
  }
  for (const cel::Field& field : other.fields) {
    if (one.find(field.name) == nullptr) fields.push_back({field.name, field.type, true});
  }
  return cel::make_record(one.name, std::move(fields), one.open || other.open);
}

Type type_of_value(const Json& value, const std::string& name) {
  if (value.is_object()) {
    std::vector<cel::Field> fields;
    for (const auto& [key, part] : value.items()) fields.push_back({key, type_of_value(part, key), false});
    return cel::make_record(name, std::move(fields));
  }
  if (value.is_array()) {
    std::optional<Type> common;
    for (const Json& item : value) {
      const Type type = type_of_value(item, name);
      common = common ? either(*common, type) : type;
    }
    return Type::list(common.value_or(Type()));
  }
  if (value.is_boolean()) return Type(Kind::kBool);
  if (value.is_number_integer()) return Type(Kind::kInt);
  if (value.is_number()) return Type(Kind::kDouble);
  return Type(value.is_null() ? Kind::kNull : Kind::kString);
}

bool is_required(const Json& schema, const std::string& key) {
  const auto required = schema.find("required");
  return required != schema.end() && std::find(required->begin(), required->end(), Json(key)) != required->end();
}

Fit fits(const Type& type, const Json& given, const Json& root) {
  const Json& schema = resolve(given, root);
  if (!schema.is_object() || type.is_dyn()) return Fit::kYes;
  for (const char* choice : {"anyOf", "oneOf"}) {
    if (!schema.contains(choice) || schema.contains("type")) continue;
    Fit best = Fit::kNo;
    for (const Json& branch : schema[choice]) {
      const Fit fit = fits(type, branch, root);
      if (fit == Fit::kYes) return fit;
      if (fit == Fit::kMayBeNull) best = fit;
    }
    return best;
  }
  const std::set<std::string> types = types_of(schema);
  if (types.empty()) return Fit::kYes;
  switch (type.kind()) {
    case Kind::kNullable: {
      const Fit inner = fits(type.parameter(0), schema, root);
      return inner == Fit::kYes && !has(types, "null") ? Fit::kMayBeNull : inner;
    }
    case Kind::kNull:
      return has(types, "null") ? Fit::kYes : Fit::kNo;
    case Kind::kBool:
      return has(types, "boolean") ? Fit::kYes : Fit::kNo;
    case Kind::kInt:
    case Kind::kUint:
      return has(types, "integer") || has(types, "number") || format_gives_number(member(schema, "x-format"))
                 ? Fit::kYes
                 : Fit::kNo;
    case Kind::kDouble:
      return has(types, "number") ? Fit::kYes : Fit::kNo;
    case Kind::kString:
      return has(types, "string") || format_gives_number(member(schema, "x-format")) ? Fit::kYes : Fit::kNo;
    case Kind::kList:
      if (!has(types, "array")) return Fit::kNo;
      return schema.contains("items") ? fits(type.parameter(0), schema["items"], root) : Fit::kYes;
    case Kind::kMap:
    case Kind::kRecord:
      return has(types, "object") ? fits_object(type, schema, root) : Fit::kNo;
    default:
      return Fit::kNo;
  }
}

std::string words_for(const Type& type) {
  switch (type.kind()) {
    case Kind::kString:
      return "text";
    case Kind::kInt:
    case Kind::kUint:
      return "a whole number";
    case Kind::kDouble:
      return "a number";
    case Kind::kBool:
      return "true or false";
    case Kind::kNull:
      return "null";
    case Kind::kList:
      return type.parameter(0).is_dyn() || is_list(type.parameter(0)) ? "a list"
                                                                      : "a list of " + words_for(type.parameter(0));
    case Kind::kMap:
    case Kind::kRecord:
      return "a map";
    case Kind::kNullable:
      return words_for(type.parameter(0)) + " or null";
    default:
      return type.str();
  }
}

}  // namespace plumb::config
