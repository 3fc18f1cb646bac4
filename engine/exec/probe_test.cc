// Probes: programs, ports and web servers of this machine that answer, fail, come late or talk nonsense.
#include "engine/exec/interpreter/probe.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "engine/exec/interpreter/http_answer.h"
#include "engine/exec/testing/client.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::exec {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Takes connections one after the other and gives each the same answer.
class TestServer {
 public:
  explicit TestServer(std::string answer) : answer_(std::move(answer)), fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
    socklen_t size = sizeof address;
    ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = std::to_string(ntohs(address.sin_port));
  }
  ~TestServer() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  void open() {
    ::listen(fd_.get(), 16);
    thread_ = std::thread([this] { serve(); });
  }
  std::string address() const { return "127.0.0.1:" + port_; }
  std::string url(const std::string& path = "/") const { return "http://" + address() + path; }
  std::string asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  void serve() {
    while (!stop_) {
      pollfd wait{fd_.get(), POLLIN, 0};
      if (::poll(&wait, 1, 20) <= 0) continue;
      const UniqueFd client(::accept(fd_.get(), nullptr, nullptr));
      std::array<char, 4096> bytes{};
      pollfd ready{client.get(), POLLIN, 0};
      if (answer_.empty() || ::poll(&ready, 1, 200) <= 0) continue;
      const ssize_t count = ::recv(client.get(), bytes.data(), bytes.size(), 0);
      if (count > 0) {
        const std::lock_guard lock(mutex_);
        asked_.assign(bytes.data(), static_cast<std::size_t>(count));
      }
      (void)::send(client.get(), answer_.data(), answer_.size(), MSG_NOSIGNAL);
    }
  }

  std::string answer_;
  UniqueFd fd_;
  std::string port_;
  mutable std::mutex mutex_;
  std::string asked_;  // guarded by mutex_
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

class ProbeTest : public ::testing::Test {
 protected:
  // "" where it passed, else what it said.
  std::string ask(Probe probe) {
    probe.timeout_seconds = 2;
    probe.within_seconds = within_;
    const Result<> passed = run_probe(
        system_, probe, [this] { return stop_; }, output_);
    if (passed) return "";
    code_ = passed.error().code();
    return passed.error().summary();
  }
  static Probe command(std::vector<std::string> argv) {
    Probe probe;
    probe.argv = std::move(argv);
    return probe;
  }
  static Probe http(const std::string& url) {
    Probe probe;
    probe.http = url;
    return probe;
  }
  static Probe tcp(const std::string& address) {
    Probe probe;
    probe.tcp = address;
    return probe;
  }

  LocalSystem system_{must(RootFiles::at("/"))};
  int within_ = 0;
  bool stop_ = false;
  std::string output_;
  Code code_ = Code::kInternal;
};

TEST_F(ProbeTest, AProgramPassesByItsExitCode) {
  EXPECT_EQ(ask(command({"true"})), "");
  EXPECT_EQ(output_, "");
  EXPECT_EQ(ask(command({"sh", "-c", "echo broken >&2; exit 3"})),
            "the check that `sh -c echo broken >&2; exit 3` succeeds failed: exit code 3: broken");
  EXPECT_EQ(code_, Code::kProbeFailed);
  EXPECT_EQ(output_, "broken\n");
  Probe script;
  script.script = "exit 3";
  script.expect = {3, 4};
  EXPECT_EQ(ask(script), "");
  EXPECT_THAT(ask(command({"/nowhere/to/be/found"})), HasSubstr("/nowhere/to/be/found"));
  EXPECT_THAT(ask(command({"sleep", "60"})), HasSubstr("it did not end within 2 s"));
}

TEST_F(ProbeTest, APortPassesOnceItIsOpen) {
  TestServer server("");
  EXPECT_EQ(ask(tcp(server.address())),
            "the check that port " + server.address() + " is open failed: Connection refused");
  server.open();
  EXPECT_EQ(ask(tcp(server.address())), "");
  EXPECT_EQ(ask(tcp("localhost" + server.address().substr(9))), "");
}

TEST_F(ProbeTest, IsTriedUntilItPasses) {
  TestServer server("");
  within_ = 20;
  std::thread late([&server] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    server.open();
  });
  EXPECT_EQ(ask(tcp(server.address())), "");
  late.join();
}

TEST_F(ProbeTest, WhatFailsAtOnceIsNotTriedMoreOften) {
  const TestServer closed("");
  within_ = 1;
  EXPECT_THAT(ask(tcp(closed.address())), HasSubstr(" failed 2 times in 1."));
}

TEST_F(ProbeTest, TellsHowOftenItTried) {
  within_ = 2;
  EXPECT_THAT(ask(command({"false"})), ::testing::AllOf(HasSubstr("succeeds failed "), HasSubstr(" times in ")));
}

