// mount: what is mounted at a folder, now and when the host starts.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::mount {

// Observed attributes: those of the line in fstab (`source`, `type`, `options` sorted, `dump`, `pass`), exists being
// whether there is one; `mounted`, and of what is: `running`, its plain options; `reloads`, where a service manager
// runs that makes units of fstab.
class MountProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<Address> provides(const Desired& desired) const override;
  // The folder, but not in an image, where nothing is mounted.
  bool makes(const Desired& desired, const Observed& observed, const Address& what) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  std::vector<std::string> edits_paths(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  Observed as_declared(const Desired& desired) const override;
  Change triggered(const Desired& desired, const Observed& observed, Op op) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::mount
