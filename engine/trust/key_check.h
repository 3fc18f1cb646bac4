// The arithmetic of signatures: numbers and points as ssh writes them, and whether the signature is theirs. Nothing
// here says why it is not.
#pragma once

#include <string_view>

#include "engine/keys/hash.h"

namespace plumb::trust {

using keys::Hash;

// RFC 8032; S of the other half of the group is refused.
bool ed25519_holds(std::string_view point, std::string_view signature, std::string_view bytes);

// RSASSA-PKCS1-v1_5 (RFC 8017); numbers are big endian.
bool rsa_holds(std::string_view exponent, std::string_view modulus, Hash hash, std::string_view signature,
               std::string_view bytes);

// FIPS 186-5 over nistp256, nistp384 or nistp521, by the hash that RFC 5656 gives each. A point that is not on the
// curve is refused.
bool ecdsa_holds(std::string_view curve, std::string_view point, std::string_view r, std::string_view s,
                 std::string_view bytes);

}  // namespace plumb::trust
