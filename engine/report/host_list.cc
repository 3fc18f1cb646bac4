#include "engine/report/host_list.h"

#include <algorithm>
#include <cctype>
#include <tuple>
#include <utility>

namespace plumb::report {
namespace {

// A name around its last number: "web01.example.com" is {"web", "01", ".example.com"}.
struct Parts {
  std::string head;
  std::string digits;
  std::string tail;
};

Parts take_apart(const std::string& name) {
  constexpr std::size_t kMostDigits = 9;
  const std::size_t first_label = std::min(name.find('.'), name.size());
  std::size_t end = first_label;
  while (end > 0 && std::isdigit(static_cast<unsigned char>(name[end - 1])) == 0) --end;
  std::size_t begin = end;
  while (begin > 0 && end - begin < kMostDigits && std::isdigit(static_cast<unsigned char>(name[begin - 1])) != 0)
    --begin;
  return {name.substr(0, begin), name.substr(begin, end - begin), name.substr(end)};
}

// As people count: web2 before web10, names that differ in their number alone beside each other.
bool comes_before(const std::string& a, const std::string& b) {
  const Parts one = take_apart(a);
  const Parts other = take_apart(b);
  const auto key = [](const Parts& parts) { return std::tuple(parts.head, parts.tail, parts.digits.size()); };
  return std::tuple(key(one), one.digits) < std::tuple(key(other), other.digits);
}

// Whether a pattern names both by one range: numbers that begin with 0 are of one width there.
bool fit_one_range(const Parts& first, const Parts& next) {
  const auto padded = [](const Parts& parts) { return parts.digits.size() > 1 && parts.digits[0] == '0'; };
  return next.head == first.head && next.tail == first.tail && !next.digits.empty() &&
         (next.digits.size() == first.digits.size() || (!padded(first) && !padded(next)));
}

}  // namespace

std::string host_list(std::vector<std::string> names, std::size_t width) {
  std::sort(names.begin(), names.end(), comes_before);
  std::vector<std::string> words;
  for (std::size_t i = 0; i < names.size();) {
    const Parts first = take_apart(names[i]);
    std::size_t next = i + 1;
    std::string last = first.digits;
    for (; !first.digits.empty() && next < names.size(); ++next) {
      const Parts parts = take_apart(names[next]);
      if (!fit_one_range(first, parts) || std::stol(parts.digits) != std::stol(last) + 1) break;
      last = parts.digits;
    }
    words.push_back(next - i > 2 ? first.head + "[" + first.digits + ":" + last + "]" + first.tail : names[i]);
    i = next - i > 2 ? next : i + 1;
  }
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0 && text.size() + words[i].size() > width) {
      return text + ", … (" + std::to_string(names.size()) + " hosts)";
    }
    if (i > 0) text += ", ";
    text += words[i];
  }
  return text;
}

}  // namespace plumb::report
