#include "engine/trust/testing/reference_check.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>

#include "engine/keys/libcrypto.h"

namespace plumb::trust::reference {
namespace {

using keys::Builder;
using keys::in;
using keys::Key;
using keys::Number;
using keys::number;

constexpr std::size_t kEd25519Point = 32;
constexpr std::size_t kEd25519Signature = 64;

using Check = keys::Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using EcdsaSignature = keys::Owned<ECDSA_SIG, ECDSA_SIG_free>;

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

bool ed25519_holds(std::string_view point, std::string_view signature, std::string_view bytes) {
  if (point.size() != kEd25519Point || signature.size() != kEd25519Signature) return false;
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, in(point), point.size()));
  return holds(key, nullptr, signature, bytes);
}

bool rsa_holds(std::string_view exponent, std::string_view modulus, Hash hash, std::string_view signature,
               std::string_view bytes) {
  return holds(keys::rsa_key(modulus, exponent), keys::kind_of(hash), signature, bytes);
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
    return holds(keys::made_key("EC", builder, EVP_PKEY_PUBLIC_KEY), keys::kind_of(known.hash), der, bytes);
  }
  return false;
}

}  // namespace plumb::trust::reference
