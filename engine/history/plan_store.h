// The plans of a history. A plan's document is stored in two parts, so that a history grows by what is new: its
// contents stand in a table of their own, each once for all plans, and what is left of the document names them:
//
//   {"blobs":{"sha256:…":"text",…},…}   as plan/artifact.h writes it
//   {"blobs":["sha256:…",…],…}          as it is stored
//
// Reading gives the same bytes back. A document of another form is stored as it is. Private to this folder.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/packed.h"
#include "engine/base/result.h"
#include "engine/history/history.h"
#include "engine/history/sqlite.h"

namespace plumb::history {

// Takes a document apart while it comes, so that it is never whole in memory.
class PlanTaker {
 public:
  // Told of each content, in the order of the document.
  using TakeContent = std::function<Result<>(const std::string& digest, const std::string& bytes)>;
  explicit PlanTaker(TakeContent take) : take_(std::move(take)) {}

  void add(std::string_view piece);

  struct Document {
    std::string packed;
    std::size_t size = 0;  // before it was packed
  };
  // What is left of the document, naming its contents; nothing where it has another form. Errors: of who took contents.
  Result<std::optional<Document>> finish();

 private:
  bool take_next(std::string_view text, std::size_t& taken);
  bool take_content(const std::string& name, std::string_view written);

  TakeContent take_;
  Result<> taken_;
  bool other_form_ = false;
  bool in_head_ = true;
  std::string head_;  // what came of the contents and is not taken yet
  bool begun_ = false;
  std::string last_;  // name of the last content
  Packer packer_;
};

// Inside a write transaction: the row of a plan, with its document where it is known. Made once a plan.
Result<> store_plan(Database& database, const std::string& plan, const GivePieces& document);
// Nothing where the history knows no document of it. Errors: kHistory where a part is missing or damaged.
Result<std::optional<std::string>> read_plan(Database& database, std::string_view plan);
// The digests of the contents that the plan's document names; none where it stands whole. Errors: as read_plan().
Result<std::vector<std::string>> contents_of(Database& database, std::string_view plan);

// Documents as they stood in version 1 of the schema.
Result<> take_plans_apart(Database& database);

}  // namespace plumb::history
