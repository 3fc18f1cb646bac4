// The difference of a resource from outside, attribute by attribute, as its schema says. Pure.
#pragma once

#include <optional>

#include "providers/outside/package.h"
#include "providers/outside/words.h"
#include "providers/sdk/provider.h"

namespace plumb::outside {

Change difference(const Package& package, const Words& words, const Desired& desired, const Observed& observed);

// A call that one of the kind's triggers asks for; none where the thing is not there.
Change called_for(const Package& package, const Words& words, const Desired& desired, const Observed& observed, Op op);

// What undo would ask for; nothing where what was there cannot be told again.
std::optional<Desired> as_before(const Words& words, const Desired& desired, const Observed& before);

}  // namespace plumb::outside
