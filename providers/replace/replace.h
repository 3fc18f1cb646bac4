// replace: whatever a pattern matches in a file.
#pragma once

#include "providers/sdk/edit_provider.h"

namespace plumb::providers::replace {

// What is replaced is not there any more afterwards, and where it was nothing tells, so nothing is put back.
class ReplaceProvider : public EditProvider {
 public:
  // What it makes cannot be told from the digest of its text.
  std::vector<std::string> observed_with(const Desired&) const override { return {"text"}; }
  Edit edit(const Desired& desired) const override;

 protected:
  bool makes_files() const override { return false; }
};

void add_to(Registry& registry);

}  // namespace plumb::providers::replace
