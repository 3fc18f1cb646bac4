#include <copyfile.h>

#include "engine/exec/root_files.h"
#include "engine/exec/system/attributes.h"

namespace plumb::exec {

// Signatures lie in a program's own bytes there, and what does lie in an attribute is checked against them.
Result<> copy_attributes(int from, int to, const std::string& name) {
  if (::fcopyfile(from, to, nullptr, COPYFILE_ACL) != 0) return os_error("keep the access list of", name);
  (void)::fcopyfile(from, to, nullptr, COPYFILE_XATTR);
  return {};
}

std::int64_t changed_at(const struct stat& info) {
  return std::int64_t{info.st_ctimespec.tv_sec} * 1'000'000'000 + info.st_ctimespec.tv_nsec;
}

}  // namespace plumb::exec
