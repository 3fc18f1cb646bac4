// Fetch: a file from elsewhere, by a program of the host.
#pragma once

#include "engine/exec/local_system.h"
#include "providers/sdk/fetching.h"

namespace plumb::exec {

// Writes what the URL names to an open, empty file, and compares it with the digest. What is cut off is asked for a few
// times more, from where it ended. kProgramFailed or kProgramTimeout where it does not
// come, kOperation where it is something else.
Result<> fetch_into(LocalSystem& system, const Fetch& operation, int file);
// What it gives as a text of at most `most` bytes, by a program that can write nothing. Errors: the same.
Result<std::string> fetch_text(LocalSystem& system, const Fetch& operation, std::size_t most);
// By this program.
Result<> fetch_into(LocalSystem& system, const Fetch& operation, const FetchProgram& program, int file);

}  // namespace plumb::exec
