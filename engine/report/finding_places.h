// Where findings lie for those who show them beside a change: files are named from the folder that a pipeline works in,
// and each finding has a place.
#pragma once

#include <optional>
#include <string>

#include "engine/base/diagnostic.h"

namespace plumb::report {

struct FindingPlaces {
  std::string folder;                       // of the project, from the folder of the pipeline; "" for that one
  std::string inventory;                    // a file that is named from there already; "" for none
  std::string project_file = "plumb.yaml";  // of the project: has the findings that have no place

  // With forward slashes. Absolute only where the folder is.
  std::string file_of(const Diagnostic& finding) const;
  std::string file_of(const SourceSpan& span) const;
};

// By what it says and in which file, and not by the line: it stays what it is while lines are added above it. Of equal
// ones `count` is the number of those before. 64 hex digits.
std::string finding_fingerprint(const Diagnostic& finding, const std::string& file, std::size_t count);

}  // namespace plumb::report
