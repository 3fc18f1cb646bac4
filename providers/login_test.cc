// What changes of any kind take from the login over which a host is reached.
#include "providers/sdk/login.h"

#include "providers/testing/foresight.h"

namespace plumb {
namespace {

class LoginOfAHost : public ForesightTest {
 protected:
  LoginOfAHost() {
    system_.make_file("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\ndeploy:x:1700:1700::/home/deploy:/bin/sh\n");
    system_.make_file("/etc/group", "root:x:0:\ndeploy:x:1700:\nadm:x:4:deploy\n");
    system_.add_user({"deploy", 1700, 1700, "", "/home/deploy", "/bin/sh"});
    system_.add_group({"deploy", 1700, {}});
    system_.make_file("/usr/sbin/sshd", "", 0755);
    system_.make_file("/etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n");
    system_.make_directory("/etc/ssh/sshd_config.d");
    system_.make_file(kKeys, "# mine\nssh-ed25519 AAAAone me\nrestrict ssh-ed25519 AAAAtwo you\n");
    system_.make_file("/etc/sudoers", "root ALL=(ALL) ALL\n");
    system_.make_file("/etc/sudoers.d/90-deploy", "deploy ALL=(ALL) NOPASSWD: ALL\n");
    system_.set_reached_by("192.0.2.5 50022 192.0.2.1 22 1700");
  }

  // Of the last resource.
  std::string cuts() {
    foresee();
    EXPECT_TRUE(found_.back()) << found_.back().error().summary();
    const std::string cuts = found_.back() ? found_.back()->cuts : "";
    desired_.clear();
    return cuts;
  }
  void line(const std::string& path, const std::string& text) { add("line", "path", {{"path", path}, {"text", text}}); }

