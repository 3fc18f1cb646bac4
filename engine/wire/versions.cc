#include "engine/wire/versions.h"

#include <algorithm>

namespace plumb::wire {

std::string Versions::str() const {
  return std::to_string(min) + (max == min ? "" : " to " + std::to_string(max));
}

Result<int> common_version(const Versions& ours, const Versions& theirs, std::string_view who) {
  const int highest = std::min(ours.max, theirs.max);
  if (highest >= std::max(ours.min, theirs.min)) return highest;
  return fail(Code::kProtocol, std::string(who) + " speaks versions " + theirs.str() +
                                   " of the protocol; this program speaks " + ours.str())
      .hint("the executor is not one that this program brought: look at the command that starts it");
}

}  // namespace plumb::wire
