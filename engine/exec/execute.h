// Programs and files of the host that no plan names: run, or read, because somebody asks for it.
#pragma once

#include "engine/exec/line.h"
#include "engine/exec/local_system.h"

namespace plumb::exec {

// Runs a program and tells what it prints as it comes; it is ended where the line wants a stop or is lost. Errors: why
// it could not be started.
Result<wire::Ended> execute(LocalSystem& system, Line& line, const wire::Execute& request);

// Tells a regular file piece by piece, as long as it was when it was opened.
Result<wire::Ended> collect(LocalSystem& system, Line& line, const wire::Collect& request);

}  // namespace plumb::exec
