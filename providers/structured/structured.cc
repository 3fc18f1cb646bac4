#include "providers/structured/structured.h"

namespace plumb::providers::structured {

Edit StructuredProvider::edit(const Desired& desired) const {
  TreeEdit edit;
  edit.format = desired.text("format", "json");
  edit.set.value = desired.attribute("set");
  edit.merge.value = desired.attribute("merge");
  edit.remove = texts_in(desired.attribute("remove"));
  return edit;
}

void add_to(Registry& registry) {
  Kind kind = edit_kind<StructuredProvider>("structured");
  kind.removal = "";
  registry.add(std::move(kind));
}

}  // namespace plumb::providers::structured
