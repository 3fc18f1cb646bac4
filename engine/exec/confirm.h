// Answers a controller that has logged in anew: what a run changed may stay, or what has become of it.
#pragma once

#include <string>

#include "engine/exec/state_folder.h"
#include "engine/wire/messages.h"

namespace plumb::exec {

wire::Confirmation confirm(const StateFolder& folder, const wire::Confirm& request);

}  // namespace plumb::exec
