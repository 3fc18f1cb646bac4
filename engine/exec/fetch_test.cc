// Fetch, from a server that the test itself is.
#include "engine/exec/interpreter/fetch.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/digest_check.h"
#include "engine/exec/interpreter/file_writer.h"
#include "engine/exec/testing/client.h"

namespace plumb::exec {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Answers each request as it is told to, and remembers them.
class Server {
 public:
  using Answer = std::function<std::string(const std::string& request)>;

  explicit Server(Answer answer)
      : answer_(std::move(answer)), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_.get(), 8), 0);
    EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { serve(); });
  }
  ~Server() {
    ::shutdown(socket_.get(), SHUT_RDWR);
    thread_.join();
  }
  const std::string& url() const { return url_; }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    while (true) {
      const UniqueFd client(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client) return;
      std::string request;
      char bytes[4096];
      while (request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t count = ::read(client.get(), bytes, sizeof bytes);
        if (count <= 0) break;
        request.append(bytes, static_cast<std::size_t>(count));
      }
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      const std::string answer = answer_(request);
      (void)!::send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    }
  }

  Answer answer_;
  UniqueFd socket_;
  std::string url_;
  std::thread thread_;
  std::mutex mutex_;
  std::vector<std::string> requests_;
};

std::string ok(const std::string& body, std::size_t length) {
  return "HTTP/1.1 200 OK\r\nConnection: close\r\nAccept-Ranges: bytes\r\nContent-Length: " + std::to_string(length) +
         "\r\n\r\n" + body;
}
std::string ok(const std::string& body) {
  return ok(body, body.size());
}

// Programs of this machine, files of a scratch folder.
class FetchTest : public ::testing::TestWithParam<std::string> {
 protected:
  FetchTest() : system_(must(RootFiles::at("/"))), blobs_(system_.files()) { ::umask(022); }
  void SetUp() override {
    if (system_.find_program(GetParam()).empty()) GTEST_SKIP() << "there is no " << GetParam();
  }

  Fetch want(const std::string& url, const std::string& expected = {}) {
    Fetch fetch;
    fetch.path = root_.at("/file");
    fetch.url = url;
    fetch.digest = expected;
    return fetch;
  }
  // As the interpreter does it, with this program.
  Result<> run(const Fetch& fetch) {
    const auto programs = fetch_programs();
    const auto program =
        std::find_if(programs.begin(), programs.end(), [](const FetchProgram& one) { return one.name == GetParam(); });
    FileWriter writer(system_, blobs_, "00000000");
    StagingFolder folder;
    FolderSync folders;
    std::string output;
    const auto fill = [&](int file) { return fetch_into(system_, fetch, *program, file); };
    PLUMB_TRY_ASSIGN(StagedFile staged, writer.stage(fetch, fill, folder, output));
    return writer.commit(staged, folders);
  }
  std::vector<std::string> names() { return *system_.list(root_.path()); }

  ScratchRoot root_;
  LocalSystem system_;
  BlobStore blobs_;
};

TEST_P(FetchTest, WhatIsThereComesWithItsMode) {
  Server server([](const std::string&) { return ok("hello"); });
  Fetch fetch = want(server.url() + "/x", digest("hello"));
  fetch.ownership.mode = "0751";
  ASSERT_TRUE(run(fetch));
  EXPECT_EQ(root_.read("/file"), "hello");
  struct stat info {};
  ASSERT_EQ(::stat(fetch.path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0751U);
  Sha512 sum;
  sum.add("hello");
  EXPECT_TRUE(run(want(server.url() + "/x", sum.finish())));
  EXPECT_TRUE(run(want(server.url() + "/x")));
}

TEST_P(FetchTest, AnotherDigestLeavesTheOldFile) {  // H02, H12
  Server server([](const std::string&) { return ok("other"); });
  root_.write("/file", "old");
  const Result<> done = run(want(server.url(), digest("hello")));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().summary(), HasSubstr("is " + digest("other") + ", and not " + digest("hello")));
  EXPECT_EQ(root_.read("/file"), "old");
  for (const std::string& name : names()) EXPECT_THAT(name, Not(HasSubstr(".plumb")));
}

