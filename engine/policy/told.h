// A judgement as findings that a user reads.
#pragma once

#include "engine/policy/judge.h"

namespace plumb::policy {

// Denials and failures are errors, what is asked for and what is warned of are warnings, what is waived is a note. Each
// points at the resource that it is about, and at the rule.
Diagnostics diagnostics_of(const Judgement& judgement);
// The same without what is asked for, for whoever looks whether it is there.
Diagnostics diagnostics_but_requirements(const Judgement& judgement);

// "2 approvals, a ticket that matches `^CHG-[0-9]+$`, and a time in Sat from 02:00 to 05:00 UTC"
std::string text_of(const Requirement& requirement);

}  // namespace plumb::policy
