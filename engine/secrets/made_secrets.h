// Which secrets a project refers to, and those of them that are made where their stores hold none yet.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/config/project.h"
#include "engine/ir/compile.h"
#include "engine/secrets/store_client.h"

namespace plumb::secrets {

// A reference that is the value of an input on some hosts.
struct SecretUse {
  std::string input;
  const config::Located* place;  // of the project or its inventory
  config::SecretReference reference;
  std::set<std::string> hosts;
};

// Those whose stores were not asked yet, by input and reference, whoever reads them. A reference that cannot be read is
// none.
std::vector<SecretUse> secret_uses(const config::Project& project, const config::Inventory& inventory,
                                   const std::set<std::string>& hosts);
// Those of them that resources, conditions and checks of these hosts read.
std::vector<SecretUse> read_secrets(const ir::CompilerInput& input, const std::set<std::string>& hosts,
                                    Diagnostics& diagnostics);

// Why no value is made there, whatever is there already: "its input has no `generate`"; "" where one is.
std::string why_not_made(const config::Project& project, const SecretUse& use);

// Those that are made and that their stores do not hold. A store that cannot be asked is told when its value is needed.
std::vector<SecretUse> unmade(const config::Project& project, const std::vector<SecretUse>& uses, StoreClient& client);

// Makes a value and keeps it in the store, in the place of what is there. Errors: kSecretGenerate, also where no value
// fits the input; those of writing.
Result<> make_secret(const config::Project& project, const SecretUse& use, StoreClient& client);

// What stands for a value that is not made yet, as the input's value; nothing where `diagnostics` says that none fits.
std::optional<config::Located> stand_in_value(const config::Input& input, const config::Located& place,
                                              Diagnostics& diagnostics);

}  // namespace plumb::secrets
