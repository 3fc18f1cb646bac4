#include "engine/seal/ssh_key.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/file.h"

namespace plumb::seal {
namespace {

std::string key_text(const std::string& name) {
  return read_file(std::string(PLUMB_SOURCE_DIR) + "/testdata/seal/" + name, 1 << 16).value();
}

std::string blob_string(std::string_view bytes) {
  std::string out(3, '\0');
  return out.append(1, static_cast<char>(bytes.size())).append(bytes);
}

std::string problem_of(const std::string& lines) {
  const auto keys = read_public_keys(lines);
  return keys ? "" : keys.error().summary();
}

TEST(SshKey, ReadsTheLinesOfAFileAndEachKeyOnce) {
  const std::string ed = key_text("ed25519.pub");
  const auto keys = read_public_keys("# who has it\n\n" + ed + key_text("rsa.pub") + ed);
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 2U);
  EXPECT_EQ((*keys)[0].type, "ssh-ed25519");
  EXPECT_EQ((*keys)[0].comment, "ana@example");
  EXPECT_EQ((*keys)[0].line() + "\n", ed);
  EXPECT_EQ((*keys)[0].fingerprint(), "SHA256:g+j/51xagvwn9nrh6FKmPuuWywPlQ5f+q8nZnQzfOJE");
  EXPECT_EQ((*keys)[1].fingerprint(), "SHA256:zopqK39b+r2fpanP7kv8UGs8sPZmB+zxUyw7GRUOH6o");
}

TEST(SshKey, SaysWhatNothingCanBeSealedTo) {
  EXPECT_NE(problem_of("ssh-ed25519\n").find("line 1: this is no public key"), std::string::npos);
  EXPECT_NE(problem_of("\nssh-ed25519 !!!!\n").find("line 2"), std::string::npos);
  const std::string token = base64_encode(blob_string("sk-ssh-ed25519@openssh.com") +
                                          blob_string(std::string(32, 'p')) + blob_string("ssh:"));
  EXPECT_NE(problem_of("sk-ssh-ed25519@openssh.com " + token).find("security token"), std::string::npos);
  const std::string other =
      base64_encode(blob_string("ecdsa-sha2-nistp256") + blob_string("nistp256") + blob_string("point"));
  EXPECT_NE(problem_of("ecdsa-sha2-nistp256 " + other).find("ecdsa-sha2-nistp256"), std::string::npos);
  const std::string small =
      base64_encode(blob_string("ssh-rsa") + blob_string("\1") + blob_string("\x7f" + std::string(7, 'n')));
  EXPECT_NE(problem_of("ssh-rsa " + small).find("63 bits"), std::string::npos);
  EXPECT_NE(problem_of("ssh-rsa" + key_text("ed25519.pub").substr(11)).find("no public key"), std::string::npos);
}

TEST(SshKey, RefusesWhatWasCutShort) {
  const std::string blob = read_public_keys(key_text("rsa.pub")).value()[0].blob;
  for (std::size_t size = 0; size < blob.size(); ++size) EXPECT_FALSE(public_key_of_blob(blob.substr(0, size))) << size;
  EXPECT_FALSE(public_key_of_blob(blob + "x"));
}

TEST(SshKey, TakesTheSeedOfOpenSshsContainer) {
  const PublicKey key = read_public_keys(key_text("ed25519.pub")).value()[0];
  const std::string container = key_text("ed25519");
  const auto identity = read_identity(key, container);
  ASSERT_TRUE(identity);
  EXPECT_EQ(std::get<Ed25519Seed>(identity->secret).bytes.size(), 32U);
  for (std::size_t size = 0; size < container.size() - 1; ++size)
    EXPECT_FALSE(read_identity(key, container.substr(0, size)));
}

}  // namespace
}  // namespace plumb::seal
