// Files and folders that a link leads to.
#pragma once

#include "providers/sdk/provider.h"

namespace plumb {

// Of one that nobody declares any more, what was made or written lies where the link leads, and the link is not its
// own.
inline bool is_foreign_link(const Desired& desired, const Observed& observed) {
  return wants_absent(desired) && desired.flag("prune", false) && desired.flag("follow", false) && observed.has("link");
}

}  // namespace plumb
