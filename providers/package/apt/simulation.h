// What `apt-get -s install` says it would do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "providers/package/simulation.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/system.h"

namespace plumb::providers::package::apt {

// Read anew at every refresh of the package lists.
inline constexpr std::string_view kLists = "/var/lib/apt/lists";
// What Ubuntu's update-notifier touches then.
inline constexpr std::string_view kStamp = "/var/lib/apt/periodic/update-success-stamp";

Simulation parse_simulation(std::string_view output);

// How apt-get is told of a package by its name, since `foo-` and `foo+` are orders to it where no package is called so.
std::string argument_of(const std::string& name);

// Which package a file is: a preview of the transaction too.
ProcessRequest ask_file(const std::string& path);
// Empty where it is none.
PackageFile parse_file(std::string_view output);

// Which sources there are, and of each what the names of its lists in /var/lib/apt/lists begin with.
ProcessRequest ask_sources();
std::vector<std::string> parse_sources(std::string_view output);

// What to ask apt-get. Each argument is a name, a name with a version or, with a minus behind it, a name to remove.
ProcessRequest question(const std::vector<std::string>& arguments, const Allowed& allowed);
// The words that upgrade all packages, as far as `extent` says: "safe" or "full".
std::vector<std::string> upgrade_words(const std::string& extent, bool autoremove);
ProcessRequest upgrade_question(const std::string& extent, bool autoremove);
// The form that both questions have, whatever is asked about.
FixedQuestion fixed_question();

}  // namespace plumb::providers::package::apt
