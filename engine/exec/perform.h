// What the controller's own executor does for a host in its turn: it asks, and changes nothing of this machine.
#pragma once

#include "engine/exec/blobs.h"
#include "engine/exec/line.h"
#include "engine/exec/local_system.h"
#include "engine/wire/messages.h"
#include "providers/sdk/managers.h"

namespace plumb::exec {

// Ended early where the line wants a stop. Errors: kProtocol where it is asked for anything that could change
// something here; what went wrong otherwise stands in the answer.
Result<wire::Performed> perform(LocalSystem& system, const Managers& managers, const BlobStore& blobs, Line& line,
                                const wire::Perform& asked);

}  // namespace plumb::exec
