// Becoming another user on the host: with a sudo of our own that can be told what to do, and with the real sudo, doas
// and su, which see account databases of the test's own in a mount namespace.
#include <signal.h>
#include <sys/stat.h>

#include "engine/host/bootstrap.h"
#include "engine/host/process.h"
#include "engine/host/testing/fixtures.h"

namespace plumb::host {
namespace {

using testing::have;
using testing::is_root;
using testing::open;
using testing::read_line;
using testing::ScratchFolder;
using testing::soon;
using testing::stand_in;
using testing::through;

class Asking : public ::testing::Test {
 protected:
  void SetUp() override {
    if (is_root() && !have("setpriv")) GTEST_SKIP() << "needs setpriv to be somebody else than root";
    std::filesystem::create_directories(folder_ / "cache");
    std::filesystem::permissions(folder_ / "cache", std::filesystem::perms(0777));
    sudo("'Passwort für deploy: '", "");
  }
  // Asks at its terminal as the real one does: three times for "secret", and then what `more` says.
  void sudo(const std::string& question, const std::string& more) {
    folder_.write("bin/sudo",
                  "#!/bin/sh\n"
                  "if [ \"$1\" = -n ]; then shift 3\n"
                  "  [ -e " +
                      folder_ / "allowed" +
                      " ] && exec \"$@\"\n"
                      "  echo 'sudo: a password is required' >&2; exit 1\n"
                      "fi\n"
                      "shift 2; tries=0\n"
                      "while [ $tries -lt 3 ]; do printf %s " +
                      question +
                      " >/dev/tty; read -r word </dev/tty || exit 1; echo >/dev/tty\n"
                      "  [ \"$word\" = secret ] && break\n"
                      "  echo 'Das hat nicht funktioniert.' >/dev/tty; tries=$((tries + 1)); done\n" +
                      more + "\nexec \"$@\"\n",
                  0755);
  }
  HostSettings user(std::optional<std::string> password = std::nullopt) {
    std::vector<std::string> command;
    if (is_root()) command = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
    command.insert(command.end(),
                   {"env", "XDG_CACHE_HOME=" + folder_ / "cache", "PATH=" + folder_ / "bin" + ":/usr/bin:/bin"});
    HostSettings settings = through(command, {"sudo"});
    settings.become_password = std::move(password);
    return settings;
  }

  ScratchFolder folder_;
};

TEST_F(Asking, WithoutAPassword) {
  folder_.write("allowed", "");
  for (int i = 0; i < 2; ++i) {
    auto connection = open(user());
    ASSERT_OK(connection);
    EXPECT_EQ(read_line(**connection).substr(0, 9), "hello uid");
  }
}

TEST_F(Asking, APasswordThatIsNeededButNotGiven) {
  auto connection = open(user());
  EXPECT_CODE(connection, Code::kBecome);
  EXPECT_NE(connection.error().diagnostic().hint.find("-K"), std::string::npos);
}

TEST_F(Asking, ATerminalThatIsNeededIsTold) {
  folder_.write("bin/sudo",
                "#!/bin/sh\n"
                "[ \"$1\" != -n ] || { echo 'sudo: sorry, you must have a tty to run sudo' >&2; exit 1; }\n"
                "shift 2; exec \"$@\"\n",
                0755);
  auto connection = open(user());
  EXPECT_CODE(connection, Code::kBecome);
  EXPECT_NE(connection.error().diagnostic().hint.find("requiretty"), std::string::npos);
  connection = open(user("secret"));
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection).substr(0, 9), "hello uid");
}

TEST_F(Asking, WithAPasswordInAnyLanguage) {
  auto connection = open(user("secret"));
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection).substr(0, 9), "hello uid");
  ASSERT_OK((*connection)->write("ping\n", soon()));
  EXPECT_EQ(read_line(**connection), "ping\n");
  EXPECT_EQ((*connection)->error_output(), "") << "neither question nor password";
  ASSERT_OK((*connection)->shutdown_write(soon()));
  EXPECT_EQ(read_line(**connection), "[end]");
  EXPECT_EQ((*connection)->exit_reason(), std::nullopt);
}

TEST_F(Asking, TheExecutorsEndIsSeenThrough) {
  auto connection = open(user("secret"));
  ASSERT_OK(connection);
  read_line(**connection);
  ASSERT_OK((*connection)->write("exit", soon()));
  EXPECT_EQ(read_line(**connection), "[end]");
  EXPECT_EQ((*connection)->exit_reason(), "exit code 7");
}

TEST_F(Asking, AWrongPasswordIsGivenOnce) {
  auto connection = open(user("wrong"));
  EXPECT_CODE(connection, Code::kBecome);
  EXPECT_NE(connection.error().summary().find("did not accept the password"), std::string::npos);
}

TEST_F(Asking, ASecondFactorIsNamed) {
  sudo("Password:", "printf 'Verification code: ' >/dev/tty; read -r word </dev/tty; exit 1");
  auto connection = open(user("secret"));
  EXPECT_CODE(connection, Code::kBecome);
  EXPECT_NE(connection.error().summary().find("asks for more than the password: Verification code:"), std::string::npos)
      << connection.error().summary();
}

TEST_F(Asking, WhoIsRootNeedsNoSudo) {
  if (!is_root()) GTEST_SKIP() << "needs root";
  auto connection = open(through({"env", "PATH=/bin:/usr/bin", "XDG_CACHE_HOME=" + folder_ / "cache"}, {"sudo"}));
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), "hello uid=0 root=\n");
}

