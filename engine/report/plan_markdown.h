// A plan as a comment below a change: what it comes to, what to look at first, and the rest folded, by hosts that are
// equal. Bounded, since comments are.
#pragma once

#include <cstddef>
#include <string>

#include "engine/plan/plan.h"
#include "providers/sdk/kind.h"

namespace plumb::report {

struct PlanMarkdownOptions {
  std::size_t most_bytes = std::size_t{60} << 10;  // GitHub takes 65,536 characters
  const Registry* kinds = nullptr;                 // as of PlanTextOptions
  std::string note = {};                           // lines that stand above what the plan comes to
  std::string errors = {};                         // lines that stand below it: why hosts have no plan
};

// Markdown as GitHub and GitLab show it. What does not fit is counted at the end. What hosts and files say stands in
// code alone: it names nobody, links nowhere and opens no tag. No sensitive value. `id` is "" of a plan that cannot be
// applied.
std::string plan_markdown(const plan::Plan& plan, const std::string& id, const PlanMarkdownOptions& options);

}  // namespace plumb::report
