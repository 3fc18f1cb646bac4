// Digests. A digest is text, "sha256:" and 64 lower-case hex digits; a keyed one is "hmac-sha256:" and 64 digits.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <nettle/sha2.h>

#include "engine/base/result.h"

namespace plumb {

inline constexpr std::string_view kDigestPrefix = "sha256:";
inline constexpr std::string_view kKeyedDigestPrefix = "hmac-sha256:";

// SHA-256 (FIPS 180-4) of what was added so far.
class Sha256 {
 public:
  Sha256() { sha256_init(&state_); }
  void add(std::string_view bytes);
  // The digest text; the object is then as new.
  std::string finish();

 private:
  sha256_ctx state_;
};

std::string digest(std::string_view bytes);
// HMAC-SHA-256 (RFC 2104) under `key`.
std::string keyed_digest(std::string_view key, std::string_view bytes);

bool is_digest(std::string_view text);        // well-formed "sha256:…"
bool is_keyed_digest(std::string_view text);  // well-formed "hmac-sha256:…"

std::string hex(std::string_view bytes);
std::string base64_encode(std::string_view bytes);
// Standard alphabet with padding (RFC 4648, section 4); anything else is kPlanUnreadable.
Result<std::string> base64_decode(std::string_view text);

}  // namespace plumb
