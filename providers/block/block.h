// block: lines of a file between two markers.
#pragma once

#include "providers/sdk/edit_provider.h"

namespace plumb::providers::block {

class BlockProvider : public EditProvider {
 public:
  // Lines between the markers are told from the content itself, which ends with a line end or without.
  std::vector<std::string> observed_with(const Desired&) const override { return {"content"}; }
  Edit edit(const Desired& desired) const override;

 protected:
  std::optional<Desired> restore_text(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::block
