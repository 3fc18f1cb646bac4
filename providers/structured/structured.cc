#include "providers/structured/structured.h"

namespace plumb::providers::structured {
namespace {

// What a file of that name is as a rule.
std::string format_of(const std::string& path) {
  if (path.ends_with(".yaml") || path.ends_with(".yml")) return "yaml";
  return path.ends_with(".toml") ? "toml" : "json";
}

}  // namespace

Edit StructuredProvider::edit(const Desired& desired) const {
  TreeEdit edit;
  edit.format = desired.text("format", format_of(desired.text("path")));
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
