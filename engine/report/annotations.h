// Findings as the pipelines of GitHub and GitLab show them beside the lines of a change.
#pragma once

#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/report/finding_places.h"

namespace plumb::report {

// GitHub's workflow commands, a line each: "::error file=plumb.yaml,line=3,…::…". Nothing in a finding can end one or
// begin another.
std::string github_annotations(const std::vector<Diagnostic>& findings, const FindingPlaces& places);

// GitLab's report of code quality: an array with an object a finding.
Json gitlab_code_quality(const std::vector<Diagnostic>& findings, const FindingPlaces& places);

}  // namespace plumb::report
