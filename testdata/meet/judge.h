// Holds a case to the promise: planning touches nothing, what is planned is what happens, and twice is once.
#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "testdata/meet/case.h"
#include "testdata/meet/image.h"

namespace plumb::meet {

enum class End {
  kHeld,     // planned and applied; the second plan was empty, the second apply touched nothing
  kInvalid,  // an error of the configuration
  kRefused,  // an error of the plan
  kExcused,  // what failed is a program's own matter, or waited for what a program or something from elsewhere brings
  kBroken,
};

struct Verdict {
  End end = End::kHeld;
  std::string what;          // in a word or two, the same for cases that end for one reason: "apply failed PL4001"
  std::string details;       // what was said, and what differs
  bool changed = false;      // the first plan had something to do
  std::set<int> lines = {};  // of plumb.yaml, that the errors point to
  bool restored = false;     // the host is as it was before: all was taken back
};

// What of a project is meant, and in whose place.
struct Scope {
  bool prune = false;
  std::set<std::string> tags = {};  // empty: all
  bool take_over = false;
};

// What else is asked of each case.
struct Demands {
  // What was done is taken back in the end: what the plan says can be, all of it, and nothing else in silence.
  bool undo = false;
  // The plan is the same bytes, in whatever order what is asked for is written.
  bool order = false;
  // Where somebody changes something between plan and apply, either nothing is changed any more, or what was planned
  // is.
  bool interference = false;
  Scope scope = {};
};

// Plans and applies in this process; the executor is this program once more, started as `PROGRAM serve ROOT`.
class Judge {
 public:
  // `folder` exists, is empty, and is best one in memory.
  explicit Judge(const std::filesystem::path& folder, Demands demands = {});
  ~Judge();
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  Verdict judge(const Case& one);
  Verdict judge(const Case& one, const Demands& demands);
  // On the host as the case before has left it, whatever the start is.
  Verdict judge_next(const Case& one, const Demands& demands);
  // Whether a plan of it is empty there.
  Verdict judge_nothing_left(const Case& one, const Demands& demands);
  // The same of two resources. Where they do not go together, while each does alone, both places must be told.
  Verdict judge_pair(const Case& one);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace plumb::meet
