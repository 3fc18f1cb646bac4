// Keys that sign, as ssh writes them: ssh-ed25519, ssh-rsa, ecdsa-sha2-nistp256|384|521, the two kinds of security
// tokens (sk-…@openssh.com), by ssh's signature or a browser's, and certificates of all of them. Sources: RFC 4253,
// 5656, 8332 and 8709, and OpenSSH's PROTOCOL.u2f and PROTOCOL.certkeys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/keys/public_key.h"

namespace plumb::trust {

using keys::PublicKey;

// That an authority vouches for a key; its signature was found right when it was read.
struct Certificate {
  PublicKey authority;
  std::uint64_t serial = 0;
  std::string id;
  std::vector<std::string> principals;
  std::uint64_t valid_after = 0;  // seconds since 1970
  std::uint64_t valid_before = 0;
  bool verify_required = false;  // by a PIN or a finger, of a token
};

struct SigningKey {
  PublicKey key;  // without a certificate around it
  std::optional<Certificate> certificate;
};

// Errors: kBadSignature, for a key of another type, one that is too small (RSA below 2048 bits), one that does not hold
// together, and a certificate that is not of a user.
Result<SigningKey> read_signing_key(std::string_view blob);

// The key's own blob where `blob` is a certificate of it, whatever that is worth; else `blob`.
std::string without_certificate(std::string_view blob);

// Whether `signature`, as ssh writes it, is the key's own over `bytes`. Of a token the user was there when it signed.
// Errors: kBadSignature.
Result<> check_signature(const SigningKey& key, std::string_view signature, std::string_view bytes);

}  // namespace plumb::trust
