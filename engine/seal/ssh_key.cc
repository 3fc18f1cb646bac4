#include "engine/seal/ssh_key.h"

#include <algorithm>

#include "engine/base/digest.h"
#include "engine/base/trimmed.h"
#include "engine/keys/blob_reader.h"
#include "engine/seal/crypto.h"

namespace plumb::seal {
namespace {

using keys::BlobReader;

constexpr std::string_view kEd25519 = "ssh-ed25519";
constexpr std::string_view kRsa = "ssh-rsa";
constexpr std::size_t kSeedSize = 32;

Error useless(const std::string& what, const std::string& hint) {
  return fail(Code::kKeySealed, what).hint(hint);
}

Result<PublicKey> read_line(std::string_view line) {
  const std::optional<PublicKey> found = keys::take_key(line);
  if (!found) {
    return useless("this is no public key of ssh",
                   "a line is `ssh-ed25519 AAAA… NAME`, as in ~/.ssh/id_ed25519.pub, and the type is the key's own");
  }
  PLUMB_TRY_ASSIGN(PublicKey key, public_key_of_blob(found->blob));
  key.comment = line;
  return key;
}

constexpr std::string_view kBegin = "-----BEGIN OPENSSH PRIVATE KEY-----";
constexpr std::string_view kEnd = "-----END OPENSSH PRIVATE KEY-----";

Error unreadable() {
  return fail(Code::kKeySealed, "the private key cannot be read");
}

// OpenSSH's container (PROTOCOL.key): the private key in it, which must have no passphrase.
Result<std::string> private_part(std::string_view text) {
  constexpr std::string_view kMagic{"openssh-key-v1\0", 15};
  const std::size_t begin = text.find(kBegin);
  const std::size_t end = text.find(kEnd);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin + kBegin.size())
    return unreadable();
  std::string encoded(text.substr(begin + kBegin.size(), end - begin - kBegin.size()));
  std::erase_if(encoded, [](char c) { return c == '\n' || c == '\r'; });
  const Result<std::string> bytes = base64_decode(encoded);
  if (!bytes || !bytes->starts_with(kMagic)) return unreadable();
  BlobReader reader(std::string_view(*bytes).substr(kMagic.size()));
  const std::string_view cipher = reader.text();
  reader.text();  // how the passphrase becomes a key
  reader.text();  // and what it needs for that
  if (!reader.ok()) return unreadable();
  if (cipher != "none") {
    return fail(Code::kKeySealed, "an RSA key with a passphrase cannot be taken out of OpenSSH's own container here")
        .hint("write it as PEM, `ssh-keygen -p -m PEM -f FILE`, or use an Ed25519 key");
  }
  reader.number();  // how many keys
  reader.text();    // the public key
  BlobReader own(reader.text());
  own.long_number();  // a number that stands there twice
  if (!reader.ok() || !own.ok()) return unreadable();
  return std::string(own.rest());
}

// The seed stands in front of the public key.
Result<Ed25519Seed> seed_of(std::string_view own) {
  BlobReader reader(own);
  const std::string_view type = reader.text();
  reader.text();  // the public key once more
  const std::string_view secret = reader.text();
  if (type != kEd25519 || secret.size() != 2 * kSeedSize) return unreadable();
  return Ed25519Seed{std::string(secret.substr(0, kSeedSize))};
}

Result<RsaNumbers> numbers_of(std::string_view own) {
  BlobReader reader(own);
  const std::string_view type = reader.text();
  const std::string_view modulus = reader.text();
  const std::string_view exponent = reader.text();
  const std::string_view secret = reader.text();
  if (!reader.ok() || type != kRsa) return unreadable();
  return RsaNumbers{std::string(modulus), std::string(exponent), std::string(secret)};
}

}  // namespace

Result<PublicKey> public_key_of_blob(std::string_view blob) {
  BlobReader reader(blob);
  const PublicKey key{.type = std::string(reader.text()), .blob = std::string(blob), .comment = {}};
  if (!reader.ok()) return fail(Code::kKeySealed, "the key was cut short");
  if (key.type == kEd25519) {
    const std::string_view point = reader.text();
    if (point.size() != kSeedSize || !reader.ok() || !reader.at_end()) return useless("this is no Ed25519 key", {});
    return key;
  }
  if (key.type == kRsa) {
    reader.text();  // the exponent
    const std::size_t bits = keys::bits_of(reader.text());
    if (!reader.ok() || !reader.at_end()) return useless("this is no RSA key", {});
    if (bits < keys::kLeastRsaBits || bits > keys::kMostRsaBits)
      return useless("an RSA key of " + std::to_string(bits) + " bits", "at least 2048 bits are needed");
    return key;
  }
  const std::string other = "make a key for this with `ssh-keygen -t ed25519`, which logs in nowhere";
  if (key.type.starts_with("sk-")) {
    return useless("a key on a security token signs and cannot open anything: " + key.type, other);
  }
  return useless("nothing can be sealed to a key of the type " + key.type,
                 "keys of the types ssh-ed25519 and ssh-rsa can open what is sealed; " + other);
}

Result<std::vector<PublicKey>> read_public_keys(std::string_view text) {
  std::vector<PublicKey> keys;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    Result<PublicKey> key = read_line(line);
    if (!key) return std::move(key.error()).during("reading line " + std::to_string(number));
    if (std::find(keys.begin(), keys.end(), *key) == keys.end()) keys.push_back(std::move(*key));
  }
  return keys;
}

Result<Identity> identity_made_of(std::string_view secret, std::string_view purpose) {
  PLUMB_TRY_ASSIGN(std::string seed, hkdf_sha256(secret, {}, purpose));
  PLUMB_TRY_ASSIGN(const std::string point, ed25519_public(seed));
  std::string blob;
  keys::add_text(blob, kEd25519);
  keys::add_text(blob, point);
  PLUMB_TRY_ASSIGN(PublicKey key, public_key_of_blob(blob));
  return Identity{std::move(key), Ed25519Seed{std::move(seed)}};
}

Result<Identity> read_identity(const PublicKey& key, const std::string& text) {
  if (key.type == kRsa && text.find(kBegin) == std::string::npos) return Identity{key, RsaPem{text}};
  PLUMB_TRY_ASSIGN(const std::string own, private_part(text));
  if (key.type == kRsa) {
    PLUMB_TRY_ASSIGN(RsaNumbers numbers, numbers_of(own));
    return Identity{key, std::move(numbers)};
  }
  PLUMB_TRY_ASSIGN(Ed25519Seed seed, seed_of(own));
  return Identity{key, std::move(seed)};
}

}  // namespace plumb::seal
