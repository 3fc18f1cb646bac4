// The local and the command transport, and the script that starts the executor under the shells that are here.
#include "engine/host/bootstrap.h"

#include <algorithm>
#include <thread>

#include <signal.h>
#include <sys/stat.h>

#include "engine/host/process.h"
#include "engine/host/testing/fixtures.h"

namespace plumb::host {
namespace {

using testing::expect_bytes_both_ways;
using testing::expect_deadlines_and_interrupts;
using testing::have;
using testing::InAMoment;
using testing::is_root;
using testing::open;
using testing::read_line;
using testing::ScratchFolder;
using testing::soon;
using testing::stand_in;
using testing::this_machine;
using testing::through;

std::string own_uid() {
  return std::to_string(geteuid());
}

class Bootstrap : public ::testing::Test {
 protected:
  HostSettings host() { return through({"env", "XDG_CACHE_HOME=" + folder_ / "cache"}); }
  std::string cached() { return folder_ / ("cache/plumb/exec-" + stand_in().digests()->front()); }

  ScratchFolder folder_;
};

TEST_F(Bootstrap, PushesOnceAndThenFindsIt) {
  auto first = open(host());
  ASSERT_OK(first);
  EXPECT_EQ(read_line(**first), "hello uid=" + own_uid() + " root=\n");
  ASSERT_TRUE(std::filesystem::exists(cached()));
  EXPECT_EQ(std::filesystem::status(cached()).permissions(), std::filesystem::perms(0700));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_ / "cache/plumb"), {}), 1);

  const auto written = std::filesystem::last_write_time(cached());
  auto second = open(host());
  ASSERT_OK(second);
  EXPECT_EQ(read_line(**second), "hello uid=" + own_uid() + " root=\n");
  EXPECT_EQ(std::filesystem::last_write_time(cached()), written);
}

TEST_F(Bootstrap, SendsThePackedExecutorWhereTheHostUnpacks) {
  if (!have("gzip")) GTEST_SKIP() << "no gzip";
  // Another program in the packed file, to tell the two apart.
  folder_.write("store/plumb-exec", "#!/bin/sh\n[ $1 = check ] || echo packed\n", 0755);
  ASSERT_EQ(testing::run("gzip " + folder_ / "store/plumb-exec"), 0);
  folder_.write("store/plumb-exec", "#!/bin/sh\n[ $1 = check ] || echo plain\n", 0755);
  const ExecutorStore store(folder_ / "store");
  ssh::Context context(ssh::Self{});
  auto connection = open_executor(host(), store, context);
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), "packed\n");

  std::filesystem::create_directories(folder_ / "bin");
  for (const std::string tool : {"sh", "mkdir", "chmod", "ls", "mv", "cat", "head", "uname", "env"}) {
    ASSERT_EQ(testing::run("ln -s $(command -v " + tool + ") " + folder_ / ("bin/" + tool)), 0);
  }
  HostSettings without = host();
  without.command = {"env", "PATH=" + folder_ / "bin", "XDG_CACHE_HOME=" + folder_ / "another", folder_ / "bin/env"};
  connection = open_executor(without, store, context);
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), "plain\n");
}

TEST_F(Bootstrap, CarriesBytesBothWays) {
  auto connection = open(host());
  ASSERT_OK(connection);
  read_line(**connection);
  expect_bytes_both_ways(**connection, 300'000, 30'000);
}

TEST_F(Bootstrap, GivesTheRootFolderAlong) {
  HostSettings settings = host();
  settings.root = "/srv/it's an image";
  auto connection = open(settings);
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), "hello uid=" + own_uid() + " root=/srv/it's an image\n");
}

TEST_F(Bootstrap, PassesOverWhatStartUpFilesPrint) {
  HostSettings settings = through(
      {"sh", "-c",
       "echo Welcome; printf 'PLUMB R half a line'; exec env XDG_CACHE_HOME=" + folder_ / "cache" + " \"$@\"", "x"});
  for (int i = 0; i < 2; ++i) {
    auto connection = open(settings);
    ASSERT_OK(connection);
    EXPECT_EQ(read_line(**connection), "hello uid=" + own_uid() + " root=\n");
  }
}

TEST_F(Bootstrap, WhatStandsInForTheShellIsHeard) {
  const auto opened = open(through({"sh", "-c", "echo This account is; echo not available.; exit 1"}));
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().summary().find("This account is\nnot available."), std::string::npos)
      << opened.error().summary();
}

