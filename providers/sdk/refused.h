// Why a resource cannot be as it is asked for while the host is as it is.
#pragma once

#include <string>
#include <utility>

#include "engine/base/diagnostic.h"

namespace plumb {

inline Diagnostic refused(std::string summary, std::string hint = {}) {
  return Diagnostic(Code::kRefusedByState, std::move(summary)).with_hint(std::move(hint));
}

}  // namespace plumb
