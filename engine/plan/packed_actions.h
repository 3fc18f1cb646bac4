// The actions of one host, kept small. A plan holds those of all its hosts at once, and is looked at a host at a time:
// so it keeps each list as its document has it, deflated, which is a fiftieth of what the actions themselves take.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/plan/action.h"

namespace plumb::plan {

// Never changes once it is made, and copies share what they hold; so any thread may look at it.
class PackedActions {
 public:
  PackedActions() = default;  // of no actions
  explicit PackedActions(const Actions& actions);

  std::size_t size() const { return packed_ == nullptr ? 0 : packed_->count; }
  bool empty() const { return packed_ == nullptr; }

  // The list as the plan's document has it, canonical JSON.
  std::string text() const;
  // Of the text: equal lists have equal ones, and others have others. "" of no actions.
  const std::string& digest() const;

  // The actions. What a document cannot say is lost: a number that is whole comes back as an integer.
  Actions unpack() const;

  friend bool operator==(const PackedActions& a, const PackedActions& b) { return a.digest() == b.digest(); }

 private:
  struct Packed {
    std::size_t count = 0;
    std::size_t text_size = 0;
    std::string digest;
    std::string bytes;
  };
  std::shared_ptr<const Packed> packed_;  // null where there are none
};

}  // namespace plumb::plan
