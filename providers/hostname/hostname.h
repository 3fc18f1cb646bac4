// hostname: what the host calls itself.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::hostname {

// Observed attributes: `name`, the one in /etc/hostname; `text`, all of that file, where it is more than the name;
// `running`, the kernel's. Whoever takes a change back asks for `text` and `running` too.
class HostnameProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::vector<std::string> replaces_paths(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::hostname
