// How a kind's resources are asked to be gone.
#pragma once

#include <optional>
#include <string>

#include "providers/sdk/kind.h"

namespace plumb::conformance {

struct Removal {
  std::string attribute;
  std::string value;

  bool is_asked_for(const Json& attributes) const { return plumb::text_of(attributes, attribute) == value; }
};

// As Kind::removal says; nothing where the kind's schema does not have it.
inline std::optional<Removal> removal_of(const Kind& kind) {
  const std::size_t colon = kind.removal.find(": ");
  if (colon == std::string::npos) return std::nullopt;
  Removal removal{kind.removal.substr(0, colon), kind.removal.substr(colon + 2)};
  const Json properties = kind.schema.json().value("properties", Json::object());
  const Json property = properties.value(removal.attribute, Json::object());
  for (const Json& value : property.value("enum", Json::array())) {
    if (value == removal.value) return removal;
  }
  return std::nullopt;
}

}  // namespace plumb::conformance
