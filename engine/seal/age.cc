#include "engine/seal/age.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "engine/base/digest.h"
#include "engine/base/random.h"
#include "engine/keys/blob_reader.h"
#include "engine/keys/hash.h"
#include "engine/seal/crypto.h"

namespace plumb::seal {
namespace {

constexpr std::string_view kVersion = "age-encryption.org/v1";
constexpr std::string_view kEd25519Type = "ssh-ed25519";
constexpr std::string_view kEd25519Label = "age-encryption.org/v1/ssh-ed25519";
constexpr std::string_view kRsaLabel = "age-encryption.org/v1/ssh-rsa";
constexpr std::string_view kArmourBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
constexpr std::string_view kArmourEnd = "-----END AGE ENCRYPTED FILE-----";
constexpr std::size_t kColumns = 64;
constexpr std::size_t kFileKeySize = 16;
constexpr std::size_t kPayloadNonceSize = 16;
constexpr std::size_t kChunk = std::size_t{64} << 10;
constexpr std::size_t kMostStanzas = 1000;
const std::string kNoNonce(12, '\0');                         // each key is used once
const std::string kOnlyChunk = std::string(11, '\0') + '\1';  // the first one, and the last

// The file key, as one recipient is given it.
struct Stanza {
  std::vector<std::string> words;  // type, and what goes with it
  std::string body;
};

Error broken(const std::string& why) {
  return fail(Code::kKeySealed, "the sealed file cannot be read: " + why);
}

std::string unpadded(std::string_view bytes) {
  std::string text = base64_encode(bytes);
  while (text.ends_with('=')) text.pop_back();
  return text;
}

Result<std::string> from_unpadded(std::string_view text) {
  if (text.ends_with('=')) return broken("its base64 is padded");
  std::string padded(text);
  while (padded.size() % 4 != 0) padded += '=';
  Result<std::string> bytes = base64_decode(padded);
  // One text for the same bytes.
  if (!bytes || unpadded(*bytes) != text) return broken("its base64 is none");
  return bytes;
}

std::string in_lines(std::string_view text) {
  std::string lines;
  for (std::size_t at = 0; at < text.size(); at += kColumns) lines.append(text.substr(at, kColumns)).append("\n");
  return lines;
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
  PLUMB_TRY_ASSIGN(const std::string share, from_unpadded(stanza.words[2]));
  const std::string secret = x25519_of_ed25519_seed(seed.bytes);
  PLUMB_TRY_ASSIGN(const std::string point, x25519_public(secret));
  PLUMB_TRY_ASSIGN(const std::string tweak, tweak_of(key));
  PLUMB_TRY_ASSIGN(std::string shared, x25519(secret, share));
  PLUMB_TRY_ASSIGN(shared, x25519(tweak, shared));
  PLUMB_TRY_ASSIGN(const std::string wrap, wrap_key(shared, share, point));
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

std::string header_text(const std::vector<Stanza>& stanzas) {
  std::string text = std::string(kVersion) + "\n";
  for (const Stanza& stanza : stanzas) {
    text += "->";
    for (const std::string& word : stanza.words) text += " " + word;
    const std::string body = unpadded(stanza.body);
    text += "\n" + in_lines(body);
    // The last line is a short one, so that it is known for the last.
    if (body.size() % kColumns == 0) text += "\n";
  }
  return text + "---";
}

Result<std::string> mac_of(std::string_view header, std::string_view file_key) {
  PLUMB_TRY_ASSIGN(const std::string key, hkdf_sha256(file_key, {}, "header"));
  return hmac_sha256(key, header);
}

struct File {
  std::vector<Stanza> stanzas;
  std::string header;  // what the MAC is of
  std::string mac;
  std::string payload;
};

class Reader {
 public:
  explicit Reader(std::string bytes) : bytes_(std::move(bytes)) {}

  Result<File> read() {
    PLUMB_TRY_ASSIGN(std::string_view line, take_line());
    if (line != kVersion) return broken("it is of another version than " + std::string(kVersion));
    File file;
    while (true) {
      PLUMB_TRY_ASSIGN(line, take_line());
      if (line.starts_with("--- ")) break;
      if (!line.starts_with("-> ") || file.stanzas.size() == kMostStanzas) return broken("its header is none");
      PLUMB_TRY_ASSIGN(Stanza stanza, take_stanza(line.substr(3)));
      file.stanzas.push_back(std::move(stanza));
    }
    file.header = bytes_.substr(0, static_cast<std::size_t>(line.data() - bytes_.data()) + 3);
    PLUMB_TRY_ASSIGN(file.mac, from_unpadded(line.substr(4)));
    file.payload = bytes_.substr(at_);
    return file;
  }

 private:
  Result<std::string_view> take_line() {
    const std::size_t end = bytes_.find('\n', at_);
    if (end == std::string::npos) return broken("it was cut short");
    const std::string_view line = std::string_view(bytes_).substr(at_, end - at_);
    at_ = end + 1;
    return line;
  }

  Result<Stanza> take_stanza(std::string_view words) {
    Stanza stanza;
    while (true) {
      const std::size_t end = std::min(words.find(' '), words.size());
      stanza.words.emplace_back(words.substr(0, end));
      if (stanza.words.back().empty()) return broken("its header is none");
      if (end == words.size()) break;
      words.remove_prefix(end + 1);
    }
    std::string body;
    while (true) {
      PLUMB_TRY_ASSIGN(const std::string_view line, take_line());
      if (line.size() > kColumns) return broken("a line of its header is too long");
      body += line;
      if (line.size() < kColumns) break;
    }
    PLUMB_TRY_ASSIGN(stanza.body, from_unpadded(body));
    return stanza;
  }

  std::string bytes_;
  std::size_t at_ = 0;
};

Result<File> read_file(std::string_view armoured) {
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
  return Reader(std::move(*bytes)).read();
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
  const std::string header = header_text(stanzas);
  PLUMB_TRY_ASSIGN(const std::string mac, mac_of(header, file_key));
  const std::string nonce = random_bytes(kPayloadNonceSize);
  PLUMB_TRY_ASSIGN(const std::string key, payload_key(file_key, nonce));
  PLUMB_TRY_ASSIGN(const std::string payload, encrypt(key, kOnlyChunk, text));
  const std::string encoded = base64_encode(header + " " + unpadded(mac) + "\n" + nonce + payload);
  return std::string(kArmourBegin) + "\n" + in_lines(encoded) + std::string(kArmourEnd) + "\n";
}

Result<bool> is_sealed_to(std::string_view sealed, const PublicKey& key) {
  PLUMB_TRY_ASSIGN(const File file, read_file(sealed));
  const std::string tag = tag_of(key);
  return std::any_of(file.stanzas.begin(), file.stanzas.end(), [&](const Stanza& stanza) {
    return stanza.words.size() >= 2 && stanza.words[0] == key.type && stanza.words[1] == tag;
  });
}

Result<std::string> open_with(std::span<const Identity> identities, std::string_view sealed) {
  PLUMB_TRY_ASSIGN(const File file, read_file(sealed));
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
