// What is mounted now, compared with what is asked for.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "providers/sdk/kernel_files.h"

namespace plumb::providers::mount {

// Options that any mount has or has not, whatever its file system, and in what the two differ: {"noexec"}.
// "ro" is told of by the mount; "rw" is its absence.
std::set<std::string> plain_options(const std::set<std::string>& options);

// Whether what is mounted there is the source that is asked for.
Result<bool> is_from(const MountedPlace& mounted, const std::vector<MountedPlace>& mounts, const std::string& source,
                     const std::string& type, const std::string& options, System& system);

// What a remount has to be asked for to have these options and no others: what is to go by its opposite.
std::string remount_options(const std::set<std::string>& asked, const std::set<std::string>& there);

}  // namespace plumb::providers::mount
