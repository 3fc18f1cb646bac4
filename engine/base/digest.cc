#include "engine/base/digest.h"

#include <algorithm>
#include <cstdint>

#include <nettle/base64.h>
#include <nettle/hmac.h>

namespace plumb {
namespace {

constexpr std::size_t kHexLength = 64;

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

bool has_form(std::string_view text, std::string_view prefix) {
  return text.size() == prefix.size() + kHexLength && text.starts_with(prefix) &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(prefix.size()), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string text_of(std::string_view prefix, const std::array<std::uint8_t, SHA256_DIGEST_SIZE>& raw) {
  return std::string(prefix).append(hex({reinterpret_cast<const char*>(raw.data()), raw.size()}));
}

}  // namespace

void Sha256::add(std::string_view bytes) {
  sha256_update(&state_, bytes.size(), bytes_of(bytes));
}

std::string Sha256::finish() {
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> raw{};
  sha256_digest(&state_, raw.size(), raw.data());
  return text_of(kDigestPrefix, raw);
}

std::string digest(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.finish();
}

std::string keyed_digest(std::string_view key, std::string_view bytes) {
  hmac_sha256_ctx state;
  hmac_sha256_set_key(&state, key.size(), bytes_of(key));
  hmac_sha256_update(&state, bytes.size(), bytes_of(bytes));
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> raw{};
  hmac_sha256_digest(&state, raw.size(), raw.data());
  return text_of(kKeyedDigestPrefix, raw);
}

bool is_digest(std::string_view text) {
  return has_form(text, kDigestPrefix);
}
bool is_keyed_digest(std::string_view text) {
  return has_form(text, kKeyedDigestPrefix);
}

std::string hex(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out(bytes.size() * 2, '\0');
  char* digit = out.data();
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    *digit++ = kHex[byte >> 4];
    *digit++ = kHex[byte & 15];
  }
  return out;
}

std::string base64_encode(std::string_view bytes) {
  std::string out(BASE64_ENCODE_RAW_LENGTH(bytes.size()), '\0');
  base64_encode_raw(out.data(), bytes.size(), bytes_of(bytes));
  return out;
}

Result<std::string> base64_decode(std::string_view text) {
  std::string out(BASE64_DECODE_LENGTH(text.size()), '\0');
  base64_decode_ctx state;
  base64_decode_init(&state);
  std::size_t length = out.size();
  const int ok =
      base64_decode_update(&state, &length, reinterpret_cast<std::uint8_t*>(out.data()), text.size(), text.data());
  if (ok != 1 || base64_decode_final(&state) != 1) return fail(Code::kPlanUnreadable, "the text is not base64");
  out.resize(length);
  return out;
}

}  // namespace plumb
