#include "engine/seal/crypto.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"

namespace plumb::seal {
namespace {

std::string bytes(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return out;
}

std::string hex_of(const Result<std::string>& result) {
  return result ? hex(*result) : result.error().summary();
}

TEST(Crypto, HashesUnderAKeyAsTheStandardSays) {
  // RFC 4231, test case 2.
  EXPECT_EQ(hex_of(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Crypto, DerivesKeysAsRfc5869Says) {
  const std::string secret(22, '\x0b');
  EXPECT_EQ(hex_of(hkdf_sha256(secret, bytes("000102030405060708090a0b0c"), bytes("f0f1f2f3f4f5f6f7f8f9"))),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  EXPECT_EQ(hex_of(hkdf_sha256(secret, {}, {})), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

// RFC 7748, section 5.2.
TEST(Crypto, MultipliesPointsAsRfc7748Says) {
  EXPECT_EQ(hex_of(x25519(bytes("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                          bytes("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"))),
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  EXPECT_FALSE(x25519(std::string(32, 'a'), std::string(32, '\0'))) << "nothing secret comes of this point";
}

// The key of RFC 8032, section 7.1, test 1.
TEST(Crypto, ChangesTheCurveOfAKey) {
  const std::string seed = bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  const std::string point = bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const std::string other = "d85e07ec22b0ad881537c2f44d662d1a143cf830c57aca4305d85c7a90f6b62e";
  EXPECT_EQ(ed25519_public(seed).value(), point);
  EXPECT_EQ(hex_of(x25519_of_ed25519_public(point)), other);
  EXPECT_EQ(hex_of(x25519_public(x25519_of_ed25519_seed(seed))), other);
  EXPECT_FALSE(x25519_of_ed25519_public(std::string(1, '\1') + std::string(31, '\0'))) << "the point at infinity";
  EXPECT_FALSE(x25519_of_ed25519_public("short"));
}

TEST(Crypto, OpensOnlyWhatWasSealedWithTheKey) {
  const std::string key(32, 'k');
  const std::string nonce(12, '\0');
  const std::string sealed = encrypt(key, nonce, "a text").value();
  EXPECT_EQ(decrypt(key, nonce, sealed).value(), "a text");
  EXPECT_FALSE(decrypt(std::string(32, 'x'), nonce, sealed));
  EXPECT_FALSE(decrypt(key, std::string(12, '\1'), sealed));
  EXPECT_FALSE(decrypt(key, nonce, sealed.substr(1)));
  EXPECT_FALSE(decrypt(key, nonce, "short"));
  EXPECT_FALSE(decrypt("short", nonce, sealed));
}

}  // namespace
}  // namespace plumb::seal
