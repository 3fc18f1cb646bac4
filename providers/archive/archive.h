// archive: what an archive holds, unpacked into a folder.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::archive {

// Observed attributes beyond the schema's: `found`, the digest of the archive on the host; `unpacked`, what was
// unpacked into the folder last, as its mark says; `created`, that what `creates` names is there.
class ArchiveProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<Address> provides(const Desired& desired) const override;
  void inherit(Desired& desired, std::span<const Desired> spreading) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  std::string why_passed_over(const Desired& desired, const Observed& observed) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::archive
