// A text of YAML with the places of its values, so that one can be changed where it stands: block maps and lists, and
// what stands in them. What a program's configuration is made of, and no more: one document, names on one line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "providers/sdk/tree_text.h"

namespace plumb {

struct YamlNode {
  enum class Kind { kNull, kScalar, kMap, kList, kFlow, kAlias };
  Kind kind = Kind::kNull;
  std::size_t head = 0;            // behind the colon or the dash that it belongs to; of the root, where it begins
  std::size_t begin = 0, end = 0;  // in the text; where nothing stands, both are the head
  std::size_t column = 0;          // of a map or list: that of its entries
  std::string property;            // the anchor or tag in front of it; "" for none
  bool shared = false;             // an anchor is on it or in it
  TreeValue value;                 // of what is neither map nor list; of an alias, its own text
  // Of a map and a list, in the order of the text.
  std::vector<std::string> names;   // of a map
  std::vector<std::size_t> starts;  // of each entry: its name, or its dash
  std::vector<YamlNode> values;
};

// Error: kRefusedByState, with the line, where it is no YAML of this form, holds a name twice, or is nested deeper than
// 100. Nothing of a text without a value is anything but the root's place, which is the end of the text.
Result<YamlNode> read_yaml_spans(std::string_view text);

// All of what stands there.
TreeValue value_of(const YamlNode& node);

// A flow collection, [a, b] or {a: b}.
struct YamlFlow {
  TreeValue value;
  bool shared = false;
  std::size_t end = 0;
};
Result<YamlFlow> read_yaml_flow(std::string_view text, std::size_t at);

}  // namespace plumb
