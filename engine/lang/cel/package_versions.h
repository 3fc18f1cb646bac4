// The order of versions as package managers have it: -1, 0 or 1.
#pragma once

#include <string_view>

namespace plumb::cel {

// Debian policy, 5.6.12: [epoch:]upstream[-revision].
bool is_debian_version(std::string_view text);
int compare_debian_versions(std::string_view a, std::string_view b);

// [epoch:]version[-release]; a release counts where both have one.
bool is_rpm_version(std::string_view text);
int compare_rpm_versions(std::string_view a, std::string_view b);

// Numbers of any length, without leading zeros.
int compare_numbers(std::string_view a, std::string_view b);
int sign_of_order(std::string_view a, std::string_view b);

}  // namespace plumb::cel
