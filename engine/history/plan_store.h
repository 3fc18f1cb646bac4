// The plans of a history. A plan's document is stored in two parts, so that a history grows by what is new: its
// contents stand in a table of their own, each once for all plans, and what is left of the document names them:
//
//   {"blobs":{"sha256:…":"text",…},…}   as plan/artifact.h writes it
//   {"blobs":["sha256:…",…],…}          as it is stored
//
// Reading gives the same bytes back. A document of another form is stored as it is. Private to this folder.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/history/sqlite.h"

namespace plumb::history {

// A document in its parts.
struct PlanParts {
  std::string document;                         // naming its contents
  std::map<std::string, std::string> contents;  // by digest
};
PlanParts take_apart(std::string_view document);

// Inside a write transaction: the row of a plan, with its document where it is known. Made once a plan. `parts` may be
// null.
Result<> store_plan(Database& database, const std::string& plan, const PlanParts* parts);
// Nothing where the history knows no document of it. Errors: kHistory where a part is missing or damaged.
Result<std::optional<std::string>> read_plan(Database& database, std::string_view plan);

// Documents as they stood in version 1 of the schema.
Result<> take_plans_apart(Database& database);

}  // namespace plumb::history