TEST_F(Bootstrap, WhatWaitsForAnAnswerIsHeard) {
  HostSettings settings =
      through({"sh", "-c", "echo This password is too old.; printf 'New one: ' >&2; exec sleep 60"});
  // Long enough for a shell to begin on a busy machine.
  settings.deadline = Deadline::after(std::chrono::seconds(3));
  const auto opened = open(settings);
  EXPECT_CODE(opened, Code::kTimeout);
  EXPECT_NE(opened.error().summary().find("it printed: This password is too old.\nNew one:"), std::string::npos)
      << opened.error().summary();
}

TEST_F(Bootstrap, EndlessNoiseIsNotTheProtocol) {
  const auto opened = open(through({"sh", "-c", "yes 2>/dev/null; exit 0", "x"}));
  EXPECT_CODE(opened, Code::kProtocol);
  const std::string told = opened.error().summary();
  EXPECT_LT(std::count(told.begin(), told.end(), '\n'), 20) << told;
}

TEST_F(Bootstrap, OtherShells) {
  std::vector<std::vector<std::string>> shells{{"dash", "-c"}, {"bash", "-c"}, {"busybox", "sh", "-c"},
                                               {"fish", "-c"}, {"tcsh", "-c"}, {"zsh", "-c"}};
  int tried = 0;
  for (const auto& shell : shells) {
    if (!have(shell.front())) continue;
    ++tried;
    const ScratchFolder folder;
    // As a login shell gets it from sshd: one line of text.
    for (const char* when : {"pushed", "cached"}) {
      SCOPED_TRACE(shell.front() + std::string(" ") + when);
      std::vector<std::string> command{"env", "XDG_CACHE_HOME=" + folder / "cache"};
      command.insert(command.end(), shell.begin(), shell.end());
      command.push_back(bootstrap_line(*stand_in().digests(), StartOptions{{}, {}, "/a 'b' c"}));
      Result<Child> child = start_child(command, ErrorStream::kPipe);
      ASSERT_OK(child);
      ProcessConnection connection(std::move(*child));
      Result<> started = await_executor(connection, stand_in(), {}, soon());
      ASSERT_TRUE(started.has_value()) << started.error().summary() << connection.error_output();
      EXPECT_EQ(read_line(connection), "hello uid=" + own_uid() + " root=/a 'b' c\n");
    }
  }
  EXPECT_GT(tried, 0);
}

TEST_F(Bootstrap, RunsUnderTheBusyboxTools) {
  if (!have("busybox")) GTEST_SKIP() << "no busybox";
  std::filesystem::create_directories(folder_ / "bin");
  for (const std::string tool : {"sh", "id", "mkdir", "chmod", "rm", "mv", "cat", "head", "find", "uname", "env"}) {
    ASSERT_EQ(testing::run("ln -s $(command -v busybox) " + folder_ / ("bin/" + tool)), 0);
  }
  HostSettings settings =
      through({"env", "PATH=" + folder_ / "bin", "XDG_CACHE_HOME=" + folder_ / "cache", folder_ / "bin/env"});
  for (int i = 0; i < 2; ++i) {
    auto connection = open(settings);
    ASSERT_OK(connection);
    EXPECT_EQ(read_line(**connection), "hello uid=" + own_uid() + " root=\n");
  }
}

