// A package manager of a few packages for the hosts of cases: what apt-get and apt-mark say and do, as scripts.
//
//   tool 1.0, 2.0   the former also from any file, needs lib, brings /etc/tool.conf, does not go together with rival
//   lib 1.0         rival 1.0, which leaves configuration files when it goes
//   app 1.0         recommends lib, brings the unit app.service
//   extra 1.0       only from the source /etc/apt/sources.list.d/x.list
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace plumb::meet {

// Beside the programs of an image, which has a shell.
void install_package_manager(const std::filesystem::path& root);
// Whether packages put something there, or the manager keeps its own there.
bool is_of_packages(const std::string& path);
// What is installed at first: "tool 2.0", "lib 1.0 auto" for what came along with another, "tool 1.0 held"; "rival 1.0
// left" has left configuration files alone, and with "lists old" the package lists are.
void reset_packages(const std::filesystem::path& root, const std::vector<std::string>& installed);

}  // namespace plumb::meet
