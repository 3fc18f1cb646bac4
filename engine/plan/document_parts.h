// A plan's document in parts, so that a large one is read a part at a time: hosts, shared lists, contents. Private to
// this folder.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumb::plan {

// Members of an object as they stand in the document: a name with its quotes, and a value.
using CutMembers = std::vector<std::pair<std::string_view, std::string_view>>;

struct DocumentParts {
  std::string rest;                                // the document, in which the objects that follow are empty
  std::map<std::string_view, CutMembers> objects;  // `blobs`, `hosts`, `shared`: as far as they are there
};

// Only cuts: each part has yet to be read. Nothing where the text is not written as a canonical document is, without a
// blank between two tokens. The parts point into `document`.
std::optional<DocumentParts> cut(std::string_view document);

}  // namespace plumb::plan
