// Programs that judge plans: they are given the plan as JSON and answer with JSON (docs/guide/policy.md). One that
// fails, takes too long, says too much or something else is a failure of judging.
#pragma once

#include <filesystem>
#include <vector>

#include "engine/policy/judge.h"

namespace plumb::policy {

// Of what a program is given, and of what it may say.
inline constexpr std::size_t kMostGiven = std::size_t{256} << 20;
inline constexpr std::size_t kMostSaid = std::size_t{16} << 20;

// What programs are given: the plan with `(sensitive)` where a sealed value stands, and what is known of its hosts.
Json question(const JudgeInput& input, const std::string& plan_id);

// Reads an answer to it. Errors: kPolicyFailed.
Result<std::vector<Finding>> read_answer(const Judge& judge, std::string_view text, const plan::Plan& plan,
                                         const Registry* kinds = nullptr);

// Asks each program, in `folder`. What they found and where they failed is in the judgement then. `stop`: ends them
// once it is readable; -1 for nothing that does.
void ask(const Policy& policy, const JudgeInput& input, const std::string& plan_id, const std::filesystem::path& folder,
         int stop, Judgement& judgement);

}  // namespace plumb::policy
