// dnf 5: the commands and tables of dnf 4, and other places.
#include "providers/package/dnf/dnf.h"

namespace plumb::providers::package::dnf5 {

const BackEnd& back_end() {
  static constexpr dnf::Flavour kDnf5 = {.name = "dnf5",
                                         .cache = "/var/cache/libdnf5",
                                         .records = "",
                                         .locks = "/etc/dnf/versionlock.toml",
                                         .locker = "",
                                         .unlocks = "",
                                         .marks = "user"};
  static const dnf::Dnf dnf5(kDnf5);
  return dnf5;
}

}  // namespace plumb::providers::package::dnf5
