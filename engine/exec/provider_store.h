// Packages of providers from outside, where they lie on a host: a folder each, by digest, below that of plumb's own
// state. Everybody may read and start what is in them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/exec/local_system.h"

namespace plumb::exec {

class ProviderStore {
 public:
  explicit ProviderStore(LocalSystem& system);

  // The folder of the package with this digest; nothing where it is not there, or its files are not what that says.
  std::optional<std::string> find(const std::string& digest);
  // Writes it anew, from what outside::pack() made, and lets go of packages that came long before. kProtocol where the
  // bytes are not what the digest says.
  Result<std::string> keep(const std::string& digest, std::string_view packed);

 private:
  std::string path_of(const std::string& digest) const;
  void forget_old() const;

  LocalSystem& system_;
  std::string folder_;
};

}  // namespace plumb::exec
