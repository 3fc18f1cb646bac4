#include "engine/base/descriptors.h"

#include <array>
#include <cerrno>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

namespace plumb {
namespace {

bool is_closed_on_exec(const UniqueFd& fd) {
  return (::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0;
}
bool never_waits(const UniqueFd& fd) {
  return (::fcntl(fd.get(), F_GETFL) & O_NONBLOCK) != 0;
}
bool is_readable(int fd) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, 0) == 1;
}

TEST(Descriptors, APipeIsClosedOnExec) {
  const Pipe pipe = make_pipe();
  ASSERT_TRUE(pipe);
  EXPECT_TRUE(is_closed_on_exec(pipe.read));
  EXPECT_TRUE(is_closed_on_exec(pipe.write));
  EXPECT_FALSE(never_waits(pipe.read));
  ASSERT_EQ(::write(pipe.write.get(), "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(::read(pipe.read.get(), &byte, 1), 1);
}

TEST(Descriptors, ASocketPairIsOneStreamInBothDirections) {
  SocketPair pair = make_socket_pair();
  ASSERT_TRUE(pair);
  EXPECT_TRUE(is_closed_on_exec(pair.one));
  EXPECT_TRUE(is_closed_on_exec(pair.other));
  EXPECT_EQ(send_bytes(pair.one.get(), "ab"), 2);
  EXPECT_EQ(send_bytes(pair.other.get(), "c"), 1);
  std::array<char, 4> bytes{};
  EXPECT_EQ(::recv(pair.other.get(), bytes.data(), bytes.size(), 0), 2);
  EXPECT_EQ(::recv(pair.one.get(), bytes.data(), bytes.size(), 0), 1);
}

TEST(Descriptors, WritingWhereNobodyReadsIsAnErrorAndNoSignal) {
  ::signal(SIGPIPE, SIG_DFL);  // would end this program
  SocketPair pair = make_socket_pair();
  pair.other.reset();
  EXPECT_EQ(send_bytes(pair.one.get(), "ab"), -1);
  EXPECT_EQ(errno, EPIPE);
}

TEST(Descriptors, ASocketWaitsUnlessAskedNotTo) {
  const UniqueFd waits = make_socket(AF_INET, Waiting::kAsUsual);
  const UniqueFd never = make_socket(AF_INET, Waiting::kNever);
  ASSERT_TRUE(waits);
  ASSERT_TRUE(never);
  EXPECT_TRUE(is_closed_on_exec(waits));
  EXPECT_TRUE(is_closed_on_exec(never));
  EXPECT_FALSE(never_waits(waits));
  EXPECT_TRUE(never_waits(never));
  EXPECT_FALSE(make_socket(-1, Waiting::kNever));
}

TEST(Descriptors, AWakeUpIsReadableUntilItIsCleared) {
  WakeUp wake;
  ASSERT_GE(wake.fd(), 0);
  EXPECT_FALSE(is_readable(wake.fd()));
  wake.clear();  // does not wait
  wake.raise();
  wake.raise();
  EXPECT_TRUE(is_readable(wake.fd()));
  EXPECT_TRUE(is_readable(wake.fd()));
  wake.clear();
  EXPECT_FALSE(is_readable(wake.fd()));
}

TEST(Descriptors, AWakeUpCanBeRaisedWithoutEnd) {
  WakeUp wake;
  for (int i = 0; i < 200'000; ++i) wake.raise();  // more than a pipe holds
  wake.clear();
  EXPECT_FALSE(is_readable(wake.fd()));
}

TEST(Descriptors, AWakeUpEndsAWaitInAnotherThread) {
  WakeUp wake;
  std::thread raiser([&] { wake.raise(); });
  pollfd one{wake.fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&one, 1, 60'000), 1);
  raiser.join();
}

TEST(Descriptors, InputComesBeforeNothingElse) {
  const Pipe input = make_pipe();
  WakeUp other;
  ASSERT_EQ(::write(input.write.get(), "x", 1), 1);
  EXPECT_TRUE(wait_for_input(input.read.get(), -1));
  EXPECT_TRUE(wait_for_input(input.read.get(), other.fd()));
  other.raise();
  EXPECT_FALSE(wait_for_input(input.read.get(), other.fd()));
}

TEST(Descriptors, TheEndOfInputIsInput) {
  Pipe input = make_pipe();
  const WakeUp other;
  input.write.reset();
  EXPECT_TRUE(wait_for_input(input.read.get(), other.fd()));
}

}  // namespace
}  // namespace plumb
