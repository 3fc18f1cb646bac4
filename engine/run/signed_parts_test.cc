#include "engine/run/signed_parts.h"

#include <gtest/gtest.h>

#include "engine/base/program.h"
#include "engine/testing/scratch_folder.h"
#include "engine/trust/sign.h"

namespace plumb::run {
namespace {

constexpr std::chrono::sys_seconds kPartsSeenAt{std::chrono::seconds(1'800'000'000)};

class SignedParts : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_program("ssh-keygen")) GTEST_SKIP() << "there is no ssh-keygen";
    const std::vector<std::string> arguments = {"ssh-keygen", "-q", "-N", "", "-t", "ed25519", "-f", folder_ / "ana"};
    ASSERT_EQ(run_program(arguments, folder_.path(), Code::kInternal).value().exit_code, 0);
    folder_.write("m/module.yaml", "plumb: v1\n");
    folder_.write("m/files/a", "one\n");
    folder_.write("p/provider.yaml", "plumb: provider/v1\n");
    allow("ana ");
  }

  void allow(const std::string& head) { folder_.write("signers", head + folder_.read("ana.pub")); }
  Part part(const std::string& name) { return part_in(folder_.path() / name).value(); }
  void sign(const std::string& name, std::string_view name_space) {
    const Part signed_part = part(name);
    folder_.write(name + "/" + std::string(signed_part.signature_name()),
                  trust::sign(signed_part.bytes(), name_space, folder_ / "ana", 2).value());
  }
  // The code, with what is said; "" where somebody who may has signed it.
  std::string problem(const std::string& name) {
    const trust::Trust trust = trust::read_trust(folder_ / "signers", revoked_).value();
    const Result<trust::Signer> signer = signer_of_part(folder_.path() / name, part(name), trust, kPartsSeenAt);
    return signer ? "" : code_name(signer.error().code()) + " " + signer.error().summary();
  }
  bool problem_says(const std::string& name, const std::string& text) {
    return problem(name).find(text) != std::string::npos;
  }

  plumb::testing::ScratchFolder folder_;
  std::vector<std::filesystem::path> revoked_;
};

TEST_F(SignedParts, AreToldByWhatDescribesThem) {
  EXPECT_FALSE(part("m").is_provider);
  EXPECT_TRUE(part("p").is_provider);
  EXPECT_FALSE(part_in(folder_.path() / "m/files"));
}

TEST_F(SignedParts, CountAsWhatTheyAre) {
  EXPECT_TRUE(problem_says("m", "PL7001 it is not signed")) << problem("m");
  const std::string before = part("m").digest;
  sign("m", trust::kModuleNamespace);
  sign("p", trust::kProviderNamespace);
  EXPECT_EQ(part("m").digest, before) << "a signature is no part of what it signs";
  EXPECT_EQ(problem("m"), "");
  EXPECT_EQ(problem("p"), "");
  for (const std::string_view other : {trust::kProviderNamespace, trust::kPlanNamespace}) {
    sign("m", other);
    EXPECT_TRUE(problem_says("m", "PL7002")) << problem("m");
  }
}

TEST_F(SignedParts, ThatWereChangedDoNot) {
  sign("m", trust::kModuleNamespace);
  folder_.write("m/files/a", "two\n");
  EXPECT_TRUE(problem_says("m", "PL7002")) << problem("m");
  folder_.write("m/files/a", "one\n", 0755);
  EXPECT_TRUE(problem_says("m", "PL7002")) << problem("m");
  folder_.write("m/files/a", "one\n");
  EXPECT_EQ(problem("m"), "");
  folder_.write("m/files/module.sig", "a signature below is a file as others are");
  EXPECT_TRUE(problem_says("m", "PL7002")) << problem("m");
}

TEST_F(SignedParts, CountByWhoSignedThemAndWhen) {
  sign("m", trust::kModuleNamespace);
  allow("ana namespaces=\"plan@plumbline\" ");
  EXPECT_TRUE(problem_says("m", "PL7001")) << problem("m");
  allow("ana namespaces=\"module@plumbline\" ");
  EXPECT_EQ(problem("m"), "");
  allow("ana valid-before=\"20200101Z\" ");
  EXPECT_TRUE(problem_says("m", "PL7001")) << problem("m");
  folder_.write("signers", "");
  EXPECT_TRUE(problem_says("m", "PL7001")) << problem("m");
  allow("ana ");
  revoked_.emplace_back(folder_.write("revoked", folder_.read("ana.pub")));
  EXPECT_TRUE(problem_says("m", "was revoked")) << problem("m");
}

}  // namespace
}  // namespace plumb::run
