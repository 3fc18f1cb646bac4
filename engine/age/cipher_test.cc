#include "engine/age/cipher.h"

#include <gtest/gtest.h>

#include "engine/age/bech32.h"
#include "engine/age/x25519.h"
#include "engine/base/digest.h"
#include "engine/base/random.h"
#include "engine/seal/crypto.h"

namespace plumb::age {
namespace {

std::string from_hex(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return out;
}

// RFC 7748, section 5.2.
TEST(X25519, MultipliesAsTheStandardSays) {
  const auto product = [](const char* secret, const char* point) {
    return hex(x25519(from_hex(secret), from_hex(point)).value());
  };
  EXPECT_EQ(product("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                    "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  EXPECT_EQ(product("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                    "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"),
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
}

TEST(X25519, MultipliesAThousandTimesAsTheStandardSays) {
  std::string k(32, '\0');
  k[0] = 9;
  std::string u = k;
  for (int i = 0; i < 1000; ++i) {
    std::string next = x25519(k, u).value();
    u = std::move(k);
    k = std::move(next);
    if (i == 0) {
      EXPECT_EQ(hex(k), "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
    }
  }
  EXPECT_EQ(hex(k), "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

TEST(X25519, TwoHaveOneSecret) {
  const std::string one = random_bytes(32);
  const std::string other = random_bytes(32);
  EXPECT_EQ(x25519(one, x25519_public(other)), x25519(other, x25519_public(one)));
}

TEST(X25519, SaysWhatTheLibraryOfTheControllerSays) {
  for (int i = 0; i < 64; ++i) {
    const std::string secret = random_bytes(32);
    std::string point = random_bytes(32);
    // Numbers past the prime and unused bits, too.
    if (i % 4 == 0) point.replace(1, 31, std::string(31, '\xff'));
    EXPECT_EQ(hex(x25519(secret, point).value_or("")), hex(seal::x25519(secret, point).value_or(""))) << hex(point);
    EXPECT_EQ(x25519_public(secret), seal::x25519_public(secret).value());
  }
}

TEST(X25519, TakesNoPointThatMakesNothingSecret) {
  const std::string secret(32, 'a');
  for (const char* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0100000000000000000000000000000000000000000000000000000000000000",
                            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"})
    EXPECT_FALSE(x25519(secret, from_hex(point))) << point;
  EXPECT_FALSE(x25519(secret, "short"));
}

TEST(Cipher, HashesAndDerivesAsTheStandardsSay) {
  // RFC 4231, test case 2.
  EXPECT_EQ(hex(hmac("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  // RFC 5869, test cases 1 and 3.
  const std::string secret(22, '\x0b');
  EXPECT_EQ(hex(hkdf(secret, from_hex("000102030405060708090a0b0c"), from_hex("f0f1f2f3f4f5f6f7f8f9"))),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  EXPECT_EQ(hex(hkdf(secret, {}, {})), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST(Cipher, SealsAsTheLibraryOfTheControllerDoes) {
  for (const std::size_t size : {0U, 1U, 15U, 16U, 63U, 64U, 65U, 1000U, 65536U}) {
    const std::string key = random_bytes(32);
    const std::string nonce = random_bytes(12);
    const std::string text = random_bytes(size);
    const std::string sealed = encrypt(key, nonce, text);
    EXPECT_EQ(sealed, seal::encrypt(key, nonce, text).value()) << size;
    EXPECT_EQ(decrypt(key, nonce, sealed), text) << size;
  }
}

TEST(Cipher, OpensOnlyWhatWasSealedWithTheKey) {
  const std::string key(32, 'k');
  const std::string nonce(12, '\0');
  const std::string sealed = encrypt(key, nonce, "a text");
  EXPECT_EQ(decrypt(key, nonce, sealed), "a text");
  for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(decrypt(key, nonce, changed)) << bit;
  }
  EXPECT_FALSE(decrypt(std::string(32, 'x'), nonce, sealed));
  EXPECT_FALSE(decrypt(key, std::string(12, '\1'), sealed));
  EXPECT_FALSE(decrypt(key, nonce, "short"));
  EXPECT_FALSE(decrypt("short", nonce, sealed));
}

// Keys that age-keygen wrote.
TEST(Bech32, WritesKeysAsAgeDoes) {
  const auto bytes = from_bech32("age", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bech32("age", *bytes), "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj");
  EXPECT_FALSE(from_bech32("age", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwk")) << "a slip";
  EXPECT_FALSE(from_bech32("age", "Age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj")) << "both cases";
  EXPECT_FALSE(from_bech32("ago", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"));
  EXPECT_FALSE(from_bech32("age", "age1"));
  EXPECT_FALSE(from_bech32("age", ""));
}

}  // namespace
}  // namespace plumb::age
