// What age's format is made of, from OpenSSL's libcrypto: bytes in, bytes out. An error is one of the library.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace plumb::seal {

Result<std::string> hmac_sha256(std::string_view key, std::string_view bytes);
// RFC 5869, 32 bytes.
Result<std::string> hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info);

// RFC 7748. An error, too, for a point that makes nothing secret.
Result<std::string> x25519(std::string_view secret, std::string_view point);
Result<std::string> x25519_public(std::string_view secret);
// The same key for the other curve: what age encrypts to an Ed25519 key with.
Result<std::string> x25519_of_ed25519_public(std::string_view point);
std::string x25519_of_ed25519_seed(std::string_view seed);
// RFC 8032: the public half of the key with this seed.
Result<std::string> ed25519_public(std::string_view seed);

// RFC 8439: the text with its tag behind it. An error where what is opened was made with another key, or changed.
Result<std::string> encrypt(std::string_view key, std::string_view nonce, std::string_view text);
Result<std::string> decrypt(std::string_view key, std::string_view nonce, std::string_view sealed);

// RSAES-OAEP with SHA-256 (RFC 8017); keys as their numbers, big endian, or the private one as PEM.
Result<std::string> rsa_encrypt(std::string_view modulus, std::string_view exponent, std::string_view label,
                                std::string_view text);
Result<std::string> rsa_decrypt(std::string_view modulus, std::string_view exponent, std::string_view secret,
                                std::string_view label, std::string_view sealed);
Result<std::string> rsa_decrypt(const std::string& pem, std::string_view label, std::string_view sealed);

}  // namespace plumb::seal
