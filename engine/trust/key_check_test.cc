// The arithmetic of signatures against that of another library: what the one takes the other does, and nothing else.
#include "engine/trust/key_check.h"

#include <memory>
#include <random>

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>

#include "engine/keys/libcrypto.h"
#include "engine/trust/testing/reference_check.h"

namespace plumb::trust {
namespace {

using keys::Owned;

constexpr int kKeys = 6;

std::string random_bytes(std::size_t size) {
  static std::mt19937 numbers(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(numbers() & 0xff);
  return bytes;
}

std::string flipped(std::string bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
  return bytes;
}

std::string signature_of(EVP_PKEY* key, const char* hash, const std::string& message) {
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> maker(EVP_MD_CTX_new());
  std::string signature(1024, '\0');
  std::size_t size = signature.size();
  EXPECT_EQ(EVP_DigestSignInit_ex(maker.get(), nullptr, hash, nullptr, nullptr, key, nullptr), 1);
  EXPECT_EQ(EVP_DigestSign(maker.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, keys::in(message),
                           message.size()),
            1);
  signature.resize(size);
  return signature;
}

std::string bytes_of_number(const BIGNUM* number) {
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  return bytes;
}

std::string number_of(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  EXPECT_EQ(EVP_PKEY_get_bn_param(key, name, &number), 1);
  const keys::Number owned(number);
  return bytes_of_number(number);
}

TEST(KeyCheck, Ed25519IsAsAnotherLibraryHasIt) {
  const auto same = [](const std::string& point, const std::string& signature, const std::string& message) {
    const bool own = ed25519_holds(point, signature, message);
    EXPECT_EQ(own, reference::ed25519_holds(point, signature, message));
    return own;
  };
  for (int i = 0; i < kKeys; ++i) {
    const keys::Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    std::string point(32, '\0');
    std::size_t size = point.size();
    ASSERT_EQ(EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(point.data()), &size), 1);
    const std::string message = random_bytes(static_cast<std::size_t>(40 * i));
    const std::string signature = signature_of(key.get(), nullptr, message);
    EXPECT_TRUE(same(point, signature, message));
    EXPECT_FALSE(same(point, signature, message + "x"));
    for (std::size_t bit = 0; bit < 8 * signature.size(); bit += 3)
      EXPECT_FALSE(same(point, flipped(signature, bit), message)) << bit;
    for (std::size_t bit = 0; bit < 8 * point.size(); bit += 3)
      EXPECT_FALSE(same(flipped(point, bit), signature, message)) << bit;
    EXPECT_FALSE(same(random_bytes(32), random_bytes(64), message));
    EXPECT_FALSE(same(point.substr(1), signature, message));
    EXPECT_FALSE(same(point, signature + '\0', message));
  }
  // The order itself, and more, in the place of what is less than it.
  EXPECT_FALSE(same(std::string(32, '\0'), std::string(64, '\xff'), ""));
}

TEST(KeyCheck, EcdsaIsAsAnotherLibraryHasIt) {
  struct Curve {
    const char* name;
    const char* group;
    const char* hash;
  };
  for (const Curve& curve :
       {Curve{"nistp256", "P-256", "SHA256"}, {"nistp384", "P-384", "SHA384"}, {"nistp521", "P-521", "SHA512"}}) {
    const auto same = [&curve](const std::string& point, const std::string& r, const std::string& s,
                               const std::string& message) {
      const bool own = ecdsa_holds(curve.name, point, r, s, message);
      EXPECT_EQ(own, reference::ecdsa_holds(curve.name, point, r, s, message)) << curve.name;
      return own;
    };
    for (int i = 0; i < kKeys; ++i) {
      const keys::Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve.group));
      std::string point(256, '\0');
      std::size_t size = 0;
      ASSERT_EQ(EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY,
                                                reinterpret_cast<unsigned char*>(point.data()), point.size(), &size),
                1);
      point.resize(size);
      const std::string message = random_bytes(static_cast<std::size_t>(40 * i));
      const std::string der = signature_of(key.get(), curve.hash, message);
      const unsigned char* at = keys::in(der);
      const Owned<ECDSA_SIG, ECDSA_SIG_free> numbers(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
      const std::string r = bytes_of_number(ECDSA_SIG_get0_r(numbers.get()));
      const std::string s = bytes_of_number(ECDSA_SIG_get0_s(numbers.get()));
      EXPECT_TRUE(same(point, r, s, message));
      EXPECT_TRUE(same(point, '\0' + r, '\0' + s, message));
      EXPECT_FALSE(same(point, r, s, message + "x"));
      EXPECT_FALSE(same(point, s, r, message));
      for (std::size_t bit = 0; bit < 8 * r.size(); bit += 41) EXPECT_FALSE(same(point, flipped(r, bit), s, message));
      for (std::size_t bit = 0; bit < 8 * s.size(); bit += 41) EXPECT_FALSE(same(point, r, flipped(s, bit), message));
      for (std::size_t bit = 0; bit < 8 * size; bit += 41) EXPECT_FALSE(same(flipped(point, bit), r, s, message));
      EXPECT_FALSE(same(point, "", s, message));
      EXPECT_FALSE(same(point, r, std::string(1, '\0'), message));
      EXPECT_FALSE(same(point, std::string(66, '\xff'), s, message));
      EXPECT_FALSE(same(std::string(size, '\0'), r, s, message));
      EXPECT_FALSE(same(std::string(1, '\0'), r, s, message));  // the point at infinity
    }
  }
  EXPECT_FALSE(ecdsa_holds("nistp224", "", "", "", ""));
}

