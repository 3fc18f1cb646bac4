// Texts that are one tree of maps and lists, in the formats that there are: a value is changed where it stands, and all
// else stays as it is, byte for byte.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace plumb {

using TreePath = std::vector<std::string>;  // names, and places in lists

// "a.b.0"; a name with a dot in it stands between double quotes.
std::string path_text(const TreePath& path);
// A place in a list; nothing where it is none.
std::optional<std::size_t> place_in_list(const std::string& step);
// The value below these names, from the one at `depth` on.
Json nested_value(const TreePath& path, std::size_t depth, const Json& value);

// What stands at a path, from `depth` on; null where there is no such value.
const Json* value_in(const Json& tree, const TreePath& path, std::size_t depth);

// What is between the lines of a text: "\r\n" where its first one ends so.
std::string line_end_of(std::string_view text);

struct TreeValue {
  Json value;
  // Readers of the format agree on what it is. One that is not certain is equal to nothing.
  bool certain = true;
};

class TreeText {
 public:
  virtual ~TreeText() = default;

  // Errors of all three, kRefusedByState: the text is none of the format, with the line; the place cannot be edited.
  // Nothing where there is no such value.
  virtual Result<std::optional<TreeValue>> value_at(const TreePath& path) = 0;
  // What it is in is made.
  virtual Result<> set(const TreePath& path, const Json& value) = 0;
  virtual Result<> remove(const TreePath& path) = 0;
  virtual const std::string& text() const = 0;
};

// Null where the format is not known: "json", "yaml" and "toml" are.
std::unique_ptr<TreeText> tree_text(std::string_view format, std::string_view text);

std::unique_ptr<TreeText> json_tree_text(std::string_view text);
std::unique_ptr<TreeText> yaml_tree_text(std::string_view text);
std::unique_ptr<TreeText> toml_tree_text(std::string_view text);

}  // namespace plumb
