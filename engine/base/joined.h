// Several texts as one, with something between them.
#pragma once

#include <string>
#include <string_view>

namespace plumb {

// One more behind what is there already, with `between` before it unless it is the first.
void append_item(std::string& list, std::string_view item, std::string_view between = ", ");

template <class Texts>
std::string joined(const Texts& texts, std::string_view between = ", ") {
  std::string list;
  for (const auto& text : texts) append_item(list, text, between);
  return list;
}

}  // namespace plumb