TEST(KeyCheck, RsaIsAsAnotherLibraryHasIt) {
  for (const std::size_t bits : {2048U, 2049U, 3072U}) {
    const keys::Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits));
    const std::string n = number_of(key.get(), OSSL_PKEY_PARAM_RSA_N);
    const std::string e = number_of(key.get(), OSSL_PKEY_PARAM_RSA_E);
    for (const Hash hash : {Hash::kSha256, Hash::kSha512}) {
      const auto same = [hash](const std::string& exponent, const std::string& modulus, const std::string& signature,
                               const std::string& message) {
        const bool own = rsa_holds(exponent, modulus, hash, signature, message);
        EXPECT_EQ(own, reference::rsa_holds(exponent, modulus, hash, signature, message));
        return own;
      };
      const std::string message = random_bytes(100);
      const std::string signature = signature_of(key.get(), hash == Hash::kSha256 ? "SHA256" : "SHA512", message);
      EXPECT_TRUE(same(e, n, signature, message));
      EXPECT_TRUE(same('\0' + e, '\0' + n, signature, message));
      EXPECT_FALSE(same(e, n, signature, message + "x"));
      EXPECT_FALSE(same(e, n, '\0' + signature, message));
      EXPECT_FALSE(same(e, n, signature.substr(1), message));
      EXPECT_FALSE(same(e, n, std::string(n.size(), '\xff'), message));
      EXPECT_FALSE(same(e, n, std::string(n.size(), '\0'), message));
      for (std::size_t bit = 0; bit < 8 * signature.size(); bit += 131)
        EXPECT_FALSE(same(e, n, flipped(signature, bit), message)) << bit;
      const Hash other = hash == Hash::kSha256 ? Hash::kSha512 : Hash::kSha256;
      EXPECT_FALSE(rsa_holds(e, n, other, signature, message));
      // With an exponent of 1 anybody could sign.
      EXPECT_FALSE(rsa_holds("\1", n, hash, signature, message));
      EXPECT_FALSE(rsa_holds("", n, hash, signature, message));
      EXPECT_FALSE(rsa_holds(e, flipped(n, 8 * n.size() - 8), hash, signature, message));
    }
  }
}

}  // namespace
}  // namespace plumb::trust
