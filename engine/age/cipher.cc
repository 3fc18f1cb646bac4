#include "engine/age/cipher.h"

#include <array>
#include <cstdint>

#include <nettle/chacha-poly1305.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>

namespace plumb::age {
namespace {

const std::uint8_t* octets(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}
std::uint8_t* octets(std::string& text) {
  return reinterpret_cast<std::uint8_t*>(text.data());
}

chacha_poly1305_ctx begun(std::string_view key, std::string_view nonce) {
  chacha_poly1305_ctx state;
  chacha_poly1305_set_key(&state, octets(key));
  chacha_poly1305_set_nonce(&state, octets(nonce));
  return state;
}

bool fit(std::string_view key, std::string_view nonce) {
  return key.size() == CHACHA_POLY1305_KEY_SIZE && nonce.size() == CHACHA_POLY1305_NONCE_SIZE;
}

}  // namespace

std::string hmac(std::string_view key, std::string_view bytes) {
  hmac_sha256_ctx state;
  hmac_sha256_set_key(&state, key.size(), octets(key));
  hmac_sha256_update(&state, bytes.size(), octets(bytes));
  std::string out(SHA256_DIGEST_SIZE, '\0');
  hmac_sha256_digest(&state, out.size(), octets(out));
  return out;
}

std::string hkdf(std::string_view secret, std::string_view salt, std::string_view info) {
  return hmac(hmac(salt, secret), std::string(info) + '\1');
}

std::string encrypt(std::string_view key, std::string_view nonce, std::string_view text) {
  if (!fit(key, nonce)) return {};
  chacha_poly1305_ctx state = begun(key, nonce);
  std::string sealed(text.size() + kTag, '\0');
  chacha_poly1305_encrypt(&state, text.size(), octets(sealed), octets(text));
  chacha_poly1305_digest(&state, kTag, octets(sealed) + text.size());
  return sealed;
}

std::optional<std::string> decrypt(std::string_view key, std::string_view nonce, std::string_view sealed) {
  if (!fit(key, nonce) || sealed.size() < kTag) return std::nullopt;
  chacha_poly1305_ctx state = begun(key, nonce);
  std::string text(sealed.size() - kTag, '\0');
  chacha_poly1305_decrypt(&state, text.size(), octets(text), octets(sealed));
  std::array<std::uint8_t, kTag> tag{};
  chacha_poly1305_digest(&state, tag.size(), tag.data());
  if (memeql_sec(tag.data(), sealed.data() + text.size(), kTag) == 0) return std::nullopt;
  return text;
}

}  // namespace plumb::age
