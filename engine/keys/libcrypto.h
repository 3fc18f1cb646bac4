// What OpenSSL's libcrypto gives, owned, and how bytes and numbers get into it. For the files alone that do arithmetic
// with keys.
#pragma once

#include <memory>
#include <string_view>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "engine/keys/hash.h"

namespace plumb::keys {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Freed<Free>>;

using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using KeyUse = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Number = Owned<BIGNUM, BN_free>;
using Builder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;

const unsigned char* in(std::string_view bytes);
Number number(std::string_view big_endian);
const EVP_MD* kind_of(Hash hash);

// The key of an algorithm of OpenSSL's that `builder` has the parts of. Nothing where they make none; why is in the
// thread's queue of errors.
Key made_key(const char* algorithm, const Builder& builder, int selection);

// Of its numbers, big endian; a public key where there is no secret exponent. Nothing as in made_key().
Key rsa_key(std::string_view modulus, std::string_view exponent, std::string_view secret = {});

}  // namespace plumb::keys
