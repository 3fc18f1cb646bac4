// Locks on resources of a project: locks.json in its state folder, so that whoever plans the host sees them, from
// wherever. Those whose time is over, by the host's clock, are as if they were not there.
#pragma once

#include <string>
#include <vector>

#include "engine/exec/state_folder.h"
#include "engine/wire/messages.h"

namespace plumb::exec {

// Those in force now, by items and owner. Errors: kDamagedRecord.
Result<std::vector<wire::ItemLock>> locks_in_force(const StateFolder& folder);

// The first one on a resource, by any address that it has; null where there is none.
const wire::ItemLock* lock_on(const std::vector<wire::ItemLock>& locks, const std::string& address,
                              const std::vector<std::string>& also = {});

// All of a request or nothing. The caller holds the host lock where it changes something. Errors: kItemLocked where a
// lock of somebody else would be lifted.
Result<wire::Locks> change_locks(const StateFolder& folder, const wire::ChangeLocks& request);

}  // namespace plumb::exec
