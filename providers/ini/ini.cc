#include "providers/ini/ini.h"

namespace plumb::providers::ini {

Edit IniProvider::edit(const Desired& desired) const {
  IniEdit edit;
  edit.section = desired.text("section");
  edit.absent = wants_absent(desired);
  if (edit.absent) return edit;
  edit.options.value = desired.attribute("options");
  edit.remove = texts_in(desired.attribute("remove"));
  if (desired.has("spaces")) edit.delimiter = desired.flag("spaces", true) ? " = " : "=";
  return edit;
}

std::optional<Desired> IniProvider::restore(const Desired& desired, const Observed& before) const {
  // What a section held that is removed was more than options, and of sensitive ones nothing is known.
  if (wants_absent(desired) || !desired.sensitive.empty()) return std::nullopt;
  if (before.exists && !can_be_written_again(before.attribute("settings"))) return std::nullopt;
  std::vector<std::string> names = texts_in(desired.attribute("remove"));
  for (const auto& [name, unused] : desired.attribute("options").items()) names.push_back(name);
  std::optional<Json> options = ini_options(before.text("settings"), names);
  if (!options) return std::nullopt;
  std::erase_if(names, [&](const std::string& name) { return options->contains(name); });
  Desired again = desired;
  for (const char* attribute : {"create", "backup", "new_mode", "beside_secrets", "remove"})
    again.attributes.erase(attribute);
  again.attributes["options"] = std::move(*options);
  if (!names.empty()) again.attributes["remove"] = names;
  return again;
}

void add_to(Registry& registry) {
  registry.add(edit_kind<IniProvider>("ini"));
}

}  // namespace plumb::providers::ini
