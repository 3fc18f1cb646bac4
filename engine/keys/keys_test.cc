#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/keys/blob_reader.h"
#include "engine/keys/hash.h"
#include "engine/keys/public_key.h"

namespace plumb::keys {
namespace {

// RFC 8032's first test key.
constexpr std::string_view kLine = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";

TEST(Hash, IsAsTheStandardsSay) {
  EXPECT_EQ(hex(hash_of(Hash::kSha1, "abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(hash_of(Hash::kSha256, "abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(hash_of(Hash::kSha384, "abc")).substr(0, 32), "cb00753f45a35e8bb5a03d699ac65007");
  EXPECT_EQ(hex(hash_of(Hash::kSha512, "abc")).substr(0, 32), "ddaf35a193617abacc417349ae204131");
}

TEST(PublicKey, IsTakenOffTheFrontOfALine) {
  const std::string line = "\t" + std::string(kLine) + "  ana of example";
  std::string_view rest = line;
  const auto key = take_key(rest);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->type, "ssh-ed25519");
  EXPECT_EQ(key->line(), kLine);
  EXPECT_EQ(key->comment, "");
  EXPECT_EQ(rest, "ana of example");
}

TEST(PublicKey, IsNoneWhereTheLineSaysAnotherTypeOrHoldsNoBase64) {
  for (std::string_view line : {"ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
                                "ssh-ed25519", "ssh-ed25519 !!!!", "", "AAAA"}) {
    const std::string_view before = line;
    EXPECT_FALSE(take_key(line)) << before;
    EXPECT_EQ(line, before) << "nothing is taken";
  }
}

TEST(PublicKey, AnRsaNumbersBitsAreCountedFromTheFirstThatIsSet) {
  EXPECT_EQ(bits_of(""), 0U);
  EXPECT_EQ(bits_of(std::string_view("\0\0", 2)), 0U);
  EXPECT_EQ(bits_of("\x01"), 1U);
  EXPECT_EQ(bits_of(std::string_view("\0\xff\0", 3)), 16U);
  EXPECT_EQ(bits_of("\x7f\x01"), 15U);
}

TEST(BlobReader, PastTheEndIsEmptyAndStaysSo) {
  std::string blob;
  add_text(blob, "one");
  add_number(blob, 7);
  BlobReader whole(blob);
  EXPECT_EQ(whole.text(), "one");
  EXPECT_EQ(whole.number(), 7U);
  EXPECT_TRUE(whole.ok());
  EXPECT_TRUE(whole.at_end());
  for (std::size_t size = 0; size < blob.size(); ++size) {
    BlobReader cut(std::string_view(blob).substr(0, size));
    cut.text();
    cut.number();
    EXPECT_FALSE(cut.ok()) << size;
    EXPECT_EQ(cut.text(), "");
  }
}

}  // namespace
}  // namespace plumb::keys
