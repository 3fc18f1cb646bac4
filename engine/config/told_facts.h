// Facts as a host told them: judged by their schema before anything is worked out from them.
#pragma once

#include <string>

#include "engine/base/json.h"

namespace plumb::config {

// The facts that the schema knows, with texts cleaned; what it does not know is left out. kProtocol names the first
// that is missing or has another type than it is to have.
Result<Json> checked_facts(Json told);

// Whether they are of an image (--root), and not of the host itself.
bool is_image(const Json& facts);

}  // namespace plumb::config
