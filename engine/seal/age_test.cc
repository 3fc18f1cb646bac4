#include "engine/seal/age.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/file.h"

namespace plumb::seal {
namespace {

std::string test_file(const std::string& name) {
  return read_file(std::string(PLUMB_SOURCE_DIR) + "/testdata/seal/" + name, 1 << 16).value();
}

PublicKey public_key(const std::string& name) {
  return read_public_keys(test_file(name + ".pub")).value()[0];
}

Identity ed25519() {
  return read_identity(public_key("ed25519"), test_file("ed25519")).value();
}
Identity rsa() {
  return read_identity(public_key("rsa"), test_file("rsa.pem")).value();
}

Identity rsa_in_container() {
  return read_identity(public_key("rsa"), test_file("rsa")).value();
}

const std::string kText = std::string(63, '0') + "7";

std::string armoured(const std::string& bytes) {
  return "-----BEGIN AGE ENCRYPTED FILE-----\n" + base64_encode(bytes) + "\n-----END AGE ENCRYPTED FILE-----\n";
}

std::string unarmoured(std::string text) {
  text = text.substr(text.find('\n') + 1);
  text.resize(text.find("-----END"));
  std::erase(text, '\n');
  return base64_decode(text).value();
}

TEST(Age, OpensWhatAgeSealed) {
  const std::string sealed = test_file("both.age");
  for (const Identity& identity : {ed25519(), rsa(), rsa_in_container()}) {
    EXPECT_TRUE(is_sealed_to(sealed, identity.key).value());
    const auto text = open_with({&identity, 1}, sealed);
    ASSERT_TRUE(text) << text.error().summary();
    EXPECT_EQ(*text, kText);
  }
}

TEST(Age, OpensWhatItSeals) {
  const PublicKey keys[] = {public_key("rsa"), public_key("ed25519")};
  for (const std::string& text : {std::string(), kText, std::string(std::size_t{64} << 10, 'x')}) {
    const auto sealed = seal_to(keys, text);
    ASSERT_TRUE(sealed);
    for (const Identity& identity : {ed25519(), rsa()}) EXPECT_EQ(open_with({&identity, 1}, *sealed).value(), text);
  }
  EXPECT_NE(seal_to(keys, kText).value(), seal_to(keys, kText).value());
}

TEST(Age, IsClosedToOtherKeys) {
  const PublicKey keys[] = {public_key("rsa")};
  const std::string sealed = seal_to(keys, kText).value();
  EXPECT_FALSE(is_sealed_to(sealed, public_key("ed25519")).value());
  const Identity other = ed25519();
  EXPECT_EQ(open_with({&other, 1}, sealed).error().code(), Code::kKeySealed);
  EXPECT_FALSE(open_with({}, sealed));
}

TEST(Age, OpensNothingThatWasChangedOrCutShort) {
  const std::string bytes = unarmoured(test_file("both.age"));
  const Identity identities[] = {ed25519(), rsa()};
  ASSERT_TRUE(open_with(identities, armoured(bytes)));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(open_with(identities, armoured(changed))) << i;
    EXPECT_FALSE(open_with(identities, armoured(bytes.substr(0, i)))) << i;
  }
  EXPECT_FALSE(open_with(identities, bytes)) << "without its armour";
  EXPECT_FALSE(open_with(identities, ""));
  EXPECT_FALSE(open_with(identities, "-----BEGIN AGE ENCRYPTED FILE-----"));
}

}  // namespace
}  // namespace plumb::seal