TEST_F(Bootstrap, RemovesExecutorsThatWereNotUsedForLong) {
  const std::string old = folder_.write("cache/plumb/exec-0000", "old", 0700);
  const std::string other = folder_.write("cache/plumb/other", "old", 0700);
  ASSERT_EQ(testing::run("touch -d '60 days ago' " + old + " " + other), 0);
  ASSERT_OK(open(host()));
  for (int i = 0; i < 3000 && std::filesystem::exists(old); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(std::filesystem::exists(old));
  EXPECT_TRUE(std::filesystem::exists(other));
}

TEST_F(Bootstrap, AnUnknownPlatformIsNamed) {
  folder_.write("bin/uname", "#!/bin/sh\necho Plan9 pdp11\n", 0755);
  HostSettings settings = host();
  settings.command.push_back("PATH=" + folder_ / "bin" + ":" + std::getenv("PATH"));
  auto connection = open(settings);
  EXPECT_CODE(connection, Code::kNoExecutor);
  EXPECT_NE(connection.error().summary().find("plan9-pdp11"), std::string::npos);
  EXPECT_EQ(connection.error().diagnostic().host, "box");
}

TEST_F(Bootstrap, AMacAsAHostIsToldApartFromALackingExecutor) {
  folder_.write("bin/uname", "#!/bin/sh\necho Darwin arm64\n", 0755);
  HostSettings settings = host();
  settings.command.push_back("PATH=" + folder_ / "bin" + ":" + std::getenv("PATH"));
  auto connection = open(settings);
  EXPECT_CODE(connection, Code::kNoExecutor);
  EXPECT_EQ(connection.error().summary(), "no executor for darwin-aarch64");
  EXPECT_EQ(connection.error().diagnostic().hint,
            "it is built on such a Mac: copy its plumb-exec beside plumb, as plumb-exec-darwin-aarch64");
}

TEST_F(Bootstrap, AProgramThatDoesNotRunIsNotKept) {
  folder_.write("store/plumb-exec", "#!/bin/sh\necho broken >&2\nexit 3\n", 0755);
  const ExecutorStore store(folder_ / "store");
  ssh::Context context(ssh::Self{});
  auto connection = open_executor(host(), store, context);
  EXPECT_CODE(connection, Code::kBootstrap);
  EXPECT_NE(connection.error().summary().find("does not run there: broken"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "cache/plumb"));
}

// A host whose folders are as `mounts` makes them, in a mount namespace of its own.
class BootstrapMounts : public Bootstrap {
 protected:
  void SetUp() override {
    if (!is_root() || testing::run("unshare -m true") != 0) GTEST_SKIP() << "needs root and mount namespaces";
  }
  HostSettings host_with(const std::string& mounts) {
    std::filesystem::create_directories(folder_ / "home");
    return through({"unshare", "-m", "sh", "-c",
                    "home=" + folder_ / "home" + "; mkdir -p /run/user; " + mounts +
                        "; HOME=$home; export HOME; unset XDG_CACHE_HOME; exec \"$@\"",
                    "x"});
  }
};

TEST_F(BootstrapMounts, GoesOnToTheNextFolder) {
  auto connection = open(host_with("mount -t tmpfs -o noexec none $home; mount -t tmpfs none /var/tmp"));
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), "hello uid=0 root=\n");
}

TEST_F(BootstrapMounts, GoesOnWhenTheFirstFolderIsFull) {
  auto connection = open(host_with("mount -t tmpfs -o size=64k none $home; mount -t tmpfs none /var/tmp"));
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), "hello uid=0 root=\n");
}

TEST_F(BootstrapMounts, NoexecEverywhereIsSaid) {
  // The folder of the test is below /tmp, so $home comes last.
  auto connection = open(
      host_with("for d in /var/tmp /run/user /dev/shm /tmp; do mount -t tmpfs -o noexec none $d; done; home=/tmp/h"));
  EXPECT_CODE(connection, Code::kBootstrap);
  EXPECT_NE(connection.error().summary().find("/var/tmp/plumb-0 (mounted noexec)"), std::string::npos)
      << connection.error().summary();
}

TEST_F(BootstrapMounts, NoSpaceAnywhereIsSaid) {
  auto connection = open(
      host_with("for d in /var/tmp /run/user /dev/shm /tmp; do mount -t tmpfs -o size=64k none $d; done; home=/tmp/h"));
  EXPECT_CODE(connection, Code::kNoSpace);
  EXPECT_NE(connection.error().summary().find("No space left"), std::string::npos) << connection.error().summary();
}

TEST_F(BootstrapMounts, ReadOnlyEverywhereIsSaid) {
  auto connection =
      open(host_with("for d in /var/tmp /run/user /dev/shm /tmp; do mount -t tmpfs -o ro none $d; done; home=/tmp/h"));
  EXPECT_CODE(connection, Code::kBootstrap);
  EXPECT_NE(connection.error().summary().find("Read-only file system"), std::string::npos)
      << connection.error().summary();
}

// Everybody may make a name in /var/tmp.
TEST_F(BootstrapMounts, AFolderThatSomebodyElseMadeIsNotUsed) {
  const std::string elsewhere =
      "mount -t tmpfs -o noexec none $home; for d in /var/tmp /run/user /dev/shm; do mount -t tmpfs -o mode=1777 none "
      "$d; "
      "done; ";
  std::filesystem::create_directory(folder_ / "victim");
  for (const std::string& planted :
       {"ln -s " + folder_ / "victim" + " /var/tmp/plumb-0", std::string("mkdir -m 777 /var/tmp/plumb-0"),
        std::string("mkdir -m 700 /var/tmp/plumb-0; chown 65534 /var/tmp/plumb-0"),
        std::string("echo x >/var/tmp/plumb-0")}) {
    auto connection = open(host_with(elsewhere + planted));
    ASSERT_OK(connection);
    EXPECT_EQ(read_line(**connection), "hello uid=0 root=\n") << planted;
    EXPECT_TRUE(std::filesystem::is_empty(folder_ / "victim"));
    EXPECT_EQ(std::filesystem::status(folder_ / "victim").permissions(), std::filesystem::perms(0755));
  }
}

