// The arithmetic of key_check.h by OpenSSL's libcrypto, as a second opinion.
#pragma once

#include <string_view>

#include "engine/keys/hash.h"

namespace plumb::trust::reference {

using keys::Hash;

bool ed25519_holds(std::string_view point, std::string_view signature, std::string_view bytes);
bool rsa_holds(std::string_view exponent, std::string_view modulus, Hash hash, std::string_view signature,
               std::string_view bytes);
bool ecdsa_holds(std::string_view curve, std::string_view point, std::string_view r, std::string_view s,
                 std::string_view bytes);

}  // namespace plumb::trust::reference