TEST_P(FetchTest, AnErrorOfTheServerIsTold) {
  Server server(
      [](const std::string&) { return std::string("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone"); });
  const Result<> done = run(want(server.url() + "/x"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), Code::kProgramFailed);
  EXPECT_THAT(done.error().summary(), HasSubstr("404"));
  EXPECT_EQ(server.requests().size(), 1U) << "what is not there is not asked for again";
  EXPECT_EQ(::access(root_.at("/file").c_str(), F_OK), -1);
}

TEST_P(FetchTest, WhatIsCutOffGoesOnFromThere) {  // H12
  const std::string whole = "0123456789";
  Server server([&](const std::string& request) {
    const std::size_t range = request.find("ange: bytes=");
    if (range == std::string::npos) return ok(whole.substr(0, 4), whole.size());
    const std::size_t from = std::stoul(request.substr(range + 12));
    return "HTTP/1.1 206 Partial Content\r\nConnection: close\r\nContent-Range: bytes " + std::to_string(from) +
           "-9/10\r\n" + "Content-Length: " + std::to_string(whole.size() - from) + "\r\n\r\n" + whole.substr(from);
  });
  const Result<> done = run(want(server.url(), digest(whole)));
  ASSERT_TRUE(done) << done.error().summary();
  EXPECT_EQ(root_.read("/file"), whole);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_P(FetchTest, WhereOnlyTheWholeCanBeHadItComesAgain) {
  const std::string whole = "0123456789";
  std::atomic<int> count = 0;
  Server server([&](const std::string&) {
    const std::string head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 10\r\n\r\n";
    return head + (count++ == 0 ? whole.substr(0, 4) : whole);
  });
  const Result<> done = run(want(server.url(), digest(whole)));
  ASSERT_TRUE(done) << done.error().summary();
  EXPECT_EQ(root_.read("/file"), whole);
}

TEST_P(FetchTest, HeadersAndWhoAsksAreSent) {  // H10
  Server server([](const std::string&) { return ok("x"); });
  Fetch fetch = want(server.url());
  fetch.headers = {{"X-Token", "a \"b\" c"}};
  fetch.username = "deploy";
  fetch.password = "p w";
  ASSERT_TRUE(run(fetch));
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_THAT(server.requests()[0], HasSubstr("X-Token: a \"b\" c\r\n"));
  EXPECT_THAT(server.requests()[0], HasSubstr("Authorization: Basic ZGVwbG95OnAgdw=="));
}

TEST_P(FetchTest, RedirectionsAreFollowedAndEnd) {  // H04
  Server server([](const std::string& request) {
    if (request.starts_with("GET /there")) return ok("there");
    const std::string to = request.starts_with("GET /round") ? "/round" : "/there";
    return "HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n";
  });
  ASSERT_TRUE(run(want(server.url() + "/here")));
  EXPECT_EQ(root_.read("/file"), "there");
  EXPECT_FALSE(run(want(server.url() + "/round")));
  EXPECT_EQ(root_.read("/file"), "there");
}

TEST_P(FetchTest, ALinkIsNotWrittenThrough) {
  Server server([](const std::string&) { return ok("x"); });
  root_.write("/other", "old");
  std::filesystem::create_symlink(root_.at("/other"), root_.at("/file"));
  const Result<> done = run(want(server.url()));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), Code::kSymlinkRefused);
  EXPECT_EQ(server.requests().size(), 0U);
}

TEST_P(FetchTest, ATimeoutIsTold) {  // H14
  Server server([](const std::string&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    return ok("x");
  });
  Fetch fetch = want(server.url());
  fetch.timeout_seconds = 1;
  EXPECT_FALSE(run(fetch));
}

INSTANTIATE_TEST_SUITE_P(Programs, FetchTest, ::testing::Values("curl", "wget"),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace plumb::exec
