// One JSON Schema, of the subset that config/schema.h names, in the words of CUE.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"

namespace plumb::editor {

// The definition that a `$ref` stands for: "#/definitions/name" -> "#Name".
using CueNames = std::function<std::string(const std::string& reference)>;

class CueWriter {
 public:
  explicit CueWriter(CueNames names) : names_(std::move(names)) {}

  // A CUE value for the schema; what goes over several lines is indented by `indent`.
  std::string value(const Json& schema, const std::string& indent) const;

 private:
  struct Field {
    const std::string& name;
    const Json& schema;
    bool required = false;
    bool referred = false;  // by an expression in the same map
  };
  std::vector<std::string> alternatives(const Json& schema, const std::string& indent, bool required) const;
  static std::string description(const Json& schema);
  std::string list(const Json& schema, const std::string& indent, bool required) const;
  std::string map(const Json& schema, const std::string& indent) const;
  static std::string conditions(const Json& schema, const std::string& indent);
  std::string field(const Field& field, const std::string& indent) const;
  std::string other_keys(const Json& schema, const std::string& indent) const;

  CueNames names_;
};

// A text as a CUE literal: raw where it holds a backslash.
std::string cue_string(const std::string& text);
// A definition, for values alone that have the key: CUE would also take one that lacks it for what is yet to be filled
// in.
std::string cue_where_given(const std::string& definition, const std::string& key);
// "// …" in lines, each indented; empty for an empty text.
std::string cue_comment(const std::string& text, const std::string& indent);
// A condition between the keys of a map (required, not, anyOf, allOf, and constants of properties) as a CUE expression
// over the map's fields.
std::string cue_condition(const Json& schema);

}  // namespace plumb::editor
