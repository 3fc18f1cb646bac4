// Whatever a connection waits for while it is opened, a stop ends it. Each of these waits would last for minutes; how
// soon it ended is printed, and has to be long before that.
#include <cstdlib>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>

#include "engine/base/descriptors.h"
#include "engine/base/platform.h"
#include "engine/host/testing/ssh_test.h"

namespace plumb::host {
namespace {

using Clock = std::chrono::steady_clock;
using testing::stand_in;

class Stop : public testing::SshTest {
 protected:
  void SetUp() override {
    SshTest::SetUp();
    settings_.connect_timeout = testing::kPatience * 10;
    path_ = std::getenv("PATH");
  }
  void TearDown() override { ::setenv("PATH", path_.c_str(), 1); }

  // A program of this name that never answers is found first. It starts others, as scripts do.
  void stands_in(const std::string& program) {
    folder_.write("bin/" + program, "#!/bin/sh\necho $$ >>" + folder_ / "started" + "\nsleep 600 & sleep 600\n", 0755);
    ::setenv("PATH", (folder_ / "bin" + ":" + path_).c_str(), 1);
  }

  // Stopped where `begun` is true, which is asked for now and then.
  void expect_stop(const std::string& what, const std::function<bool()>& begun) {
    Interrupt cancel;
    Clock::time_point stopped;
    std::thread other([&] {
      const auto end = Clock::now() + testing::kPatience;
      while (!begun() && Clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      stopped = Clock::now();
      cancel.raise();
    });
    ssh::Context context(self_);
    {
      const auto connection = open_executor(settings_, stand_in(), context, &cancel);
      EXPECT_CODE(connection, Code::kInterrupted);
    }
    const auto now = Clock::now();
    other.join();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now - stopped);
    std::printf("%s: ended %lld ms after the stop\n", what.c_str(), static_cast<long long>(took.count()));
    EXPECT_LT(took, testing::kPatience / 4);
  }

  std::string path_;
};

TEST_F(Stop, EndsTheLookUpOfANameThatNobodyAnswers) {
  stands_in(lookup_command("x").front());
  settings_.address = "name.example";
  expect_stop("name look-up", [&] { return !folder_.read("started").empty(); });
}

TEST_F(Stop, EndsTheQuestionForSshsSettings) {
  stands_in("ssh");
  use_config("Match exec true\n  User somebody\n");
  expect_stop("settings of ssh", [&] { return !folder_.read("started").empty(); });
}

TEST_F(Stop, EndsALoginAtAHostThatSaysNothing) {
  const testing::SilentListener silent;
  settings_.port = silent.port();
  expect_stop("silent host", [] { return true; });
}

TEST_F(Stop, EndsTheWaitForAnAgent) {
  // One that takes connections and leaves it at that.
  self_.agent = folder_ / "agent";
  const UniqueFd listening = make_socket(AF_UNIX, Waiting::kNever);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  self_.agent.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listening.get(), 8), 0);
  settings_.identity_files.clear();
  UniqueFd client;
  expect_stop("agent", [&] {
    client = UniqueFd(::accept(listening.get(), nullptr, nullptr));
    return static_cast<bool>(client);
  });
}

TEST_F(Stop, EndsACommandThatReachesNobody) {
  settings_ = testing::through({"sh", "-c", "sleep 600"});
  expect_stop("command", [] { return true; });
}

TEST_F(Stop, EndsAProxyCommandThatReachesNobody) {
  use_config("ProxyCommand sleep 600\n");
  expect_stop("proxy command", [] { return true; });
}

TEST_F(Stop, ANameIsLookedUpAsTheSystemDoes) {
  settings_.address = "localhost";
  settings_.known_hosts_file =
      known("[localhost]:" + std::to_string(settings_.port) + " " + sshd_->public_key("host") + "\n");
  EXPECT_TRUE(open().has_value());
  for (const char* name : {"-h", "--help", "no-such-host.invalid"}) {
    settings_.address = name;
    auto connection = open();
    EXPECT_CODE(connection, Code::kConnect);
  }
}

}  // namespace
}  // namespace plumb::host
