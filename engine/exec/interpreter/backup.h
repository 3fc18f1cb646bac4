// Copies of files that are kept when they are replaced or removed.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/exec/interpreter/folders.h"

namespace plumb::exec {

// A second name of the file, or a file of its own where the first is to be written over.
enum class Backup { kSameFile, kOtherFile };

// Keeps a file as NAME.plumb-<UTC time>-<random>, a name that tells nothing of what is in it. `temporary`: a name in
// its folder that nothing has.
Result<> keep_backup(int folder, const std::string& path, const std::string& temporary, FolderSync& folders,
                     Backup how);

}  // namespace plumb::exec
