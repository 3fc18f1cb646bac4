#include "engine/exec/stream_line.h"

#include <array>
#include <cstdlib>
#include <functional>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "engine/base/pool.h"
#include "engine/base/unique_fd.h"

namespace plumb::exec {
namespace {

using std::chrono::milliseconds;

// The messages that a line says while `work` uses it.
std::vector<wire::Message> said(milliseconds silence, const std::function<void(StreamLine&)>& work) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return {};
  const UniqueFd from(ends[0]);
  {
    const UniqueFd to(ends[1]);
    StreamLine line(-1, to.get(), silence);
    work(line);
  }
  wire::MessageReader reader;
  std::array<char, 4096> bytes{};
  for (ssize_t count = 0; (count = ::read(from.get(), bytes.data(), bytes.size())) > 0;) {
    reader.add({bytes.data(), static_cast<std::size_t>(count)});
  }
  std::vector<wire::Message> messages;
  for (auto message = reader.next(); message && *message; message = reader.next()) messages.push_back(**message);
  return messages;
}

TEST(StreamLine, ShowsLifeAfterSilence) {
  const auto messages = said(milliseconds(0), [](StreamLine& line) { line.show_life(); });
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<wire::Alive>(messages[0]));
}

TEST(StreamLine, NeedNotShowLifeWhereItSpokeLately) {
  const auto messages = said(std::chrono::hours(1), [](StreamLine& line) {
    line.show_life();
    line.send(wire::Event{});
    line.show_life();
  });
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<wire::Event>(messages[0]));
}

// A controller at the other end of two pipes.
struct Ends {
  Ends() {
    std::array<int, 2> to{};
    std::array<int, 2> from{};
    if (::pipe(to.data()) != 0 || ::pipe(from.data()) != 0) std::abort();
    in.reset(to[0]);
    says.reset(to[1]);
    hears.reset(from[0]);
    out.reset(from[1]);
  }
  void say(const wire::Message& message) const {
    const std::string bytes = *wire::frames(message);
    EXPECT_EQ(::write(says.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  bool hears_something() const {
    std::array<char, 4096> bytes{};
    return ::read(hears.get(), bytes.data(), bytes.size()) > 0;
  }
  UniqueFd in, says, hears, out;
};

TEST(StreamLine, AControllerThatAnsweredAndThenNoMoreIsGone) {
  const Ends ends;
  StreamLine line(ends.in.get(), ends.out.get(), milliseconds(1), milliseconds(2000));
  ends.say(wire::Alive{});
  EXPECT_FALSE(line.wants_stop());
  ::usleep(5'000);
  EXPECT_FALSE(line.wants_stop()) << "it was only asked";
  EXPECT_TRUE(ends.hears_something());
  ends.say(wire::Alive{});
  EXPECT_FALSE(line.wants_stop()) << "it has answered";
  ::usleep(5'000);
  EXPECT_FALSE(line.wants_stop());
  ::usleep(2'050'000);
  EXPECT_TRUE(line.wants_stop());
}

TEST(StreamLine, AControllerThatNeverAnsweredMayBeOlder) {
  const Ends ends;
  StreamLine line(ends.in.get(), ends.out.get(), milliseconds(1), milliseconds(20));
  for (int i = 0; i < 3; ++i) {
    ::usleep(30'000);
    line.show_life();
    EXPECT_FALSE(line.wants_stop());
  }
}

TEST(StreamLine, ALineThatTakesNothingIsCut) {
  const Ends ends;
  StreamLine line(ends.in.get(), ends.out.get(), std::chrono::hours(1), milliseconds(50));
  wire::Event event;
  event.text = std::string(std::size_t{1} << 20, 'x');
  line.send(event);
  EXPECT_TRUE(line.wants_stop());
}

TEST(StreamLine, WaitsNoLongerThanItIsTold) {
  const Ends ends;
  StreamLine line(ends.in.get(), ends.out.get());
  const auto nothing = line.next(milliseconds(20));
  EXPECT_TRUE(nothing.has_value() && !nothing->has_value());
}

// What a long request brought is not held against a stop that comes after it.
TEST(StreamLine, SeesAStopAfterALongRequest) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const UniqueFd from(ends[0]);
  const UniqueFd to(ends[1]);
  wire::Apply apply;
  for (int i = 0; i < 8; ++i) apply.resources[std::to_string(i)] = {{"filler", std::string(std::size_t{1} << 20, 'x')}};
  std::string bytes = *wire::frames(apply);
  ASSERT_GT(bytes.size(), StreamLine::kMaxUnread);
  bytes += *wire::frames(wire::Stop{});
  const Beside writer([&] {
    for (std::string_view rest = bytes; !rest.empty();) {
      const ssize_t count = ::write(to.get(), rest.data(), rest.size());
      if (count <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(count));
    }
  });
  StreamLine line(from.get(), -1);
  const auto message = line.next();
  ASSERT_TRUE(message.has_value() && message->has_value());
  EXPECT_TRUE(std::holds_alternative<wire::Apply>(**message));
  bool stops = line.wants_stop();
  for (int i = 0; i < 1000 && !stops; ++i) {
    ::usleep(10'000);
    stops = line.wants_stop();
  }
  EXPECT_TRUE(stops);
}

}  // namespace
}  // namespace plumb::exec
