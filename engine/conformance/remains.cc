#include "engine/conformance/remains.h"

#include <string_view>

namespace plumb::conformance {
namespace {

// Nothing, or the head of a section with nothing in it.
bool says_nothing(const Entry& entry) {
  if (entry.is_directory()) return false;
  const std::string& text = entry.content;
  return text.empty() || (text.starts_with('[') && text.ends_with("]\n") && text.find('\n') == text.size() - 1);
}

}  // namespace

bool is_left_over(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  // An archive says in its folder that it was unpacked there.
  if (name.starts_with(".plumb-unpacked-")) return false;
  return name.starts_with(".plumb-") || name.ends_with('+');
}

std::string left_over(const Tree& tree) {
  for (const auto& [path, unused] : tree) {
    if (is_left_over(path)) return path;
  }
  return "";
}

std::string not_as_before(const Subject& subject, const Tree& before, const Tree& after) {
  Tree was = before;
  Tree is;
  for (const auto& [path, entry] : after) {
    const bool is_new = !before.contains(path);
    const bool stays = says_nothing(entry) || path.find(".plumb-") != std::string::npos ||
                       (subject.comes_along && subject.comes_along(path));
    if (is_new && stays) continue;
    const bool was_empty = !is_new && before.at(path).content.empty();
    is.emplace(path, was_empty && says_nothing(entry) ? before.at(path) : entry);
  }
  if (subject.settle) {
    subject.settle(was);
    subject.settle(is);
  }
  return differences(was, is, Compare::kLasting);
}

}  // namespace plumb::conformance
