// What programs, package managers and the kernel do: what is foreseen of it, and what waits for its turn.
#include "providers/testing/foresight.h"

namespace plumb {
namespace {

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

TEST_F(ForesightTest, AServiceIsJudgedByTheFilesThatEditsLeave) {
  system_.make_directory("/etc/systemd/system");
  const std::string unit = "/etc/systemd/system/app.service";
  system_.make_file(unit, "[Service]\nExecStart=/bin/true\n");
  add("line", "path", {{"path", unit}, {"text", "Nice=5"}});
  add("service", "name", {{"name", "app"}, {"enabled", true}});
  foresee();
  EXPECT_EQ(obstacle(1), "app.service cannot be enabled, because it has no [Install] section");
  EXPECT_EQ(found_[1]->shaped_by, std::vector<std::string>{"line:" + unit});

  desired_[0].attributes["text"] = "[Install]\nWantedBy=multi-user.target";
  desired_[0].address.kind = "block";
  desired_[0].attributes["content"] = desired_[0].attributes["text"];
  foresee();
  EXPECT_TRUE(found_[1]->shaped_by.empty()) << "it is asked when its turn comes";
  EXPECT_EQ(undone_by(1), "");
}

TEST_F(ForesightTest, WhatKeepsAServiceFromBeingEnabledWhateverItsFileSays) {
  const std::string unit = "/etc/systemd/system/app.service";
  system_.make_file(unit, "[Service]\nExecStart=/bin/true\n");
  system_.make_directory(unit + ".d/x.conf");
  file({{"path", unit}, {"content", system_.blob("[Install]\nWantedBy=multi-user.target\n")}});
  add("service", "name", {{"name", "app"}, {"enabled", true}});
  foresee();
  EXPECT_EQ(obstacle(1), "app.service cannot be enabled, because " + unit + ".d/x.conf is a folder");
  EXPECT_EQ(found_[1]->shaped_by, std::vector<std::string>{"file:" + unit});
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

// Whatever its name is.
TEST_F(ForesightTest, NoClientOfAServerComesWithAPackageThatGoesOrWithAnAccount) {
  system_.add_program("apt-get");
  system_.make_file("/var/lib/apt/lists/x_Packages", "");
  system_.script("apt-get *", {0, "Inst postgresql (1 base [all])\n", "", false});
  std::string status;
  for (const std::string name : {"app", "postgresql-15", "mariadb-server"}) {
    status += "Package: " + name + "\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n";
    system_.make_file("/var/lib/dpkg/info/" + name + ".list", "/.\n");
    system_.script("apt-get * " + name + "-", {0, "Remv " + name + " [1]\n", "", false});
  }
  system_.make_file("/var/lib/dpkg/status", status);
  const Json grant = {{"name", "app"}, {"database", "app"}, {"privileges", {"ALL"}}, {"exact", true}};
  const auto with = [&grant](Json more) {
    more.update(grant);
    return more;
  };
  const auto add_all = [&] {
    add("postgresql_database", "name", {{"name", "app"}});
    add("postgresql_role", "name", {{"name", "app"}});
    add("postgresql_grant", "name", with({{"role", "app"}, {"type", "database"}}));
    add("postgresql_extension", "name", {{"name", "app"}, {"database", "app"}});
    add("postgresql_setting", "name", {{"name", "work_mem"}, {"value", "64MB"}});
    add("mysql_database", "name", {{"name", "app"}});
    add("mysql_user", "name", {{"name", "app"}, {"host", "localhost"}});
    add("mysql_grant", "name", with({{"user", "app"}, {"host", "localhost"}}));
  };
  for (const char* name : {"app", "postgresql-15", "mariadb-server"}) {
    desired_.clear();
    package({{"name", name}, {"state", "absent"}});
    user({{"name", "app"}});
    user({{"name", "mysql"}});
    add_all();
    foresee();
    EXPECT_EQ(change(0).op, Op::kDelete);
    for (std::size_t i = 3; i < desired_.size(); ++i) {
      EXPECT_NE(obstacle(i).find("so no server of"), std::string::npos) << desired_[i].address.str();
      EXPECT_EQ(found_[i]->open_until, std::vector<std::string>()) << desired_[i].address.str() << " beside " << name;
    }
  }
  desired_.clear();
  package({{"name", "postgresql"}});
  add_all();
  foresee();
  EXPECT_EQ(found_[1]->open_until, std::vector<std::string>{"package:postgresql"}) << "that one may";
  EXPECT_EQ(found_[6]->open_until, std::vector<std::string>());
}

TEST_F(ForesightTest, WhatWentWithAPackageAnotherMayBring) {
  install_daemon();
  package({{"name", "daemon"}, {"state", "absent"}});
  package({{"name", "other"}});
  file({{"path", "/usr/lib/daemon/run"}, {"mode", "0755"}});
  foresee();
  EXPECT_EQ(found_[2]->open_until, std::vector<std::string>{"package:other"});
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

TEST_F(ForesightTest, AFolderThatIsFilledByAnotherNameIsThere) {
  directory({{"path", "/srv/real"}, {"state", "absent"}});
  link({{"path", "/srv/now"}, {"target", "real"}});
  add("archive", "path", {{"path", "/srv/now"}, {"content", system_.blob("archive")}});
  foresee();
  EXPECT_EQ(undone_by(0), "archive:/srv/now");
}

TEST_F(ForesightTest, AFolderThatIsFilledByAnotherNameIsLostByIts) {
  system_.make_file("/srv/real/x", "x");
  link({{"path", "/srv/now"}, {"target", "real"}});
  add("archive", "path", {{"path", "/srv/now"}, {"content", system_.blob("archive")}});
  directory({{"path", "/srv/real"}, {"state", "absent"}});
  foresee();
  EXPECT_EQ(undone_by(1), "directory:/srv/real");
}

TEST_F(ForesightTest, WhatIsUnpackedIsOfItsGroup) {
  directory({{"path", "/srv/a"}, {"recurse", true}, {"group", "root"}});
  add("archive", "path", {{"path", "/srv/a"}, {"content", system_.blob("archive")}, {"group", "staff"}});
  foresee();
  EXPECT_EQ(undone_by(0), "archive:/srv/a");
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

// Nor is it asked for what a file tells that comes into the way.
TEST_F(ForesightTest, AFileThatComesInThePlaceOfAFolderIsInTheWay) {
  system_.add_program("dpkg-divert");
  add("line", "path", {{"path", "/srv/p"}, {"text", "x"}, {"create", true}});
  add("dpkg_divert", "path", {{"path", "/srv/p/x"}, {"divert", "/srv/q"}});
  add("dpkg_divert", "path", {{"path", "/srv/other"}, {"divert", "/srv/r"}});
  foresee();
  EXPECT_EQ(obstacle(1), "/srv/p is not a directory, so /srv/p/x cannot be in it");
  EXPECT_EQ(found_[1]->shaped_by, std::vector<std::string>{"line:/srv/p"});
  EXPECT_EQ(obstacle(2), "");

  system_.add_program("openssl");
  system_.script("openssl pkey -in /srv/key *",
                 {0, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "", false});
  system_.make_directory("/srv/d");
  system_.make_file("/srv/f", "x");
  system_.make_file("/srv/key", "x");
  system_.make_link("/srv/l", "/srv/d");
  desired_.clear();
  link({{"path", "/srv/l"}, {"target", "/srv/f"}});
  add("certificate", "path", {{"path", "/srv/l/x"}, {"key", "/srv/key"}, {"common_name", "a.example"}});
  foresee();
  EXPECT_EQ(obstacle(1), "/srv/l is not a directory, so /srv/l/x cannot be in it");
  EXPECT_EQ(found_[1]->shaped_by, std::vector<std::string>{"link:/srv/l"});
}

TEST_F(ForesightTest, WhatIsBehindAnObstacleThatGoes) {
  system_.make_file("/srv/q", "x");
  system_.make_file("/srv/key", "x");
  system_.make_link("/srv/p", "/srv/q");
  for (const char* program : {"dpkg-divert", "openssl"}) system_.add_program(program);
  add("dpkg_divert", "path", {{"path", "/srv/p"}});
  add("certificate_request", "path", {{"path", "/srv/p"}, {"key", "/srv/key"}, {"common_name", "a.example"}});
  foresee();
  EXPECT_EQ(found_[1]->open_until, std::vector<std::string>{"dpkg_divert:/srv/p"}) << "decided in its turn";
  EXPECT_TRUE(found_[1]->shaped_by.empty());

  system_.set_image(true);
  foresee();
  EXPECT_EQ(obstacle(1), "programs of an image are not run");
  EXPECT_EQ(found_[1]->shaped_by, std::vector<std::string>{"dpkg_divert:/srv/p"});
}

TEST_F(ForesightTest, WhatAKeyOfThePlanIsForDoesNotClearItsPlace) {
  system_.add_program("openssl");
  system_.script("openssl * -in /srv/text *", {1, "", "no start line", false});
  system_.make_directory("/srv/folder");
  system_.make_file("/srv/text", "x");
  add("private_key", "path", {{"path", "/srv/key"}, {"type", "ecdsa"}});
  add("certificate", "path", {{"path", "/srv/folder"}, {"key", "/srv/key"}, {"common_name", "a.example"}});
  add("certificate_request", "path", {{"path", "/srv/text"}, {"key", "/srv/key"}, {"common_name", "a.example"}});
  foresee();
  EXPECT_EQ(obstacle(1), "/srv/folder is there and is no regular file");
  EXPECT_EQ(obstacle(2), "/srv/text holds no request");
  for (const std::size_t one : {1U, 2U}) EXPECT_TRUE(found_[one]->open_until.empty()) << one;
}

TEST_F(ForesightTest, AMountThatIsTakenAwayAgain) {
  system_.make_file("/proc/self/mountinfo", "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
  system_.make_file("/etc/fstab", "");
  add("swap", "path", {{"path", "/swapfile"}, {"size", 1 << 20}, {"state", "active"}});
  add("line", "path", {{"path", "/etc/fstab"}, {"match", "swapfile"}, {"state", "absent"}});
  foresee();
  EXPECT_EQ(undone_by(0), "line:/etc/fstab");
}

TEST_F(ForesightTest, WhatPackagesPutIntoAFolderOfTheirsIsNotKnownBefore) {
  install_daemon();
  for (const char* folder : {"/usr/share/both", "/srv/own", "/etc/own"}) {
    system_.make_file(std::string(folder) + "/old", "");
    directory({{"path", folder}, {"purge", true}, {"keep", Json::array()}});
  }
  package({{"name", "other"}});
  directory({{"path", "/usr/share/both"}, {"mode", "0700"}});
  for (const char* folder : {"/usr/share/both", "/srv/own", "/etc/own"})
    directory({{"path", folder}, {"purge", true}, {"keep", Json::array()}});
  directory({{"path", "/etc/new"}, {"recurse", true}});
  directory({{"path", "/srv/new"}, {"recurse", true}});
  foresee();
  for (const std::size_t before : {0, 1, 2}) EXPECT_TRUE(found_[before]->open_until.empty()) << before;
  EXPECT_TRUE(found_[4]->open_until.empty()) << "what is in it does not matter";
  EXPECT_EQ(found_[5]->open_until, std::vector<std::string>{"package:other"});
  EXPECT_TRUE(found_[6]->open_until.empty());
  EXPECT_TRUE(found_[7]->open_until.empty()) << "no package has it";
  EXPECT_EQ(found_[8]->open_until, std::vector<std::string>{"package:other"}) << "it may come with it";
  EXPECT_TRUE(found_[9]->open_until.empty());
}

}  // namespace
}  // namespace plumb