  const std::string kKeys = "/home/deploy/.ssh/authorized_keys";
  const std::string kSettings = "/etc/ssh/sshd_config";
};

TEST_F(LoginOfAHost, KeepsAKeyOfItsOwn) {
  const Json key = {{"user", "deploy"}, {"key", "ssh-ed25519 AAAAnew x"}, {"exclusive", true}};
  add("authorized_key", "user", key);
  EXPECT_EQ(cuts(), "no key of deploy would be left");
  add("authorized_key", "user", {{"user", "deploy"}, {"key", "ssh-ed25519 AAAAone"}, {"exclusive", true}});
  EXPECT_EQ(cuts(), "");
  add("authorized_key", "user", {{"user", "deploy"}, {"key", "ssh-ed25519 AAAAone"}, {"state", "absent"}});
  EXPECT_EQ(cuts(), "") << "the other one opens the door";
  add("authorized_key", "user", {{"user", "deploy"}, {"key", "ssh-ed25519 AAAAone"}, {"state", "absent"}});
  add("authorized_key", "user", {{"user", "deploy"}, {"key", "ssh-ed25519 AAAAtwo"}, {"state", "absent"}});
  EXPECT_EQ(cuts(), "no key of deploy would be left");
  file({{"path", kKeys}, {"state", "absent"}});
  EXPECT_EQ(cuts(), "no key of deploy would be left");
  directory({{"path", "/home/deploy"}, {"state", "absent"}});
  EXPECT_EQ(cuts(), "no key of deploy would be left") << "also by what takes away the folder above";
  system_.set_reached_by("");
  file({{"path", kKeys}, {"state", "absent"}});
  EXPECT_EQ(cuts(), "") << "nobody came by ssh";
}

TEST_F(LoginOfAHost, IsLetInByTheSettingsOfSshd) {
  line(kSettings, "AllowUsers alice");
  EXPECT_EQ(cuts(), "AllowUsers of sshd does not name deploy");
  line(kSettings, "AllowUsers alice deploy@192.0.2.*");
  EXPECT_EQ(cuts(), "");
  line(kSettings, "AllowUsers alice deploy@10.*");
  EXPECT_EQ(cuts(), "AllowUsers of sshd does not name deploy");
  line(kSettings, "AllowUsers deploy@192.0.2.0/24");
  EXPECT_EQ(cuts(), "") << "a mask may be met";
  line(kSettings, "DenyUsers *@192.0.2.0/24");
  EXPECT_EQ(cuts(), "");
  line(kSettings, "DenyGroups adm");
  EXPECT_EQ(cuts(), "DenyGroups of sshd names a group of deploy");
  line(kSettings, "AllowGroups \"adm\"");
  EXPECT_EQ(cuts(), "");
  line(kSettings, "PubkeyAuthentication=no");
  EXPECT_EQ(cuts(), "PubkeyAuthentication of sshd is no");
  line(kSettings, "PasswordAuthentication no");
  EXPECT_EQ(cuts(), "") << "it comes with a key";
  line(kSettings, "PermitRootLogin no");
  EXPECT_EQ(cuts(), "") << "it is not root's";
  line(kSettings, "Port 2222");
  EXPECT_EQ(cuts(), "sshd would not listen on port 22");
  line(kSettings, "AuthorizedKeysFile /etc/ssh/keys/%u");
  EXPECT_EQ(cuts(), "no key of deploy would be left");
  add("block", "path", {{"path", kSettings}, {"content", "Match User deploy\n  AllowUsers alice\n"}});
  EXPECT_EQ(cuts(), "AllowUsers of sshd does not name deploy");
  add("block", "path", {{"path", kSettings}, {"content", "Match User alice\n  AllowUsers alice\n"}});
  EXPECT_EQ(cuts(), "");
}

TEST_F(LoginOfAHost, OfRootIsRefusedByName) {
  system_.set_reached_by("192.0.2.5 50022 192.0.2.1 22 0");
  system_.make_file("/root/.ssh/authorized_keys", "ssh-ed25519 AAAAone\n");
  line(kSettings, "PermitRootLogin no");
  EXPECT_EQ(cuts(), "PermitRootLogin of sshd is no");
  line(kSettings, "PermitRootLogin prohibit-password");
  EXPECT_EQ(cuts(), "");
  system_.remove("/root/.ssh/authorized_keys");
  system_.make_file(kSettings, "PermitRootLogin yes\n");
  line(kSettings, "PermitRootLogin no");
  EXPECT_EQ(cuts(), "") << "the first counts";
  add("line", "path", {{"path", kSettings}, {"match", "^PermitRoot"}, {"text", "PermitRootLogin prohibit-password"}});
  EXPECT_EQ(cuts(), "PermitRootLogin of sshd is prohibit-password") << "it came with a password";
}

// A name service knows of groups that the files do not.
TEST_F(LoginOfAHost, IsNotHeldToGroupsThatNobodyKnows) {
  system_.add_user({"carol", 4000, 4000, "", "/home/carol", "/bin/sh"});
  system_.set_reached_by("192.0.2.5 50022 192.0.2.1 22 4000");
  line(kSettings, "AllowGroups admins");
  EXPECT_EQ(cuts(), "");
  system_.make_file("/etc/sudoers.d/admins", "%admins ALL=(ALL) ALL\n");
  system_.make_file("/etc/sudoers.d/carol", "carol ALL=(ALL) ALL\n");
  file({{"path", "/etc/sudoers.d/carol"}, {"state", "absent"}});
  EXPECT_EQ(cuts(), "");
}

TEST_F(LoginOfAHost, WithAPasswordNeedsThatOne) {
  system_.remove(kKeys);
  system_.make_file(kSettings, "KbdInteractiveAuthentication no\n");
  line(kSettings, "PasswordAuthentication no");
  EXPECT_EQ(cuts(), "PasswordAuthentication of sshd is no");
}

TEST_F(LoginOfAHost, TheFirstOfTwoSettingsCounts) {
  system_.make_file("/etc/ssh/sshd_config.d/a.conf", "PubkeyAuthentication yes\n");
  line(kSettings, "PubkeyAuthentication no");
  EXPECT_EQ(cuts(), "");
  file({{"path", "/etc/ssh/sshd_config.d/a.conf"}, {"state", "absent"}});
  line(kSettings, "PubkeyAuthentication no");
  EXPECT_EQ(cuts(), "PubkeyAuthentication of sshd is no");
}

TEST_F(LoginOfAHost, WhatKeptItOutBeforeIsNoNews) {
  system_.make_file(kSettings, "Port 2222\n");  // its sshd was begun with another port
  line(kSettings, "AllowUsers deploy");
  EXPECT_EQ(cuts(), "");
}

TEST_F(LoginOfAHost, StandsOnTheProgramAndTheRuleOfSudo) {
  file({{"path", "/usr/sbin/sshd"}, {"state", "absent"}});
  EXPECT_EQ(cuts(), "sshd would be gone");
  file({{"path", "/etc/sudoers.d/90-deploy"}, {"state", "absent"}});
  EXPECT_EQ(cuts(), "no rule of sudo would be left for deploy");
  for (const char* rule : {"%adm ALL=(ALL) ALL\n", "alice, deploy ALL = (ALL) ALL\n",
                           "User_Alias ADMINS = alice, deploy\nADMINS ALL=(ALL) ALL\n"}) {
    system_.make_file("/etc/sudoers.d/adm", rule);
    file({{"path", "/etc/sudoers.d/90-deploy"}, {"state", "absent"}});
    EXPECT_EQ(cuts(), "") << rule;
  }
  system_.make_file("/etc/sudoers.d/adm", "# deploy ALL=(ALL) ALL\nbob ALL=(deploy) ALL\n");
  file({{"path", "/etc/sudoers.d/90-deploy"}, {"state", "absent"}});
  EXPECT_EQ(cuts(), "no rule of sudo would be left for deploy");
}

TEST_F(LoginOfAHost, StandsOnTheRowOfItsAccount) {
  const std::string rows = "/etc/passwd";
  add("line", "path", {{"path", rows}, {"match", "^deploy:"}, {"text", "deploy:x:1700:1700::/home/deploy:/bin/false"}});
  EXPECT_EQ(cuts(), "deploy would get no shell");
  add("line", "path", {{"path", rows}, {"match", "^deploy:"}, {"state", "absent"}});
  EXPECT_EQ(cuts(), "the account deploy would be gone");
  line(rows, "other:x:1800:1800::/home/other:/bin/false");
  EXPECT_EQ(cuts(), "");
}

TEST_F(LoginOfAHost, IsGoneWithThePackageOfSshd) {
  install_daemon();
  system_.make_file("/var/lib/dpkg/status",
                    "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
                    "Package: daemon\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
                    "Package: library\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n");
  system_.make_file("/var/lib/dpkg/info/daemon.list", "/.\n/usr\n/usr/sbin\n/usr/sbin/sshd\n");
  system_.make_file("/var/lib/dpkg/info/library.list", "/.\n/usr\n/usr/lib\n/usr/lib/l.so\n");
  package({{"name", "daemon"}, {"state", "absent"}});
  EXPECT_EQ(cuts(), "sshd would be gone");
  system_.script("apt-get * library-", {0, "Remv daemon [1]\nRemv library [1]\n", "", false});
  package({{"name", "library"}, {"state", "absent"}, {"allow_removal", {"daemon"}}});
  EXPECT_EQ(cuts(), "sshd would be gone") << "it goes along";
}

// Its content is the project's, and no text that the host knows.
TEST_F(LoginOfAHost, StandsOnAllElseAlsoWhereASettingIsNotKnown) {
  file({{"path", "/etc/ssh/sshd_config.d/b.conf"}, {"content", system_.blob("UsePAM yes\n")}});
  line(kSettings, "# a remark");
  EXPECT_EQ(cuts(), "");
  file({{"path", "/etc/ssh/sshd_config.d/b.conf"}, {"content", system_.blob("UsePAM yes\n")}});
  file({{"path", "/usr/sbin/sshd"}, {"state", "absent"}});
  EXPECT_EQ(cuts(), "sshd would be gone");
}

// A project's text is judged where it is at hand.
TEST_F(LoginOfAHost, IsToldToWhoKnowsTheText) {
  file({{"path", "/etc/ssh/sshd_config.d/b.conf"}, {"content", system_.blob("AllowUsers alice\n")}});
  foresee();
  ASSERT_TRUE(found_[0]);
  const std::optional<Login> login = Login::parse(found_[0]->login);
  ASSERT_TRUE(login);
  EXPECT_EQ(login->text(), "deploy 192.0.2.5 192.0.2.1 22 deploy,adm");
  const std::string drop_in = "/etc/ssh/sshd_config.d/b.conf";
  EXPECT_EQ(taken_by_text(*login, drop_in, "AllowUsers alice\n", {}), "AllowUsers of sshd does not name deploy");
  EXPECT_EQ(taken_by_text(*login, drop_in, "# x\nAllowUsers alice\n", "AllowUsers alice\n"), "") << "as before";
  EXPECT_EQ(taken_by_text(*login, drop_in, "AllowUsers deploy\n", {}), "");
  EXPECT_EQ(taken_by_text(*login, kKeys, "", {}), "no key of deploy would be left");
  EXPECT_EQ(taken_by_text(*login, kKeys, "ssh-rsa AAAAx\n", "ssh-rsa AAAAy\n"), "no key of deploy would be left");
  EXPECT_EQ(taken_by_text(*login, kKeys, "ssh-rsa AAAAx\n", {}), "");
}

}  // namespace
}  // namespace plumb
