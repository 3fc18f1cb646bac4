// Values with names as a reader of a plan compares them: of an attribute, or of a file that is JSON, YAML, TOML or has
// sections with options. What a file says besides, comments and layout, is none of it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"

namespace plumb::report {

// Bytes of a text, [begin, end). Empty for what stands nowhere.
struct TextPlace {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct ValueTree {
  enum class Kind { kValue, kMap, kList };
  Kind kind = Kind::kValue;
  std::string shown;               // of a value: as the format writes it, on one line; "(sensitive)" of a sealed one
  std::string text;                // of a value that is a text: that text. Of a sealed one, the digest
  bool is_text = false;            // so `text` may be compared line by line
  bool repeats = false;            // a list that is a name given several times, which may be given once elsewhere
  TextPlace place;                 // of a value; of a map or a list its values have their own
  std::vector<std::string> names;  // of a map, in the order of the text
  std::vector<TextPlace> name_places;  // of each name
  std::vector<ValueTree> values;       // of a map and a list
};

// What tells one from another, on one line.
std::string tree_line(const ValueTree& tree);

// Of a value of a plan: nothing in it has a place.
ValueTree value_tree(const Json& value);

// Of what the file's name says it is, or JSON where the text is that. Nothing where it is neither, is larger than 256
// KiB, or has in it what paths cannot tell: anchors and tags of YAML, lines that go on, names twice.
struct FileTree {
  ValueTree root;
  bool is_json = false;
};
std::optional<FileTree> read_value_tree(std::string_view file, std::string_view text);

}  // namespace plumb::report
