#include "engine/keys/public_key.h"

#include <algorithm>

#include "engine/base/digest.h"
#include "engine/keys/blob_reader.h"
#include "engine/keys/hash.h"

namespace plumb::keys {

std::string PublicKey::fingerprint() const {
  std::string text = base64_encode(hash_of(Hash::kSha256, blob));
  while (text.ends_with('=')) text.pop_back();
  return "SHA256:" + text;
}

std::string PublicKey::line() const {
  return type + " " + base64_encode(blob) + (comment.empty() ? "" : " " + comment);
}

std::size_t bits_of(std::string_view number) {
  while (number.starts_with('\0')) number.remove_prefix(1);
  if (number.empty()) return 0;
  std::size_t bits = 8 * number.size();
  for (int mask = 0x80; (static_cast<unsigned char>(number[0]) & mask) == 0; mask >>= 1) --bits;
  return bits;
}

std::optional<PublicKey> take_key(std::string_view& text) {
  constexpr std::string_view kBlank = " \t";
  const auto skip = [&](std::string_view from) {
    return from.substr(std::min(from.find_first_not_of(kBlank), from.size()));
  };
  std::string_view rest = skip(text);
  const std::string_view type = rest.substr(0, rest.find_first_of(kBlank));
  rest = skip(rest.substr(type.size()));
  const std::string_view encoded = rest.substr(0, rest.find_first_of(kBlank));
  Result<std::string> blob = base64_decode(encoded);
  if (encoded.empty() || !blob || BlobReader(*blob).text() != type) return std::nullopt;
  text = skip(rest.substr(encoded.size()));
  return PublicKey{.type = std::string(type), .blob = std::move(*blob), .comment = {}};
}

}  // namespace plumb::keys
