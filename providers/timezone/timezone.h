// timezone: the time zone of the host.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::timezone {

// Observed attributes: `name`, the zone that /etc/localtime leads to, "" where that cannot be told; `listed`, the one
// in /etc/timezone, where the host has that file; `link`, how the link says it, and `list`, all that the file says,
// where either is not the plain one. Whoever takes a change back asks for these too.
class TimezoneProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::vector<std::string> replaces_paths(const Desired& desired) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::timezone
