// Arbitrary bytes as what package managers print and keep, and as versions, of which one, two and three stand in lines.
// The first byte chooses.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "providers/package/apk/answer.h"
#include "providers/package/apk/database.h"
#include "providers/package/apk/versions.h"
#include "providers/package/apt/dpkg_status.h"
#include "providers/package/apt/simulation.h"
#include "providers/package/apt/versions.h"
#include "providers/package/dnf/answer.h"
#include "providers/package/pacman/answer.h"
#include "providers/package/pacman/database.h"
#include "providers/package/pacman/versions.h"
#include "providers/package/rpm_version.h"
#include "providers/package/zypper/answer.h"

namespace {

using namespace plumb::providers::package;

int sign(int number) {
  return number < 0 ? -1 : number > 0 ? 1 : 0;
}

// An order: a version is itself, one of two is the newer one, and what is newer than a newer one is newer.
template <class Compare>
void check_order(const std::array<std::string_view, 3>& versions, const Compare& compare) {
  for (const std::string_view one : versions) {
    if (compare(one, one) != 0) std::abort();
    for (const std::string_view other : versions) {
      if (sign(compare(one, other)) != -sign(compare(other, one))) std::abort();
      for (const std::string_view third : versions) {
        if (compare(one, other) <= 0 && compare(other, third) <= 0 && compare(one, third) > 0) std::abort();
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 16) {
    case 0:
      (void)apt::parse_simulation(text).closure("jq");
      break;
    case 1:
      (void)apt::read_dpkg_status(text, {"jq", "libc6:i386", "bash:any", "x:native"});
      break;
    case 2:
      (void)apt::read_automatic(text);
      break;
    case 3:
      (void)apt::parse_file(text);
      (void)apt::parse_sources(text);
      break;
    case 4: {
      dnf::Answer answer = dnf::parse_answer(text);
      dnf::note_children(text, {"jq"}, answer);
      dnf::note_selected(text, {"jq"}, answer);
      (void)answer.simulation.closure("jq");
      break;
    }
    case 5:
      (void)zypper::parse_answer(text).simulation.closure("jq");
      break;
    case 8:
      (void)pacman::parse_answer(text, text, false).simulation.closure("jq");
      (void)pacman::section_of(text, "%FILES%");
      (void)pacman::Held::parse(text).contains("jq");
      (void)apk::parse_answer(text).simulation.closure("jq");
      (void)apk::parse_records(text);
      (void)apk::parse_world(text);
      break;
    default: {
      std::array<std::string_view, 3> versions;
      for (std::string_view& version : versions) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        version = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
      }
      check_order(versions, [](auto one, auto other) { return apt::compare_versions(one, other); });
      check_order(versions, [](auto one, auto other) { return compare_rpm_parts(one, other); });
      check_order(versions, [](auto one, auto other) { return apk::compare_versions(one, other); });
      // Releases count only where both have one, so that of three they are no order.
      for (const std::string_view one : versions) {
        for (const std::string_view other : versions) {
          if (sign(compare_rpm_versions(one, other)) != -sign(compare_rpm_versions(other, one))) std::abort();
          if (sign(pacman::compare_versions(one, other)) != -sign(pacman::compare_versions(other, one))) std::abort();
          (void)rpm_version_matches(one, other);
        }
      }
    }
  }
  return 0;
}
