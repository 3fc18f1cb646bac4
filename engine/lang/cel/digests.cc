// Digests that names and other programs' files are made of, and names made of digests. MD5 and SHA-1 protect nothing
// any more; what asks for them has its form from elsewhere.
#include <algorithm>
#include <array>

#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include "engine/base/ascii.h"
#include "engine/base/digest.h"
#include "engine/lang/cel/library.h"

namespace plumb::cel {
namespace {

const std::uint8_t* octets(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

template <std::size_t Size>
std::string_view characters(const std::array<std::uint8_t, Size>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class Context, auto Initialise, auto Update, auto Digest, std::size_t Size>
std::array<std::uint8_t, Size> hashed(std::initializer_list<std::string_view> texts) {
  Context context;
  Initialise(&context);
  for (const std::string_view text : texts) Update(&context, text.size(), octets(text));
  std::array<std::uint8_t, Size> bytes{};
  Digest(&context, bytes.size(), bytes.data());
  return bytes;
}

constexpr auto kMd5 = hashed<md5_ctx, nettle_md5_init, nettle_md5_update, nettle_md5_digest, MD5_DIGEST_SIZE>;
constexpr auto kSha1 = hashed<sha1_ctx, nettle_sha1_init, nettle_sha1_update, nettle_sha1_digest, SHA1_DIGEST_SIZE>;
constexpr auto kSha512 =
    hashed<sha512_ctx, nettle_sha512_init, nettle_sha512_update, nettle_sha512_digest, SHA512_DIGEST_SIZE>;

template <auto Hash>
Value hexadecimal(Call& call) {
  if (!call.budget.read(4 * call.text(0).size())) return cost_exceeded();
  return Value::string(hex(characters((*Hash)({call.text(0)}))));
}

constexpr std::size_t kUuidText = 36;

bool is_dash(std::size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

bool parse_uuid(std::string_view text, std::array<std::uint8_t, 16>& bytes) {
  if (text.size() != kUuidText) return false;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash(i)) {
      if (text[i] != '-') return false;
      continue;
    }
    const int digit = hex_digit(text[i]);
    if (digit < 0) return false;
    bytes[digits / 2] = static_cast<std::uint8_t>(bytes[digits / 2] << 4U | static_cast<unsigned>(digit));
    ++digits;
  }
  return true;
}

// RFC 9562, version 5: the same name in the same name space is the same UUID everywhere.
Value uuid(Call& call) {
  if (!call.budget.read(4 * call.text(1).size())) return cost_exceeded();
  std::array<std::uint8_t, 16> space{};
  if (!parse_uuid(call.text(0), space)) {
    return fail("the name space of a UUID is a UUID itself",
                "such as 6ba7b810-9dad-11d1-80b4-00c04fd430c8, that of DNS");
  }
  auto bytes = (*kSha1)({characters(space), call.text(1)});
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x50U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
  std::string text = hex(characters(bytes).substr(0, 16));
  for (const std::size_t place : {8U, 13U, 18U, 23U}) text.insert(place, 1, '-');
  return Value::string(text);
}

template <auto Hash>
void add_digest(FunctionTable& table, const std::string& name, std::string_view doc) {
  table.add(name + "(string) -> string", hexadecimal<Hash>, doc);
  table.add(name + "(bytes) -> string", hexadecimal<Hash>);
}

}  // namespace

void add_digests(FunctionTable& table) {
  add_digest<kSha512>(table, "sha512", "The SHA-512 digest in hexadecimal");
  add_digest<kSha1>(table, "sha1", "The SHA-1 digest in hexadecimal, for what asks for it; it protects nothing");
  add_digest<kMd5>(table, "md5", "The MD5 digest in hexadecimal, for what asks for it; it protects nothing");
  table.add("uuid(string, string) -> string", uuid, "The UUID (version 5) of a name in a name space, a UUID itself");
}

}  // namespace plumb::cel
