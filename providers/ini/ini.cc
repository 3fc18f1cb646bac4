#include "providers/ini/ini.h"

#include "providers/sdk/ini_header.h"

namespace plumb::providers::ini {
namespace {

bool is_own_alone(const Desired& desired) {
  return desired.flag("prune", false);
}

std::vector<std::string> names_in(const Json& options) {
  std::vector<std::string> names;
  for (const auto& [name, unused] : options.items()) names.push_back(name);
  return names;
}

}  // namespace

Edit IniProvider::edit(const Desired& desired) const {
  IniEdit edit;
  edit.section = desired.text("section");
  // Of one that nobody declares any more the options go, and not what others have in the section.
  if (wants_absent(desired) && is_own_alone(desired)) {
    edit.remove = names_in(desired.attribute("options"));
    return edit;
  }
  edit.absent = wants_absent(desired);
  if (edit.absent) return edit;
  edit.options.value = desired.attribute("options");
  edit.remove = texts_in(desired.attribute("remove"));
  if (desired.has("spaces")) edit.delimiter = desired.flag("spaces", true) ? " = " : "=";
  return edit;
}

std::optional<Desired> IniProvider::restore_text(const Desired& desired, const Observed& before) const {
  // What a section held that is removed was more than options, and of sensitive ones nothing is known.
  if ((wants_absent(desired) && !is_own_alone(desired)) || !desired.sensitive.empty()) return std::nullopt;
  if (before.exists && !can_be_written_again(before.attribute("settings"))) return std::nullopt;
  std::vector<std::string> names = texts_in(desired.attribute("remove"));
  std::erase_if(names, [&](const std::string& name) { return is_made_header(name, desired.text("section")); });
  for (std::string& name : names_in(desired.attribute("options"))) names.push_back(std::move(name));
  std::optional<Json> options = ini_options(before.text("settings"), names);
  if (!options) return std::nullopt;
  std::erase_if(names, [&](const std::string& name) { return options->contains(name); });
  Desired again = desired;
  for (const char* attribute : {"create", "backup", "new_mode", "beside_secrets", "remove", "state", "prune"})
    again.attributes.erase(attribute);
  again.attributes["options"] = std::move(*options);
  if (std::string header = before.text("header"); is_made_header(header, desired.text("section")))
    names.push_back(std::move(header));
  if (!names.empty()) again.attributes["remove"] = names;
  return again;
}

// Options that another one sets, or has removed, are that one's.
bool IniProvider::spare(Desired& going, const Desired& other) const {
  const bool meet = path(going) == path(other) && going.text("section") == other.text("section");
  if (!meet || wants_absent(other)) return true;
  if (other.sensitive.contains("options")) return false;
  std::vector<std::string> others = names_in(other.attribute("options"));
  for (std::string& name : texts_in(other.attribute("remove"))) others.push_back(std::move(name));
  Json& options = going.attributes["options"];
  if (!options.is_object()) return true;
  for (const std::string& name : others) options.erase(name);
  return !options.empty();
}

void add_to(Registry& registry) {
  registry.add(edit_kind<IniProvider>("ini"));
}

}  // namespace plumb::providers::ini
