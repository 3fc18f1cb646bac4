// Bytes that are taken piece by piece, so that what is large is never whole in memory.
#pragma once

#include <functional>
#include <string_view>

#include "engine/base/result.h"

namespace plumb {

// The pieces come in order. An error ends their coming, and is what whoever gives them answers.
using ByteSink = std::function<Result<>(std::string_view)>;

}  // namespace plumb
