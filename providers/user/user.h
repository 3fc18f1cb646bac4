// user: a local account.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::user {

class UserProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  // The group of the user's own name, where no other primary group is asked for, and its home folder.
  bool is_foreseeable(const Desired&) const override { return true; }
  // Its home, where it is to be made or to go.
  std::vector<std::string> looked_at(const Desired& desired, const Observed& observed) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  std::vector<Address> provides(const Desired& desired) const override;
  bool makes(const Desired& desired, const Observed& observed, const Address& what) const override;
  void complete(Desired& desired, std::span<const Desired> host, const SecretOf& secret_of) const override;
  std::string cuts_line(const Desired& desired, const Observed& observed) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  // Its name, and its number where that is asked for.
  std::vector<std::string> claims(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::user
