// A plan for people: equal actions of several hosts once, with the hosts, the riskiest first; differences of file
// contents as text.
#pragma once

#include <map>
#include <string>

#include "engine/plan/plan.h"
#include "providers/sdk/kind.h"

namespace plumb::report {

struct PlanTextOptions {
  bool color = false;
  bool outline = false;         // review_text() says each address in a line
  bool full = false;            // operations, whole scripts, and what each action stands on as well
  bool diffs = true;            // differences of contents
  std::size_t diff_lines = 60;  // of one content, at the most; the rest is counted
  bool lines_too = false;       // where paths tell a change, the lines of the content as well
  // What is said beyond the plan of resources of some kind; null to say nothing. It outlives the call.
  const Registry* kinds = nullptr;
};

std::string plan_text(const plan::Plan& plan, const PlanTextOptions& options);

// How the plan is narrowed, by --limit and tags; "" where it is not. plan_text() begins with it.
std::string scope_text(const plan::Plan& plan, bool color);

// By the address of what waits for the next plan, the reading that it waits for, by itself or by what it needs.
std::map<std::string, std::string> waiting_for_readings(const plan::HostPlan& host);
// Readings that the plan's own actions may change, and what is left to the next plan because of them; "" for none.
std::string moving_text(const plan::Plan& plan, bool color);
// The locks on the hosts, and what is left alone because of them; "" where there are none.
std::string locks_text(const plan::Plan& plan, bool color);
// What could act and says itself that it need not; "" where there is nothing.
std::string passed_over_text(const plan::Plan& plan, bool color);
// What one host does for others: who waits for it, and what is not done since the plan leaves it out.
std::string elsewhere_text(const plan::Plan& plan, bool color);

// The steps around turns, of few hosts unless all is asked for; "" where there are none.
std::string around_text(const plan::Plan& plan, const PlanTextOptions& options);
// What the hosts' records know by another address from now on, and what they hold no longer although nothing is done to
// it; "" where there is nothing.
std::string record_text(const plan::Plan& plan, bool color);
// Addresses that the hosts have and the configuration no longer holds, each with its hosts, and how they go; "" where
// there are none. plan_summary() ends with it.
std::string orphans_text(const plan::Plan& plan, const PlanTextOptions& options);

// What the plan comes to, and the hosts that have none, in a line each.
std::string plan_head(const plan::Plan& plan, bool color);

// The few lines at the end: counts of actions, hosts and fidelity. Fits one screen for any number of hosts.
std::string plan_summary(const plan::Plan& plan, const PlanTextOptions& options);

// What a terminal is asked before the plan is applied: the number of changes and of hosts, and what is destroyed.
std::string apply_question(const plan::Plan& plan);

}  // namespace plumb::report
