#include "engine/base/digest_check.h"

#include <array>
#include <cstdint>

namespace plumb {

KeyedSha256::KeyedSha256(std::string_view key) {
  hmac_sha256_set_key(&state_, key.size(), reinterpret_cast<const std::uint8_t*>(key.data()));
}

void KeyedSha256::add(std::string_view bytes) {
  hmac_sha256_update(&state_, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
}

std::string KeyedSha256::finish() {
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> raw{};
  hmac_sha256_digest(&state_, raw.size(), raw.data());
  return std::string(kKeyedDigestPrefix).append(hex({reinterpret_cast<const char*>(raw.data()), raw.size()}));
}

void Sha512::add(std::string_view bytes) {
  sha512_update(&state_, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
}

std::string Sha512::finish() {
  std::array<std::uint8_t, SHA512_DIGEST_SIZE> raw{};
  sha512_digest(&state_, raw.size(), raw.data());
  return std::string(kPrefix).append(hex({reinterpret_cast<const char*>(raw.data()), raw.size()}));
}

DigestCheck::DigestCheck(std::string expected, std::string_view key) : expected_(std::move(expected)) {
  if (is_keyed_digest(expected_)) sum_ = KeyedSha256(key);
}

}  // namespace plumb
