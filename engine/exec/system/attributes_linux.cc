#include <array>
#include <vector>

#include <sys/xattr.h>

#include "engine/exec/root_files.h"
#include "engine/exec/system/attributes.h"

namespace plumb::exec {

Result<> copy_attributes(int from, int to, const std::string& name) {
  std::array<char, 65536> names{};
  const ssize_t length = ::flistxattr(from, names.data(), names.size());
  for (ssize_t at = 0; at < length;) {
    const std::string attribute = names.data() + at;
    at += static_cast<ssize_t>(attribute.size()) + 1;
    if (attribute == "security.capability" || attribute == "security.ima" || attribute == "security.evm") continue;
    std::vector<char> value(65536);
    const ssize_t size = ::fgetxattr(from, attribute.c_str(), value.data(), value.size());
    if (size < 0) continue;
    if (::fsetxattr(to, attribute.c_str(), value.data(), static_cast<std::size_t>(size), 0) != 0 &&
        attribute == "system.posix_acl_access") {
      return os_error("keep the access list of", name);
    }
  }
  return {};
}

std::int64_t changed_at(const struct stat& info) {
  return std::int64_t{info.st_ctim.tv_sec} * 1'000'000'000 + info.st_ctim.tv_nsec;
}

}  // namespace plumb::exec
