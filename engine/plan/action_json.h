// An action as the plan's document holds it.
#pragma once

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/plan/action.h"

namespace plumb::plan {

// Canonical text; most of a plan's bytes.
void append_action(std::string& out, const Action& action);
Json action_to_json(const Action& action);
Json strings_to_json(const std::vector<std::string>& list);

// Strict: a member that is unknown, missing or of another type is refused. Errors: kPlanUnreadable.
Result<Action> action_from_json(const Json& json);

}  // namespace plumb::plan
