// What a plan of an adopted project would change, or cannot have, is left out of the project, until its plan is empty.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/adopt/told.h"
#include "engine/adopt/written_project.h"
#include "engine/base/diagnostic.h"

namespace plumb::adopt {

// An action of a plan.
struct PlannedChange {
  std::string source;      // the place that the plan names for it: "accounts.yaml:12"
  std::string address;     // "user:deploy"
  std::string attributes;  // those that it would change: "shell, home"
};

// What the planning of a written project came to.
struct Attempt {
  bool planned = false;  // there is a plan of the host
  std::vector<PlannedChange> changes;
  Diagnostics found;
  bool stopped = false;  // nobody waits for it any more
};
using Planner = std::function<Attempt(const WrittenProject& project)>;

struct Settled {
  enum class Outcome {
    kEmpty,    // the plan changes nothing
    kStopped,  // as the last attempt was
    kBroken,   // `left` tells what nothing of the project is to blame for
    kStuck,    // the plan never became empty
  };
  Outcome outcome = Outcome::kStuck;
  WrittenProject project;  // as it was planned last
  Diagnostics left;
};

// What is left out is refused in `told`, with the reason.
Settled settle(Told& told, const Registry& kinds, const ProjectNames& names, const Planner& plan);

}  // namespace plumb::adopt
