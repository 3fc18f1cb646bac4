// link: a symbolic or hard link.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::link {

// Observed attributes beyond the schema's: `type`, what is at the path ("link", "file", "directory", "other"); `owner`
// and `group`, by number, of a symbolic link that is not root's. One that is made anew is, so whoever takes a change
// back asks for them.
class LinkProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::vector<std::string> replaces_paths(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::link
