// Observation by a provider's program, whoever starts it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "providers/outside/calling.h"
#include "providers/outside/words.h"

namespace plumb::outside {

using Caller = std::function<Result<Ended>(const Start&)>;

// One result for each, in their order, from as few starts as there can be, as `user` ("" for one's own). What is known
// in clear of sensitive values is in no message of them. A program that is not there is missed, as a thing of the host.
std::vector<Result<Observed>> observe_by(const Package& package, const Words& words,
                                         std::span<const Desired* const> desired, const std::string& user,
                                         const Caller& caller);

}  // namespace plumb::outside
