// What plans promise is what undo does: of each change either that it comes back, or that it is told why not.
#pragma once

#include <map>
#include <set>
#include <string>

#include "engine/base/diagnostic.h"
#include "engine/base/json.h"
#include "engine/run/apply.h"
#include "testdata/meet/image.h"
#include "testdata/meet/judge.h"

namespace plumb::meet {

// The apply that is taken back.
struct FirstApply {
  Picture before;
  std::set<std::string> promised;                    // addresses of what was changed and can be undone
  std::set<std::string> for_good;                    // and cannot
  std::map<std::string, std::vector<Json>> actions;  // of its plan, by address
  bool has_opaque = false;                           // programs ran, or something waited for those
};

struct Undo {
  const run::ApplyResult& result;
  const Diagnostics& found;
  std::set<std::string> kinds;  // that acted in either run
  std::string said;             // of both plans and the findings, for whoever reads the verdict
};

// `image`: as the undo has left it.
Verdict judge_undo(const FirstApply& first, const Undo& undo, const Image& image);

}  // namespace plumb::meet
