// Extended attributes and access lists of files.
#pragma once

#include <cstdint>
#include <string>

#include <sys/stat.h>

#include "engine/base/result.h"

namespace plumb::exec {

// Gives an open file the extended attributes, access lists and labels of another, as far as the file system takes them;
// an access list that it does not take is an error. `name` is for that. Not what was meant for the old bytes alone:
// capabilities of a program, signatures.
Result<> copy_attributes(int from, int to, const std::string& name);

// When a file or what is known of it last changed, in nanoseconds; nobody can set that time.
std::int64_t changed_at(const struct stat& info);

}  // namespace plumb::exec
