// firewall: a rule of the host's firewall, or what becomes of what no rule is about.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::firewall {

// Observed attributes beyond the schema's:
//   manager  the back end
//   rules    in its words, those that the host has of the resource
//   running  nftables: whether what is asked for is what runs; nothing of an image
//   cuts     the line over which the host is reached, where the change would keep new logins out
// Others are their back end's: where its files are, which of them are to go.
class FirewallProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  // The package that brings the program, and the service that keeps the rules.
  std::vector<Address> infers(const Desired& desired) const override;
  // What the rule is about, whatever becomes of it.
  std::vector<std::string> claims(const Desired& desired) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::vector<std::string> replaces_paths(const Desired& desired) const override;
  std::vector<std::string> edits_paths(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  std::string cuts_line(const Desired& desired, const Observed& observed) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  // Sets `allows`, `brought` and `leaving`, from the rules and packages of the host.
  void complete(Desired& desired, std::span<const Desired> host, const SecretOf&) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
  Observed as_declared(const Desired& desired) const override;
};

// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

void add_to(Registry& registry);

}  // namespace plumb::providers::firewall
