// What takes the power to write from a process; sandbox.h says what for.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace plumb::exec {

// What is denied from now on.
struct Confinement {
  bool contents = false;    // making, changing and removing files
  bool attributes = false;  // their modes, owners and times; the clock, mounts and the like
};

// Confines this process and its children for good; `scratch` stays writable ("" for none). A kernel that is too old for
// it denies less; one that could and does not is an error.
Result<Confinement> confine(const std::string& scratch);

}  // namespace plumb::exec
