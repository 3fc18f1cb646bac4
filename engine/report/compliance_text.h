// An assessment of hosts by a profile, for people and for tables.
#pragma once

#include <string>

#include "engine/compliance/assessment.h"

namespace plumb::report {

// Each host with what is not compliant on it, and numbers of the rest; with `full` all controls.
std::string compliance_text(const compliance::Profile& profile, const compliance::Assessment& assessment, bool full,
                            bool color);
// A line for each host and control.
std::string compliance_csv(const compliance::Assessment& assessment);
std::string compliance_markdown(const compliance::Profile& profile, const compliance::Assessment& assessment);

}  // namespace plumb::report
