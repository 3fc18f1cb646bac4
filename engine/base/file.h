// Small bounded file access for the controller's own files (project, plans, keys). Hosts are reached
// through providers/sdk/system.h, never through this.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/base/byte_sink.h"
#include "engine/base/result.h"

namespace plumb {

// The whole regular file; an error where it is larger than `limit` (it is then not read).
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit);

// Atomic and durable: a temporary file beside it, fsync, rename, fsync of the folder.
Result<> write_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0644);
// The same for bytes that are never whole in memory.
Result<> write_file(const std::filesystem::path& path, const GivePieces& bytes, unsigned mode = 0644);

}  // namespace plumb