// Passes at the tries that `pattern` has a + for, and fails at the others; of those behind its end, as at the last.
Probe by_turns(const testing::ScratchFolder& folder, const std::string& pattern) {
  Probe probe;
  probe.script = "cd " + folder.path().string() + "; echo >>tries; n=$(wc -l <tries); p='" + pattern +
                 "'; [ $n -le ${#p} ] || n=${#p}; [ \"$(printf %s \"$p\" | cut -c $n)\" = + ]";
  return probe;
}

TEST_F(ProbeTest, TheLastTryIsBegunAtTheEndOfTheTime) {
  const testing::ScratchFolder folder;
  within_ = 1;  // as long as it waits between two tries, which take a while themselves
  EXPECT_THAT(ask(by_turns(folder, "-")), HasSubstr(" failed 2 times in 1."));
  EXPECT_EQ(folder.read("tries").size(), 2U);
}

TEST_F(ProbeTest, HasToPassAsOftenInARowAsItAsksFor) {
  const auto tries = [](const testing::ScratchFolder& folder) { return folder.read("tries").size(); };
  {
    // One worker that still has the old configuration answers first.
    const testing::ScratchFolder folder;
    Probe probe = by_turns(folder, "+-+++-");
    probe.stable = 3;
    within_ = 20;
    EXPECT_EQ(ask(probe), "");
    EXPECT_EQ(tries(folder), 5U);
  }
  {
    const testing::ScratchFolder folder;
    Probe probe = by_turns(folder, "+-");
    probe.stable = 2;
    within_ = 2;
    EXPECT_THAT(ask(probe), ::testing::AllOf(HasSubstr(" failed "), HasSubstr("passed in between"),
                                             HasSubstr("never 2 times in a row: exit code 1")));
  }
  {
    // A row that has begun is followed to its end, though nothing new would be.
    const testing::ScratchFolder folder;
    Probe probe = by_turns(folder, "+");
    probe.stable = 2;
    within_ = 0;
    EXPECT_EQ(ask(probe), "");
    EXPECT_EQ(tries(folder), 2U);
  }
}

TEST_F(ProbeTest, AStopEndsTheWaiting) {
  within_ = 3600;
  stop_ = true;
  EXPECT_THAT(ask(command({"false"})), HasSubstr("was interrupted"));
  EXPECT_EQ(code_, Code::kInterrupted);
}

