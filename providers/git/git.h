// git: a working copy of a repository, at a branch, a tag or a commit.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "providers/sdk/kind.h"

namespace plumb::providers::git {

// For whatever git is asked or told to do: it asks nobody, and writes nothing on its own account.
std::map<std::string, std::string> environment_of(const Desired& desired);

// What brings the working copy to where it is to be. `target`: the commit; "" where it is not known beforehand.
std::vector<Operation> operations_for(const Desired& desired, const Observed& observed, const std::string& target);

// Of `signed_by`: programs, as argvs, that all end well where `object`, a commit or a tag, has a signature that counts,
// and a tag is the one that is asked for and leads to `commit`.
std::vector<std::vector<std::string>> verifying(const Desired& desired, const std::string& object,
                                                const std::string& commit);
// What has to be signed: the tag where one is asked for, else the commit; "" where that is not known, or nothing has
// to.
std::string to_be_signed(const Desired& desired, const Observed& observed);

// The branch to be on; "" for none, as at a tag.
std::string branch_of(const Desired& desired, const Observed& observed);

// Observed attributes beyond the schema's: `offered`, the commit that the remote has now for what is asked for, and
// `offered_branch`, what it calls it; `changed`, files with local changes; `unpushed`, that there are commits that no
// remote has; `stale_submodules`; `user`, whose the working copy is; `offered_tag`, the tag itself where it is one that
// can be signed; and with `signed_by`: `verified`, that what is asked for is there and has a signature that counts.
class GitProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<Address> provides(const Desired& desired) const override;
  // But for what git tells of a folder that others touched before.
  bool is_foreseeable(const Desired&) const override { return true; }
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  std::vector<std::string> clears_paths(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::git
