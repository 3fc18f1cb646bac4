// Obstacles that many kinds meet, each with what may take it away.
#pragma once

#include <string>
#include <string_view>

#include "providers/sdk/provider.h"

namespace plumb {

// Of what only a program of the host could do. `so`: what cannot be done for that, "nothing can be fetched into it".
Obstacle image_runs_nothing(std::string_view so = {});

// Of a link in the place of what is made, written or edited. `hint`: what to do about it.
Obstacle link_in_the_place(const std::string& path, const std::string& target, std::string hint);

}  // namespace plumb
