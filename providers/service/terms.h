// What several files of the service kind ask of a resource (internal to this folder).
#pragma once

#include <string>
#include <vector>

#include "providers/sdk/provider.h"
#include "providers/service/back_end.h"

namespace plumb::providers::service {

inline bool wants_running(const Desired& desired) {
  return desired.text("state") == "running";
}
// What is asked for needs the unit: a unit that is not there is stopped and not enabled.
inline bool needs_unit(const Desired& desired) {
  return wants_running(desired) || desired.flag("enabled", false);
}

// Observed: the host was reached by a login, and logins come in by this unit.
inline constexpr const char* kLetsIn = "lets_in";

// Whose units a resource is about; "" for the host's.
inline std::string owner_of(const Desired& desired) {
  return desired.text("scope") == "user" ? desired.text("as") : std::string();
}

// The back end that a resource names, as one of an account's units does; "" for that of its host.
inline std::string manager_of(const Desired& desired) {
  return desired.text("scope") == "user" ? kOfUsers : desired.text("manager");
}

}  // namespace plumb::providers::service
