// Undo: a plan like any other, that takes back what a run did.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "engine/run/planning.h"

namespace plumb::run {

struct UndoRequest {
  std::string run;                  // an id, the beginning of one, or `last`
  std::string host;                 // on this host alone; "" for all that the run changed
  std::set<std::string> addresses;  // those that one of these patterns means; empty: all
};

// Nothing where there is no such run, or no plan of it; the context is told. What cannot be taken back is told on its
// host, as warnings.
std::optional<Planned> make_undo_plan(Workspace& workspace, const UndoRequest& request, const RunContext& context);

}  // namespace plumb::run
