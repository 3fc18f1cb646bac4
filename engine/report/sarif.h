// Findings as SARIF 2.1.0 (OASIS), which code scanning of GitHub, GitLab, Azure and many editors read.
#pragma once

#include <vector>

#include "engine/base/json.h"
#include "engine/report/finding_places.h"

namespace plumb::report {

// One run. Its rules are the codes of the findings, with what `plumb explain` says of them; no line of a file is
// repeated in it.
Json sarif(const std::vector<Diagnostic>& findings, const FindingPlaces& places);

}  // namespace plumb::report
