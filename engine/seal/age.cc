#include "engine/seal/age.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "engine/age/header.h"
#include "engine/base/digest.h"
#include "engine/base/random.h"
#include "engine/keys/blob_reader.h"
#include "engine/keys/hash.h"
#include "engine/seal/crypto.h"

namespace plumb::seal {
namespace {

using age::File;
using age::from_unpadded;
using age::in_lines;
using age::kChunk;
using age::kFileKeySize;
using age::kPayloadNonceSize;
using age::Stanza;
using age::unpadded;

constexpr std::string_view kEd25519Type = "ssh-ed25519";
constexpr std::string_view kEd25519Label = "age-encryption.org/v1/ssh-ed25519";
constexpr std::string_view kRsaLabel = "age-encryption.org/v1/ssh-rsa";
constexpr std::string_view kArmourBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
constexpr std::string_view kArmourEnd = "-----END AGE ENCRYPTED FILE-----";
const std::string kNoNonce(12, '\0');                         // each key is used once
const std::string kOnlyChunk = std::string(11, '\0') + '\1';  // the first one, and the last

Error broken(const std::string& why) {
  return fail(Code::kKeySealed, "the sealed file cannot be read: " + why);
}

// The file names a key by the first bytes of its digest.
std::string tag_of(const PublicKey& key) {
  return unpadded(keys::hash_of(keys::Hash::kSha256, key.blob).substr(0, 4));
}

Result<std::string> wrap_key(std::string_view shared, std::string_view share, std::string_view point) {
  return hkdf_sha256(shared, std::string(share).append(point), kEd25519Label);
}

Result<std::string> tweak_of(const PublicKey& key) {
  return hkdf_sha256({}, key.blob, kEd25519Label);
}

Result<Stanza> wrap_ed25519(const PublicKey& key, std::string_view file_key) {
  keys::BlobReader blob(key.blob);
  blob.text();  // the type
  PLUMB_TRY_ASSIGN(const std::string point, x25519_of_ed25519_public(blob.text()));
  const std::string secret = random_bytes(32);
  PLUMB_TRY_ASSIGN(const std::string share, x25519_public(secret));
  PLUMB_TRY_ASSIGN(const std::string tweak, tweak_of(key));
  PLUMB_TRY_ASSIGN(std::string shared, x25519(secret, point));
  PLUMB_TRY_ASSIGN(shared, x25519(tweak, shared));
  PLUMB_TRY_ASSIGN(const std::string wrap, wrap_key(shared, share, point));
  PLUMB_TRY_ASSIGN(std::string body, encrypt(wrap, kNoNonce, file_key));
  return Stanza{{key.type, tag_of(key), unpadded(share)}, std::move(body)};
}

Result<std::string> unwrap_ed25519(const PublicKey& key, const Ed25519Seed& seed, const Stanza& stanza) {
  if (stanza.words.size() != 3) return broken("a stanza of ssh-ed25519 has other words");
  const std::optional<std::string> share = from_unpadded(stanza.words[2]);
  if (!share) return broken("its base64 is none");
  const std::string secret = x25519_of_ed25519_seed(seed.bytes);
  PLUMB_TRY_ASSIGN(const std::string point, x25519_public(secret));
  PLUMB_TRY_ASSIGN(const std::string tweak, tweak_of(key));
  PLUMB_TRY_ASSIGN(std::string shared, x25519(secret, *share));
  PLUMB_TRY_ASSIGN(shared, x25519(tweak, shared));
  PLUMB_TRY_ASSIGN(const std::string wrap, wrap_key(shared, *share, point));
  return decrypt(wrap, kNoNonce, stanza.body);
}

Result<Stanza> wrap_rsa(const PublicKey& key, std::string_view file_key) {
  keys::BlobReader blob(key.blob);
  blob.text();  // the type
  const std::string_view exponent = blob.text();
  const std::string_view modulus = blob.text();
  PLUMB_TRY_ASSIGN(std::string body, rsa_encrypt(modulus, exponent, kRsaLabel, file_key));
  return Stanza{{key.type, tag_of(key)}, std::move(body)};
}

Result<std::string> unwrap_with(const Identity& identity, const Stanza& stanza) {
  if (const auto* seed = std::get_if<Ed25519Seed>(&identity.secret)) return unwrap_ed25519(identity.key, *seed, stanza);
  if (const auto* pem = std::get_if<RsaPem>(&identity.secret)) return rsa_decrypt(pem->text, kRsaLabel, stanza.body);
  const auto& key = std::get<RsaNumbers>(identity.secret);
  return rsa_decrypt(key.modulus, key.exponent, key.secret, kRsaLabel, stanza.body);
}

// Nothing where it is not for this identity.
Result<std::optional<std::string>> unwrap(const Identity& identity, const Stanza& stanza) {
  const std::string tag = tag_of(identity.key);
  if (stanza.words.size() < 2 || stanza.words[0] != identity.key.type || stanza.words[1] != tag)
    return std::optional<std::string>{};
  Result<std::string> file_key = unwrap_with(identity, stanza);
  // Of another key with the same tag; where it is this one's and broken, there is none that opens it.
  if (!file_key || file_key->size() != kFileKeySize) return std::optional<std::string>{};
  return std::optional<std::string>(std::move(*file_key));
}

Result<std::string> mac_of(std::string_view header, std::string_view file_key) {
  PLUMB_TRY_ASSIGN(const std::string key, hkdf_sha256(file_key, {}, "header"));
  return hmac_sha256(key, header);
}

Result<File> read_armoured(std::string_view armoured) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = std::min(armoured.find_first_not_of(kBlank), armoured.size());
  armoured.remove_prefix(first);
  armoured = armoured.substr(0, armoured.find_last_not_of(kBlank) + 1);
  if (!armoured.starts_with(kArmourBegin) || !armoured.ends_with(kArmourEnd) ||
      armoured.size() < kArmourBegin.size() + kArmourEnd.size())
    return broken("it does not begin and end as one does");
  std::string encoded(armoured.substr(kArmourBegin.size(), armoured.size() - kArmourBegin.size() - kArmourEnd.size()));
  std::erase_if(encoded, [](char c) { return c == '\n' || c == '\r'; });
  Result<std::string> bytes = base64_decode(encoded);
  if (!bytes) return broken("its base64 is none");
  return age::read_file(*bytes, Code::kKeySealed);
}

Result<std::string> payload_key(std::string_view file_key, std::string_view nonce) {
  return hkdf_sha256(file_key, nonce, "payload");
}

}  // namespace

