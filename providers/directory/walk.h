// Walks below a folder: what recurse, purge and removal need to know. Never through a link, never across a mount,
// never past kMaxEntries.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "providers/sdk/ownership.h"

namespace plumb::providers::directory {

inline constexpr std::size_t kMaxEntries = 100'000;

// What a walk that changes passes over, since others decide on it.
struct Untouched {
  std::set<std::string> entries;  // by themselves
  std::set<std::string> trees;    // with all that is in them
};

// Entries below `path` without the attributes that `desired` asks for, in the form of `below`. Links and the copies
// that a change kept are left alone.
// `privileged`: it has setuid or setgid, which it loses since its owner or group changes. `with_labels`: the host has
// some.
Result<Json> find_differing(const Desired& desired, const std::string& path, const Untouched& untouched,
                            bool with_labels, System& system, AccountNames& names);

// What is left where all else goes.
struct Kept {
  std::set<std::string> managed;     // each with all that is in it
  std::set<std::string> folders;     // of those, the ones into which it is looked
  std::vector<std::string> exclude;  // see is_excluded()
};

// Entries below `path` that nobody manages, in the form of `extra`: folders as a whole unless something below them is
// kept. Copies that a change kept are left alone too.
Result<Json> find_extra(const std::string& path, const Kept& kept, System& system);

}  // namespace plumb::providers::directory
