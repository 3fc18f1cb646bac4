#include "engine/exec/scratch.h"

#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/exec/interpreter/tree_operations.h"
#include "engine/exec/root_files.h"
#include "providers/sdk/ownership.h"

namespace plumb::exec {

Scratch::Scratch() {
  for (std::string path : {"/dev/shm/plumb-XXXXXX", "/tmp/plumb-XXXXXX"}) {
    if (::mkdtemp(path.data()) == nullptr) continue;
    ::chmod(path.c_str(), 01733);
    path_ = path;
    return;
  }
}

Scratch::~Scratch() {
  if (path_.empty()) return;
  Place place{UniqueFd(::open(parent_of(path_).c_str(), kFolderHandle | O_CLOEXEC)), base_of(path_)};
  (void)remove_tree(place, path_);  // what cannot be removed lies in memory and harms nobody
}

}  // namespace plumb::exec
