// What a profile makes of hosts. Pure: the same profile, plan, judgement, facts and day give the same assessment.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/base/address.h"
#include "engine/compliance/profile.h"
#include "engine/plan/plan.h"
#include "engine/policy/judge.h"

namespace plumb::compliance {

// kUnknown: the host has no plan, or an expression has no answer there.
enum class State { kCompliant, kNotCompliant, kWaived, kNotApplicable, kUnknown };
// "compliant", "not compliant", …
std::string_view name(State state);

struct Verdict {
  State state = State::kUnknown;
  std::string why;  // in a line; "" of what is compliant
};

struct Assessment {
  // By host; in each a verdict for each control of the profile that was asked for, in their order.
  std::map<std::string, std::vector<Verdict>> hosts;
  std::vector<const Control*> controls;  // of the profile, which outlives this
  Diagnostics findings;                  // of expressions that could not be worked out, and waivers that ended

  std::map<State, std::size_t> counts() const;
  // Whether there is nothing but what is compliant, waived or not applicable.
  bool passes() const;
};

struct AssessmentInput {
  const Profile& profile;
  const std::string& only;  // a glob over numbers of controls; "" for all of them
  const std::set<std::string>& hosts;
  const plan::Plan& plan;
  const policy::Judgement& judgement;  // of the plan
  // The addresses of a host's graph, all of each resource; asked once for hosts that have the same one. Only for hosts
  // of the plan.
  std::function<std::vector<Address>(const std::string& host)> addresses;
  // What a host told of itself; null where it told nothing.
  std::function<const Json*(const std::string& host)> facts;
  std::chrono::sys_days today{};
  const lang::SourceMap& sources;  // with the texts of the profile
};

// That the rules which the profile names are there. Errors: kProfile.
void check_rules(const Profile& profile, const policy::Policy& policy, Diagnostics& diagnostics);

Assessment assess(const AssessmentInput& input);

}  // namespace plumb::compliance
