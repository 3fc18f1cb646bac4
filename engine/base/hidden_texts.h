// Sensitive texts, and how they are taken out of what is said.
#pragma once

#include <set>
#include <string>

#include "engine/base/json.h"

namespace plumb {

class HiddenTexts {
 public:
  // The texts in a value, wherever in it they stand; one of several lines by its lines too, since programs print lines.
  // What is too short is left out: it would make holes into words that have nothing to do with it.
  void add(const Json& value);
  bool empty() const { return texts_.empty(); }

  // Each stretch that they cover becomes "(sensitive)".
  std::string hide(std::string text) const;

 private:
  std::set<std::string> texts_;
};

}  // namespace plumb
