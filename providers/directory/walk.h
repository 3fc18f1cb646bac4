// Walks below a folder: what recurse, purge and removal need to know. Never through a link, never across a mount,
// never past kMaxEntries.
#pragma once

#include <set>
#include <string>

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
// `privileged`: it has setuid or setgid, which it loses since its owner or group changes.
Result<Json> find_differing(const Desired& desired, const std::string& path, const Untouched& untouched, System& system,
                            AccountNames& names);

// Entries below `path` that nobody manages, in the form of `extra`: folders as a whole unless something below them is
// managed. What is managed is left alone with all that is in it, and so are copies of it that a change kept.
Result<Json> find_extra(const std::string& path, const std::set<std::string>& managed, System& system);

}  // namespace plumb::providers::directory
