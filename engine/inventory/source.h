// The sources of an inventory: where hosts come from besides the inventory itself.
//
// A new kind of source is a reader that turns text into Found, a key in schemas/inventory.json, and a line in
// source.cc.
#pragma once

#include <optional>
#include <string>

#include "engine/base/files.h"
#include "engine/base/json.h"
#include "engine/inventory/answer.h"
#include "engine/inventory/found.h"

namespace plumb::inventory {

// Where the inventory that names the sources lies.
struct SourcePlace {
  Folder folder;
  std::string shown_folder;  // what spans call it
  AnswerOptions answers;
};

struct SourceContent {
  std::string name;  // what spans call it
  Found found;
  std::optional<lang::Node> own;  // an inventory of plumb's own, in place of `found`
};

// Reads one of `sources`: as it is written, and as the schema typed it. Nothing after an error was told.
std::optional<SourceContent> read_source(const lang::Node& written, const Json& typed, const SourcePlace& place,
                                         Reading& reading);

}  // namespace plumb::inventory
