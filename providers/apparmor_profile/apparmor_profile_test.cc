#include "providers/apparmor_profile/apparmor_profile.h"

#include "providers/apparmor_profile/profile_text.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::apparmor_profile {
namespace {

constexpr const char* kText =
    "#include <tunables/global>\nprofile cups /usr/sbin/cupsd flags=(attach_disconnected) {\n  /etc/** r,\n"
    "  profile third {\n    /x r,\n  }\n}\n/usr/bin/{a,b}-tool {\n}\n";

class ApparmorProfile : public ProviderTest<ApparmorProfileProvider> {
 protected:
  ApparmorProfile() {
    system.make_file("/etc/apparmor.d/cups", kText);
    system.make_directory("/etc/apparmor.d/disable");
    system.make_directory("/etc/apparmor.d/force-complain");
  }
  void has_kernel(const std::string& loaded) {
    system.add_program("apparmor_parser");
    system.make_file("/sys/module/apparmor/parameters/enabled", "Y\n");
    system.make_file("/sys/kernel/security/apparmor/profiles", loaded);
  }
  static Desired want(const char* mode) {
    return wanted("apparmor_profile", "name", {{"name", "cups"}, {"mode", mode}});
  }
  std::vector<std::string> doing(const char* mode) {
    std::vector<std::string> words;
    for (const Operation& operation : look(want(mode)).change.operations) {
      const auto* const run = std::get_if<plumb::Run>(&operation);
      words.push_back(run == nullptr ? *path_of(operation) : run->argv.at(1));
    }
    return words;
  }
};

TEST_F(ApparmorProfile, LinksAndTheKernelSayItsMode) {
  has_kernel("cups (enforce)\ncups//third (enforce)\n/usr/bin/{a,b}-tool (enforce)\n");
  EXPECT_TRUE(look(want("enforce")).change.empty());
  EXPECT_EQ(doing("complain"), (std::vector<std::string>{"/etc/apparmor.d/force-complain/cups", "--replace"}));
  EXPECT_EQ(doing("disable"), (std::vector<std::string>{"--remove", "/etc/apparmor.d/disable/cups"}));
  system.make_file("/sys/kernel/security/apparmor/profiles", "cups (complain)\n/usr/bin/{a,b}-tool (enforce)\n");
  EXPECT_EQ(look(want("enforce")).change.before, (Json{{"running", "mixed"}}));
}

TEST_F(ApparmorProfile, WithoutAKernelThatHasItOnlyLinksAreMade) {
  EXPECT_EQ(doing("disable"), (std::vector<std::string>{"/etc/apparmor.d/disable/cups"}));
  system.make_link("/etc/apparmor.d/disable/cups", "/etc/apparmor.d/cups");
  EXPECT_TRUE(look(want("disable")).change.empty());
  EXPECT_EQ(doing("enforce"), (std::vector<std::string>{"/etc/apparmor.d/disable/cups"}));
}

TEST_F(ApparmorProfile, OneThatComplainsByItsTextIsNotMadeToEnforce) {
  system.make_file("/etc/apparmor.d/cups", "/usr/sbin/cupsd flags=(complain) {\n}\n");
  EXPECT_TRUE(look(want("complain")).change.empty());
  EXPECT_EQ(coded_obstacle(want("enforce")), "PL2005 /etc/apparmor.d/cups itself says that its profile complains");
}

TEST_F(ApparmorProfile, IsLoadedAgainWhereItsFileChanged) {
  has_kernel("cups (complain)\n");
  Observed observed = *look(want("complain")).observed;
  const Change change = provider.triggered(want("complain"), observed, Op::kReload);
  EXPECT_EQ(std::get<plumb::Run>(change.operations.at(0)).argv.at(2), "--Complain");
  EXPECT_TRUE(provider.triggered(want("disable"), observed, Op::kReload).empty());
}

TEST_F(ApparmorProfile, OneThatIsNotThereIsMissing) {
  system.remove("/etc/apparmor.d/cups");
  EXPECT_EQ(look(want("enforce")).observed->missing,
            (std::vector<Missing>{{{"", "file", "/etc/apparmor.d/cups"}, "name"}}));
}

TEST_F(ApparmorProfile, OfOneThatCameUndoLeavesNeitherLinkNorProfile) {
  has_kernel("");
  system.remove("/etc/apparmor.d/cups");
  const Observed before = *look(want("disable")).observed;
  system.make_file("/etc/apparmor.d/cups", kText);
  system.make_link("/etc/apparmor.d/disable/cups", "/etc/apparmor.d/cups");
  const std::optional<Desired> again = provider.restore(want("disable"), before);
  ASSERT_TRUE(again);
  const Seen seen = look(*again);
  ASSERT_EQ(seen.change.operations.size(), 1U);
  EXPECT_EQ(*path_of(seen.change.operations[0]), "/etc/apparmor.d/disable/cups");
  system.remove("/etc/apparmor.d/disable/cups");
  EXPECT_TRUE(look(*again).change.empty());
  system.make_file("/sys/kernel/security/apparmor/profiles", "cups (enforce)\n/usr/bin/{a,b}-tool (enforce)\n");
  EXPECT_EQ(std::get<plumb::Run>(look(*again).change.operations.at(0)).argv.at(1), "--remove");
  system.remove("/etc/apparmor.d/cups");
  EXPECT_TRUE(look(*again).change.empty());
}

// As where a folder may not be looked into: a profile that is disabled there would be taken for one that is loaded.
TEST_F(ApparmorProfile, WhetherALinkIsThereHasToBeTold) {
  system.make_file("/etc/apparmor.d/cups", kText);
  system.remove("/etc/apparmor.d/disable");
  system.make_link("/etc/apparmor.d/disable", "disable");
  const Seen seen = look(want("enforce"));
  EXPECT_FALSE(seen.observed.has_value());
  EXPECT_TRUE(seen.problem.has_value());
}

TEST(ProfileText, HeadsAreThoseOfTheFile) {
  const std::vector<ProfileHead> heads = profile_heads(kText);
  ASSERT_EQ(heads.size(), 2U);
  EXPECT_EQ(heads[0].name, "cups");
  EXPECT_FALSE(heads[0].complains);
  EXPECT_EQ(heads[1].name, "/usr/bin/{a,b}-tool");
  EXPECT_TRUE(profile_heads("profile \"a b\" /x flags=(complain, attach_disconnected) {\n").at(0).complains);
  EXPECT_EQ(loaded_mode(heads, ""), "none");
  EXPECT_EQ(loaded_mode(profile_heads("@{bin}/x {\n}\n"), ""), "");
}

}  // namespace
}  // namespace plumb::providers::apparmor_profile
