// What a rule sees: `plan`, `host` and `action`, with their types. Sensitive values are not among it: where one stands,
// a rule reads `(sensitive)`.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "engine/lang/cel/environment.h"
#include "engine/plan/plan.h"
#include "engine/policy/rule.h"
#include "providers/sdk/kind.h"

namespace plumb::policy {

inline constexpr const char* kSensitive = "(sensitive)";

// Slots of the environment. A rule about the plan has the first, one about hosts the second too, one about actions all.
enum Slot : int { kPlanSlot = 0, kHostSlot = 1, kActionSlot = 2 };

const cel::Environment& environment(Subject subject);

// What is known of a host beside its plan.
struct HostNotes {
  std::set<std::string> groups;
  Json facts;  // null where they are not known
};

cel::Value value_of(const plan::Plan& plan);
// Without facts where they are not known.
cel::Value value_of(const std::string& name, const plan::HostPlan& host, const HostNotes& notes);
// With these of its fields: texts and operations are large, and few rules look at them. `kinds` as in JudgeInput.
cel::Value value_of(const plan::Plan& plan, const plan::Action& action, const std::set<std::string>& fields,
                    const Registry* kinds);

// What a resource is about: the attribute that its kind's schema names for it. An `id` changes its address, and not
// this.
std::string identity_of(const Desired& desired, const Registry* kinds);
// The addresses that an action's resource would have without an `id`, that of the action first.
std::vector<std::string> plain_addresses_of(const plan::Action& action, const Registry* kinds);

// An action as the plan's document has it, with `(sensitive)` where a sealed value stands.
Json visible(const plan::Action& action);

}  // namespace plumb::policy
