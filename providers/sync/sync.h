// sync: a folder of the host that holds what another one of it holds, by rsync.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::sync {

// Observed attributes: `changed` and `removes`, names that rsync would write and take away; no more than a few of them.
class SyncProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<Address> provides(const Desired& desired) const override;
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  bool asks_about(const Desired& desired, std::string_view name) const override;
  Observed as_declared(const Desired& desired) const override;
  bool looks_at_paths(const Desired&) const override { return true; }
  void see_paths(Desired& desired, const PathsInUse& paths) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::sync
