#include "providers/sudoers/sudoers.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::sudoers {
namespace {

class Sudoers : public ProviderTest<SudoersProvider> {
 protected:
  static Desired want(Json attributes) {
    attributes["name"] = "deploy";
    return wanted("sudoers", "name", std::move(attributes));
  }

  const std::string path = "/etc/sudoers.d/deploy";
};

TEST_F(Sudoers, ARuleIsAloneInItsFile) {  // O07
  system.make_directory("/etc/sudoers.d");
  const Desired rule = want({{"user", "deploy"}, {"commands", {"/bin/a x\\,y", "/bin/b"}}, {"nopassword", true}});
  converge(rule);
  EXPECT_EQ(system.content(path), "deploy ALL=(ALL) NOPASSWD: /bin/a x\\,y, /bin/b\n");
  EXPECT_EQ((*system.stat(path, false))->mode, 0440U);
  system.make_file(path, "# c\ndeploy ALL=(ALL) NOPASSWD: /bin/a x\\,y, /bin/b\n@include /x\nb ALL=(ALL) ALL\n");
  converge(rule);
  EXPECT_EQ(system.content(path), "# c\ndeploy ALL=(ALL) NOPASSWD: /bin/a x\\,y, /bin/b\n");
}

TEST_F(Sudoers, WhoLogsInKeepsTheRuleByWhichItBecomesRoot) {
  system.make_directory("/etc/sudoers.d");
  system.make_file(path, "deploy ALL=(ALL) NOPASSWD: ALL\n");
  system.add_user({"deploy", 1500, 1500, "", "/home/deploy", "/bin/sh"});
  const auto cuts = [&](Json attributes) {
    const Desired rule = want(std::move(attributes));
    return provider.cuts_line(rule, *look(rule).observed);
  };
  EXPECT_EQ(cuts({{"state", "absent"}}), "") << "this machine";
  system.set_reached_by("192.0.2.5 50022 192.0.2.1 22 1500");
  EXPECT_EQ(cuts({{"state", "absent"}}), "deploy becomes root by this rule");
  EXPECT_EQ(cuts({{"user", "deploy"}, {"commands", "ALL"}}), "deploy becomes root by this rule")
      << "asks for a password";
  EXPECT_EQ(cuts({{"user", "deploy"}, {"commands", "ALL"}, {"nopassword", true}}), "");
  EXPECT_EQ(cuts({{"user", "alice"}, {"state", "absent"}}), "");
}

TEST_F(Sudoers, NamesOfDirectoriesAreWords) {
  system.make_directory("/etc/sudoers.d");
  converge(want({{"group", "EXAMPLE\\domain admins"}, {"commands", "ALL"}}));
  EXPECT_EQ(system.content(path), "%EXAMPLE\\\\domain\\ admins ALL=(ALL) ALL\n");
  converge(want({{"user", "%:bob@example.org"}, {"commands", "ALL"}}));
  EXPECT_EQ(system.content(path), "%:bob\\@example.org ALL=(ALL) ALL\n");
  converge(want({{"user", "#1000"}, {"commands", "ALL"}}));
  EXPECT_EQ(system.content(path), "#1000 ALL=(ALL) ALL\n");
}

TEST_F(Sudoers, SudoReadsItBeforeItGoesLive) {
  system.make_directory("/etc/sudoers.d");
  const Desired rule = want({{"user", "deploy"}, {"commands", "ALL"}});
  const auto validate = [&] { return std::get<EditFile>(look(rule).change.operations.at(0)).validate; };
  EXPECT_EQ(validate(), "") << "there is nobody to ask";
  system.add_program("visudo");
  EXPECT_EQ(validate(), "visudo -cf %s");
}

TEST_F(Sudoers, AFileThatSudoPassesOverIsTold) {
  system.make_file(path, "deploy ALL=(ALL) ALL\n", 0666);
  EXPECT_EQ(obstacle(want({{"user", "deploy"}, {"commands", "ALL"}})),
            path + " has the mode 0666, and sudo passes over such files");
}

TEST_F(Sudoers, WithoutSudoItsFolderIsMissing) {
  system.make_directory("/etc");
  const Desired rule = want({{"user", "deploy"}, {"commands", "ALL"}});
  const auto missing = look(rule).observed->missing;
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0].what.str(), "directory:/etc/sudoers.d");
  EXPECT_EQ(provider.remedy(rule, missing[0]), "a `package` with sudo before it brings the folder");
}

TEST_F(Sudoers, AHostThatCannotBeAskedIsAsDeclared) {
  const Desired rule = want({{"user", "deploy"}, {"commands", "ALL"}});
  EXPECT_TRUE(provider.diff(rule, provider.as_declared(rule)).empty());
  const Desired other = want({{"user", "deploy"}, {"commands", {"/bin/a"}}});
  const Change change = provider.diff(other, provider.as_declared_before(rule, other));
  EXPECT_EQ(change.op, Op::kUpdate);
  EXPECT_EQ(change.before["entry"], "deploy ALL=(ALL) ALL");
  EXPECT_EQ(change.after["entry"], "deploy ALL=(ALL) /bin/a");
}

}  // namespace
}  // namespace plumb::providers::sudoers
