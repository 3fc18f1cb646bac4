// Logging in: certificates, the agent, and what only a person can give.
#include "engine/host/testing/ssh_test.h"

namespace plumb::host {
namespace {

using testing::hello;
using testing::PrivateSshd;
using testing::read_line;
using testing::ScratchFolder;

void make_key(const std::string& path, const std::string& passphrase = "") {
  ASSERT_EQ(testing::run("ssh-keygen -q -t ed25519 -N '" + passphrase + "' -f " + path), 0);
}

// An sshd that knows nobody's key but trusts an authority.
class Certified : public testing::AgentTest {
 protected:
  static void SetUpTestSuite() {
    sshd_ = PrivateSshd::start([](const ScratchFolder& folder) {
      testing::run("ssh-keygen -q -t ed25519 -N '' -f " + folder / "authority");
      return "AuthorizedKeysFile none\nTrustedUserCAKeys " + folder / "authority.pub" + "\n";
    });
  }
  // PATH.pub signed, in `into`.
  void certify(const std::string& path, const std::string& into, const std::string& options = "") {
    ASSERT_EQ(testing::run("ssh-keygen -q -s " + files() / "authority" + " -I test -n " + self_.name + " " + options +
                           " " + path + ".pub"),
              0);
    if (into != path + "-cert.pub") std::filesystem::rename(path + "-cert.pub", into);
  }
  std::string key_ = folder_ / "key";
};

TEST_F(Certified, TheCertificateBesideTheKey) {
  make_key(key_);
  settings_.identity_files = {key_};
  EXPECT_CODE(open(), Code::kAuthentication);
  certify(key_, key_ + "-cert.pub");
  auto connection = open();
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), hello());
}

TEST_F(Certified, CertificateFileFindsItsKeyAmongSeveral) {
  make_key(key_);
  make_key(folder_ / "second");
  certify(folder_ / "second", folder_ / "elsewhere.pub");
  use_config(way_to(*sshd_, "testhost") + "  IdentityFile " + key_ + "\n  IdentityFile " + folder_ / "second" +
             "\n  CertificateFile " + folder_ / "elsewhere.pub" + "\n");
  EXPECT_TRUE(open().has_value());
}

TEST_F(Certified, AnExpiredOneIsRefused) {
  make_key(key_);
  certify(key_, key_ + "-cert.pub", "-V 20200101:20200102");
  settings_.identity_files = {key_};
  auto connection = open();
  EXPECT_CODE(connection, Code::kAuthentication);
  EXPECT_NE(connection.error().summary().find("(certificate)"), std::string::npos) << connection.error().summary();
}

TEST_F(Certified, OneThatTheAgentHolds) {
  make_key(key_);
  certify(key_, key_ + "-cert.pub");
  add(key_);
  settings_.identity_files.clear();
  EXPECT_TRUE(open().has_value());
}

TEST_F(Certified, AFileForAKeyThatTheAgentHolds) {
  make_key(key_);
  certify(key_, folder_ / "elsewhere.pub");
  add(key_);
  std::filesystem::remove(key_);
  use_config(way_to(*sshd_, "testhost") + "  IdentityFile " + key_ + "\n  CertificateFile " +
             folder_ / "elsewhere.pub" + "\n");
  EXPECT_TRUE(open().has_value());
}

// --- a host that takes few keys

class FewAttempts : public testing::AgentTest {
 protected:
  static void SetUpTestSuite() { sshd_ = PrivateSshd::start("MaxAuthTries 2\n"); }
  void SetUp() override {
    AgentTest::SetUp();
    for (const char* name : {"one", "two", "three"}) {
      if (IsSkipped() || HasFatalFailure()) return;
      make_key(folder_ / name);
      add(folder_ / name);
    }
  }
  void expect_way_out() {
    const auto begin = std::chrono::steady_clock::now();
    auto connection = open();
    EXPECT_CODE(connection, Code::kAuthentication);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
    EXPECT_NE(connection.error().summary().find("Too many authentication failures"), std::string::npos)
        << connection.error().summary();
    EXPECT_NE(connection.error().diagnostic().hint.find("IdentitiesOnly"), std::string::npos);
  }
};

