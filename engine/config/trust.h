// Who has to stand behind a plan, and how secrets travel: `trust` in plumb.yaml.
#pragma once

#include <cstddef>
#include <string>

#include "engine/base/files.h"
#include "engine/base/json.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

struct TrustRules {
  std::string allowed_signers;  // a file of the project; "" where nobody is asked for
  std::string revoked_keys;     // "" for none
  bool signature = false;
  std::size_t approvals = 0;   // of so many persons
  bool sealed_values = false;  // secret values go to no host that takes none sealed
  // What is used of these has to be signed by one of them, too.
  bool signed_modules = false;  // from git
  bool signed_providers = false;
};

// Whether rules of the project may ask for approvals, too.
enum class AsksElsewhere { kNo, kYes };

// `typed` is the whole of `trust`, as its schema typed it. That its files are in `folder` is looked at, and what they
// hold is not.
TrustRules read_trust(const lang::Node& node, const Json& typed, AsksElsewhere elsewhere, const Folder& folder,
                      Diagnostics& diagnostics);

Json to_json(const TrustRules& rules);

}  // namespace plumb::config
