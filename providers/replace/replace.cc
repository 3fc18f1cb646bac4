#include "providers/replace/replace.h"

namespace plumb::providers::replace {

Edit ReplaceProvider::edit(const Desired& desired) const {
  ReplaceEdit edit;
  edit.match = desired.text("match");
  edit.text = desired.text("text");
  edit.back_references = desired.flag("back_references", false);
  edit.only_after = desired.text("only_after");
  edit.only_before = desired.text("only_before");
  edit.unless = desired.text("unless");
  return edit;
}

void add_to(Registry& registry) {
  registry.add(edit_kind<ReplaceProvider>("replace"));
}

}  // namespace plumb::providers::replace
