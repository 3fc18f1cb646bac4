#include "engine/keys/hash.h"

#include <cstdint>

#include <nettle/sha1.h>
#include <nettle/sha2.h>

namespace plumb::keys {
namespace {

template <class State, auto Init, auto Update, auto Digest, std::size_t kSize>
std::string sum_of(std::string_view bytes) {
  State state;
  Init(&state);
  Update(&state, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  std::string sum(kSize, '\0');
  Digest(&state, sum.size(), reinterpret_cast<std::uint8_t*>(sum.data()));
  return sum;
}

}  // namespace

std::string hash_of(Hash hash, std::string_view bytes) {
  switch (hash) {
    case Hash::kSha1:
      return sum_of<sha1_ctx, sha1_init, sha1_update, sha1_digest, SHA1_DIGEST_SIZE>(bytes);
    case Hash::kSha256:
      return sum_of<sha256_ctx, sha256_init, sha256_update, sha256_digest, SHA256_DIGEST_SIZE>(bytes);
    case Hash::kSha384:
      return sum_of<sha384_ctx, sha384_init, sha384_update, sha384_digest, SHA384_DIGEST_SIZE>(bytes);
    case Hash::kSha512:
      break;
  }
  return sum_of<sha512_ctx, sha512_init, sha512_update, sha512_digest, SHA512_DIGEST_SIZE>(bytes);
}

}  // namespace plumb::keys
