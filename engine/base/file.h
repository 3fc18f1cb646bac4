// Small bounded file access for files of plumb's own: plans, keys, snapshots, contents. What configuration reads, it
// reads through engine/base/files.h; hosts are reached through providers/sdk/system.h, never through this.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "engine/base/byte_sink.h"
#include "engine/base/result.h"

namespace plumb {

// The whole regular file; an error where it is larger than `limit` (it is then not read).
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit);

// Atomic and durable: a temporary file beside it, fsync, rename, fsync of the folder. Of several who write one path at
// the same time, in one process or in many, one is the last; none spoils another's. Errors: kWriteFailed.
Result<> write_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0644);
// The same of bytes that `give` gives piece by piece; where it has an error, that is the answer and nothing is written.
Result<> write_file(const std::filesystem::path& path, const std::function<Result<>(const ByteSink&)>& give,
                    unsigned mode = 0644);

}  // namespace plumb
