#include "engine/keys/libcrypto.h"

#include <openssl/core_names.h>

namespace plumb::keys {

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

Key made_key(const char* algorithm, const Builder& builder, int selection) {
  const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyUse maker(EVP_PKEY_CTX_new_from_name(nullptr, algorithm, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !maker || EVP_PKEY_fromdata_init(maker.get()) != 1 ||
      EVP_PKEY_fromdata(maker.get(), &key, selection, parameters.get()) != 1)
    return nullptr;
  return Key(key);
}

Key rsa_key(std::string_view modulus, std::string_view exponent, std::string_view secret) {
  const Number n = number(modulus);
  const Number e = number(exponent);
  const Number d = number(secret);
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !d || !builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1 ||
      (!secret.empty() && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_D, d.get()) != 1))
    return nullptr;
  return made_key("RSA", builder, secret.empty() ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR);
}

}  // namespace plumb::keys
