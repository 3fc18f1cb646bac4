// What age's format is made of beside X25519: bytes in, bytes out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumb::age {

// RFC 2104 with SHA-256: 32 bytes.
std::string hmac(std::string_view key, std::string_view bytes);
// RFC 5869 with SHA-256: 32 bytes.
std::string hkdf(std::string_view secret, std::string_view salt, std::string_view info);

// What a tag adds to a text.
inline constexpr std::size_t kTag = 16;

// ChaCha20-Poly1305 (RFC 8439) with a key of 32 bytes and a nonce of 12: the text with its tag behind it. Nothing where
// what is opened was made with another key, or changed.
std::string encrypt(std::string_view key, std::string_view nonce, std::string_view text);
std::optional<std::string> decrypt(std::string_view key, std::string_view nonce, std::string_view sealed);

}  // namespace plumb::age
