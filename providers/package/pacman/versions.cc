#include "providers/package/pacman/versions.h"

#include <algorithm>

#include "engine/base/ascii.h"
#include "providers/package/rpm_version.h"

namespace plumb::providers::package::pacman {
namespace {

// How many characters that are neither digits nor letters stand in front.
std::size_t take_separators(std::string_view& text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) { return is_digit(c) || is_letter(c); });
  const auto length = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(length);
  return length;
}

std::string_view take_segment(std::string_view& text, bool digits) {
  const auto end = std::find_if_not(text.begin(), text.end(), digits ? is_digit : is_letter);
  std::string_view segment = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(segment.size());
  if (digits && !segment.empty()) segment.remove_prefix(std::min(segment.find_first_not_of('0'), segment.size()));
  return segment;
}

// As rpm did once: nothing is newer than letters, numbers are newer than nothing, and longer separators decide.
int compare_parts(std::string_view one, std::string_view other) {
  if (one == other) return 0;
  while (!one.empty() && !other.empty()) {
    const std::size_t before_one = take_separators(one);
    const std::size_t before_other = take_separators(other);
    if (one.empty() || other.empty()) break;
    if (before_one != before_other) return before_one < before_other ? -1 : 1;
    const bool digits = is_digit(one.front());
    if (digits != is_digit(other.front())) return digits ? 1 : -1;
    const std::string_view its = take_segment(one, digits);
    const std::string_view others = take_segment(other, digits);
    if (digits && its.size() != others.size()) return its.size() < others.size() ? -1 : 1;
    if (const int order = its.compare(others); order != 0) return order;
  }
  if (one.empty() && other.empty()) return 0;
  if (one.empty()) return is_letter(other.front()) ? 1 : -1;
  return is_letter(one.front()) ? -1 : 1;
}

}  // namespace

int compare_versions(std::string_view one, std::string_view other) {
  const RpmVersion its = RpmVersion::parse(one);
  const RpmVersion others = RpmVersion::parse(other);
  const auto epoch = [](std::string_view text) { return text.empty() ? std::string_view("0") : text; };
  if (const int order = compare_parts(epoch(its.epoch), epoch(others.epoch)); order != 0) return order;
  if (const int order = compare_parts(its.version, others.version); order != 0) return order;
  return its.release.empty() || others.release.empty() ? 0 : compare_parts(its.release, others.release);
}

}  // namespace plumb::providers::package::pacman
