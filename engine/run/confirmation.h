// Confirming what a run changed by a new login, so that the host does not undo it; and where that does not succeed,
// learning what the host has undone.
#pragma once

#include "engine/run/fleet.h"
#include "engine/run/journalist.h"
#include "engine/run/session.h"

namespace plumb::run {

struct ToConfirm {
  std::string run;
  std::chrono::seconds within{0};
  std::vector<std::string> addresses;  // for messages
  std::vector<std::string> of_plan;    // all addresses that the host may speak of
};

// The actions of a request that must be confirmed.
ToConfirm to_confirm(const wire::Apply& request);

// True where it was confirmed, or there turned out to be nothing to confirm. Else `result` and the history say what
// became of it.
bool confirm_changes(Session& session, const ToConfirm& what, Journalist& journalist, HostResult& result);

}  // namespace plumb::run
