// The key of this host to which controllers seal what is secret and meant for it: who carries their messages here reads
// nothing of that. A file beside the records, 0600, in age's form.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sys/stat.h>

#include "engine/age/sealing.h"
#include "engine/exec/root_files.h"

namespace plumb::exec {

// Where it lies.
std::string host_key_path(const RootFiles& files);
// Whether what was found is that file, under whatever name. It is told to nobody who asks for files: who carries sealed
// values to a host, and may ask it, would open them.
bool is_host_key(const RootFiles& files, const struct stat& found);

class HostKey {
 public:
  // Nothing is read or made yet. `files` outlives it.
  explicit HostKey(const RootFiles& files) : files_(files) {}

  // "age1…". Where this host has none, it is made, or "" where it is not to be. Errors: kNotSealed where the file is
  // none of the host's own, those of the system.
  Result<std::string> recipient(bool may_make);
  // Errors: kSealingKey where it is sealed to another key, or this host has none; kNotSealed.
  Result<std::string> open(std::string_view sealed);

 private:
  // False where there is none.
  Result<bool> read();
  Result<> make();

  const RootFiles& files_;
  std::optional<age::Opener> opener_;
};

}  // namespace plumb::exec
