#include "engine/trust/key_check.h"

#include <memory>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

namespace plumb::trust {
namespace {

constexpr std::size_t kEd25519Point = 32;
constexpr std::size_t kEd25519Signature = 64;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using KeyUse = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Check = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

const unsigned char* in(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Number number(std::string_view big_endian) {
  return Number(BN_bin2bn(in(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

const EVP_MD* kind_of(Hash hash) {
  switch (hash) {
    case Hash::kSha1:
      return EVP_sha1();
    case Hash::kSha256:
      return EVP_sha256();
    case Hash::kSha384:
      return EVP_sha384();
    case Hash::kSha512:
      break;
  }
  return EVP_sha512();
}

Key public_key(const char* algorithm, const Builder& builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyUse use(EVP_PKEY_CTX_new_from_name(nullptr, algorithm, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !use || EVP_PKEY_fromdata_init(use.get()) != 1) return nullptr;
  if (EVP_PKEY_fromdata(use.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) return nullptr;
  return Key(key);
}

// What failed stays in a queue of the thread; nobody reads it.
bool holds(const Key& key, const EVP_MD* hash, std::string_view signature, std::string_view bytes) {
  const Check check(EVP_MD_CTX_new());
  const bool good = key && check && EVP_DigestVerifyInit(check.get(), nullptr, hash, nullptr, key.get()) == 1 &&
                    EVP_DigestVerify(check.get(), in(signature), signature.size(), in(bytes), bytes.size()) == 1;
  ERR_clear_error();
  return good;
}

struct Curve {
  std::string_view name;  // ssh's
  const char* group;      // OpenSSL's
  Hash hash;
};
constexpr Curve kCurves[] = {
    {"nistp256", "P-256", Hash::kSha256},
    {"nistp384", "P-384", Hash::kSha384},
    {"nistp521", "P-521", Hash::kSha512},
};

}  // namespace

std::string hash_of(Hash hash, std::string_view bytes) {
  std::string sum(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(sum.data()), &size, kind_of(hash), nullptr);
  sum.resize(size);
  return sum;
}

bool ed25519_holds(std::string_view point, std::string_view signature, std::string_view bytes) {
  if (point.size() != kEd25519Point || signature.size() != kEd25519Signature) return false;
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, in(point), point.size()));
  return holds(key, nullptr, signature, bytes);
}

bool rsa_holds(std::string_view exponent, std::string_view modulus, Hash hash, std::string_view signature,
               std::string_view bytes) {
  const Number n = number(modulus);
  const Number e = number(exponent);
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return false;
  return holds(public_key("RSA", builder), kind_of(hash), signature, bytes);
}

bool ecdsa_holds(std::string_view curve, std::string_view point, std::string_view r, std::string_view s,
                 std::string_view bytes) {
  for (const Curve& known : kCurves) {
    if (known.name != curve) continue;
    const Builder builder(OSSL_PARAM_BLD_new());
    const EcdsaSignature signature(ECDSA_SIG_new());
    Number own_r = number(r);
    Number own_s = number(s);
    if (!builder || !signature || !own_r || !own_s ||
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, known.group, 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1 ||
        ECDSA_SIG_set0(signature.get(), own_r.get(), own_s.get()) != 1)
      return false;
    (void)own_r.release();  // the signature's
    (void)own_s.release();
    unsigned char* encoded = nullptr;
    const int size = i2d_ECDSA_SIG(signature.get(), &encoded);
    if (size <= 0) return false;
    const std::string der(reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(size));
    OPENSSL_free(encoded);
    return holds(public_key("EC", builder), kind_of(known.hash), der, bytes);
  }
  return false;
}

}  // namespace plumb::trust
