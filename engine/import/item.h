// What a task becomes: an entry of `resources:`, before it is written.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/import/written.h"

namespace plumb::imports {

// An entry of `resources:`.
struct Item {
  enum class Kind { kResource, kBlock, kUse, kComment };
  Kind kind = Kind::kResource;
  std::string type;  // the resource's kind
  WrittenMap keys;
  std::vector<std::unique_ptr<Item>> children;
  std::vector<std::unique_ptr<Item>> rescue;
  // `restart_on` and its like: what sets it off, as far as that is left.
  std::vector<std::pair<std::string, const Item*>> triggers;
  std::vector<std::string> patterns;        // its addresses
  std::vector<std::string> template_files;  // in the module's folder
  std::string comment;                      // above it, or all of it
  int row = -1;                             // in the report
  std::vector<int> other_rows;              // of tasks that speak of it too
  bool broken = false;                      // it did not pass the check
  std::set<std::string> opened;             // what of it was left to the host, as far as types go
  bool for_others = false;                  // its condition is that another one of the same is not there
  int first_line = 0;
  int last_line = 0;

  Written* find(const std::string& key);
  void put(const std::string& key, Written value);
};

using Items = std::vector<std::unique_ptr<Item>>;

}  // namespace plumb::imports
