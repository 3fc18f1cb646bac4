#include "engine/config/input.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "engine/config/secret_stores.h"
#include "engine/config/text_pattern.h"
#include "engine/config/validate.h"
#include "engine/config/words.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;

struct Keyword {
  std::string_view name;
  std::string_view types;  // that it says something about
};
constexpr std::array kKeywords = {Keyword{"minimum", "integer number"}, Keyword{"maximum", "integer number"},
                                  Keyword{"minLength", "string"},       Keyword{"maxLength", "string"},
                                  Keyword{"pattern", "string"},         Keyword{"items", "array"},
                                  Keyword{"minItems", "array"},         Keyword{"maxItems", "array"},
                                  Keyword{"uniqueItems", "array"},      Keyword{"properties", "object"},
                                  Keyword{"required", "object"},        Keyword{"additionalProperties", "object"}};

std::string between(char first, char last) {
  std::string all;
  for (char c = first; c <= last; ++c) all += c;
  return all;
}

// Of a set's name.
std::string characters_of(const std::string& set) {
  const std::string digits = between('0', '9');
  const std::string letters = between('A', 'Z') + between('a', 'z');
  if (set == "digits") return digits;
  if (set == "hex") return digits + between('a', 'f');
  if (set == "letters") return letters;
  if (set == "alphanumeric") return digits + letters;
  std::string all = between('!', '~');
  std::erase_if(all, [](char c) { return c == '"' || c == '\'' || c == '`' || c == '\\'; });
  return all;
}

// Checks what JSON Schema lets pass in silence, types the values inside the schema by the schema itself, and closes
// maps. Works down into items and properties.
class InputReader {
 public:
  InputReader(Diagnostics& diagnostics, bool sensitive) : diagnostics_(diagnostics) { options_.sensitive = sensitive; }

  bool read(const Node& node, Json& schema) {
    schema.erase("sensitive");
    if (const Entry* generate = node.find("generate"); generate != nullptr && schema.erase("generate") > 0)
      report(generate->key_span, "`generate` is for a whole input",
             "a value is made for an input, not for a part of it");
    // Most inputs have a type and nothing that could be at odds with it.
    if (node.entries.size() == 1 && schema["type"].is_string()) return true;
    const std::size_t before = diagnostics_.error_count();
    std::set<std::string> types = types_of(schema);
    if (types.size() > 1 && !types.contains("null")) {
      report(node.find("type")->value.span, "an input has one type, and perhaps \"null\" beside it", "two types");
    }
    types.erase("null");
    const std::string type = types.empty() ? "" : *types.begin();
    for (const Entry& entry : node.entries) {
      const auto* const keyword =
          std::find_if(kKeywords.begin(), kKeywords.end(), [&](const Keyword& one) { return one.name == entry.key; });
      if (keyword != kKeywords.end() && keyword->types.find(type) == std::string_view::npos) {
        report(entry.key_span, "`" + entry.key + "` says nothing about the type `" + type + "`", "has no effect here");
      }
    }
    check_order(node, schema, "minimum", "maximum");
    check_order(node, schema, "minLength", "maxLength");
    check_order(node, schema, "minItems", "maxItems");
    check_pattern(node, schema);
    read_enum(node, schema);
    if (const Entry* items = node.find("items")) read(items->value, schema["items"]);
    if (const Entry* more = node.find("additionalProperties"); more != nullptr && more->value.is_map()) {
      read(more->value, schema["additionalProperties"]);
    }
    if (const Entry* properties = node.find("properties")) {
      for (const Entry& property : properties->value.entries) read(property.value, schema["properties"][property.key]);
      schema.emplace("additionalProperties", false);
    }
    const Entry* value = node.find("default");
    if (value != nullptr && value->value.is_scalar() && refers_to_secret(value->value.text)) {
      schema["default"] = value->value.text;
    } else if (value != nullptr && diagnostics_.error_count() == before) {
      Json without = schema;
      without.erase("default");
      if (auto typed = validate(value->value, without, "the default", value->key_span, options_, diagnostics_)) {
        schema["default"] = std::move(*typed);
      }
    }
    return diagnostics_.error_count() == before;
  }

 private:
  void report(const SourceSpan& span, std::string summary, std::string label) {
    diagnostics_.add(Diagnostic(Code::kBadValue, std::move(summary)).at(span, std::move(label)));
  }

  void check_order(const Node& node, const Json& schema, const char* low, const char* high) {
    const Entry* least = node.find(low);
    if (least == nullptr || node.find(high) == nullptr || schema[low] <= schema[high]) return;
    report(least->value.span, std::string("`") + low + "` is above `" + high + "`", "no value can fit");
  }

  void check_pattern(const Node& node, const Json& schema) {
    const Entry* pattern = node.find("pattern");
    if (pattern == nullptr) return;
    if (!TextPattern(schema["pattern"].get<std::string>()).valid())
      report(pattern->value.span, "`pattern` is not a regular expression", "cannot be read");
  }

