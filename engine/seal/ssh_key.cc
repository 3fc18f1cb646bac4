#include "engine/seal/ssh_key.h"

#include <algorithm>

#include "engine/base/digest.h"
#include "engine/seal/crypto.h"

namespace plumb::seal {
namespace {

constexpr std::string_view kEd25519 = "ssh-ed25519";
constexpr std::string_view kRsa = "ssh-rsa";
constexpr std::size_t kSeedSize = 32;
constexpr std::size_t kLeastRsaBits = 2048;
constexpr std::size_t kMostRsaBits = 16384;

std::size_t bits_of(std::string_view number) {
  while (number.starts_with('\0')) number.remove_prefix(1);
  if (number.empty()) return 0;
  std::size_t bits = 8 * number.size();
  for (int mask = 0x80; (static_cast<unsigned char>(number[0]) & mask) == 0; mask >>= 1) --bits;
  return bits;
}

Error useless(const std::string& what, const std::string& hint) {
  return fail(Code::kKeySealed, what).hint(hint);
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  text = trimmed(text.substr(word.size()));
  return word;
}

Result<PublicKey> read_line(std::string_view line) {
  std::string_view rest = line;
  const std::string type(take_word(rest));
  const std::string_view encoded = take_word(rest);
  const Result<std::string> blob = base64_decode(encoded);
  if (encoded.empty() || !blob) {
    return useless("this is no public key of ssh", "a line is `ssh-ed25519 AAAA… NAME`, as in ~/.ssh/id_ed25519.pub");
  }
  PLUMB_TRY_ASSIGN(PublicKey key, public_key_of_blob(*blob));
  if (key.type != type) return useless("the key is of another type than its line says: " + key.type, {});
  key.comment = rest;
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
  std::string_view rest = std::string_view(*bytes).substr(kMagic.size());
  PLUMB_TRY_ASSIGN(const std::string_view cipher, take_string(rest));
  PLUMB_TRY(take_string(rest));  // how the passphrase becomes a key
  PLUMB_TRY(take_string(rest));  // and what it needs for that
  if (cipher != "none") {
    return fail(Code::kKeySealed, "an RSA key with a passphrase cannot be taken out of OpenSSH's own container here")
        .hint("write it as PEM, `ssh-keygen -p -m PEM -f FILE`, or use an Ed25519 key");
  }
  if (rest.size() < 4) return unreadable();
  rest.remove_prefix(4);         // how many keys
  PLUMB_TRY(take_string(rest));  // the public key
  PLUMB_TRY_ASSIGN(std::string_view own, take_string(rest));
  if (own.size() < 8) return unreadable();
  return std::string(own.substr(8));  // behind a number that stands there twice
}

// The seed stands in front of the public key.
Result<Ed25519Seed> seed_of(std::string_view own) {
  PLUMB_TRY_ASSIGN(const std::string_view type, take_string(own));
  PLUMB_TRY(take_string(own));  // the public key once more
  PLUMB_TRY_ASSIGN(const std::string_view secret, take_string(own));
  if (type != kEd25519 || secret.size() != 2 * kSeedSize) return unreadable();
  return Ed25519Seed{std::string(secret.substr(0, kSeedSize))};
}

Result<RsaNumbers> numbers_of(std::string_view own) {
  PLUMB_TRY_ASSIGN(const std::string_view type, take_string(own));
  PLUMB_TRY_ASSIGN(const std::string_view modulus, take_string(own));
  PLUMB_TRY_ASSIGN(const std::string_view exponent, take_string(own));
  PLUMB_TRY_ASSIGN(const std::string_view secret, take_string(own));
  if (type != kRsa) return unreadable();
  return RsaNumbers{std::string(modulus), std::string(exponent), std::string(secret)};
}

}  // namespace

Result<std::string_view> take_string(std::string_view& blob) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4 && i < blob.size(); ++i) size = size << 8 | static_cast<unsigned char>(blob[i]);
  if (blob.size() < 4 || blob.size() - 4 < size) return fail(Code::kKeySealed, "the key was cut short");
  const std::string_view text = blob.substr(4, size);
  blob.remove_prefix(4 + size);
  return text;
}

std::string PublicKey::fingerprint() const {
  std::string text = base64_encode(sha256(blob).value_or(std::string()));
  while (text.ends_with('=')) text.pop_back();
  return "SHA256:" + text;
}

std::string PublicKey::line() const {
  return type + " " + base64_encode(blob) + (comment.empty() ? "" : " " + comment);
}

Result<PublicKey> public_key_of_blob(std::string_view blob) {
  PublicKey key;
  key.blob = blob;
  PLUMB_TRY_ASSIGN(const std::string_view type, take_string(blob));
  key.type = type;
  if (type == kEd25519) {
    PLUMB_TRY_ASSIGN(const std::string_view point, take_string(blob));
    if (point.size() != kSeedSize || !blob.empty()) return useless("this is no Ed25519 key", {});
    return key;
  }
  if (type == kRsa) {
    PLUMB_TRY(take_string(blob));  // the exponent
    PLUMB_TRY_ASSIGN(const std::string_view modulus, take_string(blob));
    const std::size_t bits = bits_of(modulus);
    if (bits < kLeastRsaBits || bits > kMostRsaBits || !blob.empty())
      return useless("an RSA key of " + std::to_string(bits) + " bits", "at least 2048 bits are needed");
    return key;
  }
  const std::string other = "make a key for this with `ssh-keygen -t ed25519`, which logs in nowhere";
  if (type.starts_with("sk-")) {
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
