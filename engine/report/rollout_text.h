// A roll-out in words.
#pragma once

#include <string>

#include "engine/plan/rollout.h"

namespace plumb::report {

// "Canary of db: db1", "Wave of web: web1, web2 and 3 more".
std::string wave_text(const plan::Wave& wave);

// A line for each wave, and what is tolerated.
std::string rollout_text(const plan::Rollout& rollout);

}  // namespace plumb::report
