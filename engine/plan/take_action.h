// Private to this folder.
#pragma once

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/plan/action.h"

namespace plumb::plan {

// action_from_json() of a document that is not needed any more: what an action holds of it is moved out.
Result<Action> take_action(Json& json);

}  // namespace plumb::plan
