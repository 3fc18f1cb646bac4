#include "engine/seal/crypto.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "engine/keys/libcrypto.h"

namespace plumb::seal {
namespace {

using keys::in;
using keys::Key;
using keys::KeyUse;
using keys::Number;
using keys::number;
using keys::Owned;

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;

using Cipher = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

unsigned char* out(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

Error failed(const char* what) {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return fail(Code::kKeySealed, std::string(what) + (reason == nullptr ? "" : std::string(": ") + reason));
}

Result<std::string> raw_public(EVP_PKEY* key) {
  std::string point(kKeySize, '\0');
  std::size_t size = point.size();
  if (EVP_PKEY_get_raw_public_key(key, out(point), &size) != 1 || size != kKeySize) return failed("no public key");
  return point;
}

std::string reversed(std::string_view bytes) {
  return {bytes.rbegin(), bytes.rend()};
}

// Public where there is no secret exponent.
Result<Key> rsa_key(std::string_view modulus, std::string_view exponent, std::string_view secret) {
  Key key = keys::rsa_key(modulus, exponent, secret);
  if (key == nullptr) return failed("this is no RSA key");
  return key;
}

// Both ways alike.
Result<KeyUse> oaep(EVP_PKEY* key, std::string_view label, int (*begin)(EVP_PKEY_CTX*)) {
  KeyUse use(EVP_PKEY_CTX_new(key, nullptr));
  // The library takes the label over.
  auto* own = static_cast<unsigned char*>(OPENSSL_memdup(label.data(), label.size()));
  const bool set = use && begin(use.get()) == 1 &&
                   EVP_PKEY_CTX_set_rsa_padding(use.get(), RSA_PKCS1_OAEP_PADDING) == 1 &&
                   EVP_PKEY_CTX_set_rsa_oaep_md(use.get(), EVP_sha256()) == 1 &&
                   EVP_PKEY_CTX_set_rsa_mgf1_md(use.get(), EVP_sha256()) == 1 &&
                   EVP_PKEY_CTX_set0_rsa_oaep_label(use.get(), own, static_cast<int>(label.size())) == 1;
  if (set) return use;
  OPENSSL_free(own);
  return failed("RSA-OAEP cannot be used");
}

Result<std::string> work(EVP_PKEY_CTX* use,
                         int (*step)(EVP_PKEY_CTX*, unsigned char*, std::size_t*, const unsigned char*, std::size_t),
                         std::string_view bytes) {
  std::size_t size = 0;
  if (step(use, nullptr, &size, in(bytes), bytes.size()) != 1) return failed("RSA failed");
  std::string result(size, '\0');
  if (step(use, out(result), &size, in(bytes), bytes.size()) != 1) return failed("RSA failed");
  result.resize(size);
  return result;
}

}  // namespace

Result<std::string> hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string sum(kKeySize, '\0');
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), in(bytes), bytes.size(), out(sum), nullptr) ==
      nullptr)
    return failed("HMAC failed");
  return sum;
}

Result<std::string> hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info) {
  const Owned<EVP_KDF, EVP_KDF_free> kind(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  const Owned<EVP_KDF_CTX, EVP_KDF_CTX_free> use(EVP_KDF_CTX_new(kind.get()));
  std::string digest = "SHA256";
  std::string own_secret(secret);
  std::string own_salt(salt);
  std::string own_info(info);
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, own_secret.data(), own_secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, own_salt.data(), own_salt.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, own_info.data(), own_info.size()),
      OSSL_PARAM_construct_end()};
  std::string key(kKeySize, '\0');
  if (use == nullptr || EVP_KDF_derive(use.get(), out(key), key.size(), parameters) != 1) return failed("HKDF failed");
  return key;
}

Result<std::string> x25519(std::string_view secret, std::string_view point) {
  const Key own(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, in(secret), secret.size()));
  const Key peer(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, in(point), point.size()));
  const KeyUse use(own == nullptr ? nullptr : EVP_PKEY_CTX_new(own.get(), nullptr));
  std::string shared(kKeySize, '\0');
  std::size_t size = shared.size();
  if (use == nullptr || peer == nullptr || EVP_PKEY_derive_init(use.get()) != 1 ||
      EVP_PKEY_derive_set_peer(use.get(), peer.get()) != 1 || EVP_PKEY_derive(use.get(), out(shared), &size) != 1)
    return failed("X25519 failed");
  return shared;
}

Result<std::string> x25519_public(std::string_view secret) {
  const Key own(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, in(secret), secret.size()));
  if (own == nullptr) return failed("X25519 failed");
  return raw_public(own.get());
}

