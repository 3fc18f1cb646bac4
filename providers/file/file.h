// file: one regular file, its content and its attributes.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::file {

// Observed attributes beyond the schema's, for diff():
//   remote      digest of the file that `remote_source` names; "" where there is none
//   content_is  what the content is where it is no text and another one is asked for: "binary"
class FileProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::string why_passed_over(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  bool follows_from(const Desired& desired, const Observed& observed, const std::string& path,
                    const std::string* text) const override;
  std::vector<std::string> looked_at(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> replaces_paths(const Desired& desired) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  void inherit(Desired& desired, std::span<const Desired> spreading) const override;
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::file
