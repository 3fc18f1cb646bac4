// The end of a run: what became of each host, and how to go on.
#pragma once

#include <map>
#include <string>

#include "engine/plan/plan.h"
#include "engine/run/fleet.h"

namespace plumb::report {

// Counts, the hosts one by one where they are few, or the first errors of those that did not end well where they are
// many (equal ones told once, and no more than a screen of them), and `next`, the command to go on with.
std::string run_summary(const run::HostResults& hosts, const plan::Plan& plan, const std::string& run_id,
                        const std::string& next, bool color);
// The document of a run. Where it went on with what `earlier` left, the document of that run, `hosts` are what both
// came to together; null for none.
Json run_json(const run::HostResults& hosts, const std::string& run_id, const std::string& plan_id,
              Json earlier = nullptr);

// The first error of each host that did not end well: equal ones told once, and no more than a screen of them. "" where
// all did.
std::string failures_text(const run::HostResults& hosts, bool color);

// The command that goes on where the run did not end well: `same_plan`, which goes on with the plan, where that can be,
// else one that makes a new one; of an undo, the undo on each host on which it failed. "" where nothing is left.
std::string way_on(const run::HostResults& hosts, const plan::Plan& plan, const std::string& same_plan);

// The command that goes on with a plan, "" for no file: of a strict host only what people have approved.
std::string on_with_plan(const run::HostResults& hosts, const std::string& run_id, const std::string& file);

// What is said of a host whose changes wait for the new login that confirms them.
std::string confirming(std::int64_t seconds_left);

// What is said of a host that its plan restarts.
std::string restarting();

// Null where there is none.
const Diagnostic* first_error(const run::HostResult& result);

}  // namespace plumb::report
