#include "engine/config/git.h"

#include <algorithm>

namespace plumb::config {

std::vector<std::string> git_command(const std::vector<std::string>& arguments,
                                     const std::vector<std::string>& environment) {
  std::vector<std::string> all = {"env"};
  for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE",
                           "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR"}) {
    all.insert(all.end(), {"-u", name});
  }
  all.insert(all.end(), {"GIT_TERMINAL_PROMPT=0", "SSH_ASKPASS_REQUIRE=force",
                         "GIT_ALLOW_PROTOCOL=file:git:http:https:ssh", "LC_ALL=C"});
  all.insert(all.end(), environment.begin(), environment.end());
  all.emplace_back("git");
  for (const char* setting : {"core.hooksPath=/dev/null", "core.fsmonitor=false", "core.symlinks=true",
                              "core.fileMode=true", "submodule.recurse=false", "gc.auto=0", "maintenance.auto=false"}) {
    all.insert(all.end(), {"-c", setting});
  }
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

std::string git_said(std::string_view errors) {
  std::string last;
  while (!errors.empty()) {
    const std::size_t end = std::min(errors.find('\n'), errors.size());
    std::string_view line = errors.substr(0, end);
    errors.remove_prefix(std::min(end + 1, errors.size()));
    while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
    if (line.starts_with("fatal: ")) {
      // The cause stands before, where git only passes on what ssh said.
      return last.empty() ? std::string(line.substr(7)) : last + " (" + std::string(line.substr(7)) + ")";
    }
    if (!line.empty()) last = std::string(line);
  }
  return last.empty() ? "nothing" : last;
}

}  // namespace plumb::config
