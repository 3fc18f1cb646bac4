#include "engine/exec/sandbox.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "engine/exec/local_system.h"
#include "engine/exec/system/confinement.h"
#include "engine/exec/testing/client.h"

namespace plumb::exec {
namespace {

// What a confined child made of it, as text; "" where the kernel lacks the means.
std::string confined(const std::function<std::string(LocalSystem&)>& act) {
  std::string said;
  SandboxWork work;
  work.work = [&](int out, const std::string& scratch) {
    LocalSystem system(must(RootFiles::at("/")));
    system.set_environment("TMPDIR", scratch);
    (void)write_all(out, act(system), "pipe");
  };
  work.receive = [&](std::string_view bytes) -> Result<> {
    said += bytes;
    return {};
  };
  EXPECT_TRUE(run_confined(work).has_value());
  return said;
}

std::string shell(LocalSystem& system, const std::string& script) {
  ProcessRequest request;
  request.argv = {"sh", "-c", script};
  const auto result = system.run(request);
  return result ? std::to_string(result->exit_code) : result.error().summary();
}

class SandboxTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string got = confined([](LocalSystem&) {
      const Result<Confinement> confinement = confine("");
      return confinement && confinement->contents && confinement->attributes ? "both" : "";
    });
    if (got != "both") GTEST_SKIP() << "the kernel has no Landlock or no seccomp";
    folder_ = std::filesystem::temp_directory_path() / ("plumb-sandbox-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / "file") << "old";
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
};

TEST_F(SandboxTest, ProgramsCannotWrite) {
  const std::string file = path("file");
  for (const std::string& script :
       {"touch " + path("new"), "touch " + file, "echo x > " + path("y"), "echo x >> " + file, "rm " + file,
        "chmod 600 " + file, "chown 1:1 " + file, "mkdir " + path("d"), "ln -s a " + path("l"),
        "mv " + file + " " + path("z"), "truncate -s 0 " + file, "mkfifo " + path("p"),
        "ln " + file + " " + path("hard"), "mount -t tmpfs none " + path(""),
        std::string("echo x > /dev/shm/plumb-sandbox-test")}) {
    EXPECT_NE(confined([&](LocalSystem& system) { return shell(system, script); }), "0") << script;
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  std::ifstream in(file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "old");
}

TEST_F(SandboxTest, TheChildItselfCannotWrite) {
  const std::string file = path("file");
  EXPECT_EQ(confined([&](LocalSystem&) {
              std::string done;
              if (::open(file.c_str(), O_WRONLY) >= 0) done += "open ";
              if (::open(file.c_str(), O_RDWR) >= 0) done += "rdwr ";
              if (::open(path("n").c_str(), O_WRONLY | O_CREAT, 0600) >= 0) done += "create ";
              if (::truncate(file.c_str(), 0) == 0) done += "truncate ";
              if (::chmod(file.c_str(), 0600) == 0) done += "chmod ";
              if (::lchown(file.c_str(), 1, 1) == 0) done += "chown ";
              if (::setxattr(file.c_str(), "user.x", "y", 1, 0) == 0) done += "setxattr ";
              if (::utimensat(AT_FDCWD, file.c_str(), nullptr, 0) == 0) done += "utimes ";
              if (::unlink(file.c_str()) == 0) done += "unlink ";
              if (::rename(file.c_str(), path("r").c_str()) == 0) done += "rename ";
              if (::sethostname("x", 1) == 0) done += "hostname ";
              const int open = ::open(file.c_str(), O_RDONLY);
              if (::fchmod(open, 0600) == 0) done += "fchmod ";
              return done + "end";
            }),
            "end");
}

TEST_F(SandboxTest, WhatOnlyReadsWorks) {
  const auto works = [](const std::string& script) {
    EXPECT_EQ(confined([&](LocalSystem& system) { return shell(system, script); }), "0") << script;
  };
  works("test -f /etc/passwd >/dev/null 2>&1");
  works("cat /etc/passwd | grep -q root");
  works("echo x | sort >/dev/null");
  works("f=$(mktemp) && echo x >$f && rm $f");
  if (std::filesystem::exists("/usr/bin/getent")) works("getent passwd root");
  if (std::filesystem::exists("/usr/bin/apt-get")) works("apt-get -s -q install bash");
  if (std::filesystem::exists("/usr/bin/dpkg-query")) works("dpkg-query -W bash");
  if (std::filesystem::exists("/run/systemd/system")) works("systemctl show --property=LoadState ssh.service");
}

TEST_F(SandboxTest, ABadEndIsTold) {
  SandboxWork work;
  work.work = [](int, const std::string&) { ::_exit(3); };
  work.receive = [](std::string_view) -> Result<> { return {}; };
  const auto ended = run_confined(work);
  ASSERT_FALSE(ended.has_value());
  EXPECT_EQ(ended.error().code(), Code::kExecutorDied);
}

// A guard is asked in a plan, where all is confined, and in an apply, where what acts is not.
TEST_F(SandboxTest, WhatIsOnlyAskedCannotWriteAnywhere) {
  const auto ask = [](LocalSystem& system, const std::string& script) {
    ProcessRequest request;
    request.argv = {"sh", "-c", script};
    request.changes_nothing = true;
    const auto result = system.run(request);
    return result ? std::to_string(result->exit_code) : result.error().summary();
  };
  const std::string writes = "echo x > " + path("y");
  const std::string uses_scratch = "echo x > \"$TMPDIR/x\" && test -d \"$TMPDIR\"";
  LocalSystem acting(must(RootFiles::at("/")));
  EXPECT_NE(ask(acting, writes), "0");
  EXPECT_EQ(ask(acting, "test -e " + path("file")), "0");
  EXPECT_EQ(ask(acting, uses_scratch), "0");
  EXPECT_EQ(shell(acting, "test -z \"$TMPDIR\""), "0") << "it is the guard's alone";
  EXPECT_EQ(shell(acting, writes), "0") << "what acts may write";
  std::filesystem::remove(path("y"));
  EXPECT_NE(confined([&](LocalSystem& system) {
              system.set_confined();
              return ask(system, writes);
            }),
            "0");
  EXPECT_EQ(confined([&](LocalSystem& system) {
              system.set_confined();
              return ask(system, uses_scratch);
            }),
            "0");
}

bool runs(pid_t process) {
  std::ifstream in("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  return std::getline(in, text) && text.find(") Z") == std::string::npos;
}

// What acts may start a daemon.
TEST_F(SandboxTest, WhatIsOnlyAskedLeavesNobodyBehind) {
  const auto left_by = [](LocalSystem& system, bool changes_nothing) {
    ProcessRequest request;
    request.argv = {"sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!"};
    request.changes_nothing = changes_nothing;
    const auto result = system.run(request);
    return result ? std::stoi(result->output) : 0;
  };
  const auto ends = [](pid_t process) {
    for (int tries = 0; tries < 200 && runs(process); ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return !runs(process);
  };
  LocalSystem acting(must(RootFiles::at("/")));
  const pid_t asked = left_by(acting, true);
  ASSERT_GT(asked, 0);
  EXPECT_TRUE(ends(asked));
  const pid_t confined_one = std::stoi(confined([&](LocalSystem& system) {
    system.set_confined();
    return std::to_string(left_by(system, false));
  }));
  ASSERT_GT(confined_one, 0);
  EXPECT_TRUE(ends(confined_one));
  const pid_t daemon = left_by(acting, false);
  ASSERT_GT(daemon, 0);
  EXPECT_TRUE(runs(daemon));
  ::kill(daemon, SIGKILL);
}

TEST_F(SandboxTest, CostsLittle) {
  // The quickest of many: the others tell what else the machine has to do.
  constexpr int kRounds = 50;
  double took = 1e9;
  for (int i = 0; i < kRounds; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    confined([](LocalSystem&) { return std::string("x"); });
    took = std::min(took, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  RecordProperty("milliseconds", std::to_string(took));
  std::printf("one confined observation: %.2f ms\n", took);
  EXPECT_LT(took, 50);
}

}  // namespace
}  // namespace plumb::exec