// --- child processes

TEST(Local, RunsTheExecutorItself) {
  HostSettings settings = this_machine();
  settings.name = "localhost";
  settings.root = "/srv";
  auto connection = open(settings);
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), "hello uid=" + own_uid() + " root=/srv\n");
  ASSERT_OK((*connection)->write("stderr\n", soon()));
  EXPECT_EQ(read_line(**connection), "stderr\n");
  EXPECT_EQ((*connection)->error_output(), "trouble\n");
}

TEST(Local, NoExecutorToBeFound) {
  const ScratchFolder empty;
  const ExecutorStore store(empty.path());
  ssh::Context context(ssh::Self{});
  EXPECT_CODE(open_executor(this_machine(), store, context), Code::kNoExecutor);
}

TEST(Local, SaysHowTheExecutorEnded) {
  auto killed = open(this_machine());
  ASSERT_OK(killed);
  read_line(**killed);
  ASSERT_OK((*killed)->write("kill", soon()));
  EXPECT_EQ(read_line(**killed), "[end]");
  EXPECT_EQ((*killed)->exit_reason(), "killed by signal 9 (Killed)");
  auto exited = open(this_machine());
  ASSERT_OK(exited);
  read_line(**exited);
  ASSERT_OK((*exited)->write("exit", soon()));
  EXPECT_EQ(read_line(**exited), "[end]");
  EXPECT_EQ((*exited)->exit_reason(), "exit code 7");
  // Writing to what is gone is an error and no signal.
  Result<> written = (*exited)->write(std::string(1 << 20, 'x'), soon());
  EXPECT_CODE(written, Code::kConnectionLost);
}

TEST(Local, DeadlinesAndInterrupts) {
  auto connection = open(this_machine());
  ASSERT_OK(connection);
  read_line(**connection);
  expect_deadlines_and_interrupts(**connection);
}

// What is steady goes on, and the interrupt ends what comes after it; leaving ends it too.
TEST(Local, WhatIsSteadyIsLeftAndNotInterrupted) {
  auto connection = open(this_machine());
  ASSERT_OK(connection);
  read_line(**connection);
  char c = 0;
  {
    const Steady steady(**connection);
    (*connection)->interrupt();
    EXPECT_CODE((*connection)->read(&c, 1, Deadline::after(std::chrono::milliseconds(20))), Code::kTimeout);
  }
  EXPECT_CODE((*connection)->read(&c, 1, soon()), Code::kInterrupted);
  const Steady steady(**connection);
  const InAMoment other([&] { (*connection)->leave(); });
  EXPECT_CODE((*connection)->read(&c, 1, soon()), Code::kInterrupted);
}

TEST(Local, OpeningCanBeInterrupted) {
  Interrupt cancel;
  const InAMoment other([&] { cancel.raise(); });
  ssh::Context context(ssh::Self{});
  EXPECT_CODE(open_executor(through({"sh", "-c", "sleep 5", "x"}), stand_in(), context, &cancel), Code::kInterrupted);
}

TEST(Command, WhatDoesNotStartIsNamed) {
  EXPECT_CODE(open(through({"/nonexistent/program"})), Code::kTransportCommand);
  EXPECT_CODE(open(through({})), Code::kTransportCommand);
  auto failed = open(through({"sh", "-c", "echo no such container >&2; exit 125"}));
  EXPECT_CODE(failed, Code::kTransportCommand);
  EXPECT_NE(failed.error().summary().find("it did not reach the host: no such container"), std::string::npos);
  EXPECT_CODE(open(through({"sh", "-c", "echo sh: not found >&2; exit 127"})), Code::kBootstrap);
}

TEST(Command, LeaksNoDescriptors) {
  auto connection = open(through({"sh", "-c", "ls /proc/self/fd >&2; exit 1", "x"}));
  ASSERT_FALSE(connection.has_value());
  EXPECT_NE(connection.error().summary().find("0\n1\n2\n3"), std::string::npos) << connection.error().summary();
  EXPECT_EQ(connection.error().summary().find("0\n1\n2\n3\n4"), std::string::npos) << connection.error().summary();
}

}  // namespace
}  // namespace plumb::host
