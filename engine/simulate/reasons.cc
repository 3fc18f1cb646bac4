#include "engine/simulate/reasons.h"

namespace plumb::simulate {
namespace {

// The three-way comparison of what was left, what is there and what is asked for.
std::string reason(const std::string& attribute, const Json* recorded, const Json& before, const Json& after) {
  if (recorded == nullptr) return "first";
  const auto member = [&](const Json& object) {
    const auto found = object.find(attribute);
    return found == object.end() ? Json() : *found;
  };
  const Json left = member(*recorded);
  const bool host_moved = member(before) != left;
  const bool config_moved = member(after) != left;
  if (host_moved && config_moved) return "both";
  return host_moved ? "drift" : "config";
}

}  // namespace

std::map<std::string, std::string> reasons(const Change& change, const Json* recorded) {
  std::map<std::string, std::string> because;
  for (const Json* side : {&change.before, &change.after}) {
    for (const auto& [attribute, unused] : side->items()) {
      because[attribute] = reason(attribute, recorded, change.before, change.after);
    }
  }
  return because;
}

}  // namespace plumb::simulate
