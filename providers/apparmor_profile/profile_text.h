// What stands in a file of AppArmor profiles, as far as their modes hang on it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumb::providers::apparmor_profile {

struct ProfileHead {
  std::string name;  // as the kernel lists it; variables in it are as written
  bool complains = false;
};
// Of the profiles that stand in a file, not of those within them.
std::vector<ProfileHead> profile_heads(std::string_view text);

// As the kernel lists them, "NAME (enforce)": the mode of those of one file, "none" where it has none of them, "mixed"
// where they differ. "" where that cannot be said, since a name holds variables.
std::string loaded_mode(const std::vector<ProfileHead>& heads, std::string_view listed);

}  // namespace plumb::providers::apparmor_profile
