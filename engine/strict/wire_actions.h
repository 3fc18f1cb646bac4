// A plan's actions as an executor is asked for them.
#pragma once

#include <vector>

#include "engine/plan/action.h"
#include "engine/wire/messages.h"

namespace plumb::strict {

// In the same order; what actions say of one another by address, these say by index.
std::vector<wire::Action> wire_actions(const plan::Actions& actions);

// Whether the executor has to know the project's key: something of it is sensitive, or was when it was written.
bool has_sensitive(const plan::Action& action);

}  // namespace plumb::strict
