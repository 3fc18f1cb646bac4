// Kinds of other tools in the place of a kind: `apt`, `ansible.builtin.copy`, `file.managed`.
#pragma once

#include <string>

#include "engine/lang/yaml.h"
#include "providers/sdk/kind.h"

namespace plumb::config {

// What to say instead of the first key of a resource, which is no kind; of a task that begins with its name, instead of
// what stands behind that. "" where no other tool has it.
std::string instead_of_kind(const lang::Node& resource, const Registry& kinds);

}  // namespace plumb::config
