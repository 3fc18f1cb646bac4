#include "engine/editor/cue_text.h"

#include <algorithm>
#include <set>

#include "engine/base/joined.h"
#include "engine/config/words.h"
#include "engine/editor/open_schema.h"

namespace plumb::editor {
namespace {

constexpr const char* kIndent = "\t";

const Json& map_at(const Json& schema, const char* key) {
  static const Json none = Json::object();
  const auto found = schema.find(key);
  return found == schema.end() ? none : *found;
}

bool has_conditions(const Json& schema) {
  return schema.contains("not") || schema.contains("allOf") || schema.contains("if") ||
         ((schema.contains("anyOf") || schema.contains("oneOf")) && schema.contains("type"));
}

// Names that can also be referred to stand bare; those with a meaning in CUE are quoted.
std::string label(const std::string& name) {
  static const std::set<std::string> taken = {"package", "import", "for",  "in",      "if",     "let",
                                              "true",    "false",  "null", "string",  "int",    "float",
                                              "number",  "bool",   "list", "strings", "struct", "bytes"};
  const bool plain = !name.empty() && ((name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z')) &&
                     std::all_of(name.begin(), name.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
                     });
  return plain && !taken.contains(name) ? name : Json(name).dump();
}

// How an expression names a key of its map. Of a quoted one that is an alias, which CUE wants used where it is made.
std::string in_expression(const std::string& name) {
  if (label(name) == name) return name;
  std::string own = "_own_" + name;
  std::replace_if(
      own.begin(), own.end(), [](char c) { return c == '-' || c == '.' || c == ' '; }, '_');
  return own;
}

bool can_be_map(const Json& schema) {
  const std::set<std::string> types = config::types_of(schema);
  return types.empty() || types.contains("object");
}

std::string literal(const Json& value) {
  return value.is_string() ? cue_string(value.get<std::string>()) : value.dump();
}

std::string limit(const Json& schema, const char* key, const std::string& before, const std::string& after) {
  return schema.contains(key) ? " & " + before + schema[key].dump() + after : "";
}

std::string text(const Json& schema) {
  std::string out;
  if (schema.contains("pattern")) {
    const std::string pattern = schema["pattern"].get<std::string>();
    out = pattern == kExpressionPattern ? "#Expression" : "=~" + cue_string(pattern);
  }
  const auto add = [&](const std::string& constraint) { append_item(out, constraint, " & "); };
  const auto length = [&](const char* key) { return schema[key].get<std::size_t>(); };
  if (schema.contains("minLength") && length("minLength") > 0)
    add(length("minLength") == 1 ? "!=\"\"" : "strings.MinRunes(" + std::to_string(length("minLength")) + ")");
  if (schema.contains("maxLength")) add("strings.MaxRunes(" + std::to_string(length("maxLength")) + ")");
  return out.empty() || out == "!=\"\"" ? "string" + (out.empty() ? "" : " & " + out) : out;
}

std::string number(const Json& schema, const char* type) {
  return type + limit(schema, "minimum", ">=", "") + limit(schema, "maximum", "<=", "");
}

std::string all_of(const std::vector<std::string>& conditions, const char* between) {
  const std::string out = joined(conditions, between);
  return conditions.size() > 1 ? "(" + out + ")" : out;
}

// A definition by itself has no values yet and must not fail: the condition waits until what is required, the identity
// of a resource, is a text.
std::string when_given(const Json& required) {
  return required.empty() ? "" : in_expression(required[0].get<std::string>()) + " =~ \"\" && ";
}

// The keys of which exactly one is given, where `oneOf` says just that.
std::vector<std::string> one_key_of(const Json& schema) {
  std::vector<std::string> keys;
  for (const Json& branch : schema.value("oneOf", Json::array())) {
    if (branch.size() != 1 || !branch.contains("required") || branch["required"].size() != 1) return {};
    keys.push_back(branch["required"][0].get<std::string>());
  }
  return keys;
}

std::string is_given(const std::string& name) {
  return in_expression(name) + " != _|_";
}

std::string forbids(const std::string& name, const std::vector<std::string>& others, const std::string& indent) {
  std::vector<std::string> forbidden;
  for (const std::string& other : others) {
    if (other != name) forbidden.push_back(is_given(other));
  }
  if (forbidden.empty()) return {};
  return indent + "if " + is_given(name) + " && " + all_of(forbidden, " || ") + " {_|_}\n";
}

// True where one of the map's keys is given.
std::string something_given(const Json& properties) {
  std::vector<std::string> given;
  for (const auto& [name, unused] : properties.items()) given.push_back(is_given(name));
  return all_of(given, " || ");
}

// Whether a field that is given is as the schema says; only constants and patterns are asked for in conditions. Both
// are asked of its text: an expression may stand for a number, and CUE takes comparing the two for a mistake.
std::string value_condition(const std::string& name, const Json& schema) {
  std::vector<std::string> either;
  for (const Json& branch : schema.value("anyOf", Json::array())) either.push_back(value_condition(name, branch));
  const std::string own = "\"\\(" + name + ")\"";
  const auto is = [&](const Json& value) {
    return own + " == " + (value.is_string() ? literal(value) : cue_string(value.dump()));
  };
  if (schema.contains("const")) either.push_back(is(schema["const"]));
  for (const Json& value : schema.value("enum", Json::array())) either.push_back(is(value));
  if (schema.contains("pattern")) either.push_back(own + " =~ " + cue_string(schema["pattern"].get<std::string>()));
  return either.empty() ? "true" : all_of(either, " || ");
}

}  // namespace

std::string cue_string(const std::string& text) {
  const bool raw = text.find('\\') != std::string::npos && text.find("\"#") == std::string::npos &&
                   text.find("\\#") == std::string::npos &&
                   std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  return raw ? "#\"" + text + "\"#" : Json(text).dump();
}

std::string cue_where_given(const std::string& definition, const std::string& key) {
  const std::string own = in_expression(key);
  return "(" + definition + " & {" + (own == key ? "" : own + "=") + label(key) + ": _, if len(" + own +
         ") == _|_ {_|_}, ...})";
}

std::string cue_comment(const std::string& text, const std::string& indent) {
  if (text.empty()) return {};
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += indent + (end > at ? "// " : "//") + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return out;
}

std::string cue_condition(const Json& schema) {
  std::vector<std::string> all;
  for (const Json& key : schema.value("required", Json::array())) all.push_back(is_given(key.get<std::string>()));
  if (schema.contains("not")) all.push_back("!" + ("(" + cue_condition(schema["not"]) + ")"));
  for (const char* choice : {"anyOf", "oneOf"}) {
    std::vector<std::string> either;
    for (const Json& branch : schema.value(choice, Json::array())) {
      if (can_be_map(branch)) either.push_back(cue_condition(branch));
    }
    if (!either.empty()) all.push_back(all_of(either, " || "));
  }
  for (const Json& branch : schema.value("allOf", Json::array())) all.push_back(cue_condition(branch));
  if (schema.contains("if")) {
    const std::string condition = cue_condition(schema["if"]);
    if (schema.contains("then")) all.push_back("(!(" + condition + ") || " + cue_condition(schema["then"]) + ")");
    if (schema.contains("else")) all.push_back("(" + condition + " || " + cue_condition(schema["else"]) + ")");
  }
  for (const auto& [name, part] : map_at(schema, "properties").items())
    all.push_back("[if " + is_given(name) + " {" + value_condition(in_expression(name), part) + "}, true][0]");
  return all.empty() ? "true" : all_of(all, " && ");
}

std::string CueWriter::value(const Json& schema, const std::string& indent) const {
  return joined(alternatives(schema, indent, schema.is_object() && schema.contains("const")), " | ");
}

// What is not given stays so: CUE would give a default beside keys that exclude it. So the comment says it.
std::string CueWriter::description(const Json& schema) {
  if (!schema.is_object()) return {};
  const std::string told = config::member(schema, "description");
  if (!schema.contains("default")) return told;
  return told + (told.empty() ? "" : "\n\n") + "Default: " + literal(schema["default"]) + ".";
}

// `required` keeps what CUE would fill in by itself, a single constant or an empty list, from standing in for what was
// not given.
std::vector<std::string> CueWriter::alternatives(const Json& schema, const std::string& indent, bool required) const {
  if (schema.is_boolean()) return {schema.get<bool>() ? "_" : "_|_"};
  if (schema.contains("$ref")) return {names_(schema["$ref"].get<std::string>())};
  if (schema.contains("const")) {
    const std::string constant = literal(schema["const"]);
    if (required && schema["const"].is_string()) return {"=~\"^" + schema["const"].get<std::string>() + "$\""};
    return {constant};
  }
  std::vector<std::string> all;
  const auto add = [&](const std::string& one) {
    if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  };
  if (schema.contains("enum")) {
    for (const Json& one : schema["enum"]) add(literal(one));
    return all;
  }
  if (!schema.contains("type")) {
    for (const char* choice : {"anyOf", "oneOf"}) {
      for (const Json& branch : schema.value(choice, Json::array())) {
        for (const std::string& one : alternatives(branch, indent, required)) add(one);
      }
    }
  }
  if (!all.empty()) return all;
  const std::set<std::string> types = config::types_of(schema);
  if (types.contains("null")) add("null");
  if (types.contains("boolean")) add("bool");
  if (types.contains("integer")) add(number(schema, "int"));
  if (types.contains("number")) add(number(schema, "number"));
  if (types.contains("array")) add(list(schema, indent, required));
  if (types.contains("object")) add(map(schema, indent));
  if (types.contains("string")) add(text(schema));
  if (all.empty()) add("_");
  return all;
}

std::string CueWriter::list(const Json& schema, const std::string& indent, bool required) const {
  std::string item = schema.contains("items") ? value(schema["items"], indent) : "_";
  if (item.find(' ') != std::string::npos && item.front() != '{') item = "(" + item + ")";
  // How many items there have to be the list says by its first ones: CUE judges list.MinItems by the empty list that
  // "[...#Map]" is by default.
  std::string first;
  for (int i = schema.value("minItems", 0); i > 0; --i) first += item + ", ";
  std::string out =
      required && first.empty() ? "([] | [" + item + ", ..." + item + "])" : "[" + first + "..." + item + "]";
  out += limit(schema, "maxItems", "list.MaxItems(", ")");
  if (schema.value("uniqueItems", false)) out += " & list.UniqueItems()";
  return out;
}

std::string CueWriter::map(const Json& schema, const std::string& indent) const {
  const std::string inner = indent + kIndent;
  const Json required = schema.value("required", Json::array());
  const Json& properties = map_at(schema, "properties");
  const std::string between = conditions(schema, inner);
  const auto is_referred = [&](const std::string& name) {
    return between.find(in_expression(name)) != std::string::npos;
  };
  std::string body;
  // What is required comes first: in what CUE exports a resource then begins with its kind.
  for (const Json& key : required) {
    const auto& name = key.get_ref<const std::string&>();
    if (properties.contains(name)) body += field({name, properties[name], true, is_referred(name)}, inner);
  }
  for (const auto& [name, part] : properties.items()) {
    if (std::find(required.begin(), required.end(), name) == required.end())
      body += field({name, part, false, is_referred(name)}, inner);
  }
  body += between + other_keys(schema, inner);
  std::string out = body.empty() ? "{}" : "{\n" + body + indent + "}";
  if (body == inner + "...\n") out = "{...}";
  if (schema.contains("minProperties")) return out + limit(schema, "minProperties", "struct.MinFields(", ")");
  // CUE 0.4 lets any value be a map of which nothing but conditions is asked.
  const bool only_conditions = required.empty() && (schema.contains("dependencies") || has_conditions(schema));
  return only_conditions ? out + " & struct.MinFields(0)" : out;
}

// Between the keys of the map, each in a line of its own.
std::string CueWriter::conditions(const Json& schema, const std::string& indent) {
  std::string out;
  for (const auto& [name, others] : map_at(schema, "dependencies").items()) {
    std::vector<std::string> forbidden;
    for (const auto& [other, unused] : map_at(others, "properties").items()) forbidden.push_back(other);
    out += forbids(name, forbidden, indent);
  }
  const std::vector<std::string> one_key = one_key_of(schema);
  for (const std::string& name : one_key) out += forbids(name, one_key, indent);
  if (!has_conditions(schema)) return out;
  Json condition = schema;
  condition.erase("required");
  condition.erase("properties");
  const Json required = schema.value("required", Json::array());
  const std::string given =
      one_key.empty() ? when_given(required) : something_given(map_at(schema, "properties")) + " && ";
  return out + indent + "if " + given + "!(" + cue_condition(condition) + ") {_|_}\n";
}

std::string CueWriter::field(const Field& field, const std::string& indent) const {
  return cue_comment(description(field.schema), indent) + indent +
         (field.referred && in_expression(field.name) != field.name ? in_expression(field.name) + "=" : "") +
         label(field.name) + (field.required ? "" : "?") + ": " +
         joined(alternatives(field.schema, indent, field.required), " | ") + "\n";
}

// Keys that `properties` does not name.
std::string CueWriter::other_keys(const Json& schema, const std::string& indent) const {
  const Json& more = schema.contains("additionalProperties") ? schema["additionalProperties"] : Json(true);
  if (more == false) return {};
  const std::string pattern =
      schema.contains("propertyNames") ? config::member(schema["propertyNames"], "pattern") : std::string();
  if (schema.contains("propertyNames") && schema["propertyNames"].contains("$ref"))
    return indent + "[" + names_(schema["propertyNames"]["$ref"].get<std::string>()) + "]: " + value(more, indent) +
           "\n";
  if (!pattern.empty()) return indent + "[=~" + cue_string(pattern) + "]: " + value(more, indent) + "\n";
  if (more == true) return indent + "...\n";
  std::string named;
  for (const auto& [name, unused] : map_at(schema, "properties").items()) append_item(named, name, "|");
  return indent + "[" + (named.empty() ? "string" : "!~\"^(" + named + ")$\"") + "]: " + value(more, indent) + "\n";
}

}  // namespace plumb::editor
