// A folder that is to hold what one of the project holds: what differs from it, and what makes it the same.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "providers/sdk/ownership.h"

namespace plumb::providers::directory {

// `entries` of what is asked for: [{"path", and "folder": true, or "content" and "executable"?, or "link"}], paths
// below the directory, each folder before what is in it.

// Those that are not there as they are asked for, in the same order: [{"path", and "missing": true, or "other": true
// where the content or the target of a link is another one, and "owner"?, "group"?, "mode"? that it is to get}].
// Nothing is looked at through a link. kRefusedByState where something else stands in an entry's place.
Result<Json> find_unlike(const Desired& desired, const std::string& path, System& system, AccountNames& names);

// All entries as of a directory that is not there, in the form of find_unlike().
Json all_missing(const Desired& desired);

// What makes them as they are asked for.
std::vector<Operation> make_alike(const Desired& desired, const Json& unlike);

// "makes 2 entries and changes 1 of the source": what make_alike() does, for people.
std::string alike_note(const Json& unlike);

// The entries by their paths alone: what of a directory that is to go came with it.
Json entry_names(const Desired& desired);

// Where entries are, with the directory in front; and those of them that are folders.
std::vector<std::string> tree_paths(const Desired& desired);
std::set<std::string> tree_folders(const Desired& desired);

}  // namespace plumb::providers::directory
