// package: a package of the host's package manager.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::package {

// Observed attributes beyond the schema's; those from `automatic` on only where something is to change:
//   manager    the back end
//   candidate  the version that would be installed
//   as         the package to install where the name is virtual and one package alone provides it
//   brings     every package that comes with it, itself first
//   versions   by name, those of the others that come with it
//   package    the package that the name means on this host, where it is called otherwise: for "jq:native" "jq"
//   automatic  true where it is there for the sake of others alone
//   removes    packages that have to make way, each of them declared absent or in `allow_removal`
//   downgrade  true where the candidate is older
//   old_lists  true where the package lists have to be read first
//   file_version  of the package in `file`, where that has to be looked at
//   runs_as    whom the manager's programs are run as, where that is not who changes the host
// `hold` is told where it is held, and where that is asked for; `state` is also "config-files": of what was removed its
// configuration files are there still, which is told where it is to be purged.
class PackageProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  bool may_bring(const Desired& desired, const Observed& observed, const Address& what) const override;
  // The package; on a host the one that its name means there.
  std::vector<std::string> claims(const Desired& desired) const override;
  std::vector<std::string> claims_on_host(const Desired& desired, const Observed& observed) const override;
  // Its `file`.
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  bool is_lost(const Desired& desired, System& now, System& then) const override;
  bool follows_from(const Desired& desired, const Observed& observed, const std::string& path,
                    const std::string* text) const override;
  // That no source has it.
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  bool is_unwanted(const Desired& desired) const override;
  // Sets `sources_managed` where the host's resources manage files of the package manager's sources.
  void complete(Desired& desired, std::span<const Desired> host, const SecretOf&) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::package
