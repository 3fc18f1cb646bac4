#include "engine/base/split.h"

namespace plumb {
namespace {

template <class Text>
std::vector<Text> parts_between(std::string_view text, char mark) {
  std::vector<Text> parts;
  while (true) {
    const std::size_t end = text.find(mark);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::vector<std::string> split(std::string_view text, char mark) {
  return parts_between<std::string>(text, mark);
}

std::vector<std::string_view> split_views(std::string_view text, char mark) {
  return parts_between<std::string_view>(text, mark);
}

}  // namespace plumb
