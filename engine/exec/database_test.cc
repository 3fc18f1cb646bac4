// Users and groups on a scratch root.
#include "engine/exec/interpreter/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "engine/base/split.h"
#include "engine/exec/testing/client.h"

namespace plumb::exec {
namespace {

using ::testing::HasSubstr;

class DatabaseTest : public ::testing::Test {
 protected:
  DatabaseTest() : system_(must(RootFiles::at(root_.path()))) {
    root_.write("/etc/passwd",
                "root:x:0:0:root:/root:/bin/sh\n# a remark\nold:x:1000:1000::/home/old:/bin/sh\n+::::::\n");
    root_.write("/etc/shadow", "root:*:1::::::\nold:$y$hash:1:0:99999:7:::kept\n");
    root_.write("/etc/group", "root:x:0:\n\nshadow:x:42:\nold:x:1000:\nwww:x:33:old\nadm:x:4:\n");
    root_.write("/etc/gshadow", "root:*::\nold:!::\nwww:!::old\nadm:*::\n");
    root_.write("/etc/subuid", "old:100000:65536\n");
    ::chmod(root_.at("/etc/shadow").c_str(), 0640);
  }
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "giving homes to their users needs root";
  }

  Result<> edit(const std::string& database, const std::string& verb, const std::string& name,
                Json set = Json::object()) {
    return edit_database(system_, {database, verb, name, std::move(set)});
  }
  void expect_ok(const std::string& database, const std::string& verb, const std::string& name,
                 Json set = Json::object()) {
    const Result<> done = edit(database, verb, name, std::move(set));
    EXPECT_TRUE(done.has_value()) << done.error().summary();
  }
  std::string line(const std::string& path, const std::string& name) const {
    for (const std::string& one : split(root_.read(path), '\n')) {
      if (one.starts_with(name + ":")) return one;
    }
    return {};
  }
  struct stat info(const std::string& path) const {
    struct stat out {};
    EXPECT_EQ(::lstat(root_.at(path).c_str(), &out), 0) << path;
    return out;
  }

