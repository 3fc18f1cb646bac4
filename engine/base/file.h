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
// All that a pipe or device gives, waiting for its end; an error past `limit`.
Result<std::string> read_stream(const std::filesystem::path& path, std::size_t limit);

// Whether write_file() writes into what is there, which is no file to replace: a device, a terminal, a pipe, or what
// this program was started with (/dev/stdout).
bool is_written_into(const std::filesystem::path& path);

// Atomic and durable: a temporary file beside it, fsync, rename, fsync of the folder. Of several who write one path at
// the same time, in one process or in many, one is the last; none spoils another's. Through a link the file that it
// leads to is replaced, or made. Errors: kWriteFailed, also where nobody reads a pipe.
Result<> write_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0644);
// The same of bytes that `give` gives piece by piece; where it has an error, that is the answer and no file is
// replaced.
Result<> write_file(const std::filesystem::path& path, const std::function<Result<>(const ByteSink&)>& give,
                    unsigned mode = 0644);

}  // namespace plumb
