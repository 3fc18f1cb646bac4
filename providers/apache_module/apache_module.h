// apache_module: whether a module of the Apache of Debian is enabled.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::apache_module {

class ApacheModuleProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  // Which modules are enabled at first is what packages say.
  bool asks_about(const Desired& desired, std::string_view name) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::apache_module
