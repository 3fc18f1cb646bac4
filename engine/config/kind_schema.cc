#include "engine/config/kind_schema.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string_view>

#include "engine/base/nearest.h"
#include "engine/config/schema.h"
#include "engine/config/text_pattern.h"
#include "providers/outside/words.h"

namespace plumb::config {
namespace {

constexpr int kDeepestSchema = 24;
constexpr std::size_t kMostAttributes = 128;
constexpr std::string_view kToDefinition = "#/definitions/";

constexpr std::array<std::string_view, 6> kSchemaTypes = {"string", "integer", "number", "boolean", "array", "object"};
constexpr std::array<std::string_view, 4> kSchemaFormats = {"path", "mode", "duration", "size"};

enum class WordForm {
  kText,
  kCount,
  kNumber,
  kFlag,
  kAny,
  kNames,
  kList,
  kType,
  kPattern,
  kSchema,
  kSchemas,
  kByName,
  kMore,
  kTexts,
  kGroups,
  kFormat,
  kPathUse
};

struct SchemaWord {
  std::string_view name;
  WordForm form;
};

constexpr std::array kWords = {SchemaWord{"title", WordForm::kText},
                               SchemaWord{"description", WordForm::kText},
                               SchemaWord{"examples", WordForm::kList},
                               SchemaWord{"type", WordForm::kType},
                               SchemaWord{"enum", WordForm::kList},
                               SchemaWord{"const", WordForm::kAny},
                               SchemaWord{"default", WordForm::kAny},
                               SchemaWord{"$ref", WordForm::kText},
                               SchemaWord{"properties", WordForm::kByName},
                               SchemaWord{"patternProperties", WordForm::kByName},
                               SchemaWord{"additionalProperties", WordForm::kMore},
                               SchemaWord{"propertyNames", WordForm::kSchema},
                               SchemaWord{"required", WordForm::kNames},
                               SchemaWord{"minProperties", WordForm::kCount},
                               SchemaWord{"items", WordForm::kSchema},
                               SchemaWord{"minItems", WordForm::kCount},
                               SchemaWord{"maxItems", WordForm::kCount},
                               SchemaWord{"uniqueItems", WordForm::kFlag},
                               SchemaWord{"minLength", WordForm::kCount},
                               SchemaWord{"maxLength", WordForm::kCount},
                               SchemaWord{"pattern", WordForm::kPattern},
                               SchemaWord{"minimum", WordForm::kNumber},
                               SchemaWord{"maximum", WordForm::kNumber},
                               SchemaWord{"anyOf", WordForm::kSchemas},
                               SchemaWord{"oneOf", WordForm::kSchemas},
                               SchemaWord{"allOf", WordForm::kSchemas},
                               SchemaWord{"not", WordForm::kSchema},
                               SchemaWord{"if", WordForm::kSchema},
                               SchemaWord{"then", WordForm::kSchema},
                               SchemaWord{"else", WordForm::kSchema},
                               SchemaWord{"x-expected", WordForm::kText},
                               SchemaWord{"x-exclusive", WordForm::kGroups},
                               SchemaWord{"x-elsewhere", WordForm::kTexts},
                               SchemaWord{"x-format", WordForm::kFormat},
                               SchemaWord{"x-sensitive", WordForm::kFlag},
                               SchemaWord{"x-parameter", WordForm::kFlag},
                               SchemaWord{"x-once", WordForm::kFlag},
                               SchemaWord{"x-judged", WordForm::kFlag},
                               SchemaWord{"x-replaces", WordForm::kFlag},
                               SchemaWord{"x-refers", WordForm::kText},
                               SchemaWord{"x-path", WordForm::kPathUse}};

// Words of the outermost schema alone.
constexpr std::array kOutermost = {SchemaWord{"$schema", WordForm::kText}, SchemaWord{"$id", WordForm::kText},
                                   SchemaWord{"definitions", WordForm::kByName},
                                   SchemaWord{"x-identity", WordForm::kText}, SchemaWord{"x-key", WordForm::kNames}};

template <class Words>
const SchemaWord* find_word(const Words& words, std::string_view name) {
  const auto found =
      std::find_if(words.begin(), words.end(), [name](const SchemaWord& one) { return one.name == name; });
  return found == words.end() ? nullptr : &*found;
}

bool is_among(const auto& names, const Json& value) {
  return value.is_string() && std::find(names.begin(), names.end(), value.get_ref<const std::string&>()) != names.end();
}

bool are_all(const Json& list, const std::function<bool(const Json&)>& holds) {
  return list.is_array() && !list.empty() && std::all_of(list.begin(), list.end(), holds);
}

bool is_a_text(const Json& value) {
  return value.is_string();
}

bool are_texts(const Json& list) {
  return are_all(list, is_a_text);
}

Error bad_schema(const std::string& place, const std::string& what) {
  return fail(Code::kBadProvider, (place.empty() ? "" : "`" + place + "` ") + what);
}

std::string place_below(const std::string& place, const std::string& name) {
  return place.empty() ? name : place + "." + name;
}

class SchemaCheck {
 public:
  explicit SchemaCheck(const Json& root) : root_(root) {}

