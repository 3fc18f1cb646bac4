#include "engine/report/host_list.h"

#include <cctype>
#include <map>
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

}  // namespace

std::string host_list(const std::vector<std::string>& sorted_names, std::size_t width) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < sorted_names.size();) {
    const Parts first = take_apart(sorted_names[i]);
    std::size_t next = i + 1;
    std::string last = first.digits;
    for (; !first.digits.empty() && next < sorted_names.size(); ++next) {
      const Parts parts = take_apart(sorted_names[next]);
      if (parts.head != first.head || parts.tail != first.tail || parts.digits.size() != first.digits.size()) break;
      if (std::stol(parts.digits) != std::stol(last) + 1) break;
      last = parts.digits;
    }
    words.push_back(next - i > 2 ? first.head + "[" + first.digits + ":" + last + "]" + first.tail : sorted_names[i]);
    i = next - i > 2 ? next : i + 1;
  }
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0 && text.size() + words[i].size() > width) {
      return text + ", … (" + std::to_string(sorted_names.size()) + " hosts)";
    }
    if (i > 0) text += ", ";
    text += words[i];
  }
  return text;
}

}  // namespace plumb::report
