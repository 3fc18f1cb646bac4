// The actions of a plan as a reader is shown them, once for all hosts that they read the same for.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/plan/plan.h"
#include "engine/report/plan_groups.h"
#include "engine/report/plan_text.h"

namespace plumb::report {

struct ToldAction {
  std::string address;
  std::string text;  // as action_text() has it
};

struct ToldGroup {
  std::vector<std::string> hosts;
  std::size_t list = 0;                // the first one that has its actions
  std::vector<std::size_t> positions;  // of them in that list, in plan order
  std::vector<ToldAction> actions;     // of each
  // That they have on these hosts: a content may hold the host's own name.
  std::size_t versions = 1;
};

// Those with the greatest risk first. Actions that differ in nothing but digests of contents and the host's own name
// are told once, without digests and with `<host>` and `<hostname>` for the name, unless all is asked for.
std::vector<ToldGroup> told_groups(const plan::Plan& plan, const std::vector<ActionsOfHosts>& lists,
                                   const PlanTextOptions& options);

// "in 380 versions"; "" for one.
std::string versions_text(const ToldGroup& group);

}  // namespace plumb::report
