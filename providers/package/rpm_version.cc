#include "providers/package/rpm_version.h"

#include <algorithm>

#include "engine/base/ascii.h"

namespace plumb::providers::package {
namespace {

// What stands between segments tells nothing.
void skip_separators(std::string_view& text) {
  while (!text.empty() && !is_digit(text.front()) && !is_letter(text.front()) && text.front() != '~' &&
         text.front() != '^')
    text.remove_prefix(1);
}

// The digits, or the letters, that it begins with.
std::string_view take_segment(std::string_view& text, bool digits) {
  const auto end = std::find_if_not(text.begin(), text.end(), digits ? is_digit : is_letter);
  const auto length = static_cast<std::size_t>(end - text.begin());
  const std::string_view segment = text.substr(0, length);
  text.remove_prefix(length);
  return segment;
}

int compare_segments(std::string_view one, std::string_view other, bool digits) {
  if (digits) {
    one.remove_prefix(std::min(one.find_first_not_of('0'), one.size()));
    other.remove_prefix(std::min(other.find_first_not_of('0'), other.size()));
    if (one.size() != other.size()) return one.size() < other.size() ? -1 : 1;
  }
  const int order = one.compare(other);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

bool begins(std::string_view text, char c) {
  return !text.empty() && text.front() == c;
}

}  // namespace

int compare_rpm_parts(std::string_view one, std::string_view other) {
  while (!one.empty() || !other.empty()) {
    skip_separators(one);
    skip_separators(other);
    // A tilde is older than the end, and a caret newer than the end and older than all else.
    if (begins(one, '~') || begins(other, '~')) {
      if (!begins(one, '~')) return 1;
      if (!begins(other, '~')) return -1;
    } else if (begins(one, '^') || begins(other, '^')) {
      if (one.empty()) return -1;
      if (other.empty()) return 1;
      if (!begins(one, '^')) return 1;
      if (!begins(other, '^')) return -1;
    } else {
      if (one.empty() || other.empty()) break;
      const bool digits = is_digit(one.front());
      const std::string_view its = take_segment(one, digits);
      const std::string_view others = take_segment(other, digits);
      // Numbers are newer than letters.
      if (others.empty()) return digits ? 1 : -1;
      if (const int order = compare_segments(its, others, digits); order != 0) return order;
      continue;
    }
    one.remove_prefix(1);
    other.remove_prefix(1);
  }
  if (one.empty() && other.empty()) return 0;
  return one.empty() ? -1 : 1;
}

RpmVersion RpmVersion::parse(std::string_view text) {
  RpmVersion parsed;
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    parsed.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const std::size_t dash = text.rfind('-');
  parsed.version = text.substr(0, dash);
  if (dash != std::string_view::npos) parsed.release = text.substr(dash + 1);
  return parsed;
}

int compare_rpm_versions(std::string_view one, std::string_view other) {
  const RpmVersion its = RpmVersion::parse(one);
  const RpmVersion others = RpmVersion::parse(other);
  const auto epoch = [](std::string_view text) { return text.empty() ? std::string_view("0") : text; };
  if (const int order = compare_rpm_parts(epoch(its.epoch), epoch(others.epoch)); order != 0) return order;
  if (const int order = compare_rpm_parts(its.version, others.version); order != 0) return order;
  if (its.release.empty() || others.release.empty()) return 0;
  return compare_rpm_parts(its.release, others.release);
}

bool rpm_version_matches(std::string_view wanted, std::string_view version) {
  if (wanted.find(':') == std::string_view::npos) version.remove_prefix(version.find(':') + 1);
  if (wanted.ends_with('*')) return version.starts_with(wanted.substr(0, wanted.size() - 1));
  return compare_rpm_versions(wanted, version) == 0;
}

}  // namespace plumb::providers::package