  ScratchRoot root_;
  LocalSystem system_;
};

TEST_F(DatabaseTest, ANewUserIsComplete) {
  root_.write("/etc/skel/.profile", "hi");
  root_.write("/etc/outside", "x");
  std::filesystem::create_symlink("/etc/outside", root_.at("/etc/skel/link"));
  root_.write("/etc/login.defs", "UID_MIN 1000\nHOME_MODE 0700\nUSERGROUPS_ENAB yes\n");
  expect_ok("user", "create", "deploy",
            {{"comment", "Dé Ploy"}, {"groups", {"www", "adm"}}, {"create_home", true}, {"password_hash", "$y$new"}});
  EXPECT_EQ(line("/etc/passwd", "deploy"), "deploy:x:1001:1001:Dé Ploy:/home/deploy:/bin/sh");
  EXPECT_EQ(line("/etc/group", "deploy"), "deploy:x:1001:");
  EXPECT_EQ(line("/etc/group", "www"), "www:x:33:old,deploy");
  EXPECT_EQ(line("/etc/gshadow", "adm"), "adm:*::deploy");
  EXPECT_THAT(line("/etc/shadow", "deploy"), HasSubstr("deploy:$y$new:"));
  EXPECT_EQ(line("/etc/subuid", "deploy"), "deploy:165536:65536");
  EXPECT_EQ(info("/etc/shadow").st_mode & 07777, 0640U);
  EXPECT_EQ(info("/home/deploy").st_mode & 07777, 0700U);
  EXPECT_EQ(info("/home/deploy/.profile").st_uid, 1001U);
  EXPECT_EQ(info("/home/deploy/link").st_uid, 1001U);
  EXPECT_EQ(info("/etc/outside").st_uid, 0U) << "what a link of the skeleton points to is not touched";
  // Lines that are no rows stay, and the NIS mark stays behind the users.
  const std::string passwd = root_.read("/etc/passwd");
  EXPECT_THAT(passwd, HasSubstr("# a remark\n"));
  EXPECT_LT(passwd.find("deploy:"), passwd.find("+::"));
  EXPECT_THAT(root_.read("/etc/group"), HasSubstr("root:x:0:\n\nshadow"));
}

TEST_F(DatabaseTest, ANewUserGetsNothingOfAnOlderOneOfItsName) {
  root_.write("/etc/shadow", root_.read("/etc/shadow") + "deploy:$y$older:1::::::\n");
  root_.write("/etc/group", "root:x:0:\nsudo:x:27:deploy,old\nwww:x:33:\n");
  expect_ok("user", "create", "deploy", {{"groups", {"www"}}});
  EXPECT_EQ(line("/etc/group", "sudo"), "sudo:x:27:old");
  EXPECT_THAT(line("/etc/shadow", "deploy"), HasSubstr("deploy:!:"));
}

TEST_F(DatabaseTest, AHomeIsThereWholeAndGivenOnlyWhereThatIsAsked) {
  root_.write("/home/there/kept", "x");
  expect_ok("user", "create", "left", {{"home", "/home/there"}, {"create_home", true}});
  EXPECT_EQ(info("/home/there").st_uid, 0U);
  root_.write("/etc/login.defs", "HOME_MODE 0700\n");
  expect_ok("user", "create", "given", {{"home", "/home/there"}, {"create_home", true}, {"take_home", true}});
  EXPECT_EQ(std::to_string(info("/home/there").st_uid), split(line("/etc/passwd", "given"), ':').at(2));
  EXPECT_EQ(info("/home/there").st_mode & 07777, 0700U);
  EXPECT_EQ(info("/home/there/kept").st_uid, 0U);
  root_.write("/home/file", "x");
  EXPECT_FALSE(edit("user", "create", "none", {{"home", "/home/file"}, {"create_home", true}}).has_value());
  EXPECT_EQ(line("/etc/passwd", "none"), "") << "refused before anything was written";
}

TEST_F(DatabaseTest, AHomeMovesInOneStep) {
  root_.write("/home/old/.ssh/key", "x");
  const std::string uid = split(line("/etc/passwd", "old"), ':').at(2);
  ASSERT_EQ(::chown(root_.at("/home/old").c_str(), static_cast<uid_t>(std::stoul(uid)), 0), 0);
  const ino_t folder = info("/home/old").st_ino;
  expect_ok("user", "modify", "old", {{"home", "/srv/homes/old"}, {"move_home", true}});
  EXPECT_EQ(split(line("/etc/passwd", "old"), ':').at(5), "/srv/homes/old");
  EXPECT_FALSE(root_.has("/home/old"));
  EXPECT_EQ(info("/srv/homes/old").st_ino, folder);
  EXPECT_EQ(root_.read("/srv/homes/old/.ssh/key"), "x");
  expect_ok("user", "modify", "old", {{"home", "/srv/homes/again"}, {"move_home", true}});
  // As after a run that was cut off: the folder is there, and the entry does not say so yet.
  root_.write("/etc/passwd", "old:x:" + uid + ":33::/gone:/bin/sh\n");
  expect_ok("user", "modify", "old", {{"home", "/srv/homes/again"}, {"move_home", true}});
  EXPECT_EQ(root_.read("/srv/homes/again/.ssh/key"), "x");
  // Neither over something, nor of somebody else's.
  root_.write("/srv/homes/taken", "x");
  EXPECT_FALSE(edit("user", "modify", "old", {{"home", "/srv/homes/taken"}, {"move_home", true}}).has_value());
  ASSERT_EQ(::chown(root_.at("/srv/homes/again").c_str(), 0, 0), 0);
  EXPECT_FALSE(edit("user", "modify", "old", {{"home", "/srv/homes/free"}, {"move_home", true}}).has_value());
  EXPECT_EQ(split(line("/etc/passwd", "old"), ':').at(5), "/srv/homes/again");
}

TEST_F(DatabaseTest, AForeignHomeStaysAndSoDoesItsUser) {
  root_.write("/home/old/file", "x");
  const std::string before = root_.read("/etc/passwd") + root_.read("/etc/group");
  EXPECT_FALSE(edit("user", "delete", "old", {{"remove_home", true}}).has_value());
  EXPECT_EQ(root_.read("/etc/passwd") + root_.read("/etc/group"), before);
  EXPECT_TRUE(root_.has("/home/old/file"));
}

TEST_F(DatabaseTest, ALockThatNobodySpokeOfStays) {
  root_.write("/etc/shadow", "old:!$y$hash:1:0:99999:7:::kept\n");
  expect_ok("user", "modify", "old", {{"password_hash", "$y$other"}});
  EXPECT_THAT(line("/etc/shadow", "old"), HasSubstr("old:!$y$other:"));
}

TEST_F(DatabaseTest, GroupsByNumber) {
  expect_ok("user", "modify", "old", {{"groups", {"4"}}, {"group", "33"}});
  EXPECT_EQ(line("/etc/group", "adm"), "adm:x:4:old");
  EXPECT_THAT(line("/etc/passwd", "old"), HasSubstr("old:x:1000:33:"));
  root_.write("/etc/group", root_.read("/etc/group") + "twin:x:4:\n");
  expect_ok("user", "modify", "old", {{"groups", {"twin"}}});
  EXPECT_EQ(line("/etc/group", "twin") + line("/etc/group", "adm"), "twin:x:4:oldadm:x:4:");
  EXPECT_FALSE(edit("user", "modify", "old", {{"groups", {"4777"}}}).has_value());
  EXPECT_FALSE(edit("user", "create", "new", {{"group", "4777"}}).has_value());
}

TEST_F(DatabaseTest, ThePrivateGroupStaysWhereThatIsAsked) {
  expect_ok("user", "delete", "old", {{"keep_group", true}});
  EXPECT_EQ(line("/etc/group", "old"), "old:x:1000:");
}

TEST_F(DatabaseTest, ANumberThatSomeUserStillHasIsNoNewGroups) {
  root_.write("/etc/passwd", root_.read("/etc/passwd") + "lost:x:1002:1001::/:/bin/sh\n");
  expect_ok("group", "create", "team");
  EXPECT_EQ(line("/etc/group", "team"), "team:x:1002:") << "1001 is the primary group of somebody";
}

TEST_F(DatabaseTest, ASystemUserTakesALowNumberAndNoSubordinates) {
  expect_ok("user", "create", "daemon1", {{"system", true}, {"create_home", false}});
  EXPECT_THAT(line("/etc/passwd", "daemon1"), HasSubstr("daemon1:x:999:999:"));
  EXPECT_EQ(line("/etc/subuid", "daemon1"), "");
  EXPECT_FALSE(root_.has("/home/daemon1"));
}

TEST_F(DatabaseTest, ModifyTouchesOnlyWhatIsAsked) {
  expect_ok("user", "modify", "old",
            {{"shell", "/bin/bash"}, {"locked", true}, {"expires", "1970-01-11"}, {"groups", {"adm"}}});
  EXPECT_EQ(line("/etc/passwd", "old"), "old:x:1000:1000::/home/old:/bin/bash");
  EXPECT_EQ(line("/etc/shadow", "old"), "old:!$y$hash:1:0:99999:7::10:kept");
  EXPECT_EQ(line("/etc/group", "www"), "www:x:33:");
  EXPECT_EQ(line("/etc/group", "adm"), "adm:x:4:old");
  expect_ok("user", "modify", "old", {{"locked", false}, {"expires", "never"}});
  EXPECT_EQ(line("/etc/shadow", "old"), "old:$y$hash:1:0:99999:7:::kept");
}

TEST_F(DatabaseTest, APasswordsAgeHasLimits) {
  expect_ok("user", "modify", "old", {{"password_max_days", 365}, {"password_inactive_days", 45}});
  EXPECT_EQ(line("/etc/shadow", "old"), "old:$y$hash:1:0:365:7:45::kept");
  expect_ok("user", "modify", "old", {{"password_max_days", -1}, {"password_min_days", 1}, {"password_warn_days", 14}});
  EXPECT_EQ(line("/etc/shadow", "old"), "old:$y$hash:1:1::14:45::kept");
}

TEST_F(DatabaseTest, WhatIsLockedTwiceIsUnlocked) {
  for (const auto& [locked, open] : {std::pair("!!", "*"), {"!!$y$hash", "$y$hash"}, {"!", "*"}}) {
    root_.write("/etc/shadow", std::string("old:") + locked + ":1:0:99999:7:::\n");
    expect_ok("user", "modify", "old", {{"locked", false}});
    EXPECT_EQ(line("/etc/shadow", "old"), std::string("old:") + open + ":1:0:99999:7:::") << locked;
  }
}

TEST_F(DatabaseTest, WhatCannotBeIsRefusedAndNothingChanges) {
  const std::string before = root_.read("/etc/passwd") + root_.read("/etc/group") + root_.read("/etc/shadow");
  EXPECT_FALSE(edit("user", "create", "new", {{"uid", 1000}}).has_value());
  EXPECT_FALSE(edit("user", "create", "new", {{"groups", {"ghosts"}}}).has_value());
  EXPECT_FALSE(edit("user", "create", "new", {{"comment", "a:b"}}).has_value());
  EXPECT_FALSE(edit("user", "create", "new", {{"expires", "2027-02-30"}}).has_value());
  EXPECT_FALSE(edit("user", "create", "old").has_value());
  EXPECT_FALSE(edit("user", "delete", "root").has_value());
  EXPECT_FALSE(edit("group", "delete", "old").has_value());
  EXPECT_FALSE(edit("group", "create", "g", {{"members", {"ghost"}}}).has_value());
  EXPECT_EQ(root_.read("/etc/passwd") + root_.read("/etc/group") + root_.read("/etc/shadow"), before);
}

TEST_F(DatabaseTest, AFullRangeIsSaid) {
  root_.write("/etc/login.defs", "UID_MIN 1000\nUID_MAX 1000\n");
  const Result<> full = edit("user", "create", "new");
  ASSERT_FALSE(full.has_value());
  EXPECT_THAT(full.error().summary(), HasSubstr("no UID between 1000 and 1000 is free"));
}

TEST_F(DatabaseTest, DeleteTakesTheUserOutOfEverything) {
  root_.write("/home/old/file", "x");
  ::chown(root_.at("/home/old").c_str(), 1000, 1000);
  expect_ok("user", "delete", "old", {{"remove_home", true}});
  for (const char* path : {"/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/subuid"}) {
    EXPECT_EQ(root_.read(path).find("old"), std::string::npos) << path;
  }
  EXPECT_FALSE(root_.has("/home/old"));
  expect_ok("user", "delete", "old");
}

TEST_F(DatabaseTest, Groups) {
  expect_ok("group", "create", "team", {{"members", {"old"}}});
  EXPECT_EQ(line("/etc/group", "team"), "team:x:1001:old");
  expect_ok("group", "modify", "old", {{"gid", 1500}});
  EXPECT_THAT(line("/etc/passwd", "old"), HasSubstr("old:x:1000:1500:"));
  expect_ok("group", "delete", "team");
  EXPECT_EQ(line("/etc/group", "team"), "");
}

}  // namespace
}  // namespace plumb::exec
