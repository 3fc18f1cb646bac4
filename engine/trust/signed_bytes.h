// Whether bytes are signed by somebody who may: the signature, the signer, and that the key was not taken back.
#pragma once

#include <filesystem>

#include "engine/trust/allowed_signers.h"
#include "engine/trust/revoked_keys.h"

namespace plumb::trust {

struct Trust {
  AllowedSigners signers;
  std::vector<RevokedKeys> revoked;
};

// From files. Errors: kBadSigners, also where one cannot be read.
Result<Trust> read_trust(const std::filesystem::path& signers, const std::vector<std::filesystem::path>& revoked);

// Errors: kBadSignature, kNotSigned.
Result<Signer> signer_of(std::string_view bytes, std::string_view signature, std::string_view name_space,
                         const Trust& trust, std::chrono::sys_seconds time);

}  // namespace plumb::trust
