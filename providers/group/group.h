// group: a local group.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::group {

class GroupProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  // Its members.
  bool is_foreseeable(const Desired&) const override { return true; }
  // A group by which whoever logs in becomes root, without that member.
  std::string cuts_line(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> outlives() const override { return {"user"}; }
  std::vector<Address> infers(const Desired& desired) const override;
  // Itself by its number.
  std::vector<Address> provides(const Desired& desired) const override;
  // Its name, and its number where that is asked for.
  std::vector<std::string> claims(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::group