TEST_F(FewAttempts, SaysSoAtOnceWhereTheAgentHoldsMore) {
  settings_.identity_files.clear();
  expect_way_out();
  settings_.kind = ConnectionKind::kOpenSsh;
  ::setenv("SSH_AUTH_SOCK", socket_.c_str(), 1);
  expect_way_out();
  ::unsetenv("SSH_AUTH_SOCK");
}

TEST_F(FewAttempts, SaysSoAtOnceWhereFilesAreMore) {
  settings_.identity_files = {folder_ / "one", folder_ / "two", folder_ / "three", files() / "user"};
  expect_way_out();
}

TEST_F(FewAttempts, AKeyThatSshConfigNamesTooIsShownOnce) {
  use_config("IdentityFile " + folder_ / "one" + "\n" + way_to(*sshd_, "testhost"));
  settings_.identity_files = {folder_ / "one"};
  EXPECT_TRUE(open().has_value());
}

TEST_F(FewAttempts, TheNamedKeyComesFirst) {
  EXPECT_TRUE(open().has_value());
  settings_.kind = ConnectionKind::kOpenSsh;
  ::setenv("SSH_AUTH_SOCK", socket_.c_str(), 1);
  EXPECT_TRUE(open().has_value());
  ::unsetenv("SSH_AUTH_SOCK");
}

// --- what the host says on the way

TEST(Heard, WhatTheHostSaysBeforeTheLoginIsTold) {
  const auto sshd = PrivateSshd::start([](const ScratchFolder& folder) {
    return "Banner " + folder.write("banner", "Down for repairs\nuntil noon.\n") + "\n";
  });
  if (!sshd) GTEST_SKIP() << "no sshd can be started here";
  HostSettings settings = sshd->settings();
  settings.identity_files = {sshd->folder() / "other"};
  for (const ConnectionKind kind : {ConnectionKind::kSsh, ConnectionKind::kOpenSsh}) {
    settings.kind = kind;
    ssh::Context context(testing::nobody_home());
    auto connection = open_executor(settings, testing::stand_in(), context);
    EXPECT_CODE(connection, Code::kAuthentication);
    EXPECT_NE(connection.error().summary().find("Down for repairs\nuntil noon."), std::string::npos)
        << connection.error().summary();
  }
}

// --- passphrases

class Passphrase : public testing::SshTest {
 protected:
  void SetUp() override {
    SshTest::SetUp();
    if (IsSkipped()) return;
    key_ = folder_ / "locked";
    std::filesystem::copy_file(files() / "user", key_);
    ASSERT_EQ(testing::run("ssh-keygen -p -P '' -N secret -f " + key_), 0);
    settings_.identity_files = {key_};
  }
  std::string key_;
};

TEST_F(Passphrase, IsAskedForOnceARun) {
  std::vector<std::string> questions;
  ssh::Context context(self_);
  context.set_prompt([&](const std::string& question) -> Result<std::string> {
    questions.push_back(question);
    return questions.size() == 1 ? "a slip" : "secret";
  });
  for (int i = 0; i < 3; ++i) ASSERT_OK(open_executor(settings_, testing::stand_in(), context));
  const std::string question = "Passphrase for " + key_ + ": ";
  EXPECT_EQ(questions, (std::vector<std::string>{question, question}));
}

TEST_F(Passphrase, ThatIsWrongThreeTimes) {
  int asked = 0;
  auto connection = open([&](const std::string&) -> Result<std::string> {
    ++asked;
    return "wrong";
  });
  EXPECT_CODE(connection, Code::kAuthentication);
  EXPECT_EQ(asked, 3);
  EXPECT_NE(connection.error().diagnostic().hint.find("does not open it"), std::string::npos);
}

TEST_F(Passphrase, IsNotNeededWhereAnotherKeyFits) {
  settings_.identity_files.push_back(files() / "user");
  auto connection = open([](const std::string&) -> Result<std::string> {
    ADD_FAILURE() << "nobody should be asked";
    return "";
  });
  EXPECT_TRUE(connection.has_value());
}

