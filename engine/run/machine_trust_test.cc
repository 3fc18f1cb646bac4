#include "engine/run/machine_trust.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/testing/scratch_folder.h"

namespace plumb::run {
namespace {

class TrustOfAMachine : public ::testing::Test {
 protected:
  TrustOfAMachine() {
    ::chmod(folder_.path().c_str(), 0755);
    folder_.write("signers", "");
  }

  Result<std::optional<MachineTrust>> read(const std::string& text, uid_t owner = ::geteuid()) {
    return machine_trust(folder_.write("trust.yaml", text), owner, sources_);
  }
  std::string signers() const { return "allowed_signers: " + (folder_ / "signers") + "\n"; }
  std::string problem(const std::string& text, uid_t owner = ::geteuid()) {
    const Result<std::optional<MachineTrust>> result = read(text, owner);
    return result ? "" : result.error().summary();
  }

  plumb::testing::ScratchFolder folder_;
  lang::SourceMap sources_;
};

TEST_F(TrustOfAMachine, NeedNotBeThere) {
  const auto none = machine_trust(folder_ / "none.yaml", ::geteuid(), sources_);
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->has_value());
}

TEST_F(TrustOfAMachine, AsksForASignatureUnlessItSaysOtherwise) {
  const auto one = read("plumb: v1\n" + signers());
  ASSERT_TRUE(one) << one.error().summary();
  EXPECT_TRUE((*one)->plans.signature);
  EXPECT_EQ((*one)->plans.approvals, 0U);
  EXPECT_FALSE((*one)->sealed_values);
  EXPECT_FALSE((*one)->vaults);
  const auto two = read("plumb: v1\nrequire_signature: false\nrequire_approvals: 2\n" + signers());
  ASSERT_TRUE(two) << two.error().summary();
  EXPECT_FALSE((*two)->plans.signature);
  EXPECT_EQ((*two)->plans.approvals, 2U);
}

TEST_F(TrustOfAMachine, SaysHowSecretsLeaveTheMachineAndWhereTokensGo) {
  const auto one = read("plumb: v1\nrequire_sealed_values: true\nvaults: [https://vault.test:8200]\n");
  ASSERT_TRUE(one) << one.error().summary();
  EXPECT_FALSE((*one)->plans.asks());
  EXPECT_TRUE((*one)->sealed_values);
  EXPECT_EQ((*one)->vaults, std::vector<std::string>{"https://vault.test:8200"});
  EXPECT_TRUE(read("plumb: v1\nvaults: []\n")) << "for none";
  EXPECT_NE(problem("plumb: v1\nvaults: [vault.test]\n"), "");
  EXPECT_NE(problem("plumb: v1\nvaults: []\nrequire_approvals: 1\n").find("whose signatures"), std::string::npos);
}

TEST_F(TrustOfAMachine, AsksOfModulesAndProviders) {
  const auto one = read("plumb: v1\nrequire_signature: false\nrequire_signed_providers: true\n" + signers());
  ASSERT_TRUE(one) << one.error().summary();
  EXPECT_FALSE((*one)->plans.asks());
  EXPECT_TRUE((*one)->plans.providers);
  EXPECT_FALSE((*one)->plans.modules);
  EXPECT_NE(problem("plumb: v1\nrequire_signed_modules: true\n").find("whose signatures"), std::string::npos);
}

TEST_F(TrustOfAMachine, ThatCannotBeReadIsNotPassedOver) {
  EXPECT_NE(problem(""), "");
  EXPECT_NE(problem("plumb: v1\n"), "");
  EXPECT_NE(problem("plumb: v2\n" + signers()), "");
  EXPECT_NE(problem("plumb: v1\nrequire_signatures: false\n" + signers()), "");
  EXPECT_NE(problem("plumb: v1\nrequire_signature: false\n" + signers()).find("asks for nothing"), std::string::npos);
  EXPECT_NE(problem("plumb: v1\nallowed_signers: /nonexistent/signers\n").find("No such file"), std::string::npos);
}

TEST_F(TrustOfAMachine, ThatOthersCouldWriteDoesNotCount) {
  const std::string good = "plumb: v1\n" + signers();
  EXPECT_NE(problem(good, ::geteuid() + 1).find("can be written by others"), std::string::npos);
  for (const char* const name : {"trust.yaml", "signers", ""}) {
    ASSERT_TRUE(read(good)) << name;
    ::chmod((folder_ / name).c_str(), 0777);
    EXPECT_FALSE(machine_trust(folder_ / "trust.yaml", ::geteuid(), sources_)) << name;
    ::chmod((folder_ / name).c_str(), 0755);
  }
}

// Who can write a folder on the way, or a link, decides as well what stands there.
TEST_F(TrustOfAMachine, ThatOthersCouldPutAnotherInThePlaceOfDoesNotCount) {
  const std::string good = "plumb: v1\n" + signers();
  folder_.write("open/kept/trust.yaml", good);
  const std::filesystem::path file = folder_ / "open/kept/trust.yaml";
  const auto counts = [&](const std::filesystem::path& path) {
    return machine_trust(path, ::geteuid(), sources_).has_value();
  };
  std::filesystem::create_symlink(file, folder_ / "link");
  std::filesystem::create_symlink("open/kept", folder_ / "short");
  for (const mode_t mode : {0755, 01777}) {
    ::chmod((folder_ / "open").c_str(), mode);
    EXPECT_TRUE(counts(file)) << mode;
    EXPECT_TRUE(counts(folder_ / "link")) << mode;
    EXPECT_TRUE(counts(folder_ / "short/../kept/trust.yaml")) << mode;
  }
  ::chmod((folder_ / "open").c_str(), 0777);
  EXPECT_FALSE(counts(file));
  EXPECT_FALSE(counts(folder_ / "link"));
  EXPECT_FALSE(counts(folder_ / "short/trust.yaml"));
  ::chmod((folder_ / "open").c_str(), 0755);
  ::chmod(file.c_str(), 01666);
  EXPECT_FALSE(counts(file));
}

TEST_F(TrustOfAMachine, ThatALinkLeadsNowhereForIsNotPassedOver) {
  std::filesystem::create_symlink(folder_ / "gone.yaml", folder_ / "trust.yaml");
  EXPECT_FALSE(machine_trust(folder_ / "trust.yaml", ::geteuid(), sources_).has_value());
  std::filesystem::create_symlink("loop", folder_ / "loop");
  EXPECT_FALSE(machine_trust(folder_ / "loop", ::geteuid(), sources_).has_value());
}

}  // namespace
}  // namespace plumb::run
