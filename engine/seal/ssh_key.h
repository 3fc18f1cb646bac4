// Keys of ssh as files are sealed to them and opened with: ssh-ed25519 and ssh-rsa.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "engine/keys/public_key.h"

namespace plumb::seal {

using keys::PublicKey;

// Of the lines of a .pub or authorized_keys file; empty ones and comments are passed over. kKeySealed for a key that
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

// A key of the type ssh-ed25519 that is made of a secret, the same one each time: HKDF of it is the seed. Keys for
// different purposes tell nothing about one another.
Result<Identity> identity_made_of(std::string_view secret, std::string_view purpose);

// Of a private key without a passphrase: PEM, or OpenSSH's own container.
Result<Identity> read_identity(const PublicKey& key, const std::string& text);

}  // namespace plumb::seal
