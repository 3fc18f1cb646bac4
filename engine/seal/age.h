// Files in age's format (age-encryption.org/v1), in its armour, sealed to keys of ssh. `age -d -i KEY` opens them too.
// docs/formats/project-key.md says what is used of the format.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/seal/ssh_key.h"

namespace plumb::seal {

// At most 64 KiB of text. Each time other bytes: keys and nonces are new.
Result<std::string> seal_to(std::span<const PublicKey> keys, std::string_view text);

// Whether a file says that it is sealed to this key. It names keys by 32 bits of their digests, so another one may be
// meant; opening it tells. Errors: as open_with().
Result<bool> is_sealed_to(std::string_view sealed, const PublicKey& key);

// With the first of them that it is sealed to. kKeySealed where there is none, and where the file is no such file, was
// changed, or was cut short.
Result<std::string> open_with(std::span<const Identity> identities, std::string_view sealed);

}  // namespace plumb::seal
