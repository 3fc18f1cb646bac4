// systemd_unit: a unit file of systemd's, or a file that adds to one, by its sections.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::systemd_unit {

// Observed attributes beyond the schema's: `others`, sections that the kind does not know; `manager`, where systemd
// runs here and reads its units; `no_folder`, where the folder of a file that adds to a unit is not there. Of an undo
// `made_folder` says that this folder came with the file, and `alone` that nothing else is in it.
class SystemdUnitProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  std::vector<std::string> replaces_paths(const Desired& desired) const override;
  std::optional<std::string> text_given(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::systemd_unit