  Result<> schema(const Json& given, const std::string& place, int depth = 0) {
    if (!given.is_object()) return bad_schema(place, "is no schema: an object is expected");
    if (depth > kDeepestSchema) return bad_schema(place, "is too deep");
    for (const auto& [name, value] : given.items()) {
      const SchemaWord* word = find_word(kWords, name);
      if (word == nullptr && depth == 0) word = find_word(kOutermost, name);
      if (word == nullptr) return unknown(name, place);
      if (!has_form(word->form, value))
        return bad_schema(place_below(place, name), "does not have the form of that word");
      PLUMB_TRY(parts(word->form, value, place_below(place, name), depth));
    }
    return given.contains("$ref") ? reference(given, place) : Result<>();
  }

 private:
  static Error unknown(const std::string& name, const std::string& place) {
    std::vector<std::string> known;
    for (const SchemaWord& word : kWords) known.emplace_back(word.name);
    const std::string near = nearest(name, known);
    return std::move(bad_schema(place_below(place, name), "is not a word that plumb looks at"))
        .hint(near.empty() ? "docs/reference/provider-protocol.md lists those that it does"
                           : "did you mean `" + near + "`?");
  }

  static bool has_form(WordForm form, const Json& value) {
    switch (form) {
      case WordForm::kText:
        return value.is_string();
      case WordForm::kCount:
        return value.is_number_integer() && value.get<std::int64_t>() >= 0;
      case WordForm::kNumber:
        return value.is_number();
      case WordForm::kFlag:
        return value.is_boolean();
      case WordForm::kAny:
        return true;
      case WordForm::kNames:
        return are_texts(value);
      case WordForm::kList:
        return value.is_array();
      case WordForm::kType:
        return is_among(kSchemaTypes, value) ||
               are_all(value, [](const Json& one) { return is_among(kSchemaTypes, one); });
      case WordForm::kPattern:
        return value.is_string() && TextPattern(value.get<std::string>()).valid();
      case WordForm::kSchema:
        return value.is_object();
      case WordForm::kSchemas:
        return are_all(value, [](const Json& one) { return one.is_object(); });
      case WordForm::kByName:
        return value.is_object() &&
               std::all_of(value.begin(), value.end(), [](const Json& one) { return one.is_object(); });
      case WordForm::kMore:
        return value.is_boolean() || value.is_object();
      case WordForm::kTexts:
        return value.is_object() && std::all_of(value.begin(), value.end(), is_a_text);
      case WordForm::kGroups:
        return are_all(value, are_texts);
      case WordForm::kFormat:
        return is_among(kSchemaFormats, value);
      case WordForm::kPathUse:
        return value == "manages" || value == "edits";
    }
    return false;
  }

