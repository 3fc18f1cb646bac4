// Hosts and lines that fail: each failure is an error of its own, in time.
#include "engine/host/testing/relay.h"
#include "engine/host/testing/ssh_test.h"

namespace plumb::host {
namespace {

using testing::hello;
using testing::PrivateSshd;
using testing::read_line;
using testing::Relay;
using testing::soon;

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

class Faults : public testing::SshTest {
 protected:
  void through(const Relay& relay) {
    settings_.port = relay.port();
    settings_.known_hosts_file =
        known("[127.0.0.1]:" + std::to_string(relay.port()) + " " + sshd_->public_key("host") + "\n");
  }
};

// As a jump host with too many log-ins at once does.
TEST_F(Faults, AHostThatDropsTheFirstConnections) {
  const Relay relay(sshd_->port(), {.refuse_first = 2});
  through(relay);
  settings_.connect_attempts = 3;
  auto connection = open();
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), hello());
  EXPECT_EQ(relay.connections(), 3);
}

TEST_F(Faults, AttemptsAreCounted) {
  const Relay relay(sshd_->port(), {.refuse_first = 9});
  through(relay);
  settings_.connect_attempts = 2;
  auto connection = open();
  EXPECT_CODE(connection, Code::kConnect);
  EXPECT_NE(connection.error().summary().find("attempt 2"), std::string::npos) << connection.error().summary();
  EXPECT_EQ(relay.connections(), 2);
}

TEST_F(Faults, AttemptsEndWithTheTimeForConnecting) {
  settings_.port = testing::free_port();
  settings_.connect_attempts = 100;
  settings_.connect_timeout = seconds(1);
  const auto begin = Clock::now();
  EXPECT_CODE(open(), Code::kConnect);
  EXPECT_LT(Clock::now() - begin, seconds(3));
}

TEST_F(Faults, ARefusedLoginIsNotTriedAgain) {
  const Relay relay(sshd_->port(), {});
  through(relay);
  settings_.identity_files = {files() / "other"};
  settings_.connect_attempts = 5;
  EXPECT_CODE(open(), Code::kAuthentication);
  EXPECT_EQ(relay.connections(), 1);
}

TEST_F(Faults, AnInterruptEndsThePauseBetweenAttempts) {
  settings_.port = testing::free_port();
  settings_.connect_attempts = 100;
  Interrupt cancel;
  std::thread other([&] {
    std::this_thread::sleep_for(milliseconds(50));
    cancel.raise();
  });
  ssh::Context context(self_);
  EXPECT_CODE(open_executor(settings_, testing::stand_in(), context, &cancel), Code::kInterrupted);
  other.join();
}

// Wherever the line breaks: an error that says so, or all was there already.
TEST_F(Faults, ALineThatBreaksAfterAnyNumberOfBytes) {
  ASSERT_OK(open());  // the executor is there from now on
  for (std::size_t limit = 1; limit < 6000; limit += 211) {
    const Relay relay(sshd_->port(), {.limit = limit});
    through(relay);
    auto connection = open();
    if (connection) {
      const std::string line = read_line(**connection);
      EXPECT_TRUE(line == hello() || line.find("connection was lost") != std::string::npos || line.ends_with("[end]"))
          << limit << ": " << line;
      continue;
    }
    const Code code = connection.error().code();
    EXPECT_TRUE(code == Code::kConnect || code == Code::kConnectionLost || code == Code::kAuthentication ||
                code == Code::kBootstrap || code == Code::kExecutorDied)
        << limit << ": " << connection.error().summary();
  }
}

TEST_F(Faults, ALineThatFallsSilentBeforeTheLogin) {
  for (const std::size_t limit : {1, 30, 500, 1200}) {
    const Relay relay(sshd_->port(), {.limit = limit, .hang = true});
    through(relay);
    settings_.connect_timeout = seconds(1);
    const auto begin = Clock::now();
    EXPECT_CODE(open(), Code::kTimeout);
    EXPECT_LT(Clock::now() - begin, seconds(5)) << limit;
  }
}

// The machine is there, but sshd does nothing any more.
class Frozen : public Faults, public ::testing::WithParamInterface<ConnectionKind> {
 protected:
  void SetUp() override {
    Faults::SetUp();
    if (testing::run("command -v ssh && command -v pkill") != 0) GTEST_SKIP() << "no ssh, or no pkill";
    own_ = PrivateSshd::start();
    ASSERT_NE(own_, nullptr);
    use_config(way_to(*own_, "testhost") + "  ServerAliveInterval 1\n  ServerAliveCountMax 1\n");
    settings_.kind = GetParam();
  }
  // Whatever serves the connections.
  void signal(const std::string& name) {
    ASSERT_EQ(testing::run("pkill -" + name + " -P " + std::to_string(own_->pid())), 0);
  }
  std::unique_ptr<PrivateSshd> own_;
};

TEST_P(Frozen, IsNoticed) {
  auto connection = open();
  ASSERT_OK(connection);
  read_line(**connection);
  signal("STOP");
  const auto begin = Clock::now();
  char c = 0;
  Result<std::size_t> count = (*connection)->read(&c, 1, Deadline::after(seconds(20)));
  signal("CONT");
  EXPECT_LT(Clock::now() - begin, seconds(10));
  // The ssh program tells its end by the end of the stream.
  if (GetParam() == ConnectionKind::kOpenSsh) {
    ASSERT_OK(count);
    EXPECT_EQ(*count, 0U);
    EXPECT_EQ((*connection)->exit_reason(), std::nullopt);
    EXPECT_NE((*connection)->error_output().find("not responding"), std::string::npos);
    return;
  }
  EXPECT_CODE(count, Code::kConnectionLost);
  EXPECT_NE(count.error().summary().find("no sign of life"), std::string::npos) << count.error().summary();
}

TEST_P(Frozen, OneThatAnswersMayBeSilentForLong) {
  auto connection = open();
  ASSERT_OK(connection);
  read_line(**connection);
  char c = 0;
  EXPECT_CODE((*connection)->read(&c, 1, Deadline::after(milliseconds(4500))), Code::kTimeout);
  ASSERT_OK((*connection)->write("still here\n", soon()));
  EXPECT_EQ(read_line(**connection), "still here\n");
}

TEST_P(Frozen, OneThatIsKilled) {
  auto connection = open();
  ASSERT_OK(connection);
  read_line(**connection);
  signal("KILL");
  const std::string line = read_line(**connection);
  EXPECT_TRUE(line == "[end]" || line.find("connection was lost") != std::string::npos) << line;
  EXPECT_EQ((*connection)->exit_reason(), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Transports, Frozen, ::testing::Values(ConnectionKind::kSsh, ConnectionKind::kOpenSsh),
                         [](const auto& test) { return test.param == ConnectionKind::kSsh ? "ssh" : "openssh"; });

}  // namespace
}  // namespace plumb::host
