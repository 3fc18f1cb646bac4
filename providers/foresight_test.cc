// Resources that meet: what each finds when its turn comes, and what is told of those that cannot come to rest.
#include "providers/sdk/foresight.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "providers/sdk/builtin.h"
#include "providers/sdk/edit_provider.h"
#include "providers/sdk/fake_system.h"

namespace plumb {
namespace {

class ForesightTest : public ::testing::Test {
 protected:
  ForesightTest() {
    system_.make_file("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nold:x:1500:1500::/home/old:/bin/sh\n");
    system_.make_file("/etc/group", "root:x:0:\nold:x:1500:\nstaff:x:50:\n");
    system_.make_file("/etc/shadow", "root:*:1::::::\nold:!:1::::::\n");
    system_.add_user({"old", 1500, 1500, "", "/home/old", "/bin/sh"});
    system_.add_group({"old", 1500, {}});
    system_.add_group({"staff", 50, {}});
    system_.make_directory("/home");
    system_.make_directory("/srv");
  }

  void add(const std::string& kind, const std::string& name, Json attributes) {
    Desired desired;
    desired.address = {"", kind, attributes.at(name).get<std::string>()};
    desired.attributes = std::move(attributes);
    if (!desired.has("state")) desired.attributes["state"] = "present";
    desired_.push_back(std::move(desired));
  }
  void file(Json attributes) { add("file", "path", std::move(attributes)); }
  void directory(Json attributes) { add("directory", "path", std::move(attributes)); }
  void command(Json attributes) { add("command", "name", std::move(attributes)); }
  void link(Json attributes) { add("link", "path", std::move(attributes)); }
  void user(Json attributes) { add("user", "name", std::move(attributes)); }
  void group(Json attributes) { add("group", "name", std::move(attributes)); }

  void package(Json attributes) { add("package", "name", std::move(attributes)); }
  // With a unit, a program, configuration, and a folder that another package has too.
  void install_daemon() {
    system_.add_program("apt-get");
    system_.make_file("/var/lib/apt/lists/x_Packages", "");
    system_.make_file("/var/lib/dpkg/status",
                      "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
                      "Package: daemon\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n");
    system_.make_file("/var/lib/dpkg/info/daemon.list",
                      "/.\n/etc\n/etc/daemon.conf\n/usr\n/usr/lib\n/usr/lib/daemon\n/usr/lib/daemon/run\n"
                      "/usr/sbin\n/usr/sbin/daemond\n/usr/lib/systemd\n/usr/lib/systemd/system\n/usr/lib/systemd/"
                      "system/daemond.service\n"
                      "/usr/share\n/usr/share/both\n");
    system_.make_file("/var/lib/dpkg/info/daemon.conffiles", "/etc/daemon.conf\n");
    system_.make_file("/var/lib/dpkg/info/dpkg.list", "/.\n/usr\n/usr/share\n/usr/share/both\n/usr/lib/systemd\n");
    system_.make_file("/etc/daemon.conf", "x", 0644);
    for (const char* program : {"/usr/lib/daemon/run", "/usr/sbin/daemond"}) system_.make_file(program, "x", 0755);
    system_.make_file("/usr/lib/systemd/system/daemond.service",
                      "[Service]\nExecStart=/usr/lib/daemon/run\n[Install]\nWantedBy=multi-user.target\n");
    system_.make_directory("/usr/share/both");
    system_.make_directory("/etc/systemd/system");
    system_.script("apt-get *", {0, "Inst other (1 base [all])\n", "", false});
    system_.script("apt-get * daemon-", {0, "Remv daemon [1]\n", "", false});
    system_.script("apt-get * daemon- other", {0, "Remv daemon [1]\nInst other (1 base [all])\n", "", false});
  }

  bool is_edit(const Desired& desired) const { return kinds_.provider(desired.address.kind)->editor() != nullptr; }

  // Those that change parts of files are a chain; all others each by itself.
  std::vector<Result<Observed>> observe(std::span<const Desired* const> asked, System& system) {
    asked_ += asked.size();
    std::vector<const Desired*> edits;
    for (const Desired* one : asked) {
      if (is_edit(*one)) edits.push_back(one);
    }
    std::vector<Result<Observed>> chain = observe_edits(kinds_, edits, system);
    auto next = chain.begin();
    std::vector<Result<Observed>> found;
    for (const Desired* one : asked) {
      found.push_back(is_edit(*one)
                          ? std::move(*next++)
                          : std::move(kinds_.provider(one->address.kind)->observe({&one, 1}, system).front()));
    }
    return found;
  }