  Result<> parts(WordForm form, const Json& value, const std::string& place, int depth) {
    if (form == WordForm::kSchema || (form == WordForm::kMore && value.is_object()))
      return schema(value, place, depth + 1);
    if (form != WordForm::kSchemas && form != WordForm::kByName) return {};
    for (const auto& [name, part] : value.items()) PLUMB_TRY(schema(part, place_below(place, name), depth + 1));
    return {};
  }

  // One step, so that no two lead to each other.
  Result<> reference(const Json& given, const std::string& place) {
    const std::string target = given["$ref"].get<std::string>();
    const std::string name = target.starts_with(kToDefinition) ? target.substr(kToDefinition.size()) : std::string();
    const Json& definitions = root_.contains("definitions") ? root_["definitions"] : root_;
    if (name.empty() || !root_.contains("definitions") || !definitions.contains(name))
      return bad_schema(place_below(place, "$ref"), "leads to no `#/definitions/NAME`");
    if (place.starts_with("definitions.")) return bad_schema(place_below(place, "$ref"), "stands in a definition");
    return {};
  }

  const Json& root_;
};

// Keys that every kind takes.
bool is_shared_key(const std::string& name) {
  return builtin_schema("project").at("definitions").at("resource").at("properties").contains(name);
}

Result<> check_attributes(const Json& schema, bool on_controller) {
  const Json& properties = schema["properties"];
  if (properties.size() > kMostAttributes)
    return bad_schema("properties", "has more than " + std::to_string(kMostAttributes) + " attributes");
  const TextPattern plain("^[a-z][a-z0-9_]*$");
  for (const auto& [name, part] : properties.items()) {
    const std::string place = "properties." + name;
    if (!plain.matches(name)) return bad_schema(place, "is no name of an attribute: lower-case letters, digits and _");
    if (is_shared_key(name))
      return bad_schema(place, "has the name of a key that every kind takes")
          .hint("give the attribute another name; docs/reference/project.md#resource has all that are taken");
    if (name == outside::kRunsAs) {
      return bad_schema(place, on_controller ? "is not for kinds that run on the controller"
                                             : "is what every kind has that runs on hosts, without saying so");
    }
    if (outside::sets_off(name) && part.value("type", Json()) != "array")
      return bad_schema(place, "is a list of address globs");
  }
  const std::string identity = schema["x-identity"].get<std::string>();
  if (!properties.contains(identity)) return bad_schema("x-identity", "names no attribute");
  if (properties[identity].value("type", Json()) != "string")
    return bad_schema("properties." + identity, "is the identity, which is a text");
  for (const Json& key : schema.value("x-key", Json::array())) {
    if (!properties.contains(key.get<std::string>())) return bad_schema("x-key", "names no attribute");
  }
  for (const Json& key : schema.value("required", Json::array())) {
    if (!properties.contains(key.get<std::string>())) return bad_schema("required", "names what is no attribute");
  }
  return {};
}

}  // namespace

bool is_word_of_resources(const std::string& name) {
  const Json& definitions = builtin_schema("project").at("definitions");
  return is_shared_key(name) || definitions.at("block").at("properties").contains(name) ||
         definitions.at("use").at("properties").contains(name);
}

Result<Json> kind_schema(const std::string& kind, Json schema, bool on_controller) {
  PLUMB_TRY(SchemaCheck(schema).schema(schema, ""));
  if (schema.value("type", Json()) != "object") return bad_schema("type", "of a kind is `object`");
  if (schema.value("additionalProperties", Json()) != false)
    return bad_schema("additionalProperties", "of a kind is false");
  for (const char* word : {"description", "x-identity", "properties"}) {
    if (!schema.contains(word)) return bad_schema("", std::string("the schema has no `") + word + "`");
  }
  PLUMB_TRY(check_attributes(schema, on_controller));
  schema["title"] = kind;
  Json& properties = schema["properties"];
  for (auto& [name, part] : properties.items()) part.emplace("description", "");
  if (!on_controller) {
    properties[outside::kRunsAs] = {
        {"type", "string"},
        {"minLength", 1},
        {"description",
         "The user as whom the provider's program runs for this resource. Absent: whoever plumb works as there."}};
  }
  return schema;
}

}  // namespace plumb::config
