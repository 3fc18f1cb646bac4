// YAML as configuration uses it: one document of maps with text keys, lists and scalars.
//
// The tree keeps what the text says and guesses no types: a scalar is its raw text and how it was quoted, and the
// schema decides what it means. What makes a file mean something that its text does not show (tags, anchors, merge
// keys, several documents) and what YAML readers let pass in silence (duplicate keys, a key without its colon, text
// after the end) are diagnostics.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"

namespace plumb::lang {

enum class Style { kPlain, kSingleQuoted, kDoubleQuoted, kLiteral, kFolded };

struct Entry;

struct Node {
  // kNull: nothing was written. A plain `null` or `~` is a scalar with that text.
  enum class Kind { kNull, kScalar, kSequence, kMap };

  Kind kind = Kind::kNull;
  Style style = Style::kPlain;
  bool flow = false;           // written with [] or {}
  SourceSpan span;             // of a null: the key or dash it belongs to
  std::string text;            // kScalar
  std::vector<Node> items;     // kSequence
  std::vector<Entry> entries;  // kMap, in the order written

  bool is_null() const { return kind == Kind::kNull; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_sequence() const { return kind == Kind::kSequence; }
  bool is_map() const { return kind == Kind::kMap; }
  bool is_plain() const { return is_scalar() && style == Style::kPlain; }
  // The entry of a map with this key; null where there is none or this is no map.
  const Entry* find(std::string_view key) const;
};

struct Entry {
  std::string key;
  SourceSpan key_span;
  Node value;
};

// Equal but for their places.
bool same_values(const Node& a, const Node& b);

inline constexpr std::size_t kMaxYamlBytes = std::size_t{8} << 20;
inline constexpr std::size_t kMaxYamlNodes = 1'000'000;
inline constexpr std::size_t kMaxYamlScalar = std::size_t{1} << 20;
inline constexpr std::size_t kMaxYamlDepth = 64;
inline constexpr std::size_t kMaxYamlFindings = 100;

// Reads one document; an empty one is a null node. Gathers every finding; a tree comes back only without an error.
std::optional<Node> read_yaml(std::string file_name, std::string_view text, Diagnostics& diagnostics);

// The same for who works on a text that is being written, such as an editor: the findings of read_yaml(), and a tree
// also where there are errors. What cannot be read is left out of it: from where a fault begins to the end of its line,
// or more where that is not enough. What stands before and after is there, in its place. Of a text that is too large
// or no clean UTF-8 nothing can be read: a null node.
Node read_partial_yaml(const std::string& file_name, std::string_view text, Diagnostics& diagnostics);

}  // namespace plumb::lang
