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

// Observed where it is to be enabled or disabled: the units that its files name along with it, whether they are there
// or not; of those whom it changes, who are as they would be, and what is done so that others stay as they are asked
// for.
inline constexpr const char* kAlso = "also";
inline constexpr const char* kAlong = "along";
inline constexpr const char* kAsIs = "as_is";
inline constexpr const char* kSetBack = "set_back";

// Completed: units of which other resources ask the opposite, those that come before it and those behind it.
inline constexpr const char* kOthersBefore = "others_before";
inline constexpr const char* kOthersAfter = "others_after";

// Whose units a resource is about; "" for the host's.
inline std::string owner_of(const Desired& desired) {
  return desired.text("scope") == "user" ? desired.text("as") : std::string();
}

// The back end that a resource names, as one of an account's units does; "" for that of its host.
inline std::string manager_of(const Desired& desired) {
  return desired.text("scope") == "user" ? kOfUsers : desired.text("manager");
}

}  // namespace plumb::providers::service
