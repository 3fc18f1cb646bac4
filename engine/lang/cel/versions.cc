// Which of two versions comes first: by Semantic Versioning 2.0.0, and as package managers have it.
#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "engine/lang/cel/library.h"
#include "engine/lang/cel/package_versions.h"

namespace plumb::cel {
namespace {

struct Version {
  std::array<std::string_view, 3> numbers;
  std::vector<std::string_view> prerelease;
};

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_identifier(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

bool has_leading_zero(std::string_view number) {
  return number.size() > 1 && number.front() == '0';
}

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t dot = text.find('.');
    parts.push_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    text.remove_prefix(dot + 1);
  }
}

std::optional<Version> parse(std::string_view text) {
  Version version;
  if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
    const auto build = parts_of(text.substr(plus + 1));
    if (!std::all_of(build.begin(), build.end(), is_identifier)) return {};
    text = text.substr(0, plus);
  }
  if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
    version.prerelease = parts_of(text.substr(dash + 1));
    for (const std::string_view part : version.prerelease) {
      if (!is_identifier(part) || (is_number(part) && has_leading_zero(part))) return {};
    }
    text = text.substr(0, dash);
  }
  const auto numbers = parts_of(text);
  if (numbers.size() != version.numbers.size()) return {};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!is_number(numbers[i]) || has_leading_zero(numbers[i])) return {};
    version.numbers[i] = numbers[i];
  }
  return version;
}

int compare_identifiers(std::string_view a, std::string_view b) {
  if (is_number(a) && is_number(b)) return compare_numbers(a, b);
  if (is_number(a) != is_number(b)) return is_number(a) ? -1 : 1;
  return sign_of_order(a, b);
}

int compare_versions(const Version& a, const Version& b) {
  for (std::size_t i = 0; i < a.numbers.size(); ++i) {
    if (const int order = compare_numbers(a.numbers[i], b.numbers[i]); order != 0) return order;
  }
  // A version without a prerelease comes after all of its prereleases.
  if (a.prerelease.empty() || b.prerelease.empty()) {
    return (a.prerelease.empty() ? 1 : 0) - (b.prerelease.empty() ? 1 : 0);
  }
  const std::size_t shared = std::min(a.prerelease.size(), b.prerelease.size());
  for (std::size_t i = 0; i < shared; ++i) {
    if (const int order = compare_identifiers(a.prerelease[i], b.prerelease[i]); order != 0) return order;
  }
  return (a.prerelease.size() > shared ? 1 : 0) - (b.prerelease.size() > shared ? 1 : 0);
}

bool is_semantic_version(std::string_view text) {
  return parse(text).has_value();
}

int compare_semantic_versions(std::string_view a, std::string_view b) {
  return compare_versions(*parse(a), *parse(b));
}

struct Scheme {
  std::string_view name;
  bool (*accepts)(std::string_view);
  int (*compare)(std::string_view, std::string_view);
  std::string_view what;
  std::string_view hint;
};

constexpr std::array kSchemes = {
    Scheme{"debian", is_debian_version, compare_debian_versions, "version of a Debian package",
           "such versions look like 1:2.3.4-5+deb12u1"},
    Scheme{"rpm", is_rpm_version, compare_rpm_versions, "version of an RPM package",
           "such versions look like 1:2.3.4-5.el9"},
    Scheme{"semver", is_semantic_version, compare_semantic_versions, "semantic version",
           "versions have three numbers: 1.2.3, 1.2.3-rc.1"},
};

const Scheme* find_scheme(std::string_view name) {
  const auto found =
      std::find_if(kSchemes.begin(), kSchemes.end(), [&](const Scheme& one) { return one.name == name; });
  return found == kSchemes.end() ? nullptr : &*found;
}

Value compare(Call& call) {
  const Scheme* const scheme = find_scheme(call.text(2));
  if (scheme == nullptr)
    return fail("versions are not compared as `" + std::string(call.text(2).substr(0, 60)) + "`", kVersionSchemes);
  for (std::size_t i = 0; i < 2; ++i) {
    if (!call.budget.read(8 * call.text(i).size())) return cost_exceeded();
    if (scheme->accepts(call.text(i))) continue;
    return fail("`" + std::string(call.text(i).substr(0, 60)) + "` is no " + std::string(scheme->what),
                std::string(scheme->hint));
  }
  return Value::integer(scheme->compare(call.text(0), call.text(1)));
}

}  // namespace

bool is_version_scheme(std::string_view name) {
  return find_scheme(name) != nullptr;
}

void add_versions(FunctionTable& table) {
  table.add("versionCompare(string, string, string) -> int", compare,
            "-1, 0 or 1: which version comes first, as 'debian', 'rpm' or 'semver' has it");
}

}  // namespace plumb::cel
