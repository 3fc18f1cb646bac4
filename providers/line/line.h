// line: one line of a file.
#pragma once

#include "providers/sdk/edit_provider.h"

namespace plumb::providers::line {

class LineProvider : public EditProvider {
 public:
  std::vector<std::string> observed_with(const Desired& desired) const override;
  Edit edit(const Desired& desired) const override;

 protected:
  std::optional<Desired> restore_text(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::line
