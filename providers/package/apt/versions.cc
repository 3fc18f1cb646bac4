#include "providers/package/apt/versions.h"

#include <algorithm>

namespace plumb::providers::package::apt {
namespace {

bool is_number(char c) {
  return c >= '0' && c <= '9';
}

// A tilde is older than the end, which is older than letters, which are older than all else.
int rank_at(std::string_view text) {
  if (text.empty() || is_number(text.front())) return 0;
  const char c = text.front();
  if (c == '~') return -1;
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return static_cast<unsigned char>(c) + (letter ? 0 : 256);
}

std::string_view take_number(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_number);
  std::string_view number = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(number.size());
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

int compare_numbers(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return one.size() < other.size() ? -1 : 1;
  return one.compare(other);
}

int compare_parts(std::string_view one, std::string_view other) {
  while (!one.empty() || !other.empty()) {
    while ((!one.empty() && !is_number(one.front())) || (!other.empty() && !is_number(other.front()))) {
      const int order = rank_at(one) - rank_at(other);
      if (order != 0) return order;
      one.remove_prefix(1);
      other.remove_prefix(1);
    }
    if (const int order = compare_numbers(take_number(one), take_number(other)); order != 0) return order;
  }
  return 0;
}

struct Parts {
  std::string_view epoch, version, revision;
};
Parts parts_of(std::string_view text) {
  Parts parts;
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    parts.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const std::size_t dash = text.rfind('-');
  parts.version = text.substr(0, dash);
  if (dash != std::string_view::npos) parts.revision = text.substr(dash + 1);
  return parts;
}

}  // namespace

int compare_versions(std::string_view one, std::string_view other) {
  const Parts its = parts_of(one);
  const Parts others = parts_of(other);
  if (const int order = compare_parts(its.epoch, others.epoch); order != 0) return order;
  if (const int order = compare_parts(its.version, others.version); order != 0) return order;
  return compare_parts(its.revision, others.revision);
}

}  // namespace plumb::providers::package::apt
