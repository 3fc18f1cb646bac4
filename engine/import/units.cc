#include "engine/import/units.h"

#include "engine/import/names.h"

namespace plumb::imports {

using lang::Entry;

std::vector<Item*> Units::live_uses(const std::string& role) const {
  std::vector<Item*> left = root->live_uses(role);
  for (const std::string& name : order) {
    for (Item* use : roles.at(name)->live_uses(role)) left.push_back(use);
  }
  return left;
}

std::string Units::role_named(const lang::Node& named) const {
  const Entry* entry = named.find("role") != nullptr ? named.find("role") : named.find("name");
  if (entry == nullptr) entry = named.find("src");
  std::string role = named.is_scalar() ? named.text : entry == nullptr ? "" : entry->value.text;
  // FOLDER/ROLE of a folder of roles.
  if (roles.contains(module_word(role))) return module_word(role);
  // COLLECTION.ROLE of a source elsewhere.
  if (const std::size_t dot = role.rfind('.'); dot != std::string::npos && !roles.contains(module_word(role)))
    role = role.substr(dot + 1);
  if (const std::size_t slash = role.rfind('/'); slash != std::string::npos) role = role.substr(slash + 1);
  return module_word(role);
}

}  // namespace plumb::imports
