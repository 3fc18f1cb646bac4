// Where in a document something stands: the way to it through maps and lists.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lang/yaml.h"

namespace plumb::lsp {

// One step into a map or a list.
struct Step {
  const lang::Node* within = nullptr;  // the map or list
  const lang::Entry* entry = nullptr;  // of a map; null in a list
  std::size_t index = 0;               // of a list

  std::string_view key() const { return entry == nullptr ? std::string_view() : std::string_view(entry->key); }
};

struct Spot {
  std::vector<Step> steps;             // from the root in
  bool on_key = false;                 // of the last step, else in its value
  const lang::Node* scalar = nullptr;  // the value; null on a key

  // The key of the innermost map around it; "" where there is none.
  std::string_view key() const;
  // That of the map around that one, and so on.
  std::string_view key_above(std::size_t levels) const;
};

// Each node below the root, and the root, with the way to it: a map or list before what is in it.
void for_each_node(const lang::Node& root,
                   const std::function<void(const lang::Node& node, const std::vector<Step>& steps)>& visit);

// What stands there: a key or a scalar. Nothing between them.
std::optional<Spot> spot_at(const lang::Node& root, int line, int column);

// What is being typed at a place of a text, as the document would be if it stood there already.
struct Typed {
  lang::Node root;
  Spot spot;                 // points into the root
  std::string before;        // of the key or scalar, up to the place; without quotes
  std::string after;         // and from there on
  bool ends_key = false;     // the `:` behind a key is there
  bool in_brackets = false;  // the map or list is written with [] or {}
};

// Null where that cannot be told.
std::unique_ptr<Typed> typed_at(const std::string& name, std::string_view text, std::size_t offset);

}  // namespace plumb::lsp
