#include "engine/age/sealing.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/age/bech32.h"
#include "engine/age/cipher.h"
#include "engine/age/header.h"
#include "engine/age/x25519.h"
#include "engine/base/ascii.h"
#include "engine/base/random.h"
#include "engine/base/wipe.h"

namespace plumb::age {
namespace {

constexpr std::string_view kType = "X25519";
constexpr std::string_view kLabel = "age-encryption.org/v1/X25519";
constexpr std::string_view kRecipientName = "age";
constexpr std::string_view kIdentityName = "age-secret-key-";
constexpr std::size_t kKeySize = 32;
constexpr std::size_t kNonceSize = 12;

// Each key that wraps another is used once.
std::string no_nonce() {
  return std::string(kNonceSize, '\0');
}

// A count of eleven bytes, and whether it is the last.
std::string chunk_nonce(std::uint64_t chunk, bool last) {
  std::string nonce = no_nonce();
  for (std::size_t i = 0; i < 8; ++i) nonce[kNonceSize - 2 - i] = static_cast<char>(chunk >> 8 * i & 0xff);
  nonce.back() = last ? '\1' : '\0';
  return nonce;
}

std::string wrap_key(std::string_view shared, std::string_view share, std::string_view recipient) {
  return hkdf(shared, std::string(share).append(recipient), kLabel);
}

std::string mac_of(std::string_view header, std::string_view file_key) {
  return hmac(hkdf(file_key, {}, "header"), header);
}

std::string payload_key(std::string_view file_key, std::string_view nonce) {
  return hkdf(file_key, nonce, "payload");
}

std::optional<std::string> key_of(std::string_view name, std::string_view text) {
  std::optional<std::string> bytes = from_bech32(name, text);
  if (bytes && bytes->size() != kKeySize) bytes.reset();
  return bytes;
}

Error broken(const std::string& why) {
  return fail(Code::kNotSealed, "the sealed file cannot be read: " + why);
}

Result<std::string> open_payload(std::string_view file_key, std::string_view payload) {
  if (payload.size() < kPayloadNonceSize + kTag) return broken("it was cut short");
  const std::string key = payload_key(file_key, payload.substr(0, kPayloadNonceSize));
  payload.remove_prefix(kPayloadNonceSize);
  std::string text;
  for (std::uint64_t chunk = 0;; ++chunk) {
    const bool last = payload.size() <= kChunk + kTag;
    const std::string_view sealed = payload.substr(0, kChunk + kTag);
    const std::optional<std::string> part = decrypt(key, chunk_nonce(chunk, last), sealed);
    // The last one is empty only where it is the only one.
    if (!part || (part->empty() && chunk > 0)) return broken("its content was changed");
    text += *part;
    if (last) return text;
    payload.remove_prefix(sealed.size());
  }
}

}  // namespace

bool is_recipient(std::string_view text) {
  return key_of(kRecipientName, text).has_value() && text == lowered(text);
}

Result<Sealer> Sealer::to(std::string_view recipient) {
  const std::optional<std::string> point = key_of(kRecipientName, recipient);
  const std::string secret = random_bytes(kKeySize);
  const std::optional<std::string> shared = point ? x25519(secret, *point) : std::nullopt;
  if (!shared) return fail(Code::kNotSealed, "`" + std::string(recipient) + "` is no key that could be sealed to");
  const std::string share = x25519_public(secret);
  Sealer sealer;
  sealer.file_key_ = random_bytes(kFileKeySize);
  const std::string body = encrypt(wrap_key(*shared, share, *point), no_nonce(), sealer.file_key_);
  sealer.header_ = header_text({{{std::string(kType), unpadded(share)}, body}});
  sealer.header_ += " " + unpadded(mac_of(sealer.header_, sealer.file_key_)) + "\n";
  return sealer;
}

Sealer::~Sealer() {
  wipe(file_key_);
}

std::string Sealer::seal(std::string_view text) const {
  const std::string nonce = random_bytes(kPayloadNonceSize);
  const std::string key = payload_key(file_key_, nonce);
  std::string file = header_ + nonce;
  file.reserve(file.size() + text.size() + (text.size() / kChunk + 1) * kTag);
  for (std::uint64_t chunk = 0;; ++chunk) {
    const std::string_view part = text.substr(0, kChunk);
    text.remove_prefix(part.size());
    file += encrypt(key, chunk_nonce(chunk, text.empty()), part);
    if (text.empty()) return file;
  }
}

Opener::Opener(std::string secret) : secret_(std::move(secret)), public_(x25519_public(secret_)) {}

Opener::~Opener() {
  wipe(secret_);
  wipe(file_key_);
}

Opener Opener::with_new_key() {
  return Opener(random_bytes(kKeySize));
}

Result<Opener> Opener::read(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    std::optional<std::string> secret = key_of(kIdentityName, line);
    if (!secret) break;
    return Opener(std::move(*secret));
  }
  return fail(Code::kNotSealed, "the file holds no key of age's");
}

std::string Opener::text() const {
  std::string text = bech32(kIdentityName, secret_);
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

std::string Opener::recipient() const {
  return bech32(kRecipientName, public_);
}

Result<std::string> Opener::open(std::string_view bytes) {
  PLUMB_TRY_ASSIGN(const File file, read_file(bytes, Code::kNotSealed));
  const std::string header = file.header + file.mac;
  if (header != header_) {
    std::optional<std::string> file_key;
    for (const Stanza& stanza : file.stanzas) {
      if (stanza.words[0] != kType) continue;
      const std::optional<std::string> share = stanza.words.size() == 2 ? from_unpadded(stanza.words[1]) : std::nullopt;
      if (!share || share->size() != kKeySize || stanza.body.size() != kFileKeySize + kTag)
        return broken("a stanza of X25519 has another form");
      const std::optional<std::string> shared = x25519(secret_, *share);
      if (!shared) return broken("a stanza of X25519 makes nothing secret");
      file_key = decrypt(wrap_key(*shared, *share, public_), no_nonce(), stanza.body);
      if (file_key) break;
    }
    if (!file_key) return fail(Code::kSealingKey, "it is sealed to another key than the one here");
    if (mac_of(file.header, *file_key) != file.mac) return broken("its header was changed");
    header_ = header;
    wipe(file_key_);
    file_key_ = std::move(*file_key);
  }
  return open_payload(file_key_, file.payload);
}

}  // namespace plumb::age
