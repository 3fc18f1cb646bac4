#include "engine/editor/open_schema.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "engine/base/joined.h"
#include "engine/config/words.h"

namespace plumb::editor {
namespace {

struct FormatPattern {
  std::string_view format;
  std::string_view pattern;
  std::string_view expected;
};

// Wider than the formats where an expression cannot say it: an editor that is silent does less harm than a wrong one.
constexpr std::array kFormatPatterns = {
    FormatPattern{"path", "^/", "an absolute path"},
    FormatPattern{"file-path", "^/(.*[^/])?$", "an absolute path without a slash at its end"},
    FormatPattern{"mode",
                  "^([0-7]{3,4}|0[0-7]{4}|[ugoa]*([-+=]([rwxXst]*|[ugo]))+(,[ugoa]*([-+=]([rwxXst]*|[ugo]))+)*)$",
                  "3 to 5 octal digits or clauses of chmod, such as \"0644\" or u=rw,go=r"},
    FormatPattern{"duration", "^(0|[1-9][0-9]*)[smhd]?$", "a duration, such as 90s or 5m"},
    FormatPattern{"size", "^(0|[1-9][0-9]*)(B|k|K|KiB|M|MiB|G|GiB)?$", "a size, such as 512 or 4MiB"},
    FormatPattern{"user", R"(^([0-9]+|[A-Za-z_][A-Za-z0-9_.@\\-]*[$]?)$)", "a user's name or number"},
    FormatPattern{"group", R"(^([0-9]+|[A-Za-z_][A-Za-z0-9_.@\\-]*[$]?)$)", "a group's name or number"},
    FormatPattern{"date", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "a day as YYYY-MM-DD"},
    FormatPattern{"name", R"(^[^-/\s][^/\s]*$)", "a name without white space and `/`"},
};

const Json& expression() {
  static const Json schema = {{"type", "string"}, {"pattern", kExpressionPattern}};
  return schema;
}

bool is_choice(const Json& schema) {
  return !schema.contains("type") && (schema.contains("anyOf") || schema.contains("oneOf"));
}

// Beside these keywords a pattern has no say.
bool is_limited(const Json& schema) {
  return schema.contains("enum") || schema.contains("const") || schema.contains("maxLength");
}

bool takes_any_text(const Json& schema) {
  return schema.is_object() && config::types_of(schema).contains("string") && !is_limited(schema) &&
         !schema.contains("pattern");
}

Json types_json(const std::set<std::string>& types, const std::string& one_more) {
  // What is meant comes first: editors write that.
  Json list = types;
  list.push_back(one_more);
  return list;
}

class Opener {
 public:
  explicit Opener(Openness openness) : openness_(openness) {}

  Json value(const Json& schema) const {
    if (!schema.is_object()) return schema;
    Json opened = inside(schema);
    const std::string format = config::member(schema, "x-format");
    if (openness_.expressions && (format == "source" || format == "template"))
      return as_choice(std::move(opened), first_of());
    return openness_.expressions ? with_expression(std::move(opened)) : opened;
  }

  // The parts of a schema opened, but not its own place.
  Json inside(const Json& schema) const {
    if (!schema.is_object()) return schema;
    Json opened = Json::object();
    for (const auto& [key, part] : schema.items()) {
      if (key != "$schema" && !key.starts_with("x-")) opened[key] = keyword(key, part, is_choice(schema));
    }
    explain_pattern(schema, opened);
    if (schema.contains("x-exclusive")) add_dependencies(schema["x-exclusive"], opened);
    if (openness_.numbers && !schema.contains("enum") && !schema.contains("const") &&
        schema.value("type", Json()) == "string")
      opened["type"] = {"string", "number"};
    return opened;
  }

 private:
  Json keyword(const std::string& key, const Json& part, bool choice) const {
    if (key == "properties" || key == "patternProperties" || key == "definitions" || key == "$defs") {
      Json map = Json::object();
      for (const auto& [name, one] : part.items()) map[name] = value(one);
      return map;
    }
    if (key == "items" || key == "additionalProperties") return value(part);
    if (key == "anyOf" || key == "oneOf" || key == "allOf") {
      Json list = Json::array();
      for (const Json& one : part) list.push_back(inside(one));
      if (choice && openness_.expressions && std::none_of(list.begin(), list.end(), takes_any_text))
        list.push_back(expression());
      return list;
    }
    if (key == "then" || key == "else") return inside(part);
    if (key == "propertyNames") return Opener({}).value(part);
    return part;
  }

  static void explain_pattern(const Json& schema, Json& opened) {
    const std::string format = config::member(schema, "x-format");
    std::string expected = config::member(schema, "x-expected");
    const auto* const known = std::find_if(kFormatPatterns.begin(), kFormatPatterns.end(),
                                           [&](const FormatPattern& one) { return one.format == format; });
    if (known != kFormatPatterns.end() && !schema.contains("pattern")) {
      opened["pattern"] = known->pattern;
      expected = known->expected;
    }
    if (!expected.empty()) opened["patternErrorMessage"] = "expected " + expected;
  }

  static void add_dependencies(const Json& exclusive, Json& opened) {
    for (const Json& keys : exclusive) {
      std::string names;
      for (const Json& key : keys) append_item(names, key.get<std::string>());
      for (const Json& key : keys) {
        Json& others = opened["dependencies"][key.get<std::string>()];
        others["errorMessage"] = "only one of these may be given: " + names;
        for (const Json& other : keys) {
          if (other != key) others["properties"][other.get<std::string>()] = false;
        }
      }
    }
  }

  static Json with_expression(Json opened) {
    if (is_choice(opened)) return opened;
    const std::set<std::string> types = config::types_of(opened);
    if (types.empty()) return opened;
    if (is_limited(opened)) return as_choice(std::move(opened), expression());
    if (types.contains("string")) {
      if (const auto pattern = opened.find("pattern"); pattern != opened.end())
        *pattern = pattern->get<std::string>() + "|" + std::string(kExpressionPattern);
      return opened;
    }
    opened["type"] = types_json(types, "string");
    opened["pattern"] = kExpressionPattern;
    opened["patternErrorMessage"] = "expected " + config::words_for(types) + ", or an expression: ${…}";
    return opened;
  }

  // A file may be the first that is there of several.
  static Json first_of() {
    return {{"type", "object"},
            {"required", {"first_of"}},
            {"additionalProperties", false},
            {"properties",
             {{"first_of", {{"type", "array"}, {"minItems", 1}, {"items", {{"type", "string"}, {"minLength", 1}}}}}}}};
  }

  // Either as it is or something else; what describes it stays outside.
  static Json as_choice(Json opened, Json other) {
    Json outer = Json::object();
    for (const char* key : {"title", "description", "default", "examples"}) {
      if (!opened.contains(key)) continue;
      outer[key] = std::move(opened[key]);
      opened.erase(key);
    }
    outer["anyOf"] = {std::move(opened), std::move(other)};
    return outer;
  }

  Openness openness_;
};

}  // namespace

Json open_document(const Json& schema, Openness openness) {
  return Opener(openness).inside(schema);
}

Json open_value(const Json& schema, Openness openness) {
  return Opener(openness).value(schema);
}

}  // namespace plumb::editor
