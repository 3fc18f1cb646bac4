// The actions of one host. A plan holds those of all its hosts at once, and is looked at a host at a time: so past a
// bound it keeps a list as its document has it, deflated, which is a fiftieth of what the actions themselves take.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/plan/action.h"

namespace plumb::plan {

// What is said of a list as a whole.
struct ActionCounts {
  std::map<Op, std::size_t> ops;
  std::map<Fidelity, std::size_t> fidelities;
  std::size_t pending = 0;    // owed from an earlier run
  std::size_t unguarded = 0;  // commands that run at every apply
  bool sealed = false;        // there are keyed digests among them, against which guesses could be tried
};

// What it holds never changes, and copies share it; so any thread may look at it.
class ActionList {
 public:
  ActionList() = default;  // of no actions
  explicit ActionList(Actions actions);

  std::size_t size() const { return kept_ == nullptr ? 0 : kept_->size; }
  bool empty() const { return kept_ == nullptr; }
  const ActionCounts& counts() const;

  // The list as the plan's document has it, canonical JSON.
  std::string text() const;
  // Of the text: equal lists have equal ones, and others have others. "" of no actions.
  const std::string& digest() const;

  // The actions, unpacked where this was packed. What a document cannot say is lost then: a number that is whole comes
  // back as an integer.
  std::shared_ptr<const Actions> get() const;
  bool packed() const { return kept_ != nullptr && kept_->actions == nullptr; }
  // From here on this holds the text alone, deflated. Copies of before stay as they are.
  void pack();

  friend bool operator==(const ActionList& a, const ActionList& b) { return a.digest() == b.digest(); }

 private:
  struct Kept {
    std::size_t size = 0;
    ActionCounts counts;
    std::string digest;
    std::size_t text_size = 0;
    std::string text;                        // deflated where there are no `actions`
    std::shared_ptr<const Actions> actions;  // null where this is packed
  };
  std::shared_ptr<const Kept> kept_;  // null where there are no actions
};

// How many actions of a plan stay as they are: past them lists are packed.
inline constexpr std::size_t kMostUnpacked = std::size_t{1} << 14;

}  // namespace plumb::plan
