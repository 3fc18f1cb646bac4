// Who has to stand behind a plan: `trust` in plumb.yaml.
#pragma once

#include <cstddef>
#include <string>

#include "engine/base/json.h"

namespace plumb::config {

struct TrustRules {
  std::string allowed_signers;  // a file of the project
  std::string revoked_keys;     // "" for none
  bool signature = true;
  std::size_t approvals = 0;  // of so many persons
};

// `typed` is the whole of `trust`, as its schema typed it.
TrustRules read_trust(const Json& typed);

Json to_json(const TrustRules& rules);

}  // namespace plumb::config
