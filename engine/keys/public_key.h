// Public keys of ssh, of whatever type: as ssh sends them, and as a line of a .pub, authorized_keys or allowed_signers
// file. Which types can open what is sealed, and which can sign, engine/seal and engine/trust know.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::keys {

struct PublicKey {
  std::string type;     // "ssh-ed25519"
  std::string blob;     // as ssh sends it (RFC 4253, section 6.6); the type is in it, too
  std::string comment;  // whose it is, where that was said

  std::string fingerprint() const;  // "SHA256:…", as ssh-keygen -l prints it
  std::string line() const;         // of a .pub file, without its end

  friend bool operator==(const PublicKey& one, const PublicKey& other) { return one.blob == other.blob; }
};

// Bits of the modulus. A smaller key can be broken, a greater one takes forever.
inline constexpr std::size_t kLeastRsaBits = 2048;
inline constexpr std::size_t kMostRsaBits = 16384;

// Of a number as ssh writes it, big endian, without what leads it to be positive.
std::size_t bits_of(std::string_view number);

// `TYPE BASE64`, as in a .pub file, taken off the front of `text` with the blanks around it: a key of whatever type,
// without its comment. Nothing where `text` does not begin with one, or where the type is another one than the key's.
std::optional<PublicKey> take_key(std::string_view& text);

}  // namespace plumb::keys
