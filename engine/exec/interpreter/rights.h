// Whose a file is, and who may do what with it.
#pragma once

#include <string>

#include <sys/stat.h>

#include "engine/exec/interpreter/staged_file.h"
#include "engine/exec/local_system.h"
#include "providers/sdk/operation.h"

namespace plumb::exec {

struct Owner {
  uid_t uid = static_cast<uid_t>(-1);  // these leave it as it is, as for chown(2)
  gid_t gid = static_cast<gid_t>(-1);
  // Whether a file has it already.
  bool is_of(const struct stat& file) const;
};
// That is asked for, by the host's names; `otherwise` where nothing is.
Result<Owner> owner_of(LocalSystem& system, const Ownership& asked, Owner otherwise = {});

// Four octal digits.
Result<mode_t> parse_mode(const std::string& text);

// Gives `fd`, the new file, or the old one that was written over, what is asked for and, of what is not, what the old
// one has; a new one without a mode gets what `mask` leaves.
Result<> give_rights(LocalSystem& system, mode_t mask, const StagedFile& staged, int fd, const Ownership& asked);

// Before a file is written over: nobody who is to lose a right has it when the new bytes come; nor has who is to own it
// while the old ones are there.
Result<> withhold_rights(LocalSystem& system, int fd, const Ownership& asked, const std::string& path);

// Gives an open file the extended attributes, access lists and SELinux context of the file that it is to replace.
Result<> keep_attributes(int folder, const std::string& name, int to, bool with_lists = true);

}  // namespace plumb::exec
