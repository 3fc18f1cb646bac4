// Ansible's inventories as they lie on disk.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/base/files.h"
#include "engine/inventory/found.h"

namespace plumb::inventory {

// `path` in `folder`: a file, or a folder of files, with the group_vars and host_vars beside it. `name` is what spans
// call the path. `asked_at` is told where it cannot be read.
std::optional<Found> read_ansible(const Folder& folder, const std::filesystem::path& path, const std::string& name,
                                  const SourceSpan& asked_at, Reading& reading);

// Adds the variables of `folder`/group_vars and `folder`/host_vars for the groups and hosts that are there.
void read_beside(const Folder& folder, const std::string& name, Found& found, Reading& reading);

}  // namespace plumb::inventory
