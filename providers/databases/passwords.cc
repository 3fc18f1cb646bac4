#include "providers/databases/passwords.h"

#include <array>
#include <charconv>
#include <cstdint>

#include <nettle/hmac.h>
#include <nettle/pbkdf2.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include "engine/base/digest.h"

namespace plumb::providers::databases {
namespace {

using Bytes = std::array<std::uint8_t, SHA256_DIGEST_SIZE>;

const std::uint8_t* raw(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::string_view text_of_bytes(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class Hash {
 public:
  Hash() { sha256_init(&state_); }
  Hash& add(std::string_view bytes) {
    sha256_update(&state_, bytes.size(), raw(bytes));
    return *this;
  }
  Bytes finish() {
    Bytes bytes{};
    sha256_digest(&state_, bytes.size(), bytes.data());
    return bytes;
  }

 private:
  sha256_ctx state_;
};

// `length` bytes of `bytes`, over and over.
std::string repeated(std::string_view bytes, std::size_t length) {
  std::string out;
  while (out.size() < length) out.append(bytes.substr(0, length - out.size()));
  return out;
}

// Three bytes as four characters of crypt's alphabet, the lowest bits first.
void add_characters(unsigned high, unsigned middle, unsigned low, int count, std::string& out) {
  static constexpr std::string_view kAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  unsigned bits = (high << 16U) | (middle << 8U) | low;
  for (; count > 0; --count, bits >>= 6U) out += kAlphabet[bits & 63U];
}

}  // namespace

bool is_scram_of(std::string_view password, std::string_view verifier) {
  constexpr std::string_view kScheme = "SCRAM-SHA-256$";
  constexpr unsigned kMostRounds = 1'000'000;
  if (!verifier.starts_with(kScheme)) return false;
  verifier.remove_prefix(kScheme.size());
  const std::size_t colon = verifier.find(':');
  const std::size_t dollar = verifier.find('$');
  const std::size_t last = verifier.rfind(':');
  if (dollar == std::string_view::npos || colon >= dollar || last <= dollar) return false;
  unsigned rounds = 0;
  const auto [end, error] = std::from_chars(verifier.data(), verifier.data() + colon, rounds);
  if (error != std::errc() || end != verifier.data() + colon || rounds == 0 || rounds > kMostRounds) return false;
  const auto salt = base64_decode(verifier.substr(colon + 1, dollar - colon - 1));
  if (!salt) return false;
  Bytes salted{};
  pbkdf2_hmac_sha256(password.size(), raw(password), rounds, salt->size(), raw(*salt), salted.size(), salted.data());
  hmac_sha256_ctx state;
  hmac_sha256_set_key(&state, salted.size(), salted.data());
  constexpr std::string_view kClientKey = "Client Key";
  hmac_sha256_update(&state, kClientKey.size(), raw(kClientKey));
  Bytes client{};
  hmac_sha256_digest(&state, client.size(), client.data());
  const Bytes stored = Hash().add(text_of_bytes(client)).finish();
  return base64_encode(text_of_bytes(stored)) == verifier.substr(dollar + 1, last - dollar - 1);
}

std::string native_hash(std::string_view password) {
  std::array<std::uint8_t, SHA1_DIGEST_SIZE> digest{};
  sha1_ctx state;
  sha1_init(&state);
  sha1_update(&state, password.size(), raw(password));
  sha1_digest(&state, digest.size(), digest.data());
  sha1_update(&state, digest.size(), digest.data());
  sha1_digest(&state, digest.size(), digest.data());
  std::string text = "*" + hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
  for (char& c : text) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

// https://www.akkadia.org/drepper/SHA-crypt.txt
std::string sha256_crypt(std::string_view password, std::string_view salt, unsigned rounds) {
  const Bytes mixed = Hash().add(password).add(salt).add(password).finish();
  Hash first;
  first.add(password).add(salt).add(repeated(text_of_bytes(mixed), password.size()));
  for (std::size_t length = password.size(); length > 0; length >>= 1U)
    first.add((length & 1U) != 0 ? text_of_bytes(mixed) : password);
  Bytes digest = first.finish();
  Hash of_password;
  for (std::size_t i = 0; i < password.size(); ++i) of_password.add(password);
  const std::string passwords = repeated(text_of_bytes(of_password.finish()), password.size());
  Hash of_salt;
  for (unsigned i = 0; i < 16U + digest[0]; ++i) of_salt.add(salt);
  const std::string salts = repeated(text_of_bytes(of_salt.finish()), salt.size());
  for (unsigned round = 0; round < rounds; ++round) {
    Hash next;
    next.add(round % 2 != 0 ? std::string_view(passwords) : text_of_bytes(digest));
    if (round % 3 != 0) next.add(salts);
    if (round % 7 != 0) next.add(passwords);
    next.add(round % 2 != 0 ? text_of_bytes(digest) : std::string_view(passwords));
    digest = next.finish();
  }
  std::string out;
  for (std::size_t i = 0; i < 10; ++i) {
    // Each column begins where the one before it ended.
    const std::array<std::size_t, 3> at = {i, i + 10, i + 20};
    const std::size_t turn = i % 3;
    const std::size_t a = turn == 0 ? at[0] : turn == 1 ? at[2] : at[1];
    const std::size_t b = turn == 0 ? at[1] : turn == 1 ? at[0] : at[2];
    const std::size_t c = turn == 0 ? at[2] : turn == 1 ? at[1] : at[0];
    add_characters(digest[a], digest[b], digest[c], 4, out);
  }
  add_characters(0, digest[31], digest[30], 3, out);
  return out;
}

bool is_caching_sha2_of(std::string_view password, std::string_view kept) {
  constexpr std::size_t kHead = 7;  // "$A$005$"
  constexpr std::size_t kSalt = 20;
  if (kept.size() != kHead + kSalt + 43 || !kept.starts_with("$A$") || kept[kHead - 1] != '$') return false;
  unsigned thousands = 0;
  const std::string_view digits = kept.substr(3, 3);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), thousands, 16);
  if (error != std::errc() || end != digits.data() + digits.size() || thousands == 0) return false;
  return sha256_crypt(password, kept.substr(kHead, kSalt), thousands * 1000) == kept.substr(kHead + kSalt);
}

}  // namespace plumb::providers::databases
