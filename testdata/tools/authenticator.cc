// A FIDO authenticator without hardware, for tests: a provider for OpenSSH's SSH_SK_PROVIDER that knows Ed25519 and is
// always touched. A key's handle is its seed, so there is nothing to keep.
//
// Source of the interface: OpenSSH's PROTOCOL.u2f, "SSH U2F middleware", version 10; what is signed: "SSH U2F
// signatures".
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include <nettle/eddsa.h>
#include <nettle/sha2.h>
#include <sys/random.h>

namespace {

constexpr std::uint32_t kVersion = 0x000a0000;
constexpr std::uint32_t kEd25519 = 1;
constexpr std::uint8_t kTouched = 0x01;
constexpr int kGeneralFailure = -1;
constexpr int kUnsupported = -2;

struct Enrolled {
  std::uint8_t flags;
  std::uint8_t* public_key;
  std::size_t public_key_size;
  std::uint8_t* handle;
  std::size_t handle_size;
  std::uint8_t* signature;
  std::size_t signature_size;
  std::uint8_t* certificate;
  std::size_t certificate_size;
  std::uint8_t* data;
  std::size_t data_size;
};

struct Signed {
  std::uint8_t flags;
  std::uint32_t counter;
  std::uint8_t* r;
  std::size_t r_size;
  std::uint8_t* s;
  std::size_t s_size;
};

// The caller frees it.
void give(std::span<const std::uint8_t> bytes, std::uint8_t*& to, std::size_t& size) {
  to = static_cast<std::uint8_t*>(std::malloc(bytes.size()));
  size = to == nullptr ? 0 : bytes.size();
  if (to != nullptr) std::memcpy(to, bytes.data(), bytes.size());
}

std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest(std::span<const std::uint8_t> bytes) {
  sha256_ctx hash;
  sha256_init(&hash);
  sha256_update(&hash, bytes.size(), bytes.data());
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> out{};
  sha256_digest(&hash, out.size(), out.data());
  return out;
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) std::uint32_t sk_api_version() {
  return kVersion;
}

__attribute__((visibility("default"))) int sk_enroll(std::uint32_t algorithm, const std::uint8_t* /*challenge*/,
                                                     std::size_t /*challenge_size*/, const char* /*application*/,
                                                     std::uint8_t flags, const char* /*pin*/, void** /*options*/,
                                                     Enrolled** answer) {
  if (algorithm != kEd25519) return kUnsupported;
  std::array<std::uint8_t, ED25519_KEY_SIZE> seed{};
  std::array<std::uint8_t, ED25519_KEY_SIZE> key{};
  if (::getrandom(seed.data(), seed.size(), 0) != static_cast<ssize_t>(seed.size())) return kGeneralFailure;
  ed25519_sha512_public_key(key.data(), seed.data());
  auto* made = static_cast<Enrolled*>(std::calloc(1, sizeof(Enrolled)));
  if (made == nullptr) return kGeneralFailure;
  made->flags = flags;
  give(key, made->public_key, made->public_key_size);
  give(seed, made->handle, made->handle_size);
  *answer = made;
  return 0;
}

__attribute__((visibility("default"))) int sk_sign(std::uint32_t algorithm, const std::uint8_t* data, std::size_t size,
                                                   const char* application, const std::uint8_t* handle,
                                                   std::size_t handle_size, std::uint8_t /*flags*/, const char* /*pin*/,
                                                   void** /*options*/, Signed** answer) {
  if (algorithm != kEd25519) return kUnsupported;
  if (handle_size != ED25519_KEY_SIZE) return kGeneralFailure;
  std::array<std::uint8_t, ED25519_KEY_SIZE> key{};
  ed25519_sha512_public_key(key.data(), handle);

  const auto of = digest({reinterpret_cast<const std::uint8_t*>(application), std::strlen(application)});
  const auto message = digest({data, size});
  std::array<std::uint8_t, SHA256_DIGEST_SIZE + 1 + 4 + SHA256_DIGEST_SIZE> text{};
  std::memcpy(text.data(), of.data(), of.size());
  text[of.size()] = kTouched;
  text[of.size() + 4] = 1;  // the counter, big-endian
  std::memcpy(text.data() + of.size() + 5, message.data(), message.size());
  std::array<std::uint8_t, ED25519_SIGNATURE_SIZE> signature{};
  ed25519_sha512_sign(key.data(), handle, text.size(), text.data(), signature.data());

  auto* made = static_cast<Signed*>(std::calloc(1, sizeof(Signed)));
  if (made == nullptr) return kGeneralFailure;
  made->flags = kTouched;
  made->counter = 1;
  give(signature, made->r, made->r_size);
  *answer = made;
  return 0;
}

__attribute__((visibility("default"))) int sk_load_resident_keys(const char* /*pin*/, void** /*options*/,
                                                                 void*** /*keys*/, std::size_t* /*count*/) {
  return kUnsupported;
}
}
