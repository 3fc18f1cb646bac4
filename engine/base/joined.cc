#include "engine/base/joined.h"

namespace plumb {

void append_item(std::string& list, std::string_view item, std::string_view between) {
  if (!list.empty()) list += between;
  list += item;
}

}  // namespace plumb
