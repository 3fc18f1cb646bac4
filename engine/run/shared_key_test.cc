#include "engine/run/shared_key.h"

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/base/sealed.h"
#include "engine/run/project_key.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::run {
namespace {

const std::string kKeys = std::string(PLUMB_SOURCE_DIR) + "/testdata/seal/";

std::vector<keys::PublicKey> public_keys(const std::string& name) {
  return seal::read_public_keys(read_file(kKeys + name + ".pub", 1 << 16).value()).value();
}

Result<std::string> nobody(const std::string&) {
  return fail(Code::kNeedsConfirmation, "nobody is here");
}

class SharedKeyTest : public ::testing::Test {
 protected:
  std::filesystem::path folder() const { return scratch_.path(); }

  testing::ScratchFolder scratch_;
  const std::string key_ = new_project_key();
};

TEST_F(SharedKeyTest, OpensWithTheKeysThatItIsSealedTo) {
  auto keys = public_keys("ed25519");
  keys.push_back(public_keys("rsa")[0]);
  ASSERT_TRUE(share_key(folder(), key_, keys));
  for (const char* name : {"ed25519", "rsa", "rsa.pem"}) {
    const auto opened = open_shared_key(folder(), kKeys + name, nobody);
    ASSERT_TRUE(opened) << name << ": " << opened.error().summary();
    EXPECT_EQ(*opened, key_);
  }
  const auto shared = read_shared_key(folder());
  ASSERT_TRUE(shared && *shared);
  EXPECT_EQ((*shared)->id, key_id(key_));
  EXPECT_EQ((*shared)->recipients, keys);
}

TEST_F(SharedKeyTest, SaysWhyAKeyDoesNotOpenIt) {
  ASSERT_TRUE(share_key(folder(), key_, public_keys("rsa")));
  EXPECT_NE(open_shared_key(folder(), kKeys + "ed25519", nobody).error().summary().find("not among the keys"),
            std::string::npos);
  EXPECT_NE(open_shared_key(folder(), kKeys + "none", nobody).error().summary().find("no such file"),
            std::string::npos);
  // A public key alone, whose private half an agent may have.
  const auto agents = open_shared_key(folder(), kKeys + "rsa.pub", nobody);
  EXPECT_NE(agents.error().diagnostic().hint.find("an agent"), std::string::npos) << agents.error().summary();
}

TEST_F(SharedKeyTest, AFolderHasTheKeyThatItsProjectShares) {
  EXPECT_TRUE(check_shared_key(folder(), std::nullopt)) << "it shares none";
  ASSERT_TRUE(share_key(folder(), key_, public_keys("rsa")));
  EXPECT_TRUE(check_shared_key(folder(), key_));
  EXPECT_EQ(check_shared_key(folder(), std::nullopt).error().code(), Code::kNoProjectKey);
  EXPECT_EQ(check_shared_key(folder(), new_project_key()).error().code(), Code::kOtherProjectKey);
}

TEST_F(SharedKeyTest, AListThatCannotBeReadIsAnError) {
  ASSERT_TRUE(share_key(folder(), key_, public_keys("rsa")));
  ASSERT_TRUE(write_file(folder() / kRecipients, "nobody in particular\n"));
  EXPECT_EQ(read_shared_key(folder()).error().code(), Code::kKeySealed);
  std::filesystem::remove(folder() / kRecipients);
  EXPECT_FALSE(read_shared_key(folder()));
}

}  // namespace
}  // namespace plumb::run
