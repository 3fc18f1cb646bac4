// apt_repository: where a host with apt gets packages from, and the key that signs them.
#pragma once

#include <string>

#include "providers/sdk/kind.h"

namespace plumb::providers::apt_repository {

inline constexpr std::string_view kSources = "/etc/apt/sources.list.d";
inline constexpr std::string_view kKeyrings = "/etc/apt/keyrings";

// NAME.sources.
std::string file_of(const Desired& desired);
// The file with the key: one of the resource's own, or one that somebody else brings. "" where none is asked for.
std::string keyring_of(const Desired& desired);
bool brings_key(const Desired& desired);
// What the file is to say, each attribute of it with a value.
Json wanted_of(const Desired& desired);

// See AptRepositoryProvider for what is told.
Result<Observed> observe_one(const Desired& desired, System& system);

// Observed attributes beyond the schema's: `other`, lines of the file that say something else; `lists`, whether apt has
// read what the repository offers ("read", "not read"; nothing of an image); `also_in`, files that declare it too.
class AptRepositoryProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::vector<std::string> replaces_paths(const Desired& desired) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::apt_repository
