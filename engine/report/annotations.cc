#include "engine/report/annotations.h"

#include <algorithm>
#include <map>

#include "engine/base/finding_text.h"
#include "engine/base/outside_text.h"
#include "engine/base/percent_encoded.h"
#include "engine/report/equal_diagnostics.h"

namespace plumb::report {
namespace {

std::string encoded(std::string_view text, std::string_view besides) {
  return percent_encoded(text, [besides](char c) {
    return c != '%' && c != '\r' && c != '\n' && besides.find(c) == std::string_view::npos;
  });
}

std::string property(std::string_view text) {
  return encoded(outside_line(text), ":,");
}

std::string_view command_of(Severity severity) {
  return severity == Severity::kError ? "error" : severity == Severity::kWarning ? "warning" : "notice";
}

std::string_view grade_of(Severity severity) {
  return severity == Severity::kError ? "critical" : severity == Severity::kWarning ? "minor" : "info";
}

std::string title_of(const Diagnostic& finding) {
  const std::optional<CodeInfo> info = find_code(code_name(finding.code));
  return code_name(finding.code) + (info ? ": " + std::string(info->title) : "");
}

}  // namespace

std::string github_annotations(const std::vector<Diagnostic>& findings, const FindingPlaces& places) {
  std::string out;
  for (const Diagnostic& finding : equal_ones_once(findings)) {
    out += "::" + std::string(command_of(finding.severity)) + " file=" + property(places.file_of(finding));
    if (finding.span && finding.span->line > 0) {
      const SourceSpan& span = *finding.span;
      const bool is_one_line = span.end_line <= span.line;
      out += ",line=" + std::to_string(span.line);
      if (!is_one_line) out += ",endLine=" + std::to_string(span.end_line);
      // Columns are taken on one line alone, and the last one is the last that is meant.
      if (is_one_line && span.column > 0) {
        out += ",col=" + std::to_string(span.column) +
               ",endColumn=" + std::to_string(std::max(span.column, span.end_column - 1));
      }
    }
    out += ",title=" + property(title_of(finding)) + "::" + encoded(finding_text(finding), "") + "\n";
  }
  return out;
}

Json gitlab_code_quality(const std::vector<Diagnostic>& findings, const FindingPlaces& places) {
  std::map<std::string, std::size_t> before;
  Json report = Json::array();
  for (const Diagnostic& finding : equal_ones_once(findings)) {
    const std::string file = places.file_of(finding);
    const std::size_t count = before[finding_fingerprint(finding, file, 0)]++;
    const int line = finding.span ? std::max(finding.span->line, 1) : 1;
    const int end = finding.span ? std::max(finding.span->end_line, line) : line;
    report.push_back({{"description", finding_text(finding)},
                      {"check_name", code_name(finding.code)},
                      {"fingerprint", finding_fingerprint(finding, file, count)},
                      {"severity", grade_of(finding.severity)},
                      {"location", {{"path", repaired_utf8(file)}, {"lines", {{"begin", line}, {"end", end}}}}}});
  }
  return report;
}

}  // namespace plumb::report