// u = (1 + y) / (1 - y) modulo 2^255 - 19 (RFC 7748, section 4.1); the sign of x does not matter.
Result<std::string> x25519_of_ed25519_public(std::string_view point) {
  std::string bytes = reversed(point);
  if (bytes.size() != kKeySize) return fail(Code::kKeySealed, "an Ed25519 key has 32 bytes");
  bytes[0] = static_cast<char>(bytes[0] & 0x7f);
  const Owned<BN_CTX, BN_CTX_free> scratch(BN_CTX_new());
  const Number y = number(bytes);
  const Number prime(BN_new());
  const Number above(BN_new());
  const Number below(BN_new());
  BIGNUM* const p = prime.get();
  std::string u(kKeySize, '\0');
  const bool done = scratch && y && p != nullptr && above && below && BN_set_bit(p, 255) == 1 &&
                    BN_sub_word(p, 19) == 1 &&
                    BN_mod_add(above.get(), BN_value_one(), y.get(), p, scratch.get()) == 1 &&
                    BN_mod_sub(below.get(), BN_value_one(), y.get(), p, scratch.get()) == 1 &&
                    BN_mod_inverse(below.get(), below.get(), p, scratch.get()) != nullptr &&
                    BN_mod_mul(above.get(), above.get(), below.get(), p, scratch.get()) == 1 &&
                    BN_bn2lebinpad(above.get(), out(u), static_cast<int>(u.size())) == static_cast<int>(u.size());
  if (!done) return failed("this is no Ed25519 key");
  return u;
}

// As Ed25519 itself makes its scalar of it (RFC 8032, section 5.1.5); X25519 sets the bits that have to be.
std::string x25519_of_ed25519_seed(std::string_view seed) {
  return keys::hash_of(keys::Hash::kSha512, seed).substr(0, kKeySize);
}

Result<std::string> ed25519_public(std::string_view seed) {
  const Key own(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, in(seed), seed.size()));
  if (own == nullptr) return failed("Ed25519 failed");
  return raw_public(own.get());
}

Result<std::string> encrypt(std::string_view key, std::string_view nonce, std::string_view text) {
  if (key.size() != kKeySize || nonce.size() != kNonceSize)
    return fail(Code::kInternal, "a key or nonce of another size");
  const Cipher cipher(EVP_CIPHER_CTX_new());
  std::string sealed(text.size() + kTagSize, '\0');
  int size = 0;
  if (cipher == nullptr ||
      EVP_EncryptInit_ex(cipher.get(), EVP_chacha20_poly1305(), nullptr, in(key), in(nonce)) != 1 ||
      EVP_EncryptUpdate(cipher.get(), out(sealed), &size, in(text), static_cast<int>(text.size())) != 1 ||
      EVP_EncryptFinal_ex(cipher.get(), out(sealed) + size, &size) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, out(sealed) + text.size()) != 1)
    return failed("ChaCha20-Poly1305 failed");
  return sealed;
}

Result<std::string> decrypt(std::string_view key, std::string_view nonce, std::string_view sealed) {
  if (key.size() != kKeySize || nonce.size() != kNonceSize)
    return fail(Code::kInternal, "a key or nonce of another size");
  if (sealed.size() < kTagSize) return fail(Code::kKeySealed, "it was cut short");
  const Cipher cipher(EVP_CIPHER_CTX_new());
  std::string tag(sealed.substr(sealed.size() - kTagSize));
  std::string text(sealed.size() - kTagSize, '\0');
  int size = 0;
  if (cipher == nullptr ||
      EVP_DecryptInit_ex(cipher.get(), EVP_chacha20_poly1305(), nullptr, in(key), in(nonce)) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) != 1 ||
      EVP_DecryptUpdate(cipher.get(), out(text), &size, in(sealed), static_cast<int>(text.size())) != 1)
    return failed("ChaCha20-Poly1305 failed");
  if (EVP_DecryptFinal_ex(cipher.get(), out(text) + size, &size) != 1) {
    ERR_clear_error();
    return fail(Code::kKeySealed, "it was changed, or made for another key");
  }
  return text;
}

Result<std::string> rsa_encrypt(std::string_view modulus, std::string_view exponent, std::string_view label,
                                std::string_view text) {
  PLUMB_TRY_ASSIGN(const Key key, rsa_key(modulus, exponent, {}));
  PLUMB_TRY_ASSIGN(const KeyUse use, oaep(key.get(), label, EVP_PKEY_encrypt_init));
  return work(use.get(), EVP_PKEY_encrypt, text);
}

Result<std::string> rsa_decrypt(std::string_view modulus, std::string_view exponent, std::string_view secret,
                                std::string_view label, std::string_view sealed) {
  PLUMB_TRY_ASSIGN(const Key key, rsa_key(modulus, exponent, secret));
  PLUMB_TRY_ASSIGN(const KeyUse use, oaep(key.get(), label, EVP_PKEY_decrypt_init));
  return work(use.get(), EVP_PKEY_decrypt, sealed);
}

Result<std::string> rsa_decrypt(const std::string& pem, std::string_view label, std::string_view sealed) {
  const Owned<BIO, BIO_free> memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Key key(memory == nullptr ? nullptr : PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
  if (key == nullptr) return failed("the private RSA key cannot be read");
  PLUMB_TRY_ASSIGN(const KeyUse use, oaep(key.get(), label, EVP_PKEY_decrypt_init));
  return work(use.get(), EVP_PKEY_decrypt, sealed);
}

}  // namespace plumb::seal
