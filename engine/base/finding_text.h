// A finding as one text.
#pragma once

#include <string>

#include "engine/base/diagnostic.h"
#include "engine/base/outside_text.h"

namespace plumb {

// On one or several lines: what is wrong, what was expected, how to get out of it, on which hosts.
inline std::string finding_text(const Diagnostic& finding) {
  std::string text = finding.summary;
  if (!finding.label.empty()) text += "\n" + finding.label;
  if (!finding.hint.empty()) text += "\nhint: " + finding.hint;
  if (!finding.host.empty()) text += "\non " + finding.host;
  return outside_text(text, kWhole);
}

}  // namespace plumb
