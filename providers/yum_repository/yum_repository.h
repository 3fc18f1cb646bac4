// yum_repository: where a host with dnf, yum or zypper gets packages from, a section of a file of repositories.
#pragma once

#include "providers/sdk/edit_provider.h"

namespace plumb::providers::yum_repository {

class YumRepositoryProvider : public EditProvider {
 public:
  Edit edit(const Desired& desired) const override;
  bool spare(Desired& going, const Desired& other) const override;
  std::string path(const Desired& desired) const override;
  // zypper has a folder of its own.
  std::string path_on(const Desired& desired, System& system) const override;
  std::vector<std::string> own_paths(const Desired& desired, const Json& observed) const override;
  bool creates(const Desired& desired) const override { return !wants_absent(desired); }
  // The files of the host that it names come before it, and are needed by whoever installs from it.
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;

 protected:
  std::optional<Desired> restore_text(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::yum_repository
