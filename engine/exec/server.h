// The executor's side of a conversation: hello at once, then whatever the controller asks, until the stream ends.
#pragma once

#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/exec/strict_host.h"
#include "providers/sdk/kind.h"

namespace plumb::exec {

struct ServeOptions {
  std::string root = "/";
  int in = 0;
  int out = 1;
  std::string reached_by = {};  // see System::reached_by(); behind the ports, the number of who logged in
  // Where it is to go by a charter, and does what that covers alone.
  std::optional<StrictPlaces> strict = {};
};

// Returns when the stream has ended; an error is one that could not be told to the controller.
Result<> serve(const Registry& registry, const ServeOptions& options);

// "linux-x86_64"
std::string platform();

}  // namespace plumb::exec
