// A sensitive value as everything but its one place knows it: the digest of it under the project's key (ADR 9).
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/digest.h"
#include "engine/base/json.h"

namespace plumb {

// Which of a project's keys one is, for whoever has to tell them apart and has not this one. Nobody comes from it to
// the key, which is random.
inline std::string key_id(std::string_view key) {
  return digest(std::string("plumb project key\n").append(key));
}

// No text and no JSON: it is compared, and looked up where the value itself is kept. What is stored or sent is encoded
// by name. What was stored is decoded where a sensitive value is known to stand; elsewhere is_sealed() only asks
// whether a value has that form, which no more than hides it: a text of somebody's own that has it opens nothing.
class Sealed {
 public:
  static Sealed of(std::string_view key, std::string_view bytes) { return Sealed(keyed_digest(key, bytes)); }

  // For plans, frames and records.
  const std::string& encode() const { return digest_; }
  // A value that was sealed with a key that is not here any more: sealed it is, and equal to no other.
  static Sealed lost() { return Sealed(std::string(kKeyedDigestPrefix) + std::string(64, '0')); }
  static std::optional<Sealed> decode(std::string_view text) {
    return is_keyed_digest(text) ? std::optional<Sealed>(Sealed(std::string(text))) : std::nullopt;
  }

  friend bool operator==(const Sealed&, const Sealed&) = default;
  friend auto operator<=>(const Sealed&, const Sealed&) = default;

 private:
  explicit Sealed(std::string digest) : digest_(std::move(digest)) {}

  std::string digest_;
};

// Whether a value has the form of a sealed one. Asked where it tells what was sensitive when it was written.
inline bool is_sealed(const Json& value) {
  return value.is_string() && is_keyed_digest(value.get_ref<const std::string&>());
}

inline bool is_lost_seal(const Json& value) {
  return is_sealed(value) && value.get_ref<const std::string&>() == Sealed::lost().encode();
}

}  // namespace plumb
