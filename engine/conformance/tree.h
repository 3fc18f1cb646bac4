// What can be seen of a host's files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>

#include <sys/types.h>

namespace plumb::conformance {

struct Entry {
  mode_t mode = 0;
  uid_t uid = 0;
  gid_t gid = 0;
  bool access_list = false;
  std::string content;  // a file's bytes, a link's target
  // What tells whether something was written anew.
  std::uint64_t inode = 0;
  std::int64_t seconds = 0;
  long nanoseconds = 0;

  bool is_directory() const;
  friend bool operator==(const Entry&, const Entry&) = default;
};

// By path, "/" first.
using Tree = std::map<std::string, Entry>;

// All below a path of the root, but for the paths in `unseen` and what lies below those.
Tree look_at(const std::filesystem::path& root, const std::string& below, const std::set<std::string>& unseen);

enum class Compare {
  kAll,
  kLasting,  // without inodes, times, and mode bits that the kernel takes from a file that is written
};

// One line a path that is not the same in both; "" where all are.
std::string differences(const Tree& before, const Tree& after, Compare how);

// The path to which links below the root lead; parts that are not there stay as they are.
std::string resolved(const std::filesystem::path& root, const std::string& path);

// All paths that are named in a plan's document, and those to which they lead below the root.
std::set<std::string> named_paths(std::string_view document, const std::filesystem::path& root);

// One line a path that differs, is not named, and does not come with what is: what lay below something that is gone or
// new, what lies above something new, copies that were kept, and paths of which `comes_along` is true.
std::string unplanned(const Tree& before, const Tree& after, const std::set<std::string>& named,
                      const std::function<bool(const std::string&)>& comes_along);

}  // namespace plumb::conformance