TEST_F(ProbeTest, AServerPassesByItsStatus) {
  TestServer server("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
  server.open();
  EXPECT_EQ(ask(http(server.url("/health?deep=1"))),
            "the check that " + server.url("/health?deep=1") + " answers 200 failed: it answered 204");
  EXPECT_THAT(server.asked(), StartsWith("GET /health?deep=1 HTTP/1.1\r\nHost: " + server.address() + "\r\n"));
  Probe probe = http(server.url());
  probe.status = {200, 204};
  probe.host = "example.org";
  EXPECT_EQ(ask(probe), "");
  EXPECT_THAT(server.asked(), HasSubstr("\r\nHost: example.org\r\n"));
}

TEST_F(ProbeTest, AServerPassesByItsText) {
  TestServer server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nall i\r\n6\r\ns well\r\n0\r\n\r\n");
  server.open();
  Probe probe = http(server.url());
  probe.body = "all is well";
  EXPECT_EQ(ask(probe), "");
  probe.body = "s well\r\n";
  EXPECT_THAT(ask(probe), HasSubstr("it answered 200, without the text that is asked for"));
}

TEST_F(ProbeTest, AServerThatTalksSomethingElse) {
  TestServer server("SSH-2.0-OpenSSH_9.2\r\n");
  server.open();
  EXPECT_THAT(ask(http(server.url())), HasSubstr("does not speak HTTP"));
}

TEST_F(ProbeTest, AServerThatEndsBeforeItAnswers) {
  TestServer server("HTTP/1.1 200 OK\r\nContent-");
  server.open();
  EXPECT_THAT(ask(http(server.url())), HasSubstr("does not speak HTTP"));
}

std::optional<HttpAnswer> parsed(std::string_view bytes, bool ended = false) {
  return must(parse_http_answer(bytes, ended));
}

TEST(HttpAnswer, WaitsForItsHead) {
  for (const std::string_view part : {"", "H", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nServer: x\r\n"}) {
    EXPECT_FALSE(parsed(part)) << part;
  }
  EXPECT_EQ(parsed("HTTP/1.0 404 Not Found\n\n")->status, 404);
  EXPECT_EQ(parsed("HTTP/1.1 200\r\n\r\n")->status, 200);
}

TEST(HttpAnswer, PassesOverWhatComesBeforeIt) {
  EXPECT_EQ(parsed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\n\r\n")->status, 503);
  EXPECT_FALSE(parsed("HTTP/1.1 100 Continue\r\n\r\n"));
}

TEST(HttpAnswer, KnowsWhenItIsWhole) {
  EXPECT_FALSE(parsed("HTTP/1.1 200 OK\r\n\r\nabc")->whole);
  EXPECT_TRUE(parsed("HTTP/1.1 200 OK\r\n\r\nabc", true)->whole);
  EXPECT_FALSE(parsed("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabc")->whole);
  const auto longer = parsed("HTTP/1.1 200 OK\r\nCONTENT-LENGTH: 2\r\n\r\nabc");
  EXPECT_TRUE(longer->whole);
  EXPECT_EQ(longer->body, "ab");
}

TEST(HttpAnswer, PutsChunksTogether) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n";
  EXPECT_EQ(parsed(head + "3;x=y\r\nabc\r\n2\r\nd")->body, "abcd");
  EXPECT_FALSE(parsed(head + "3\r\nabc\r\n")->whole);
  EXPECT_TRUE(parsed(head + "3\r\nabc\r\n0\r\n\r\n")->whole);
  EXPECT_FALSE(parse_http_answer(head + "nonsense\r\n", false));
  EXPECT_EQ(parsed(head + "ffffffffffffffff\r\nabc")->body, "abc");
  EXPECT_FALSE(parse_http_answer(head + "ffffffffffffffffff\r\nabc", false));
}

TEST(HttpAnswer, RefusesOtherTalk) {
  for (const std::string_view other : {"X", "HTTP/2 200\r\n\r\n", "HTTP/1.1 2000\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
                                       "HTTP/1.1 099 x\r\n\r\n", "HTTP/1.1\r\n\r\n"}) {
    EXPECT_FALSE(parse_http_answer(other, false)) << other;
  }
  EXPECT_FALSE(parse_http_answer("HTTP/1.1 200 OK\r\n" + std::string(70'000, 'a'), false));
  EXPECT_FALSE(parse_http_answer("", true));
}

TEST_F(ProbeTest, APathPassesOnceItIsThere) {
  const testing::ScratchFolder folder;
  Probe probe;
  probe.exists = folder / "ready";
  EXPECT_EQ(ask(probe), "the check that " + probe.exists + " is there failed: nothing is there");
  folder.write("ready", "starting");
  EXPECT_EQ(ask(probe), "");
  probe.body = "it is up";
  EXPECT_THAT(ask(probe), HasSubstr("the text that is asked for is not in it"));
  folder.write("ready", "starting, it is up");
  EXPECT_EQ(ask(probe), "");
}

TEST_F(ProbeTest, NamesAreLookedUpByTheHost) {
  EXPECT_EQ(ask(tcp("no-such-host.invalid:80")),
            "the check that port no-such-host.invalid:80 is open failed: the name no-such-host.invalid has no address");
}

TEST_F(ProbeTest, OneTryTellsAProviderWhy) {
  TestServer server("");
  EXPECT_EQ(must(system_.ask(tcp(server.address()))), "Connection refused");
  server.open();
  EXPECT_EQ(must(system_.ask(tcp(server.address()))), "");
}

class WaitTest : public ProbeTest {
 protected:
  std::string wait(Probe probe, bool gone) {
    probe.timeout_seconds = 2;
    probe.within_seconds = within_;
    const Result<> passed = run_wait(
        system_, {std::move(probe), gone}, [this] { return stop_; }, output_);
    if (passed) return "";
    code_ = passed.error().code();
    return passed.error().summary();
  }
};

TEST_F(WaitTest, SaysWhatDidNotComeInTime) {
  TestServer server("");
  EXPECT_EQ(wait(tcp(server.address()), false),
            "the wait until port " + server.address() + " is open failed: Connection refused");
  EXPECT_EQ(code_, Code::kNotInTime);
  EXPECT_EQ(wait(tcp(server.address()), true), "");
  server.open();
  EXPECT_EQ(wait(tcp(server.address()), false), "");
  EXPECT_EQ(wait(tcp(server.address()), true),
            "the wait until port " + server.address() + " is closed failed: it is still there");
}

TEST_F(WaitTest, GoesOnOnceSomethingIsGone) {
  const testing::ScratchFolder folder;
  Probe probe;
  probe.exists = folder.write("lock", "");
  within_ = 20;
  std::thread late([&probe] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    std::filesystem::remove(probe.exists);
  });
  EXPECT_EQ(wait(probe, true), "");
  late.join();
}

TEST_F(WaitTest, AStopEndsIt) {
  within_ = 60;
  stop_ = true;
  EXPECT_THAT(wait(command({"false"}), false), HasSubstr("was interrupted"));
  EXPECT_EQ(code_, Code::kInterrupted);
}

}  // namespace
}  // namespace plumb::exec
