// A text of TOML with the places of its values, so that one can be changed where it stands.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "providers/sdk/tree_text.h"

namespace plumb {

inline constexpr std::size_t kNoStatement = static_cast<std::size_t>(-1);

// A header, or a name and its value. Each has lines of its own.
struct TomlStatement {
  bool header = false;
  std::size_t begin = 0, end = 0;              // from the beginning of its line to behind its last sign
  std::size_t value_begin = 0, value_end = 0;  // of a value
  bool date = false;                           // the value is a date or a time
};

// Nodes stay where they are.
struct TomlNode {
  enum class Kind { kTable, kTables, kValue };
  Kind kind = Kind::kTable;
  std::size_t statement = kNoStatement;  // its header, or its value; none for the root and for tables that have none
  std::size_t last = kNoStatement;       // of a table: the last of its values that stand where it does
  bool dotted = false;                   // made by names with dots before a value
  TreeValue value;                       // of a value
  std::vector<std::string> names;        // of a table
  std::vector<std::unique_ptr<TomlNode>> values;

  // kNoStatement where there is none.
  std::size_t find(std::string_view name) const;
};

struct TomlDocument {
  TomlNode root;
  std::vector<TomlStatement> statements;
};

// Error: kRefusedByState, with the line, where it is no TOML or is nested deeper than 100. A date is a text, and what
// is no number of JSON is not certain.
Result<TomlDocument> read_toml_spans(std::string_view text);

TreeValue value_of(const TomlNode& node);

// How a name and a value are written. The value has no null in it.
std::string toml_name(const std::string& name);
std::string toml_value(const Json& value);
bool is_toml_date(std::string_view text);

}  // namespace plumb