// The crypt(3) form of "secret".
constexpr const char* kSecret =
    "$6$plumbline$d8txxFMrFvEP2Y8KIM6niSLN92YvFGnLc6feDyJIngHpZfORIZSvC58uRMyagWwdRKcV1X/Yo8cOTH1TA2V2H/";

// The real programs. deploy (4001) logs in; app (4002) and root are whom it becomes. All have the password "secret".
class RealBecome : public ::testing::TestWithParam<Become> {
 protected:
  void SetUp() override {
    if (!is_root() || !have("setpriv") || testing::run("unshare -m true") != 0)
      GTEST_SKIP() << "needs root, setpriv and mount namespaces";
    if (!have(GetParam().method)) GTEST_SKIP() << GetParam().method << " is not installed";
    // What PAM and the name service need, if the machine has it.
    testing::run("mkdir " + folder_ / "etc" +
                 "; cd /etc; for f in pam.* security nsswitch.conf login.defs ld.so.* default shells environment; do "
                 "cp -a $f " +
                 folder_ / "etc" + "; done");
    folder_.write("etc/passwd",
                  "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n"
                  "deploy:x:4001:4001::" +
                      folder_ / "home" + ":/bin/sh\napp:x:4002:4002::/nonexistent:/bin/sh\n");
    folder_.write("etc/group", "root:x:0:\nshadow:x:42:\nnogroup:x:65534:\ndeploy:x:4001:\napp:x:4002:\n");
    std::string shadow;
    for (const char* name : {"root", "deploy", "app"})
      shadow += std::string(name) + ":" + kSecret + ":19000:0:99999:7:::\n";
    folder_.write("etc/shadow", shadow, 0640);
    allow_without_password(false);
    std::filesystem::create_directories(folder_ / "home");
    ASSERT_EQ(::chown((folder_ / "home").c_str(), 4001, 4001), 0);
    std::filesystem::permissions(folder_ / "home", std::filesystem::perms(0700));
  }

  void allow_without_password(bool yes) {
    const std::string tag = yes ? "NOPASSWD: " : "";
    folder_.write("etc/sudoers",
                  "Defaults timestamp_timeout=0, lecture=never, !syslog, passprompt=\"Mot de passe de %p : \"\n"
                  "root ALL=(ALL) ALL\ndeploy ALL=(ALL) " +
                      tag + "ALL\n",
                  0440);
    folder_.write("etc/doas.conf", std::string("permit ") + (yes ? "nopass " : "") + "deploy\npermit nopass root\n",
                  0400);
  }

  HostSettings as(const std::string& login, std::optional<std::string> password) {
    std::vector<std::string> command{
        "unshare",
        "-m",
        "sh",
        "-c",
        "mount --make-rprivate / && mount --bind " + folder_ / "etc" +
            " /etc && for d in /var/tmp /var/cache /dev/shm; do mount -t tmpfs -o mode=1777 none $d; done; exec \"$@\"",
        "x"};
    if (login != "root") command.insert(command.end(), {"setpriv", "--reuid=4001", "--regid=4001", "--init-groups"});
    command.insert(command.end(), {"env", "-u", "XDG_CACHE_HOME", "HOME=" + folder_ / "home"});
    HostSettings settings = through(command, GetParam());
    settings.become_password = std::move(password);
    return settings;
  }
  std::string greeting() { return std::string("hello uid=") + (GetParam().user == "root" ? "0" : "4002") + " root=\n"; }

  ScratchFolder folder_;
};

TEST_P(RealBecome, WithAPassword) {
  auto connection = open(as("deploy", "secret"));
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), greeting());
  // Bytes that a terminal would change or swallow.
  const std::string odd = std::string("\x03\x04\x11\x13\r\n\x00\x7f\xff end\n", 14);
  ASSERT_OK((*connection)->write(odd, soon()));
  EXPECT_EQ(testing::read_exactly(**connection, odd.size()), odd);
  ASSERT_OK((*connection)->shutdown_write(soon()));
  EXPECT_EQ(read_line(**connection), "[end]");
  EXPECT_EQ((*connection)->exit_reason(), std::nullopt);
}

TEST_P(RealBecome, AWrongPassword) {
  auto connection = open(as("deploy", "wrong"));
  EXPECT_CODE(connection, Code::kBecome);
}

TEST_P(RealBecome, ThePasswordIsMissing) {
  auto connection = open(as("deploy", std::nullopt));
  EXPECT_CODE(connection, Code::kBecome);
  EXPECT_NE(connection.error().diagnostic().hint.find("-K"), std::string::npos) << connection.error().summary();
}

TEST_P(RealBecome, AllowedWithoutAPassword) {
  if (GetParam().method == "su") GTEST_SKIP() << "su lets only root do that";
  allow_without_password(true);
  auto connection = open(as("deploy", std::nullopt));
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), greeting());
}

TEST_P(RealBecome, FromRoot) {
  auto connection = open(as("root", std::nullopt));
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), greeting());
}

INSTANTIATE_TEST_SUITE_P(Methods, RealBecome,
                         ::testing::Values(Become{"sudo"}, Become{"doas"}, Become{"su"}, Become{"sudo", "app"},
                                           Become{"doas", "app"}, Become{"su", "app"}),
                         [](const auto& test) { return test.param.method + "_to_" + test.param.user; });

}  // namespace
}  // namespace plumb::host
