// What holds of every plan, whoever made it: references, order, and operations against their kind.
//
// simulate_host() keeps to it, and checked builds see to that after each host; a plan that comes from a file is always
// asked, since whoever wrote the file may have been anybody.
#pragma once

#include <string>

#include "engine/plan/plan.h"
#include "providers/sdk/kind.h"

namespace plumb::plan {

// States the invariants; each gives the first that does not hold, as the end of a sentence about the plan, or "".
//
// Of a host, whose actions are these:
// - The actions on one resource are, in this order and each at most once: its change, what is set off on it, its
// probes.
// - `needs` and `unknown_until` name earlier actions, and so does `triggered_by` where an earlier run owes nothing.
// - Nothing is exact that is known only when its turn comes.
// - What is created had nothing before, and of what is deleted nothing is left.
// - Probes are asked by kVerify alone; it changes nothing and owes nothing. What is owed is a run, reload or restart.
// - What is to be confirmed can be undone by the host.
// - Sensitive attributes are keyed digests wherever they stand.
// - What is held back has no action, and a reason: a lock of the plan, or something held back before it.
// - Each action's kind is known, its operations are of those that the kind works by, and values have the types that the
// kind's schema gives them.
// - Paths that its kind decides on or works at are spelt as a project spells them: absolute, without `.`, `..` and
// `//`.
// - An action is what its kind's own code makes of what is asked for and what was found, its operations among it.
std::string verify(const HostPlan& host, const Actions& actions, const Registry& kinds);

// Of a plan, all that, and:
// - A host is planned or unplanned, and with a rollout every host that has something to do is in exactly one wave.
// - Steps around a turn are those of a host that has one, and hold together themselves.
// - The contents that it writes and that are not sensitive are in it.
std::string verify(const Plan& plan, const Registry& kinds);

// Parts of it, for who has the actions of a host at hand. The contents that these write:
std::string verify_contents(const Plan& plan, const Actions& actions);
// What of a plan is not about actions.
std::string verify_turns(const Plan& plan);

}  // namespace plumb::plan
