// Bytes that are taken piece by piece, so that what is large is never whole in memory.
#pragma once

#include <functional>
#include <string_view>

#include "engine/base/result.h"

namespace plumb {

// The pieces come in order. An error ends their coming, and is what whoever gives them answers.
using ByteSink = std::function<Result<>(std::string_view)>;

// The same where nothing ends their coming: whoever takes them tells of errors afterwards.
using TakePiece = std::function<void(std::string_view)>;
// Gives all of them, in order, at each call.
using GivePieces = std::function<void(const TakePiece&)>;

}  // namespace plumb
