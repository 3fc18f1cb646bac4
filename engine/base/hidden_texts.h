// Sensitive texts, and how they are taken out of what is said.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "engine/base/json.h"

namespace plumb {

class HiddenTexts {
 public:
  // The texts and numbers in a value, wherever in it they stand; one of several lines by its lines too, since programs
  // print lines. What is too short is left out: it would make holes into words that have nothing to do with it. Nor are
  // names of maps hidden, which are words of anybody.
  void add(const Json& value);
  void add_text(std::string_view text);
  void add(const HiddenTexts& other) { texts_.insert(other.texts_.begin(), other.texts_.end()); }
  bool empty() const { return texts_.empty(); }

  // Each stretch that they cover becomes "(sensitive)". What was cut off may have been the rest of one: so what
  // a text ends with is hidden where one begins so, and what it begins with where `beginning_is_cut`.
  std::string hide(std::string text, bool beginning_is_cut = false) const;

 private:
  using Texts = std::set<std::string, std::less<>>;
  std::size_t longest_at(std::string_view text) const;

  Texts texts_;
};

}  // namespace plumb
