// Who looks at a resource and does what there is to do: its host, or in the host's turn the controller.
#pragma once

#include <string>
#include <string_view>

#include "providers/sdk/kind.h"

namespace plumb {

// The attribute of built-in kinds by which a resource says so itself.
inline constexpr std::string_view kVia = "via";

inline bool is_from_controller(const Desired& desired) {
  return desired.text(kVia) == "controller";
}

// Its kind's provider runs on the controller, or it is to be asked from there.
inline bool is_by_controller(const Kind& kind, const Desired& desired) {
  return kind.on_controller || (kind.package == nullptr && is_from_controller(desired));
}

// A note of a change, with who asks.
inline std::string asked_from(const Desired& desired, std::string note) {
  if (!is_from_controller(desired)) return note;
  return "from the controller" + (note.empty() ? note : ": " + note);
}

}  // namespace plumb
