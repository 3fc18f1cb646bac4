// Keys of ssh as files are sealed to them and opened with: ssh-ed25519 and ssh-rsa.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"

namespace plumb::seal {

struct PublicKey {
  std::string type;     // "ssh-ed25519", "ssh-rsa"
  std::string blob;     // as ssh sends it (RFC 4253, section 6.6)
  std::string comment;  // whose it is

  std::string fingerprint() const;  // "SHA256:…", as ssh-keygen -l prints it
  std::string line() const;         // of a .pub file, without its end

  friend bool operator==(const PublicKey& one, const PublicKey& other) { return one.blob == other.blob; }
};

// Of the lines of a .pub or authorized_keys file; empty ones and comments are passed over. kBadKey for a key that
// nothing can be sealed to, or for a line that is none; the message counts the lines.
Result<std::vector<PublicKey>> read_public_keys(std::string_view text);
Result<PublicKey> public_key_of_blob(std::string_view blob);

// The private half of `key`: an Ed25519 seed; or an RSA key, as a PEM without a passphrase or as its three numbers.
struct Ed25519Seed {
  std::string bytes;
};
struct RsaPem {
  std::string text;
};
struct RsaNumbers {
  std::string modulus;
  std::string exponent;
  std::string secret;  // exponent
};
struct Identity {
  PublicKey key;
  std::variant<Ed25519Seed, RsaPem, RsaNumbers> secret;
};

// Of a private key without a passphrase: PEM, or OpenSSH's own container.
Result<Identity> read_identity(const PublicKey& key, const std::string& text);

// The next string of a blob (RFC 4251, section 5), taken off its front.
Result<std::string_view> take_string(std::string_view& blob);

}  // namespace plumb::seal
