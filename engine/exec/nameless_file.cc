#include "engine/exec/nameless_file.h"

#include <string>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/exec/root_files.h"

namespace plumb::exec {

Result<UniqueFd> nameless_file() {
  std::string path = "/tmp/.plumb-XXXXXX";
  UniqueFd file(::mkstemp(path.data()));  // 0600
  if (!file) return os_error("make a file in", "/tmp");
  ::unlink(path.c_str());
  ::fcntl(file.get(), F_SETFD, FD_CLOEXEC);
  return file;
}

}  // namespace plumb::exec
