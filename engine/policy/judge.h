// What rules make of a plan. Pure: the same plan, policy, notes and day give the same judgement.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/lang/source.h"
#include "engine/plan/plan.h"
#include "engine/policy/environment.h"
#include "engine/policy/rule.h"
#include "providers/sdk/kind.h"

namespace plumb::policy {

// That a rule fired, or a program that judges said so.
struct Finding {
  Effect effect = Effect::kDeny;
  std::string rule;
  SourceSpan rule_span;
  Requirement requirement;
  std::string message;
  std::string hint;
  std::string address;  // "" for what is about a host or the plan
  // The addresses that it would have without an `id` of its own, by which waivers know it: several where several
  // modules declare it; none where several things on several hosts have the address.
  std::vector<std::string> about;
  std::string source;              // "plumb.yaml:31:5"; "" where nothing is to blame
  std::vector<std::string> hosts;  // sorted; none for what is about the plan
  // What lets it pass; or, ended, what did so before.
  std::optional<Waiver> waiver;
  bool waived = false;
};

struct Judgement {
  std::vector<Finding> findings;  // by effect, then by rule as it stands in the policy, then by address
  Diagnostics failures;           // of judging: nothing may be applied then
  std::vector<Waiver> ended;      // that do not count any more

  // Of what is not waived.
  bool has(Effect effect) const;
  bool denies() const { return !failures.empty() || has(Effect::kDeny); }
};

struct JudgeInput {
  const plan::Plan& plan;
  // What is known of a host of the plan; asked for only where a rule reads it.
  std::function<HostNotes(const std::string& host)> notes;
  std::chrono::sys_days today{};
  const lang::SourceMap& sources;  // with the texts of the rules
  // Their schemas say what a resource is about, whatever its `id`; null: all is about what its address says.
  const Registry* kinds = nullptr;
};

// By rules and waivers; programs are not asked. Equal lists of actions are looked at once, however many hosts have
// them, and once for each of what a rule reads of hosts.
Judgement judge(const Policy& policy, const JudgeInput& input);

// Puts what was found elsewhere among the rest: waivers count for it too.
void add(const std::vector<Finding>& found, const Policy& policy, std::chrono::sys_days today, Judgement& judgement);

// Of one rule; what fires oftener is told as a number.
inline constexpr std::size_t kMostFindings = 1000;
inline constexpr std::size_t kLongestMessage = 4096;

}  // namespace plumb::policy
