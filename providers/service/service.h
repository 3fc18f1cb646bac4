// service: a unit of the host's service manager, whether it runs and whether it starts with the host.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::service {

// Observed attributes beyond the schema's: `manager` (the back end) and `unit` (its full name, aliases resolved), also
// where there is none yet; `can_run` false where nothing runs here; `links` and `links_wanted` of an enabled unit of
// the project's own: by which it starts with the host, and by which its files have it; `can_reload`, `reload_needed`
// (its files are newer than what the manager has loaded). `state` is running, stopped, failed, starting or stopping.
class ServiceProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  // Its unit and unit file, and the package of the same name.
  std::vector<Address> infers(const Desired& desired) const override;
  // The unit by its full name; on a host by its own, which an alias is not.
  std::vector<std::string> claims(const Desired& desired) const override;
  std::vector<std::string> claims_on_host(const Desired& desired, const Observed& observed) const override;
  // Of the sshd over which this host is reached.
  std::string cuts_line(const Desired& desired, const Observed& observed) const override;
  // Of the manager's own program.
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  // From the files of its unit: in what is refused, and in what enabling it links.
  bool is_lost(const Desired& desired, System& now, System& then) const override;
  // The account whose units it is about, or what manages it beside what starts the host.
  bool asks_about(const Desired& desired, std::string_view name) const override;
  bool is_made_of(const Desired& desired, const std::string& path) const override;
  bool follows_from(const Desired& desired, const Observed& observed, const std::string& path,
                    const std::string* text) const override;
  std::optional<Diagnostic> contradicted_by(const Desired& desired, const Observed& observed, const std::string& path,
                                            const std::string& text) const override;
  // Sets `others_before` and `others_after`, units of which other resources ask the opposite; `unit_files` where
  // another resource of the host manages files of the unit, `added_to` where such a file adds to the unit's own, and
  // `links_managed` where one is a link by which it starts with the host.
  void complete(Desired& desired, std::span<const Desired> host, const SecretOf&) const override;
  // Its unit file, what is added to it, and the links that enabling makes.
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  // The unit file of which a mask takes the place.
  std::vector<std::string> replaces_paths(const Desired& desired) const override;
  std::vector<std::string> clears_paths(const Desired& desired) const override;
  // A unit that something reloads is taken to be able to.
  Observed as_declared(const Desired& desired) const override;
  Change triggered(const Desired& desired, const Observed& observed, Op op) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;

 private:
  void note_others(Desired& desired, std::span<const Desired> host) const;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::service
