// The end of a run: what became of each host, and how to go on.
#pragma once

#include <map>
#include <string>

#include "engine/plan/plan.h"
#include "engine/run/fleet.h"

namespace plumb::report {

std::string run_summary(const std::map<std::string, run::HostResult>& hosts, const plan::Plan& plan,
                        const std::string& run_id, bool color);
Json run_json(const std::map<std::string, run::HostResult>& hosts, const std::string& run_id,
              const std::string& plan_id);

}  // namespace plumb::report
