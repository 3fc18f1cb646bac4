// Keys that can sign here, and keys whose signatures count: what the agent, ~/.ssh and a file of allowed signers know.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/keys/public_key.h"
#include "engine/trust/signed_bytes.h"

namespace plumb::cmd {

struct KnownKey {
  keys::PublicKey key;
  std::vector<std::string> places;  // "agent", "~/.ssh/id_ed25519.pub"; none where it is another one's
  std::vector<std::string> signs;   // what its signatures count for: "plan", "approval"
  std::string counts_as;            // by the allowed signers; "" for nobody
  bool revoked = false;
};

// Each key once: those of the agent, then those of `ssh_folder`, then those of the allowed signers alone. `trust` may
// be null. An agent that does not answer has no keys.
std::vector<KnownKey> known_keys(const std::filesystem::path& ssh_folder, const trust::Trust* trust,
                                 std::chrono::sys_seconds now);

}  // namespace plumb::cmd