// --- passwords, of an account in a database of the test's own

// The crypt(3) form of "secret".
constexpr const char* kClerksHash =
    "$6$plumbline$d8txxFMrFvEP2Y8KIM6niSLN92YvFGnLc6feDyJIngHpZfORIZSvC58uRMyagWwdRKcV1X/Yo8cOTH1TA2V2H/";

class Password : public testing::SshTest {
 protected:
  void SetUp() override {
    if (geteuid() != 0 || testing::run("unshare -m true") != 0) GTEST_SKIP() << "needs root and mount namespaces";
  }
  // An sshd where the account `clerk` has the password "secret".
  void start(const std::string& config) {
    const ScratchFolder& etc = etc_;
    const std::string passwd =
        "root:x:0:0:root:/root:/bin/sh\nsshd:x:105:65534::/run/sshd:/usr/sbin/nologin\n"
        "nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\nclerk:x:4001:4001::/:/bin/sh\n";
    etc.write("passwd", passwd);
    etc.write("shadow", std::string("root:*:19000:0:99999:7:::\nclerk:") + kClerksHash + ":19000:0:99999:7:::\n", 0600);
    own_ = PrivateSshd::start(
        [&](const ScratchFolder& folder) {
          std::filesystem::create_directories(folder / "cache");
          std::filesystem::permissions(folder / "cache", std::filesystem::perms(0777));
          return config;
        },
        {"unshare", "-m", "sh", "-c",
         "mount --make-rprivate / && mount --bind " + etc / "passwd" + " /etc/passwd && mount --bind " +
             etc / "shadow" + " /etc/shadow && exec \"$@\"",
         "x"});
    if (!own_) GTEST_SKIP() << "no sshd can be started here";
    settings_ = own_->settings();
    settings_.user = "clerk";
    settings_.identity_files.clear();
  }
  // Answers every question in the same way.
  ssh::Prompt answers(const std::string& answer) {
    return [this, answer](const std::string& question) -> Result<std::string> {
      questions_.push_back(question);
      return answer;
    };
  }

  ScratchFolder etc_;
  std::unique_ptr<PrivateSshd> own_;
  std::vector<std::string> questions_;
};

TEST_F(Password, IsAskedForWhereNoKeyFits) {
  start("PasswordAuthentication yes\n");
  if (IsSkipped()) return;
  auto connection = open(answers("secret"));
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), "hello uid=4001 root=\n");
  EXPECT_EQ(questions_, (std::vector<std::string>{"Password for clerk@127.0.0.1: "}));
}

TEST_F(Password, ThatIsWrong) {
  start("PasswordAuthentication yes\n");
  if (IsSkipped()) return;
  auto connection = open(answers("wrong"));
  EXPECT_CODE(connection, Code::kAuthentication);
  EXPECT_NE(connection.error().summary().find("tried a password"), std::string::npos) << connection.error().summary();
}

TEST_F(Password, WithoutATerminalIsAClearError) {
  start("PasswordAuthentication yes\n");
  if (IsSkipped()) return;
  auto connection = open();
  EXPECT_CODE(connection, Code::kAuthentication);
  EXPECT_NE(connection.error().diagnostic().hint.find("on a terminal"), std::string::npos)
      << connection.error().diagnostic().hint;
}

TEST_F(Password, ByADialogueAfterTheKey) {
  start("UsePAM yes\nKbdInteractiveAuthentication yes\nAuthenticationMethods publickey,keyboard-interactive\n");
  if (IsSkipped()) return;
  settings_.identity_files = {own_->user_key()};
  std::filesystem::permissions(own_->folder() / "authorized_keys", std::filesystem::perms(0644));
  auto connection = open();
  EXPECT_CODE(connection, Code::kAuthentication);
  EXPECT_NE(connection.error().summary().find("wants another one"), std::string::npos) << connection.error().summary();

  connection = open(answers("secret"));
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), "hello uid=4001 root=\n");
  EXPECT_EQ(questions_, (std::vector<std::string>{"clerk@127.0.0.1 asks: Password: "}));
}

}  // namespace
}  // namespace plumb::host
