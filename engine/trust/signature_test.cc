#include "engine/trust/signature.h"

#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/json.h"
#include "engine/base/program.h"
#include "engine/testing/scratch_folder.h"
#include "engine/trust/sign.h"

namespace plumb::trust {
namespace {

using testing::ScratchFolder;

std::string bytes_of_hex(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  return bytes;
}

std::string armoured(std::string_view blob) {
  return "-----BEGIN SSH SIGNATURE-----\n" + base64_encode(blob) + "\n-----END SSH SIGNATURE-----\n";
}

std::string blob_of(const std::string& text) {
  std::string encoded = text.substr(text.find('\n'), text.rfind("\n-----END") - text.find('\n'));
  std::erase(encoded, '\n');
  return base64_decode(encoded).value();
}

bool holds(const std::string& text, const std::string& name_space, const std::string& message) {
  const Result<Signature> read = read_signature(text);
  return read && check_signature(*read, name_space, message);
}

std::string problem_of(const std::string& text, const std::string& name_space = "n", const std::string& message = "m") {
  const Result<Signature> read = read_signature(text);
  if (!read) return read.error().summary();
  const Result<> checked = check_signature(*read, name_space, message);
  return checked ? "" : checked.error().summary();
}

// A key that ssh-keygen makes.
std::string new_key(const ScratchFolder& folder, const std::string& name, std::vector<std::string> how) {
  std::vector<std::string> arguments = {"ssh-keygen", "-q", "-N", "", "-C", name, "-f", folder / name};
  arguments.insert(arguments.end(), how.begin(), how.end());
  EXPECT_EQ(run_program(arguments, folder.path(), Code::kInternal).value().exit_code, 0);
  return folder / name;
}

TEST(SshSignature, PublicVectorsHoldAndHoldForNothingElse) {
  const std::string path = std::string(PLUMB_CONFORMANCE_DIR) + "/signing/vectors.json";
  std::ifstream in(path);
  if (!in) GTEST_SKIP() << "no conformance data at " << path;
  const Json vectors = Json::parse(in);
  for (const Json& vector : vectors.at("sshsig")) {
    const std::string text = vector.at("armored");
    const std::string name_space = vector.at("namespace");
    const std::string message = bytes_of_hex(vector.at("message_hex"));
    EXPECT_TRUE(holds(text, name_space, message)) << vector.at("name");
    EXPECT_FALSE(holds(text, name_space, message + "x"));
    EXPECT_FALSE(holds(text, name_space + "x", message));
    const std::string blob = blob_of(text);
    for (std::size_t i = 0; i < 8 * blob.size(); ++i) {
      std::string changed = blob;
      changed[i / 8] = static_cast<char>(changed[i / 8] ^ 1 << i % 8);
      EXPECT_FALSE(holds(armoured(changed), name_space, message)) << "bit " << i;
    }
    for (std::size_t i = 0; i < blob.size(); ++i)
      EXPECT_FALSE(holds(armoured(blob.substr(0, i)), name_space, message)) << "cut at " << i;
    EXPECT_FALSE(holds(armoured(blob + '\0'), name_space, message));
  }
}

class RealKeys : public ::testing::TestWithParam<std::pair<const char*, std::vector<std::string>>> {};

TEST_P(RealKeys, WhatSshKeygenSignsHolds) {
  if (!has_program("ssh-keygen")) GTEST_SKIP() << "there is no ssh-keygen";
  const ScratchFolder folder;
  const std::string key = new_key(folder, "key", GetParam().second);
  for (const std::string& message : {std::string(), std::string("a plan"), std::string(70'000, '\0')}) {
    const Result<std::string> text = sign(message, "n", key, 2);
    ASSERT_TRUE(text) << text.error().summary();
    EXPECT_EQ(problem_of(*text, "n", message), "");
    EXPECT_EQ(problem_of(*text, "n", message + " "), "the signature is not the key's own over these bytes");
    EXPECT_NE(problem_of(*text, "other", message).find("it was signed as `n`"), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Types, RealKeys,
                         ::testing::Values(std::pair("ed25519", std::vector<std::string>{"-t", "ed25519"}),
                                           std::pair("rsa", std::vector<std::string>{"-t", "rsa", "-b", "2048"}),
                                           std::pair("nistp256", std::vector<std::string>{"-t", "ecdsa", "-b", "256"}),
                                           std::pair("nistp384", std::vector<std::string>{"-t", "ecdsa", "-b", "384"}),
                                           std::pair("nistp521", std::vector<std::string>{"-t", "ecdsa", "-b", "521"})),
                         [](const auto& one) { return std::string(one.param.first); });

TEST(SshSignature, ASmallRsaKeyIsNotTaken) {
  if (!has_program("ssh-keygen")) GTEST_SKIP() << "there is no ssh-keygen";
  const ScratchFolder folder;
  const std::string key = new_key(folder, "key", {"-t", "rsa", "-b", "1024"});
  const Result<std::string> text = sign("m", "n", key, 2);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().summary(), "an RSA key of 1024 bits is not taken");
}

TEST(SshSignature, ACertificateNamesItsAuthority) {
  if (!has_program("ssh-keygen")) GTEST_SKIP() << "there is no ssh-keygen";
  const ScratchFolder folder;
  const std::string authority = new_key(folder, "ca", {"-t", "ecdsa"});
  const std::string key = new_key(folder, "key", {"-t", "ed25519"});
  const std::vector<std::string> certify = {"ssh-keygen", "-q", "-s", authority, "-I",      "id 7",      "-n",
                                            "ana,ben",    "-z", "7",  "-V",      "-1m:+1h", key + ".pub"};
  ASSERT_EQ(run_program(certify, folder.path(), Code::kInternal).value().exit_code, 0);
  const Result<std::string> text = sign("m", "n", key + "-cert.pub", 2);
  if (!text) GTEST_SKIP() << "this ssh-keygen signs with certificates of the agent alone";
  EXPECT_EQ(problem_of(*text), "");
  const Signature read = read_signature(*text).value();
  ASSERT_TRUE(read.key.certificate);
  EXPECT_EQ(read.key.certificate->serial, 7U);
  EXPECT_EQ(read.key.certificate->id, "id 7");
  EXPECT_EQ(read.key.certificate->principals, (std::vector<std::string>{"ana", "ben"}));
}

TEST(SshSignature, WhatIsNoneIsToldPlainly) {
  EXPECT_EQ(problem_of(""), "this is no signature of ssh");
  EXPECT_EQ(problem_of("-----BEGIN PGP SIGNATURE-----\n"), "this is no signature of ssh");
  EXPECT_EQ(problem_of(armoured("SSHSIX")), "this is no signature of ssh");
  EXPECT_EQ(problem_of(armoured(std::string("SSHSIG\0\0\0\2", 10))),
            "the signature has the form 2, and 1 alone is known");
  EXPECT_EQ(problem_of("-----BEGIN SSH SIGNATURE-----\n####\n-----END SSH SIGNATURE-----\n"),
            "the signature is not whole: it is no base64");
  EXPECT_EQ(problem_of(armoured("SSHSIG") + "more"), "something stands behind the signature");
  EXPECT_EQ(problem_of(std::string(kMostSignature + 1, 'x')), "this is too large for a signature of ssh");
}

TEST(SshSignature, AKeyThatIsNotThereIsTold) {
  const ScratchFolder folder;
  const Result<std::string> text = sign("m", "n", folder / "missing", open("/dev/null", O_WRONLY | O_CLOEXEC));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code(), Code::kSigning);
}

}  // namespace
}  // namespace plumb::trust
