// Surveys: what a host has beyond its distribution, as the kinds that are asked for see it, without what is secret.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/wire/messages.h"
#include "providers/sdk/kind.h"
#include "providers/sdk/system.h"

namespace plumb::exec {

// Together, in bytes of what is told.
inline constexpr std::size_t kMostSurveyed = std::size_t{64} << 20;

// A line of JSON for each thing, with a line end; see docs/formats/wire.md. Texts that hold secrets are taken out and
// named, so that they never leave the host.
void take_survey(const Registry& registry, System& system, const wire::Survey& question,
                 const std::function<void(std::string_view lines)>& send);

}  // namespace plumb::exec
