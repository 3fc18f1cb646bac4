// cron: a job of a user's crontab or of a file in /etc/cron.d, or a variable for the jobs there.
#pragma once

#include "providers/sdk/edit_provider.h"

namespace plumb::providers::cron {

class CronProvider : public EntryProvider {
 public:
  std::string path(const Desired& desired) const override;
  std::string path_on(const Desired& desired, System& system) const override;
  std::vector<std::string> own_paths(const Desired& desired, const Json& observed) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  bool creates(const Desired& desired) const override { return !wants_absent(desired); }
  void note_needs(const Desired& desired, const std::string& path, System& system, Observed& observed) const override;
  Result<> look_around(const Desired& desired, const std::string& place, System& system,
                       Observed& observed) const override;
  Ownership of_new(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;

 protected:
  EntryEdit entry(const Desired& desired) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::cron
