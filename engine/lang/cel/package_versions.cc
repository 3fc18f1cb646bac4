#include "engine/lang/cel/package_versions.h"

#include <algorithm>

#include "engine/base/ascii.h"

namespace plumb::cel {
namespace {

template <class Test>
std::string_view take_while(std::string_view& text, const Test& test) {
  const auto end = std::find_if_not(text.begin(), text.end(), test);
  const std::string_view taken = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(taken.size());
  return taken;
}

std::string_view without_zeros(std::string_view number) {
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

struct Parts {
  std::string_view epoch;  // without leading zeros
  std::string_view version;
  std::string_view release;  // behind the last dash
  bool has_release = false;
};

Parts package_parts_of(std::string_view text) {
  Parts parts;
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    parts.epoch = without_zeros(text.substr(0, colon));
    text.remove_prefix(colon + 1);
  }
  const std::size_t dash = text.rfind('-');
  parts.has_release = dash != std::string_view::npos;
  parts.version = text.substr(0, dash);
  if (parts.has_release) parts.release = text.substr(dash + 1);
  return parts;
}

bool is_version(std::string_view text, std::string_view signs) {
  const Parts parts = package_parts_of(text);
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    const std::string_view epoch = text.substr(0, colon);
    if (epoch.empty() || !std::all_of(epoch.begin(), epoch.end(), is_digit)) return false;
    text.remove_prefix(colon + 1);
  }
  const bool whole = !parts.version.empty() && (!parts.has_release || !parts.release.empty());
  return whole && std::all_of(text.begin(), text.end(), [&](char c) {
           return is_digit(c) || is_letter(c) || signs.find(c) != std::string_view::npos;
         });
}

// What is no digit, letters before all else and `~` before even the end.
int weight(std::string_view text, std::size_t at) {
  const char c = at < text.size() ? text[at] : '0';
  if (is_digit(c)) return 0;
  if (is_letter(c)) return c;
  return c == '~' ? -1 : c + 256;
}

int compare_debian_part(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const std::string_view words_a = take_while(a, [](char c) { return !is_digit(c); });
    const std::string_view words_b = take_while(b, [](char c) { return !is_digit(c); });
    for (std::size_t i = 0; i < std::max(words_a.size(), words_b.size()); ++i) {
      const int order = weight(words_a, i) - weight(words_b, i);
      if (order != 0) return order < 0 ? -1 : 1;
    }
    const int order = compare_numbers(without_zeros(take_while(a, is_digit)), without_zeros(take_while(b, is_digit)));
    if (order != 0) return order;
  }
  return 0;
}

// One segment, a run of digits or of letters, of each; both texts begin with a letter or digit.
int compare_rpm_segment(std::string_view& a, std::string_view& b) {
  const bool number = is_digit(a.front());
  const auto taken = number ? is_digit : is_letter;
  const std::string_view first = take_while(a, taken);
  const std::string_view second = take_while(b, taken);
  if (second.empty()) return number ? 1 : -1;
  return number ? compare_numbers(without_zeros(first), without_zeros(second)) : sign_of_order(first, second);
}

int compare_rpm_part(std::string_view a, std::string_view b) {
  const auto ignored = [](char c) { return !is_digit(c) && !is_letter(c) && c != '~' && c != '^'; };
  while (!a.empty() || !b.empty()) {
    take_while(a, ignored);
    take_while(b, ignored);
    const bool tilde_a = a.starts_with('~');
    const bool tilde_b = b.starts_with('~');
    const bool caret_a = a.starts_with('^');
    const bool caret_b = b.starts_with('^');
    if (tilde_a != tilde_b) return tilde_a ? -1 : 1;
    // `^` comes behind the end and before all else.
    if (caret_a != caret_b) return caret_a ? (b.empty() ? 1 : -1) : (a.empty() ? -1 : 1);
    if (tilde_a || caret_a) {
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    if (a.empty() || b.empty()) break;
    if (const int order = compare_rpm_segment(a, b); order != 0) return order;
  }
  return (a.empty() ? 0 : 1) - (b.empty() ? 0 : 1);
}

}  // namespace

int sign_of_order(std::string_view a, std::string_view b) {
  const int order = a.compare(b);
  return (order > 0 ? 1 : 0) - (order < 0 ? 1 : 0);
}

int compare_numbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return sign_of_order(a, b);
}

bool is_debian_version(std::string_view text) {
  return is_version(text, ".+~-:");
}

// A missing revision is as good as 0, which compares as nothing does.
int compare_debian_versions(std::string_view a, std::string_view b) {
  const Parts first = package_parts_of(a);
  const Parts second = package_parts_of(b);
  if (const int order = compare_numbers(first.epoch, second.epoch); order != 0) return order;
  if (const int order = compare_debian_part(first.version, second.version); order != 0) return order;
  return compare_debian_part(first.release, second.release);
}

bool is_rpm_version(std::string_view text) {
  return is_version(text, "._+~^-");
}

int compare_rpm_versions(std::string_view a, std::string_view b) {
  const Parts first = package_parts_of(a);
  const Parts second = package_parts_of(b);
  if (const int order = compare_numbers(first.epoch, second.epoch); order != 0) return order;
  if (const int order = compare_rpm_part(first.version, second.version); order != 0) return order;
  return first.has_release && second.has_release ? compare_rpm_part(first.release, second.release) : 0;
}

}  // namespace plumb::cel
