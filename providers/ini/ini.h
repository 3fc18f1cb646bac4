// ini: options of one section of a file of sections.
#pragma once

#include "providers/sdk/edit_provider.h"

namespace plumb::providers::ini {

class IniProvider : public EditProvider {
 public:
  // What is there is compared value by value.
  std::vector<std::string> observed_with(const Desired&) const override { return {"options"}; }
  Edit edit(const Desired& desired) const override;
  bool spare(Desired& going, const Desired& other) const override;

 protected:
  std::optional<Desired> restore_text(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::ini
