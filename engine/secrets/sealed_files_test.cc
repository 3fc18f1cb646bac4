#include "engine/secrets/sealed_files.h"

#include <gtest/gtest.h>

#include "engine/testing/scratch_folder.h"

namespace plumb::secrets {
namespace {

const std::string kKey(64, 'a');
const std::string kOther(64, 'b');

TEST(SealedFiles, ThatKeyAloneOpensThem) {
  const std::string sealed = seal_text(kKey, "s3cret").value();
  EXPECT_EQ(sealed.find("s3cret"), std::string::npos);
  EXPECT_EQ(open_sealed(kKey, sealed).value(), "s3cret");
  EXPECT_NE(seal_text(kKey, "s3cret").value(), sealed) << "each time other bytes";
  const auto other = open_sealed(kOther, sealed);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code(), Code::kSecretStore);
  EXPECT_EQ(open_sealed("", sealed).error().code(), Code::kNoProjectKey);
  EXPECT_FALSE(open_sealed(kKey, "s3cret"));
}

class ResealingTest : public ::testing::Test {
 protected:
  ResealingTest() {
    folder_.write("secrets/a", seal_text(kKey, "one").value());
    folder_.write("secrets/db/b", seal_text(kKey, "two").value());
  }
  // What opens with the key, of both files.
  std::string opened(const std::string& key) const {
    std::string all;
    for (const char* name : {"secrets/a", "secrets/db/b"}) all += open_sealed(key, folder_.read(name)).value_or("-");
    return all;
  }
  testing::ScratchFolder folder_;
};

// Whenever a rotation stops, the key that is in place opens all of them.
TEST_F(ResealingTest, EitherKeyOpensThemWhileOneTakesTheOthersPlace) {
  const auto resealing = Resealing::begin({folder_ / "secrets", folder_ / "none"}, kKey, kOther);
  ASSERT_TRUE(resealing) << resealing.error().summary();
  EXPECT_EQ(resealing->files().size(), 2U);
  EXPECT_EQ(opened(kKey), "onetwo");
  ASSERT_TRUE(resealing->seal_to_both());
  EXPECT_EQ(opened(kKey), "onetwo");
  EXPECT_EQ(opened(kOther), "onetwo");
  ASSERT_TRUE(resealing->seal_to_new());
  EXPECT_EQ(opened(kKey), "--");
  EXPECT_EQ(opened(kOther), "onetwo");
}

// What a writer that was killed left beside a file is none of theirs.
TEST_F(ResealingTest, WhatIsHalfWrittenHoldsNobodyUp) {
  folder_.write("secrets/a.plumb-0123456789ab", "age-encr");
  const auto resealing = Resealing::begin({folder_ / "secrets"}, kKey, kOther);
  ASSERT_TRUE(resealing) << resealing.error().summary();
  EXPECT_EQ(resealing->files().size(), 2U);
  folder_.write("secrets/a.plumb-of-ours", "age-encr");
  EXPECT_FALSE(Resealing::begin({folder_ / "secrets"}, kKey, kOther));
}

TEST_F(ResealingTest, NothingIsWrittenWhereOneCannotBeOpened) {
  folder_.write("secrets/c", seal_text(kOther, "three").value());
  const std::string before = folder_.read("secrets/a");
  const auto resealing = Resealing::begin({folder_ / "secrets"}, kKey, kOther);
  ASSERT_FALSE(resealing);
  EXPECT_NE(resealing.error().summary().find("secrets/c"), std::string::npos);
  EXPECT_EQ(folder_.read("secrets/a"), before);
}

}  // namespace
}  // namespace plumb::secrets
