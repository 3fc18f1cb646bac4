// What a machine asks for of every plan that is applied from it, and of secrets that leave it, whatever a project says.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "engine/lang/source.h"
#include "engine/run/trusted_plan.h"

namespace plumb::run {

inline constexpr std::string_view kMachineTrustFile = "/etc/plumb/trust.yaml";

struct MachineTrust {
  TrustPolicy plans;           // what it asks of them and of projects' parts, if anything
  bool sealed_values = false;  // secret values go to no host that takes none sealed
  // Of vaults that tokens may go to; nothing where it does not say.
  std::optional<std::vector<std::string>> vaults;
};

// Nothing where there is no such file. `owner` is whose it has to be, and the files that it names, with the folders on
// the way to each: root's, so that who applies plans cannot lift it. `file`: absolute. Its text is added to `sources`.
// Errors: kMachineTrust, also where it asks for nothing.
Result<std::optional<MachineTrust>> machine_trust(const std::filesystem::path& file, uid_t owner,
                                                  lang::SourceMap& sources);

}  // namespace plumb::run
