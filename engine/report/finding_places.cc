#include "engine/report/finding_places.h"

#include <filesystem>

#include "engine/base/digest.h"
#include "engine/base/json.h"
#include "engine/base/outside_text.h"

namespace plumb::report {

std::string FindingPlaces::file_of(const SourceSpan& span) const {
  if (!inventory.empty() && span.file == inventory) return span.file;
  return (std::filesystem::path(folder) / span.file).lexically_normal().generic_string();
}

std::string FindingPlaces::file_of(const Diagnostic& finding) const {
  SourceSpan whole;
  whole.file = project_file;
  return file_of(finding.span && !finding.span->file.empty() ? *finding.span : whole);
}

std::string finding_fingerprint(const Diagnostic& finding, const std::string& file, std::size_t count) {
  const Json text = {code_name(finding.code), repaired_utf8(file), repaired_utf8(finding.summary),
                     repaired_utf8(finding.label), count};
  return digest(canonical(text)).substr(kDigestPrefix.size());
}

}  // namespace plumb::report
