#include "engine/simulate/reasons.h"

#include "engine/base/sealed.h"

namespace plumb::simulate {
namespace {

// The three-way comparison of what was left, what is there and what is asked for.
std::string reason(const std::string& attribute, const Json* recorded, const Json& before, const Json& after,
                   bool was_there) {
  if (recorded == nullptr) return "first";
  const auto member = [&](const Json& object) {
    const auto found = object.find(attribute);
    return found == object.end() ? Json() : *found;
  };
  const Json left = member(*recorded);
  const Json found = member(before);
  // That the attribute became sensitive, or is so no more, is the configuration's doing. A sealed value and a plain one
  // cannot be compared, nor one that was sealed with a key that is gone, so nothing is said of the host.
  const bool comparable =
      left.is_null() || found.is_null() || (is_sealed(left) == is_sealed(found) && !is_lost_seal(left));
  const bool host_moved = comparable && found != left;
  const bool config_moved = member(after) != left;
  // It goes with the resource, and was never anybody's to set.
  if (was_there && left.is_null() && member(after).is_null()) return "config";
  if (host_moved && config_moved) return "both";
  return host_moved ? "drift" : "config";
}

}  // namespace

std::map<std::string, std::string> reasons(const Change& change, const Json* recorded) {
  std::map<std::string, std::string> because;
  // Whether the last run left something of what is there now.
  bool was_there = false;
  for (const auto& [attribute, unused] : change.before.items())
    was_there = was_there || (recorded != nullptr && recorded->contains(attribute));
  for (const Json* side : {&change.before, &change.after}) {
    for (const auto& [attribute, unused] : side->items()) {
      because[attribute] = reason(attribute, recorded, change.before, change.after, was_there);
    }
  }
  return because;
}

}  // namespace plumb::simulate
