// directory: a folder, its attributes, and if asked for those of everything below it and what may be in it.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::directory {

// Observed attributes beyond the schema's, for diff():
//   recurse  true where everything below has the owner, group and mode asked for
//   below    what does not: [{"path", "owner"?, "group"?, "mode"?, "acl"?, "privileged"?}], with the values it is to
//   get tree     true where all of the source is there as it is asked for unlike   what is not; see tree.h purge true
//   where nothing is there that is not managed extra    what is: [{"path", "directory"}] holds    of a folder that is
//   to go: {"files", "directories"}, how many
class DirectoryProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  std::size_t most_values(const Desired& desired) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::string why_passed_over(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  // With `parents`, the folders above it.
  std::vector<Address> provides(const Desired& desired) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  bool looks_at_paths(const Desired& desired) const override;
  void see_paths(Desired& desired, const PathsInUse& paths) const override;
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::vector<std::string> replaces_paths(const Desired& desired) const override;
  // Sets `keep`: the managed paths below a purged folder.
  bool spreads_below(const Desired& desired) const override;
  void inherit(Desired& desired, std::span<const Desired> spreading) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::directory