  void read_enum(const Node& node, Json& schema) {
    const Entry* entry = node.find("enum");
    if (entry == nullptr) return;
    Json values = Json::array();
    for (const Node& item : entry->value.items) {
      if (auto typed = validate(item, {{"type", schema["type"]}}, "an item of `enum`", item.span, {}, diagnostics_)) {
        values.push_back(std::move(*typed));
      }
    }
    schema["enum"] = std::move(values);
  }

  Diagnostics& diagnostics_;
  ValidateOptions options_;
};

bool check_reference(const Node& value, const Input& input, Diagnostics& diagnostics) {
  if (!input.sensitive) {
    diagnostics.add(Diagnostic(Code::kBadValue, "a secret as the value of an input that is not sensitive")
                        .at(value.span)
                        .with_related(input.span, "declared here")
                        .with_hint("declare it with `sensitive: true`"));
    return false;
  }
  const Result<SecretReference> reference = parse_secret_reference(value.text);
  if (reference) return true;
  diagnostics.add(Diagnostic(reference.error().diagnostic())
                      .at(value.span)
                      .with_hint("secret://STORE/PATH, or secret://STORE/PATH#FIELD"));
  return false;
}

// `typed` is what stands there, as the schema typed it.
std::optional<Generation> read_generation(const Entry& entry, const Input& input, const Json& typed,
                                          Diagnostics& diagnostics) {
  const SourceSpan& span = entry.value.find("generate")->key_span;
  const auto broken = [&](const std::string& why, const std::string& hint) {
    diagnostics.add(Diagnostic(Code::kBadValue, "no value of `" + input.name + "` can be generated: " + why)
                        .at(span)
                        .with_hint(hint));
    return std::nullopt;
  };
  if (!input.sensitive) return broken("the input is not sensitive", "declare it with `sensitive: true`");
  if (!types_of(input.schema).contains("string")) return broken("the input is no text", "its `type` is string then");
  Generation made{typed.value("length", std::size_t{0}), characters_of(member(typed, "set"))};
  if (made.length < input.schema.value("minLength", std::size_t{0}))
    return broken("`length` is below its `minLength`", "a value of this length would be refused");
  if (made.length > input.schema.value("maxLength", made.length))
    return broken("`length` is above its `maxLength`", "a value of this length would be refused");
  return made;
}

bool has_sensitive(const std::map<std::string, Input>& inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [](const auto& input) { return input.second.sensitive; });
}

}  // namespace

std::optional<Input> read_input(const Entry& entry, Json typed, Diagnostics& diagnostics) {
  Input input;
  input.name = entry.key;
  input.sensitive = typed.value("sensitive", false);
  std::optional<Json> generate;
  if (const auto written = typed.find("generate"); written != typed.end()) {
    generate = std::move(*written);
    typed.erase(written);
  }
  input.schema = std::move(typed);
  input.span = entry.key_span;
  if (!InputReader(diagnostics, input.sensitive).read(entry.value, input.schema)) return std::nullopt;
  if (input.schema.contains("default")) {
    const Node& value = entry.value.find("default")->value;
    input.default_value = Located{input.schema["default"], value.span};
    if (is_secret_reference(input.schema["default"]) && !check_reference(value, input, diagnostics))
      return std::nullopt;
    input.schema.erase("default");
  }
  if (generate) {
    input.generate = read_generation(entry, input, *generate, diagnostics);
    if (!input.generate) return std::nullopt;
  }
  return input;
}

bool is_hidden(const Input& input, const Node& value) {
  return input.sensitive && !(value.is_scalar() && refers_to_secret(value.text));
}

std::optional<Located> read_input_value(const Entry& entry, const Input& input, Diagnostics& diagnostics) {
  if (entry.value.is_scalar() && input.sensitive && means_a_secret(entry.value.text) &&
      !refers_to_secret(entry.value.text)) {
    diagnostics.add(Diagnostic(Code::kBadValue, "a reference to a secret begins with `secret://`, without blanks")
                        .at(entry.value.span));
    return std::nullopt;
  }
  if (entry.value.is_scalar() && refers_to_secret(entry.value.text)) {
    if (check_reference(entry.value, input, diagnostics)) return Located{entry.value.text, entry.value.span};
    return std::nullopt;
  }
  ValidateOptions options;
  options.sensitive = input.sensitive;
  auto typed = validate(entry.value, input.schema, "`" + input.name + "`", entry.key_span, options, diagnostics);
  if (!typed) return std::nullopt;
  return Located{std::move(*typed), entry.value.span};
}

void hide_unread(const std::map<std::string, Input>& inputs, const std::string& file, lang::SourceMap& sources) {
  if (has_sensitive(inputs)) sources.hide_file(file);
}

void hide_unclear(const std::map<std::string, Input>& inputs, const Node& value, lang::SourceMap& sources) {
  if (has_sensitive(inputs)) sources.hide(value.span);
}

}  // namespace plumb::config
