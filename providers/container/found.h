// What an engine tells of a container, in the words by which one is asked for.
#pragma once

#include "providers/sdk/provider.h"

namespace plumb::providers::container {

// Of each attribute that is asked for what the container has: exactly what is asked for where that is the same. Beside
// them `state`, and `asked`, what the label keeps.
void note_found(const Json& info, const Desired& desired, bool podman, Observed& observed);

// Without the slash that docker puts before it.
std::string name_of_container(const Json& info);

}  // namespace plumb::providers::container
