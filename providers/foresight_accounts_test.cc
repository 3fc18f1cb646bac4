// Accounts that meet others, their groups, homes and what lies in those.
#include "engine/base/digest.h"
#include "providers/testing/foresight.h"

namespace plumb {
namespace {

TEST_F(ForesightTest, AUserTakesItsOwnGroupWithIt) {
  user({{"name", "old"}, {"state", "absent"}});
  group({{"name", "old"}, {"state", "absent"}});
  foresee();
  EXPECT_EQ(change(0).op, Op::kDelete);
  EXPECT_EQ(obstacle(1), "");
  EXPECT_EQ(change(1).op, Op::kNone) << "it is gone by then";
  EXPECT_EQ(found_[1]->shaped_by, std::vector<std::string>{"user:old"});
}

TEST_F(ForesightTest, AGroupThatAUserTakesWithItIsToldOf) {
  group({{"name", "old"}});
  user({{"name", "old"}, {"state", "absent"}});
  foresee();
  EXPECT_EQ(undone_by(0), "user:old");
}

TEST_F(ForesightTest, AFreedNumberCanBeGivenAgainAndOneThatIsTakenCannot) {
  user({{"name", "old"}, {"state", "absent"}});
  user({{"name", "new"}, {"uid", 1500}, {"create_home", false}});
  user({{"name", "other"}, {"uid", 1500}, {"create_home", false}});
  foresee();
  EXPECT_EQ(obstacle(1), "");
  EXPECT_EQ(obstacle(2), "uid 1500 belongs to new already");
  EXPECT_EQ(found_[2]->shaped_by, (std::vector<std::string>{"user:old", "user:new"}));
}

TEST_F(ForesightTest, AHomeThatIsRemovedBesideItsUserIsToldOf) {
  directory({{"path", "/home/web"}, {"state", "absent"}});
  user({{"name", "web"}});
  foresee();
  EXPECT_EQ(undone_by(0), "user:web");
}

TEST_F(ForesightTest, AFileInAHomeThatIsMadeIsWhereTheHomeWillBe) {
  user({{"name", "new"}, {"uid", 1600}, {"home", "/srv/new"}, {"create_home", true}});
  add("authorized_key", "user", {{"user", "new"}, {"key", "ssh-ed25519 AAAA"}});
  add("authorized_key", "user", {{"user", "new"}, {"key", "ssh-ed25519 BBBB"}});
  foresee();
  EXPECT_TRUE(found_[1]->missing.empty());
  const Change first = change(1);
  ASSERT_EQ(first.operations.size(), 2U);
  EXPECT_EQ(std::get<MakeDirectory>(first.operations[0]).path, "/srv/new/.ssh");
  EXPECT_EQ(std::get<EditFile>(first.operations[1]).path, "/srv/new/.ssh/authorized_keys");
  EXPECT_EQ(std::get<EditFile>(first.operations[1]).owner, "new");
  EXPECT_EQ(change(2).operations.size(), 1U) << "the folder is there by then";
  for (const std::size_t i : {0U, 1U, 2U}) EXPECT_EQ(undone_by(i), "") << i;
}

TEST_F(ForesightTest, AHomeThatMovesTakesAllInItAlong) {
  system_.make_directory("/home/old/.ssh", 0700);
  system_.make_file("/home/old/.profile", "umask 022\n", 0640);
  system_.make_link("/home/old/now", "/srv");
  for (const char* path : {"/home/old", "/home/old/.ssh", "/home/old/.profile"}) system_.own(path, 1500, 1500);
  user({{"name", "old"}, {"home", "/srv/old"}, {"move_home", true}});
  file({{"path", "/srv/old/.profile"}, {"content", digest("umask 022\n")}, {"mode", "0600"}});
  file({{"path", "/srv/old/.ssh/config"}, {"content", digest("one")}});
  link({{"path", "/srv/old/now"}, {"target", "/srv"}});
  file({{"path", "/home/old/.profile"}, {"state", "absent"}});
  foresee();
  EXPECT_EQ(change(1).before, (Json{{"mode", "0640"}}));
  EXPECT_EQ(change(1).after, (Json{{"mode", "0600"}}));
  EXPECT_EQ(change(2).op, Op::kCreate);
  EXPECT_TRUE(found_[2]->missing.empty());
  EXPECT_EQ(change(3).op, Op::kNone);
  EXPECT_EQ(change(4).op, Op::kNone);
  for (std::size_t i = 1; i < 5; ++i) {
    EXPECT_TRUE(found_[i]->open_until.empty()) << i;
    EXPECT_EQ(undone_by(i), "") << i;
  }
}

TEST_F(ForesightTest, AUserThatGoesTakesItsKeysWithIt) {
  system_.make_directory("/home/old");
  system_.own("/home/old", 1500, 1500);
  add("authorized_key", "user", {{"user", "old"}, {"key", "ssh-ed25519 AAAA"}});
  user({{"name", "old"}, {"state", "absent"}, {"remove_home", true}});
  foresee();
  EXPECT_EQ(undone_by(0), "user:old");
}

TEST_F(ForesightTest, ACrontabIsWhereItsFolderWillBe) {
  system_.make_directory("/var/spool/cron");
  directory({{"path", "/var/spool/cron/tabs"}});
  add("cron", "name", {{"name", "job"}, {"user", "old"}, {"job", "true"}});
  foresee();
  EXPECT_EQ(std::get<EditFile>(change(1).operations.at(0)).path, "/var/spool/cron/tabs/old");
}

TEST_F(ForesightTest, AHomeThatAnAccountHasIsLookedAtAgain) {
  system_.make_directory("/home/old");
  user({{"name", "old"}, {"create_home", true}});
  directory({{"path", "/home/old"}, {"owner", "root"}});
  desired_[0].attributes["name"] = "old";
  system_.own("/home/old", 0, 0);
  foresee();
  EXPECT_EQ(undone_by(0), "directory:/home/old");
}

TEST_F(ForesightTest, AFolderThatBecomesAHomeHasItsMode) {
  system_.make_directory("/home/old");
  directory({{"path", "/home/old"}, {"mode", "0700"}});
  user({{"name", "old"}, {"create_home", true}});
  foresee();
  EXPECT_EQ(undone_by(0), "user:old");
}

TEST_F(ForesightTest, AHomeThatNoLinkLeadsToIsNoMatterWhereNoneIsAskedFor) {
  system_.make_link("/home/old", "/home/old/x");
  user({{"name", "old"}, {"comment", "somebody"}});
  user({{"name", "old"}, {"create_home", true}});
  foresee();
  ASSERT_TRUE(found_[0]);
  EXPECT_EQ(change(0).op, Op::kUpdate);
  EXPECT_FALSE(found_[1]);
}

TEST_F(ForesightTest, NoProgramIsRunAsWhoIsYetToCome) {
  system_.add_program("git");
  user({{"name", "new"}, {"uid", 1600}, {"create_home", true}});
  add("git", "path", {{"path", "/home/new/site"}, {"repository", "r"}, {"as", "new"}});
  foresee();
  ASSERT_TRUE(found_[1]);
  EXPECT_EQ(found_[1]->open_until, std::vector<std::string>{"user:new"});
  EXPECT_EQ(change(1).op, Op::kCreate);
}

TEST_F(ForesightTest, AnAccountStandsOnThoseThatItNames) {
  group({{"name", "one"}});
  group({{"name", "two"}});
  user({{"name", "web"}, {"group", "two"}, {"create_home", false}});
  foresee();
  EXPECT_TRUE(found_[2]->missing.empty());
  EXPECT_EQ(found_[2]->shaped_by, std::vector<std::string>{"group:two"});
}

}  // namespace
}  // namespace plumb
