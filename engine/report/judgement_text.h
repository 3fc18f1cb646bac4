// What rules made of plans, for people and for programs.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "engine/policy/judge.h"

namespace plumb::report {

// "denied by 2 rules, 1 asks for more, 3 warn, 1 is waived", and "nothing to say" where no rule fires.
std::string judgement_summary(const policy::Judgement& judgement);

// {"denied": …, "findings": […], "failures": […]}
Json judgement_json(const policy::Judgement& judgement);

// How many findings each rule has that has this effect, and is not waived.
std::map<std::string, std::size_t> fired(const policy::Judgement& judgement, policy::Effect effect);

}  // namespace plumb::report
