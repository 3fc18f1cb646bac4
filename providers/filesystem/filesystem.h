// filesystem: a file system on a device: made where there is none, grown where it may be.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::filesystem {

// Observed attributes beside those of the schema: `unused`, bytes of the device that the file system does not fill.
class FilesystemProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  bool asks_about(const Desired& desired, std::string_view name) const override;
  Observed as_declared(const Desired& desired) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::filesystem
