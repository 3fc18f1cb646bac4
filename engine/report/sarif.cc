#include "engine/report/sarif.h"

#include <algorithm>
#include <map>
#include <string>

#include "engine/base/ascii.h"
#include "engine/base/finding_text.h"
#include "engine/base/outside_text.h"
#include "engine/base/percent_encoded.h"
#include "engine/report/equal_diagnostics.h"
#include "engine/report/markdown_text.h"

namespace plumb::report {
namespace {

constexpr const char* kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

std::string_view level_of(Severity severity) {
  return severity == Severity::kError ? "error" : severity == Severity::kWarning ? "warning" : "note";
}

// A path as the reference of a URI (RFC 3986): what stands for something there is percent-encoded.
std::string uri_of(const std::string& path) {
  const auto is_plain = [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("-._~/+@,=").find(c) != std::string_view::npos;
  };
  return (path.starts_with('/') ? "file://" : "") + percent_encoded(path, is_plain);
}

Json artifact_location(const std::string& file) {
  Json location = {{"uri", uri_of(file)}};
  if (!file.starts_with('/')) location["uriBaseId"] = "%SRCROOT%";
  return location;
}

Json region_of(const SourceSpan& span) {
  Json region = {{"startLine", span.line}};
  if (span.column > 0) region["startColumn"] = span.column;
  if (span.end_line >= span.line) {
    region["endLine"] = span.end_line;
    const bool is_wide = span.end_line > span.line || span.end_column > span.column;
    if (span.column > 0 && span.end_column > 0 && is_wide) region["endColumn"] = span.end_column;
  }
  return region;
}

Json location_of(const std::string& file, const std::optional<SourceSpan>& span, const std::string& message) {
  Json location = {{"physicalLocation", {{"artifactLocation", artifact_location(file)}}}};
  if (span && span->line > 0) location["physicalLocation"]["region"] = region_of(*span);
  if (!message.empty()) location["message"] = {{"text", outside_text(message, kWhole)}};
  return location;
}

Json rule_of(Code code) {
  const std::string name = code_name(code);
  Json rule = {{"id", name}};
  const std::optional<CodeInfo> info = find_code(name);
  if (!info) return rule;
  const std::string more = "`plumb explain " + name + "` says this too.";
  rule["shortDescription"] = {{"text", info->title}};
  rule["fullDescription"] = {{"text", info->text}};
  rule["help"] = {{"text", info->text}, {"markdown", std::string(info->text) + "\n\n" + more}};
  return rule;
}

// With the hint apart, and nothing in it that is more than text.
std::string message_markdown(const Diagnostic& finding) {
  std::string text = markdown_text(finding.summary);
  if (!finding.label.empty()) text += "\n\n" + markdown_text(finding.label);
  if (!finding.hint.empty()) text += "\n\n**Hint:** " + markdown_text(finding.hint);
  if (!finding.host.empty()) text += "\n\nOn " + markdown_text(finding.host);
  return text;
}

}  // namespace

Json sarif(const std::vector<Diagnostic>& all, const FindingPlaces& places) {
  const std::vector<Diagnostic> findings = equal_ones_once(all);
  std::map<Code, std::size_t> rules;
  for (const Diagnostic& finding : findings) rules.emplace(finding.code, 0);
  Json described = Json::array();
  for (auto& [code, index] : rules) {
    index = described.size();
    described.push_back(rule_of(code));
  }
  std::map<std::string, std::size_t> before;
  Json results = Json::array();
  for (const Diagnostic& finding : findings) {
    const std::string file = places.file_of(finding);
    const std::size_t count = before[finding_fingerprint(finding, file, 0)]++;
    Json result = {{"ruleId", code_name(finding.code)},
                   {"ruleIndex", rules[finding.code]},
                   {"level", level_of(finding.severity)},
                   {"message", {{"text", finding_text(finding)}, {"markdown", message_markdown(finding)}}},
                   {"locations", Json::array({location_of(file, finding.span, finding.label)})},
                   {"partialFingerprints", {{"plumbFinding/v1", finding_fingerprint(finding, file, count)}}}};
    std::size_t id = 0;
    for (const Related& related : finding.related) {
      Json location = location_of(places.file_of(related.span), related.span, related.note);
      location["id"] = ++id;
      result["relatedLocations"].push_back(std::move(location));
    }
    results.push_back(std::move(result));
  }
  const bool valid = std::none_of(findings.begin(), findings.end(),
                                  [](const Diagnostic& finding) { return finding.severity == Severity::kError; });
  Json run = {{"columnKind", "unicodeCodePoints"}, {"results", std::move(results)}};
  run["tool"]["driver"] = {{"name", "plumb"}, {"version", PLUMB_VERSION}, {"rules", std::move(described)}};
  run["invocations"].push_back({{"executionSuccessful", true}, {"exitCode", valid ? 0 : 3}});
  Json log = {{"$schema", kSchema}, {"version", "2.1.0"}};
  log["runs"].push_back(std::move(run));
  return log;
}

}  // namespace plumb::report
