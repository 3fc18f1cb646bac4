#include "engine/base/digest.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

// FIPS 180-4 examples.
TEST(Digest, Sha256Vectors) {
  EXPECT_EQ(digest(""), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest("abc"), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  Sha256 sum;
  for (int i = 0; i < 1000; ++i) sum.add(std::string(1000, 'a'));
  EXPECT_EQ(sum.finish(), "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  sum.add("abc");
  EXPECT_EQ(sum.finish(), digest("abc"));
}

// RFC 4231, cases 1, 2, 3 and 6.
TEST(Digest, HmacVectors) {
  EXPECT_EQ(keyed_digest(std::string(20, '\x0b'), "Hi There"),
            "hmac-sha256:b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(keyed_digest("Jefe", "what do ya want for nothing?"),
            "hmac-sha256:5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(keyed_digest(std::string(20, '\xaa'), std::string(50, '\xdd')),
            "hmac-sha256:773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(keyed_digest(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "hmac-sha256:60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Digest, KnowsItsOwnForm) {
  const std::string good = digest("x");
  EXPECT_TRUE(is_digest(good));
  EXPECT_FALSE(is_keyed_digest(good));
  EXPECT_TRUE(is_keyed_digest(keyed_digest("k", "x")));
  EXPECT_FALSE(is_digest(good.substr(0, good.size() - 1)));
  EXPECT_FALSE(is_digest(good + "0"));
  std::string upper = good;
  upper.back() = 'A';
  EXPECT_FALSE(is_digest(upper));
  EXPECT_FALSE(is_digest(""));
}

// RFC 4648, section 10.
TEST(Base64, Vectors) {
  EXPECT_EQ(base64_encode(""), "");
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_encode("fo"), "Zm8=");
  EXPECT_EQ(base64_encode("foo"), "Zm9v");
  EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64_encode("\xff\xfe"), "//4=");
  EXPECT_EQ(hex(std::string("\x00\xff\x1a", 3)), "00ff1a");
}

}  // namespace
}  // namespace plumb