Result<std::string> seal_to(std::span<const PublicKey> keys, std::string_view text) {
  if (text.size() > kChunk) return fail(Code::kInternal, "a text of more than one chunk");
  const std::string file_key = random_bytes(kFileKeySize);
  std::vector<Stanza> stanzas;
  for (const PublicKey& key : keys) {
    PLUMB_TRY_ASSIGN(Stanza stanza, key.type == kEd25519Type ? wrap_ed25519(key, file_key) : wrap_rsa(key, file_key));
    stanzas.push_back(std::move(stanza));
  }
  const std::string header = age::header_text(stanzas);
  PLUMB_TRY_ASSIGN(const std::string mac, mac_of(header, file_key));
  const std::string nonce = random_bytes(kPayloadNonceSize);
  PLUMB_TRY_ASSIGN(const std::string key, payload_key(file_key, nonce));
  PLUMB_TRY_ASSIGN(const std::string payload, encrypt(key, kOnlyChunk, text));
  const std::string encoded = base64_encode(header + " " + unpadded(mac) + "\n" + nonce + payload);
  return std::string(kArmourBegin) + "\n" + in_lines(encoded) + std::string(kArmourEnd) + "\n";
}

Result<bool> is_sealed_to(std::string_view sealed, const PublicKey& key) {
  PLUMB_TRY_ASSIGN(const File file, read_armoured(sealed));
  const std::string tag = tag_of(key);
  return std::any_of(file.stanzas.begin(), file.stanzas.end(), [&](const Stanza& stanza) {
    return stanza.words.size() >= 2 && stanza.words[0] == key.type && stanza.words[1] == tag;
  });
}

Result<std::string> open_with(std::span<const Identity> identities, std::string_view sealed) {
  PLUMB_TRY_ASSIGN(const File file, read_armoured(sealed));
  for (const Identity& identity : identities) {
    for (const Stanza& stanza : file.stanzas) {
      PLUMB_TRY_ASSIGN(const std::optional<std::string> file_key, unwrap(identity, stanza));
      if (!file_key) continue;
      PLUMB_TRY_ASSIGN(const std::string mac, mac_of(file.header, *file_key));
      if (mac != file.mac) return broken("its header was changed");
      if (file.payload.size() < kPayloadNonceSize) return broken("it was cut short");
      const std::string_view payload = file.payload;
      PLUMB_TRY_ASSIGN(const std::string key, payload_key(*file_key, payload.substr(0, kPayloadNonceSize)));
      Result<std::string> text = decrypt(key, kOnlyChunk, payload.substr(kPayloadNonceSize));
      if (!text) return broken("its content was changed");
      return text;
    }
  }
  return fail(Code::kKeySealed, "none of these keys opens it");
}

}  // namespace plumb::seal
