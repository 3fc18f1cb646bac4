// Access lists: what an entry gives to users and groups of its own, beside its mode. As text they are entries
// "[default:](user|group):NAME:rwx" in order, a comma between; those with default: are what new entries of a folder
// get.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/provider.h"

namespace plumb {

struct AccessRule {
  bool inherited = false;
  bool group = false;
  std::string name;
  unsigned permissions = 0;  // as in a mode
};

// The rules of a list's text; what is none is passed over.
std::vector<AccessRule> access_rules(std::string_view list);

// Whether it is also about numbers that nobody has, which nobody can ask for.
bool names_nobody(std::string_view list);

// The same list in the order in which all are told.
std::string ordered_access_list(std::string_view list);

// What a resource asks for of an entry by `acl: [...]`: nothing where it asks for no list. An X stands for x on folders
// and on files that somebody may run; rules for new entries are for folders.
std::optional<std::string> access_list_for(const Desired& desired, bool is_directory, std::uint32_t mode);

// The most that a list gives to anybody. Beside it the group's bits of a mode say what that is, too.
unsigned given_by(std::string_view list);
// What is told as the mode of an entry that is given the list; "none" is no list.
std::uint32_t mode_beside(std::string_view list, std::uint32_t mode);

}  // namespace plumb
