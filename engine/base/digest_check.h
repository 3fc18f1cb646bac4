// Digests of bytes that come piece by piece, and whether they are the expected ones.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include <nettle/hmac.h>
#include <nettle/sha2.h>

#include "engine/base/digest.h"

namespace plumb {

// HMAC-SHA-256 (RFC 2104) of what was added so far.
class KeyedSha256 {
 public:
  explicit KeyedSha256(std::string_view key);
  void add(std::string_view bytes);
  // The digest text; the object is then as new.
  std::string finish();

 private:
  hmac_sha256_ctx state_;
};

// SHA-512 (FIPS 180-4) of what was added so far: of what others publish.
class Sha512 {
 public:
  static constexpr std::string_view kPrefix = "sha512:";
  Sha512() { sha512_init(&state_); }
  void add(std::string_view bytes);
  // "sha512:" and 128 lower-case hex digits; the object is then as new.
  std::string finish();

 private:
  sha512_ctx state_;
};

// Whether bytes are those of a digest, plain or keyed.
class DigestCheck {
 public:
  DigestCheck(std::string expected, std::string_view key);
  void add(std::string_view bytes) {
    std::visit([bytes](auto& sum) { sum.add(bytes); }, sum_);
  }
  // Of all that was added. Asked once, at the end.
  bool holds() {
    return std::visit([](auto& sum) { return sum.finish(); }, sum_) == expected_;
  }

 private:
  std::string expected_;
  std::variant<Sha256, KeyedSha256> sum_;
};

}  // namespace plumb
