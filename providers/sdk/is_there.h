// Whether something lies at a path of a host.
#pragma once

#include <string>

#include "providers/sdk/system.h"

namespace plumb {

// Links are followed. What cannot be told is an error and never a no, since what is not there is made.
inline Result<bool> is_there(const std::string& path, System& system) {
  PLUMB_TRY_ASSIGN(const auto info, system.stat(path, true));
  return info.has_value();
}

// The same of the entry itself: a link that leads nowhere is there.
inline Result<bool> is_entry_there(const std::string& path, System& system) {
  PLUMB_TRY_ASSIGN(const auto info, system.stat(path, false));
  return info.has_value();
}

// Of signs by which a system is known, where what cannot be told is none.
inline bool shows(const std::string& path, System& system) {
  return system.stat(path, true).value_or(std::nullopt).has_value();
}

}  // namespace plumb
