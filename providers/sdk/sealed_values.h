// Which values of a resource are sealed.
#pragma once

#include <set>

#include "engine/base/sealed.h"
#include "providers/sdk/provider.h"

namespace plumb {

// The sealed values of the attributes that the resource marks as sensitive. A text of another attribute is none,
// whatever it looks like.
inline std::set<Sealed> sealed_values(const Desired& desired) {
  std::set<Sealed> values;
  for (const std::string& name : desired.sensitive) {
    if (auto value = Sealed::decode(desired.text(name))) values.insert(std::move(*value));
  }
  return values;
}

}  // namespace plumb
