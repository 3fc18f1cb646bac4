// Unpack: what an archive holds, into a folder.
#pragma once

#include "engine/exec/blobs.h"
#include "engine/exec/interpreter/file_writer.h"
#include "engine/exec/interpreter/folders.h"
#include "engine/exec/local_system.h"
#include "providers/sdk/operation.h"

namespace plumb::exec {

// tar, plain or packed by gzip, bzip2, xz or zstd, whose programs unpack it; and zip, by unzip. What it is its first
// bytes say. It is read twice: what cannot be taken is refused before anything is written. New files are the
// executor's own until they are given away; none has setuid or setgid. Where the folder is there already, what comes
// takes the place of what has its name, each by a rename, and the rest stays.
Result<> unpack(LocalSystem& system, const BlobStore& blobs, FileWriter& writer, const Unpack& operation,
                FolderSync& folders);

}  // namespace plumb::exec
