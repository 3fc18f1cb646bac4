// volume_group and logical_volume: LVM, which makes and grows here and takes
// nothing away.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::volume_group {

class VolumeGroupProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  bool asks_about(const Desired& desired, std::string_view name) const override;
};

// Observed attributes beside those of the schema: `extent`, of what size the
// pieces of its group are.
class LogicalVolumeProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<Address> provides(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  bool asks_about(const Desired& desired, std::string_view name) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::volume_group
