// download: one file, from a URL.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::download {

// Observed attributes beyond the schema's: `outdated`, that it is older than `max_age`; `link`, where a link is to go.
class DownloadProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<Address> provides(const Desired& desired) const override;
  void inherit(Desired& desired, std::span<const Desired> spreading) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::vector<std::string> replaces_paths(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::download
