// structured: values of a file that is one tree of maps and lists.
#pragma once

#include "providers/sdk/edit_provider.h"

namespace plumb::providers::structured {

// What stood there is told as values by path; where in the file, nothing says, so nothing is put back.
class StructuredProvider : public EditProvider {
 public:
  // What is there is compared value by value.
  std::vector<std::string> observed_with(const Desired&) const override { return {"set", "merge"}; }
  Edit edit(const Desired& desired) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::structured
