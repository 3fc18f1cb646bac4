// Charters of hosts: looked at, laid on a host that has none, and replaced on one that has.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/run/context.h"
#include "engine/trust/charter.h"

namespace plumb::run {

// Where they lie on a host, beside what is in engine/exec/strict_host.h.
inline constexpr const char* kStrictExecutor = "/usr/local/libexec/plumb/plumb-exec";

struct Charters {
  HostResults hosts;
  std::map<std::string, Fleet::StrictHost> there;  // by host, of those that answered
};

// Of the workspace's hosts.
Charters look_at_charters(const Workspace& workspace, const RunContext& context);

// A host's charter by a file of allowed signers, and one of revoked keys ("" for none). Errors: kCharter, where these
// make none; those of reading them.
Result<trust::Charter> make_charter(const std::string& host, std::vector<std::string> projects, std::uint64_t approvals,
                                    const std::filesystem::path& signers, const std::filesystem::path& revoked);

// What puts a charter and this executor where a strict host has them. It is run as root.
wire::Execute laying(const trust::Charter& charter);

// Has strict hosts put another charter or executor in its place.
HostResults replace_on(const Workspace& workspace, const std::map<std::string, wire::Replacement>& replacements,
                       const RunContext& context);

// What stands in front of a controller's key in authorized_keys. `as_root`: its login is root's own.
std::string key_options(bool as_root);

}  // namespace plumb::run
