#include "testdata/meet/findings.h"

namespace plumb::meet {

std::string codes_of(const Diagnostics& found) {
  std::set<std::string> codes;
  for (const Diagnostic& one : found.items()) {
    if (one.severity == Severity::kError) codes.insert(std::string(code_name(one.code)));
  }
  std::string text;
  for (const std::string& code : codes) text += " " + code;
  return text;
}

bool lacks_a_place(const Diagnostics& found) {
  for (const Diagnostic& one : found.items()) {
    // Tags are asked for by whoever applies, and what is declared no more has no place.
    const bool has_none = one.code == Code::kUnknownTag || one.code == Code::kPreventDestroy;
    if (one.severity == Severity::kError && !one.span && !has_none) return true;
  }
  return false;
}

std::set<int> lines_of(const Diagnostics& found) {
  std::set<int> lines;
  for (const Diagnostic& one : found.items()) {
    if (one.severity != Severity::kError) continue;
    if (one.span) lines.insert(one.span->line);
    for (const Related& other : one.related) lines.insert(other.span.line);
  }
  return lines;
}

bool is_internal(const Diagnostics& found) {
  for (const Diagnostic& one : found.items()) {
    if (one.code == Code::kInternal) return true;
  }
  return false;
}

}  // namespace plumb::meet
