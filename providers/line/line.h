// line: one line of a file.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::line {

// Observed attributes: see providers/sdk/edited_files.h.
class LineProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<Address> provides(const Desired& desired) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  std::vector<std::string> edits_paths(const Desired& desired) const override;
  void complete(Desired& desired, std::span<const Desired> host, const SecretOf& secret_of) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::line
