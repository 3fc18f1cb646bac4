// Making signatures. ssh-keygen does it, with a private key's file, with a key of the agent or on a security token, so
// that no private key and no passphrase ever gets into this process.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace plumb::trust {

// The text of a signature's file. `key` is a private key, or a public one whose other half the agent has. ssh-keygen
// may ask on the terminal, and says what it has to say to `errors`, a descriptor. Errors: kSigning.
Result<std::string> sign(std::string_view bytes, std::string_view name_space, const std::filesystem::path& key,
                         int errors);

}  // namespace plumb::trust