  void foresee() {
    std::vector<ForeseenResource> resources;
    for (const Desired& one : desired_) resources.push_back({&one, false, {}});
    foresee(resources);
  }
  void foresee(std::span<const ForeseenResource> resources) {
    found_ = plumb::foresee(kinds_, system_, {}, resources,
                            [this](std::span<const Desired* const> some, System& seen) { return observe(some, seen); });
  }
  Change change(std::size_t i) { return kinds_.provider(desired_[i].address.kind)->diff(desired_[i], *found_[i]); }
  std::string obstacle(std::size_t i) { return found_[i]->obstacle ? found_[i]->obstacle->summary : ""; }
  std::string undone_by(std::size_t i) { return found_[i]->undone_by; }

  const Registry kinds_ = builtin_kinds();
  FakeSystem system_;
  std::vector<Desired> desired_;
  std::vector<Result<Observed>> found_;
  std::size_t asked_ = 0;  // about how many resources
};

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

TEST_F(ForesightTest, AFolderThatIsGoneIsNoPlaceForAFile) {
  system_.make_file("/srv/d/x", "old");
  directory({{"path", "/srv/d"}, {"state", "absent"}});
  file({{"path", "/srv/d/x"}, {"content", system_.blob("new")}});
  foresee();
  EXPECT_EQ(found_[1]->missing, (std::vector<Missing>{{{"", "directory", "/srv/d"}, "path"}}));
  EXPECT_FALSE(found_[1]->exists);
}

TEST_F(ForesightTest, AFileThatAnotherRemovalTakesIsNotRemovedTwice) {
  system_.make_file("/srv/d/x", "old");
  directory({{"path", "/srv/d"}, {"state", "absent"}});
  file({{"path", "/srv/d/x"}, {"state", "absent"}});
  foresee();
  EXPECT_EQ(change(0).op, Op::kDelete);
  EXPECT_EQ(change(1).op, Op::kNone);
}

TEST_F(ForesightTest, AHardLinkFollowsTheContent) {
  system_.make_file("/srv/a", "old");
  ASSERT_TRUE(system_.apply(MakeLink{"/srv/b", "/srv/a", true, false}));
  file({{"path", "/srv/a"}, {"content", system_.blob("new")}});
  link({{"path", "/srv/b"}, {"target", "/srv/a"}, {"hard", true}, {"force", true}});
  foresee();
  EXPECT_EQ(change(1).op, Op::kReplace) << "the new file is another one";
}

TEST_F(ForesightTest, WhatALinkOfThePlanLeadsToIsThere) {
  system_.make_directory("/srv/real");
  link({{"path", "/srv/now"}, {"target", "real"}});
  file({{"path", "/srv/now/x"}, {"content", system_.blob("new")}});
  foresee();
  EXPECT_TRUE(found_[1]->missing.empty());
  EXPECT_EQ(obstacle(1), "");
}

TEST_F(ForesightTest, OneFileUnderTwoNamesIsToldOf) {
  system_.make_directory("/srv/real");
  link({{"path", "/srv/now"}, {"target", "real"}});
  file({{"path", "/srv/real/x"}, {"content", system_.blob("one")}});
  file({{"path", "/srv/now/x"}, {"content", system_.blob("two")}});
  foresee();
  EXPECT_EQ(undone_by(1), "file:/srv/now/x");
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

TEST_F(ForesightTest, AUserThatGoesTakesItsKeysWithIt) {
  system_.make_directory("/home/old");
  system_.own("/home/old", 1500, 1500);
  add("authorized_key", "user", {{"user", "old"}, {"key", "ssh-ed25519 AAAA"}});
  user({{"name", "old"}, {"state", "absent"}, {"remove_home", true}});
  foresee();
  EXPECT_EQ(undone_by(0), "user:old");
}

TEST_F(ForesightTest, RulesOfAFirewallShareWhatIncludesThemAndLetLoginsIn) {
  system_.add_program("nft");
  system_.script("nft list table inet plumb", {1, "", "Error: No such file or directory\n", false});
  system_.set_reached_by("192.0.2.5 50022 192.0.2.1 22");
  add("firewall", "name", {{"name", "ssh"}});
  add("firewall", "name", {{"name", "443/tcp"}});
  add("firewall", "name", {{"name", "policy"}, {"incoming", "deny"}});
  foresee();
  EXPECT_EQ(change(0).operations.size(), 4U) << "a folder, a line that includes it, a file, and the load";
  EXPECT_EQ(change(1).operations.size(), 2U) << "a file and the load";
  EXPECT_EQ(kinds_.provider("firewall")->cuts_line(desired_[2], *found_[2]), "") << "the rule is there by then";
  EXPECT_TRUE(found_[2]->missing.empty());
  for (const std::size_t i : {0U, 1U, 2U}) {
    EXPECT_EQ(obstacle(i), "");
    EXPECT_EQ(undone_by(i), "") << i;
  }
}

TEST_F(ForesightTest, WhatAFirewallsProgramDoesIsNotTakenBack) {
  system_.add_program("ufw");
  system_.make_file("/etc/ufw/ufw.conf", "ENABLED=no\n");
  system_.make_file("/etc/default/ufw", "IPV6=no\n");
  add("firewall", "name", {{"name", "ssh"}});
  add("firewall", "name", {{"name", "policy"}, {"incoming", "deny"}, {"enabled", true}});
  add("line", "path", {{"path", "/etc/default/ufw"}, {"text", "IPV6=yes"}, {"match", "^IPV6="}});
  foresee();
  for (const std::size_t i : {0U, 1U, 2U}) EXPECT_EQ(undone_by(i), "") << i;
}

TEST_F(ForesightTest, ACrontabIsWhereItsFolderWillBe) {
  system_.make_directory("/var/spool/cron");
  directory({{"path", "/var/spool/cron/tabs"}});
  add("cron", "name", {{"name", "job"}, {"user", "old"}, {"job", "true"}});
  foresee();
  EXPECT_EQ(std::get<EditFile>(change(1).operations.at(0)).path, "/var/spool/cron/tabs/old");
}

TEST_F(ForesightTest, LinesSeeThroughALinkOfThePlan) {
  system_.make_file("/srv/real/x", "one\n");
  link({{"path", "/srv/now"}, {"target", "real"}});
  add("line", "path", {{"path", "/srv/now/x"}, {"text", "one"}});
  foresee();
  EXPECT_EQ(change(1).op, Op::kNone) << "it is there";
}

TEST_F(ForesightTest, EditsOfAllKindsSeeThroughALinkOfThePlan) {
  system_.make_file("/srv/real/x", "one\n");
  link({{"path", "/srv/now"}, {"target", "real"}});
  add("line", "path", {{"path", "/srv/now/x"}, {"text", "two"}});
  add("replace", "path", {{"path", "/srv/now/x"}, {"match", "^two"}, {"text", "2"}, {"only_after", "none"}});
  add("block", "path", {{"path", "/srv/now/x"}, {"content", "three"}, {"insert_before", "^two$"}});
  add("replace", "path", {{"path", "/srv/now/x"}, {"match", "^three"}, {"text", "3"}});
  foresee();
  EXPECT_EQ(change(1).op, Op::kCreate);
  EXPECT_EQ(change(2).op, Op::kNone);
  EXPECT_EQ(change(3).op, Op::kCreate);
  EXPECT_EQ(change(4).before, Json({{"text", "three"}})) << "what the block before it brings";
  EXPECT_EQ(undone_by(3), "replace:/srv/now/x");
}

TEST_F(ForesightTest, LinesOfAFolderOfThePlanAreObservedTogether) {
  directory({{"path", "/srv/d"}});
  for (int i = 0; i < 50; ++i)
    add("line", "path", {{"path", "/srv/d/x"}, {"text", "line " + std::to_string(i)}, {"create", true}});
  asked_ = 0;
  foresee();
  EXPECT_LE(asked_, 200U) << "50 now, 50 as they will be";
  EXPECT_TRUE(found_[1]->missing.empty());
  EXPECT_TRUE(found_[50]->missing.empty());
  EXPECT_EQ(found_[1]->shaped_by, std::vector<std::string>{"directory:/srv/d"});
}

TEST_F(ForesightTest, LinesOfOtherFilesAreNotObservedAgain) {
  constexpr std::size_t kFolders = 40, kLines = 4;
  for (std::size_t i = 0; i < kFolders; ++i) {
    const std::string folder = "/srv/d" + std::to_string(i);
    directory({{"path", folder}});
    for (std::size_t line = 0; line < kLines; ++line)
      add("line", "path", {{"path", folder + "/conf"}, {"text", "k" + std::to_string(line)}, {"create", true}});
  }
  foresee();
  for (std::size_t i = 0; i < desired_.size(); ++i) EXPECT_EQ(change(i).op, Op::kCreate) << i;
  EXPECT_LE(asked_, 3 * desired_.size());
}

TEST_F(ForesightTest, WhatACommandMakesIsNotKnown) {
  command({{"name", "make"}, {"run", {"touch", "/srv/d/x"}}, {"creates", "/srv/d/x"}});
  link({{"path", "/srv/d/x"}, {"target", "y"}});
  directory({{"path", "/srv/d/x/y"}, {"parents", true}});
  file({{"path", "/srv/other"}, {"content", system_.blob("new")}});
  foresee();
  EXPECT_EQ(found_[1]->open_until, std::vector<std::string>{"command:make"});
  EXPECT_EQ(found_[2]->open_until, std::vector<std::string>{"command:make"});
  EXPECT_TRUE(found_[3]->open_until.empty());
  for (std::size_t i = 0; i < desired_.size(); ++i) EXPECT_EQ(undone_by(i), "") << i;
}

TEST_F(ForesightTest, WhatACommandMakesLiesInAFolder) {
  system_.make_file("/srv/p", "old");
  file({{"path", "/srv/p"}, {"mode", "0644"}});
  command({{"name", "make"}, {"run", {"touch", "/srv/p/x"}}, {"creates", "/srv/p/x"}});
  foresee();
  EXPECT_EQ(undone_by(0), "command:make");
}

TEST_F(ForesightTest, WhatACommandHasMadeIsTakenBackByWhoeverTakesItAway) {
  system_.make_directory("/srv/q");
  system_.make_link("/srv/p", "/srv/q");
  command({{"name", "make"}, {"run", {"mkdir", "/srv/p"}}, {"creates", "/srv/p"}});
  command({{"name", "remove"}, {"run", {"rm", "-rf", "/srv/q"}}, {"removes", "/srv/q"}});
  foresee();
  EXPECT_EQ(change(0).op, Op::kNone);
  EXPECT_EQ(undone_by(0), "command:remove");
}

TEST_F(ForesightTest, WhatIsInTheWayCountsOnceThereIsSomethingToDo) {
  system_.make_directory("/srv/q");
  system_.make_link("/srv/p", "/srv/q");
  directory({{"path", "/srv/p"}});
  directory({{"path", "/srv/q"}, {"state", "absent"}});
  foresee();
  EXPECT_EQ(change(0).op, Op::kNone);
  EXPECT_EQ(undone_by(0), "directory:/srv/q");
}

TEST_F(ForesightTest, AServiceIsLostWithItsFile) {
  system_.make_directory("/etc/systemd/system");
  const std::string unit = "/etc/systemd/system/app.service";
  system_.make_file(unit, "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n");
  add("line", "path", {{"path", unit}, {"text", "[Install]"}, {"state", "absent"}});
  add("service", "name", {{"name", "app"}, {"enabled", true}});
  foresee();
  EXPECT_EQ(undone_by(1), "line:" + unit);

  desired_.clear();
  file({{"path", unit}, {"state", "absent"}});
  add("service", "name", {{"name", "app"}, {"enabled", true}});
  foresee();
  EXPECT_EQ(undone_by(1), "file:" + unit);

  desired_.back().attributes["enabled"] = false;
  foresee();
  EXPECT_EQ(undone_by(1), "") << "nothing is asked for that needs it";
}

TEST_F(ForesightTest, AServiceGoesWithThePackageThatOwnsItsUnit) {
  install_daemon();
  add("service", "name", {{"name", "daemond"}, {"enabled", true}});
  package({{"name", "daemon"}, {"state", "absent"}});
  foresee();
  EXPECT_EQ(undone_by(0), "package:daemon") << "its name tells nothing, so it comes first";

  std::swap(desired_[0], desired_[1]);
  foresee();
  EXPECT_EQ(undone_by(1), "package:daemon");

  desired_[1].attributes["enabled"] = false;
  foresee();
  EXPECT_EQ(undone_by(1), "");
}

TEST_F(ForesightTest, FilesGoWithThePackageThatOwnsThem) {
  install_daemon();
  package({{"name", "daemon"}, {"state", "absent"}});
  file({{"path", "/usr/lib/daemon/run"}, {"content", system_.blob("new")}});
  file({{"path", "/etc/daemon.conf"}, {"mode", "0644"}});
  directory({{"path", "/usr/share/both"}});
  command({{"name", "asks"}, {"run", "true"}, {"unless", Json{"test", "-x", "/usr/sbin/daemond"}}});
  system_.script("test *", {});
  foresee();
  EXPECT_EQ(change(0).op, Op::kDelete);
  EXPECT_EQ(found_[1]->missing, (std::vector<Missing>{{{"", "directory", "/usr/lib/daemon"}, "path"}}));
  EXPECT_EQ(found_[1]->shaped_by, std::vector<std::string>{"package:daemon"});
  EXPECT_EQ(change(2).op, Op::kNone) << "configuration stays";
  EXPECT_EQ(change(3).op, Op::kNone) << "another package has it too";
  EXPECT_EQ(found_[4]->open_until, std::vector<std::string>{"package:daemon"});
  for (std::size_t i = 0; i < desired_.size(); ++i) EXPECT_EQ(undone_by(i), "") << i;
}

TEST_F(ForesightTest, WhatAPackageTakesAwayCannotBeKeptBeforeIt) {
  install_daemon();
  file({{"path", "/usr/lib/daemon/run"}, {"content", system_.blob("mine")}});
  package({{"name", "daemon"}, {"state", "absent"}});
  foresee();
  EXPECT_EQ(undone_by(0), "package:daemon");
}

TEST_F(ForesightTest, WhatWentWithAPackageAnotherMayBring) {
  install_daemon();
  package({{"name", "daemon"}, {"state", "absent"}});
  package({{"name", "other"}});
  file({{"path", "/usr/lib/daemon/run"}, {"mode", "0755"}});
  foresee();
  EXPECT_EQ(found_[2]->open_until, std::vector<std::string>{"package:other"});
}

TEST_F(ForesightTest, OneFileUnderTwoHardNamesIsToldOf) {
  system_.make_file("/srv/d/x", "text");
  ASSERT_TRUE(system_.apply(MakeLink{"/srv/same", "/srv/d/x", true, false}));
  directory({{"path", "/srv/d"}, {"recurse", true}, {"mode", "u=rwX,go="}});
  file({{"path", "/srv/same"}, {"mode", "0644"}});
  foresee();
  EXPECT_EQ(undone_by(0), "file:/srv/same");

  desired_.clear();
  file({{"path", "/srv/d/x"}, {"mode", "0600"}});
  file({{"path", "/srv/same"}, {"mode", "0640"}});
  foresee();
  EXPECT_EQ(undone_by(0), "file:/srv/same");
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

TEST_F(ForesightTest, TheFolderInWhichAGuardIsAskedIsLostByAnotherName) {
  system_.make_directory("/srv/real");
  system_.make_link("/srv/now", "real");
  command({{"name", "c"}, {"run", "true"}, {"cwd", "/srv/now"}, {"unless", Json{"test", "-e", "/opt"}}});
  directory({{"path", "/srv/real"}, {"state", "absent"}});
  system_.script("test *", {1, "", "", false});
  foresee();
  EXPECT_EQ(undone_by(0), "directory:/srv/real");
}

TEST_F(ForesightTest, ALineBehindALinkThatComesLaterIsToldOf) {
  add("line", "path", {{"path", "/srv/p"}, {"text", "one"}, {"create", true}, {"follow", true}});
  link({{"path", "/srv/p"}, {"target", "/srv/q"}, {"force", true}});
  foresee();
  EXPECT_EQ(undone_by(0), "link:/srv/p");
}

TEST_F(ForesightTest, WhatComesFromElsewhereIsNobodysToTakeBack) {
  directory({{"path", "/srv/www"}, {"owner", "www-data"}});
  file({{"path", "/srv/www/x"}, {"content", system_.blob("x")}});
  foresee();
  EXPECT_EQ(found_[0]->missing.size(), 1U);
  EXPECT_EQ(undone_by(0), "");
  EXPECT_EQ(obstacle(1), "");
  EXPECT_TRUE(found_[1]->missing.empty());
}

TEST_F(ForesightTest, AnAccountStandsOnThoseThatItNames) {
  group({{"name", "one"}});
  group({{"name", "two"}});
  user({{"name", "web"}, {"group", "two"}, {"create_home", false}});
  foresee();
  EXPECT_TRUE(found_[2]->missing.empty());
  EXPECT_EQ(found_[2]->shaped_by, std::vector<std::string>{"group:two"});
}

TEST_F(ForesightTest, ALoopThatIsMendedBeforeIsNoMatter) {
  system_.make_link("/srv/l", "l");
  system_.make_directory("/srv/real");
  link({{"path", "/srv/l"}, {"target", "real"}});
  file({{"path", "/srv/l/x"}, {"content", system_.blob("new")}});
  foresee();
  ASSERT_TRUE(found_[1]) << "it cannot be observed as it is now";
  EXPECT_EQ(obstacle(1), "");
  EXPECT_EQ(change(1).op, Op::kCreate);
}

TEST_F(ForesightTest, ALoopOfLinksIsRefused) {
  link({{"path", "/srv/a"}, {"target", "b"}});
  link({{"path", "/srv/b"}, {"target", "a"}});
  link({{"path", "/srv/z"}, {"target", "z"}});
  foresee();
  EXPECT_EQ(obstacle(0), "");
  EXPECT_NE(obstacle(1), "") << "it closes the loop";
  EXPECT_EQ(found_[1]->shaped_by, std::vector<std::string>{"link:/srv/a"});
  EXPECT_NE(obstacle(2), "");
}

TEST_F(ForesightTest, ALinkThatComesToLeadToItselfIsToldOf) {
  system_.make_directory("/srv/q");
  system_.make_link("/srv/p", "/srv/q");
  directory({{"path", "/srv/p"}});
  link({{"path", "/srv/q"}, {"target", "/srv/p"}, {"hard", true}, {"force", true}});
  foresee();
  EXPECT_EQ(undone_by(0), "link:/srv/q");
}

TEST_F(ForesightTest, ALinkOnTheWayOfAnotherLinkIsSeen) {
  system_.make_link("/srv/l", "z");
  system_.make_file("/srv/a/x", "x");
  link({{"path", "/srv/z"}, {"target", "a"}});
  file({{"path", "/srv/l/x"}, {"state", "absent"}});
  foresee();
  EXPECT_EQ(change(1).op, Op::kDelete);
  EXPECT_EQ(found_[1]->shaped_by, std::vector<std::string>{"link:/srv/z"});
}

TEST_F(ForesightTest, AGuardThatAsksAProgramIsOpenWhereItNamesWhatIsChanged) {
  file({{"path", "/srv/x"}, {"content", system_.blob("new")}});
  add("command", "name", {{"name", "c"}, {"run", "true"}, {"unless", Json{"test", "-e", "/srv/x"}}});
  add("command", "name", {{"name", "d"}, {"run", "true"}, {"unless", Json{"test", "-e", "/opt"}}});
  add("command", "name", {{"name", "e"}, {"run", "true"}, {"creates", Json{"/srv/x"}}});
  system_.script("test *", {});
  foresee();
  EXPECT_EQ(found_[1]->open_until, std::vector<std::string>{"file:/srv/x"});
  EXPECT_TRUE(found_[2]->open_until.empty());
  EXPECT_EQ(change(3).op, Op::kNone) << "the file is there by then";
}

TEST_F(ForesightTest, WhatIsLeftOutDoesNothing) {
  system_.make_file("/srv/d/x", "old");
  directory({{"path", "/srv/d"}, {"state", "absent"}});
  file({{"path", "/srv/d/x"}, {"content", system_.blob("old")}});
  const std::vector<ForeseenResource> resources = {{&desired_[0], true, {}}, {&desired_[1], false, {}}};
  foresee(resources);
  EXPECT_EQ(change(1).op, Op::kNone);
}

// What comes from elsewhere is foreseen but for what it holds.
TEST_F(ForesightTest, WhatIsDownloadedIsAFile) {
  system_.add_program("curl");
  add("download", "path", {{"path", "/srv/p"}, {"url", "http://one"}, {"owner", "old"}});
  file({{"path", "/srv/p/x"}, {"content", system_.blob("new")}});
  link({{"path", "/srv/q"}, {"target", "/srv/p"}, {"hard", true}});
  directory({{"path", "/srv/q/x"}});
  foresee();
  EXPECT_EQ(obstacle(1), "/srv/p is not a directory, so /srv/p/x cannot be in it");
  EXPECT_EQ(found_[1]->shaped_by, std::vector<std::string>{"download:/srv/p"});
  EXPECT_EQ(change(2).op, Op::kCreate);
  EXPECT_EQ(obstacle(3), "/srv/q is not a directory, so /srv/q/x cannot be in it");
}

TEST_F(ForesightTest, WhatADownloadHoldsIsNotKnown) {
  system_.add_program("curl");
  add("download", "path", {{"path", "/srv/p"}, {"url", "http://one"}});
  add("line", "path", {{"path", "/srv/p"}, {"text", "one"}});
  add("archive", "path", {{"path", "/srv"}, {"file", "/srv/p"}});
  foresee();
  EXPECT_EQ(found_[1]->open_until, std::vector<std::string>{"download:/srv/p"});
  EXPECT_EQ(found_[2]->open_until, std::vector<std::string>{"download:/srv/p"});
  for (std::size_t i = 0; i < desired_.size(); ++i) EXPECT_EQ(obstacle(i) + undone_by(i), "") << i;
}

TEST_F(ForesightTest, WhatIsFilledFromElsewhereIsAFolder) {
  system_.add_program("git");
  system_.script("git ls-remote*", {0, std::string(40, '1') + "\tHEAD\n", "", false});
  system_.make_file("/srv/a/x", "old");
  add("archive", "path", {{"path", "/srv/a"}, {"content", system_.blob("archive")}});
  add("git", "path", {{"path", "/srv/g"}, {"repository", "r"}});
  for (const char* path : {"/srv/a", "/srv/g"}) {
    directory({{"path", path}, {"owner", "old"}});
    file({{"path", std::string(path) + "/x"}, {"content", system_.blob("new")}});
  }
  foresee();
  for (const std::size_t i : {2U, 4U}) EXPECT_EQ(change(i).op, Op::kUpdate);
  EXPECT_EQ(found_[3]->open_until, std::vector<std::string>{"archive:/srv/a"});
  EXPECT_EQ(found_[5]->open_until, std::vector<std::string>{"git:/srv/g"});
}

TEST_F(ForesightTest, AFolderIsFilledOnceItIsEmpty) {
  system_.add_program("git");
  system_.script("git ls-remote*", {0, std::string(40, '1') + "\tHEAD\n", "", false});
  system_.make_file("/srv/g/x", "old");
  file({{"path", "/srv/g/x"}, {"state", "absent"}});
  directory({{"path", "/srv/g"}, {"owner", "old"}});
  add("git", "path", {{"path", "/srv/g"}, {"repository", "r"}});
  foresee();
  EXPECT_EQ(obstacle(2), "");
  const Change cloned = change(2);
  ASSERT_EQ(cloned.op, Op::kCreate);
  for (const Operation& operation : cloned.operations)
    EXPECT_EQ(std::get<plumb::Run>(operation).user, "1500") << "whose folder it is";
  EXPECT_EQ(found_[2]->shaped_by, (std::vector<std::string>{"file:/srv/g/x", "directory:/srv/g"}));
}

TEST_F(ForesightTest, AWorkingCopyThatOthersTouchIsAskedInItsTurn) {
  system_.add_program("git");
  system_.make_directory("/srv/g/.git");
  system_.script("git *", {0, std::string(40, '1') + "\n", "", false});
  file({{"path", "/srv/g/.git/config"}, {"content", system_.blob("x")}});
  add("git", "path", {{"path", "/srv/g"}, {"repository", "r"}, {"commit", std::string(40, '2')}});
  foresee();
  EXPECT_EQ(found_[1]->open_until, std::vector<std::string>{"file:/srv/g/.git/config"});
}

// What was foreseen is what is found: resources that meet on few paths are carried out in their order, and each is
// observed in its turn.
TEST_F(ForesightTest, IsWhatIsFoundInTheEnd) {
  int met = 0;
  for (std::uint32_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto pick = [&](std::initializer_list<const char*> choices) {
      return std::string(*(choices.begin() + random() % choices.size()));
    };
    // One resource a path, as projects have it; mostly what is above comes first, as graphs have it.
    std::vector<std::string> paths = {"/srv/a", "/srv/a/b", "/srv/a/b/y", "/srv/a/x", "/srv/l", "/srv/l/x", "/srv/z"};
    std::shuffle(paths.begin(), paths.end(), random);
    paths.resize(2 + random() % 4);
    if (random() % 4 != 0) std::sort(paths.begin(), paths.end());
    system_.remove("/srv");
    system_.make_directory("/srv");
    if (random() % 2 == 0) system_.make_file("/srv/a/x", "x", 0600);
    if (random() % 2 == 0) system_.make_file("/srv/a/b/y", "y");
    if (random() % 2 == 0) system_.make_link("/srv/l", pick({"a", "/srv/a/b", "z", "l"}));
    desired_.clear();
    for (const std::string& path : paths) {
      Json attributes = {{"path", path}};
      if (random() % 3 == 0) attributes["state"] = "absent";
      const bool present = !attributes.contains("state");
      // Else most are refused: what others may lie in is mostly a folder.
      const bool holds_others = path == "/srv/a" || path == "/srv/a/b";
      switch (holds_others && random() % 4 != 0 ? 1 : random() % 3) {
        case 0:
          if (present) attributes["content"] = system_.blob(pick({"x", "new"}));
          if (present && random() % 2 == 0) attributes["mode"] = "0600";
          if (present && random() % 3 == 0) attributes["follow"] = true;
          file(attributes);
          break;
        case 1:
          if (present && random() % 2 == 0) attributes["mode"] = pick({"0700", "u=rwX,go="});
          if (present && random() % 3 == 0) attributes["recurse"] = true;
          if (present && random() % 3 == 0) attributes["purge"] = true;
          if (present && random() % 3 == 0) attributes["parents"] = true;
          directory(attributes);
          break;
        default:
          attributes["target"] = pick({"a", "/srv/a/b", "/srv/z", "l"});
          if (random() % 2 == 0) attributes["force"] = true;
          if (random() % 3 == 0) attributes["hard"] = true;
          if (attributes.contains("hard")) attributes["target"] = pick({"/srv/a/x", "/srv/z"});
          link(attributes);
      }
    }
    foresee();
    bool refused = false;
    for (std::size_t i = 0; i < desired_.size() && !refused; ++i) {
      refused = !found_[i];
      if (refused) break;
      const Change planned = change(i);
      refused = !planned.empty() && (found_[i]->obstacle || !found_[i]->missing.empty());
      refused = refused || !found_[i]->undone_by.empty();
    }
    if (refused) continue;
    for (std::size_t i = 0; i < desired_.size(); ++i) {
      const Seen seen = see(*kinds_.provider(desired_[i].address.kind), desired_[i], system_);
      ASSERT_TRUE(seen.observed) << (seen.problem ? seen.problem->summary : "");
      EXPECT_EQ(to_json(seen.change), to_json(change(i))) << desired_[i].address.str();
      const auto done = system_.apply(seen.change.operations);
      ASSERT_TRUE(done) << desired_[i].address.str() << ": " << done.error().summary();
      if (!found_[i]->shaped_by.empty()) ++met;
    }
    for (const Desired& one : desired_) {
      const Seen again = see(*kinds_.provider(one.address.kind), one, system_);
      EXPECT_TRUE(again.change.empty()) << one.address.str() << ' ' << to_json(again.change).dump();
    }
    if (HasFailure()) {
      for (const Desired& one : desired_) ADD_FAILURE() << one.address.str() << ' ' << one.attributes.dump();
      return;
    }
  }
  EXPECT_GT(met, 20) << "resources have to meet";
}

TEST_F(ForesightTest, WhatComesToBeMountedIsNotKnown) {
  system_.make_file("/proc/self/mountinfo", "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
  system_.make_file("/etc/fstab", "");
  system_.make_file("/dev/sdb1", "");
  system_.make_file("/srv/d/x", "x");
  system_.make_file("/srv/t/x", "x");
  add("mount", "path", {{"path", "/srv/d"}, {"source", "/dev/sdb1"}, {"type", "ext4"}, {"state", "mounted"}});
  add("mount", "path", {{"path", "/srv/t"}, {"source", "none"}, {"type", "tmpfs"}, {"state", "mounted"}});
  file({{"path", "/srv/d/x"}, {"content", system_.blob("x")}});
  file({{"path", "/srv/t/x"}, {"content", system_.blob("x")}});
  foresee();
  EXPECT_EQ(obstacle(0) + obstacle(1) + undone_by(0) + undone_by(1), "");
  EXPECT_EQ(found_[2]->open_until, std::vector<std::string>{"mount:/srv/d"});
  EXPECT_EQ(change(3).op, Op::kCreate) << "what is in memory is empty";
  EXPECT_EQ(found_[3]->shaped_by, std::vector<std::string>{"mount:/srv/t"});
}

TEST_F(ForesightTest, ValuesBesideFilesThatOthersWrite) {
  system_.make_file("/proc/sys/kernel/panic", "0\n");
  system_.make_directory("/etc/sysctl.d");
  file({{"path", "/etc/sysctl.d/50-a.conf"}, {"content", system_.blob("vm.swappiness = 1\n")}});
  add("sysctl", "key", {{"key", "kernel.panic"}, {"value", "5"}});
  file({{"path", "/etc/sysctl.d/95-b.conf"}, {"content", system_.blob("vm.swappiness = 1\n")}});
  foresee();
  EXPECT_EQ(obstacle(1) + undone_by(1), "");
  EXPECT_EQ(change(1).operations.size(), 2U);
}

// Of what programs are asked about, only what they say is unknown.
TEST_F(ForesightTest, AFolderInThePlaceOfAFileStaysInTheWay) {
  system_.make_directory("/srv/app");
  directory({{"path", "/srv/app"}, {"mode", "0700"}});
  add("capabilities", "path", {{"path", "/srv/app"}, {"capability", "cap_net_raw=ep"}});
  foresee();
  EXPECT_NE(obstacle(1).find("is no regular file"), std::string::npos);
  EXPECT_TRUE(found_[1]->open_until.empty());
}

TEST_F(ForesightTest, AMountThatIsTakenAwayAgain) {
  system_.make_file("/proc/self/mountinfo", "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
  system_.make_file("/etc/fstab", "");
  add("swap", "path", {{"path", "/swapfile"}, {"size", 1 << 20}, {"state", "active"}});
  add("line", "path", {{"path", "/etc/fstab"}, {"match", "swapfile"}, {"state", "absent"}});
  foresee();
  EXPECT_EQ(undone_by(0), "line:/etc/fstab");
}

}  // namespace
}  // namespace plumb
