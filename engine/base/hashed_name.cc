#include "engine/base/hashed_name.h"

#include <array>
#include <cstdint>

#include <nettle/hmac.h>

#include "engine/base/digest.h"

namespace plumb {
namespace {

constexpr std::string_view kHashed = "|1|";

const std::uint8_t* octets(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

bool is_hashed_name(std::string_view hashed, std::string_view name) {
  if (!hashed.starts_with(kHashed)) return false;
  hashed.remove_prefix(kHashed.size());
  const std::size_t end = hashed.find('|');
  if (end == std::string_view::npos) return false;
  const Result<std::string> salt = base64_decode(hashed.substr(0, end));
  const Result<std::string> hash = base64_decode(hashed.substr(end + 1));
  if (!salt || !hash) return false;
  hmac_sha1_ctx state;
  hmac_sha1_set_key(&state, salt->size(), octets(*salt));
  hmac_sha1_update(&state, name.size(), octets(name));
  std::array<std::uint8_t, SHA1_DIGEST_SIZE> raw{};
  hmac_sha1_digest(&state, raw.size(), raw.data());
  return *hash == std::string_view(reinterpret_cast<const char*>(raw.data()), raw.size());
}

}  // namespace plumb
