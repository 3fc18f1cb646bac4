// Versions as rpm compares them.
#pragma once

#include <string>
#include <string_view>

namespace plumb::providers::package {

// Below 0, 0 or above 0, as `one` is older than `other`, equal or newer. Of one part: a version or a release.
int compare_rpm_parts(std::string_view one, std::string_view other);

// [EPOCH:]VERSION[-RELEASE]. No epoch is 0.
struct RpmVersion {
  std::string_view epoch, version, release;
  static RpmVersion parse(std::string_view text);
};
// Releases count only where both have one.
int compare_rpm_versions(std::string_view one, std::string_view other);

// Whether `version` is the one that is wanted: what is left out of it, an epoch or a release, may be any. One that ends
// in * is a beginning.
bool rpm_version_matches(std::string_view wanted, std::string_view version);

}  // namespace plumb::providers::package
