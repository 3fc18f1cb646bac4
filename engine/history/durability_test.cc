// What the history promises when things go wrong around it: processes killed, disks full, many writers at
// once.
#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/history/test_support.h"

namespace plumb::history {
namespace {

using ::testing::HasSubstr;

// Runs `body` in a child process, which ends with 0 where the body returned true.
pid_t in_child(const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body() ? 0 : 1);
  return child;
}

int exit_status(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(HistoryDurability, a_killed_process_loses_no_finished_action) {
  const ScratchFolder folder;
  const std::filesystem::path file = folder / "history.db";
  { must(SqliteHistory::open(file)); }
  for (int round = 0; round < 8; ++round) {
    const std::string id = "r" + std::to_string(round);
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t child = in_child([&] {
      Result<SqliteHistory> history = SqliteHistory::open(file);
      if (!history) return false;
      Result<std::unique_ptr<RunWriter>> writer = history->begin(a_run(id));
      for (int i = 0; writer; ++i) {
        if (!(*writer)->action("web1", an_action(i, ActionOutcome::kStarted))) return false;
        if (!(*writer)->action("web1", an_action(i, ActionOutcome::kChanged))) return false;
        if (::write(pipe[1], "x", 1) != 1) return false;
      }
      return false;
    });
    ::close(pipe[1]);
    char byte = 0;
    std::int64_t acknowledged = 0;  // at least one more each round
    for (; acknowledged < round + 1; ++acknowledged) ASSERT_EQ(::read(pipe[0], &byte, 1), 1);
    std::this_thread::sleep_for(std::chrono::microseconds(170 * round));
    ::kill(child, SIGKILL);
    EXPECT_EQ(exit_status(child), -1);
    while (::read(pipe[0], &byte, 1) == 1) ++acknowledged;
    ::close(pipe[0]);

    SqliteHistory history = must(SqliteHistory::open(file));
    const RunRecord record = must(history.run(id));
    EXPECT_EQ(record.summary.outcome, std::nullopt);
    ASSERT_EQ(record.hosts.size(), 1U);
    EXPECT_GE(record.hosts[0].changed, acknowledged);
    EXPECT_LE(record.hosts[0].changed, acknowledged + 1);
    write_run(history, id + "-next");
    EXPECT_FALSE(must(history.verify()).broken.has_value());
  }
}

TEST(HistoryDurability, two_processes_write_at_once) {
  const ScratchFolder folder;
  const std::filesystem::path file = folder / ".plumb";  // also the making of the file is contended
  std::vector<pid_t> children;
  for (int p = 0; p < 3; ++p) {
    children.push_back(in_child([&, p] {
      for (int run = 0; run < 4; ++run) {
        Result<SqliteHistory> history = SqliteHistory::open(file / "history.db");
        if (!history) ADD_FAILURE() << why(history);
        if (!history) return false;
        Result<std::unique_ptr<RunWriter>> writer =
            history->begin(a_run(std::to_string(p) + "-" + std::to_string(run)));
        if (!writer) return false;
        for (int i = 0; i < 50; ++i) {
          if (!(*writer)->action("web1", an_action(i, ActionOutcome::kChanged))) return false;
        }
        if (!(*writer)->finish(ended())) return false;
      }
      return true;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(exit_status(child), 0);
  const SqliteHistory history = must(SqliteHistory::open_read_only(file / "history.db"));
  EXPECT_EQ(must(history.runs(99)).size(), 12U);
  const Verification verification = must(history.verify());
  EXPECT_EQ(verification.entries, 12);
  EXPECT_FALSE(verification.broken.has_value());
}

TEST(HistoryDurability, a_reader_does_not_block_a_run) {
  const ScratchFolder folder;
  const std::filesystem::path file = folder / "history.db";
  SqliteHistory history = must(SqliteHistory::open(file));
  write_run(history, "r1", 500);
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    const SqliteHistory other = must(SqliteHistory::open_read_only(file));
    while (!stop) must(other.run("r1"));
  });
  write_run(history, "r2", 200);
  stop = true;
  reader.join();
  EXPECT_FALSE(must(history.verify()).broken.has_value());
}

TEST(HistoryDurability, many_threads_write_one_run) {
  const ScratchFolder folder;
  SqliteHistory history = must(SqliteHistory::open(folder / "history.db"));
  const std::unique_ptr<RunWriter> writer = must(history.begin(a_run("r1")));
  std::vector<std::thread> threads;
  threads.reserve(10);
  for (int t = 0; t < 10; ++t) {
    threads.emplace_back([&, t] {
      const std::string host = "web" + std::to_string(t);
      for (int i = 0; i < 40; ++i) {
        EXPECT_TRUE(writer->action(host, an_action(i, ActionOutcome::kStarted)).has_value());
        EXPECT_TRUE(writer->action(host, an_action(i, ActionOutcome::kChanged)).has_value());
      }
      EXPECT_TRUE(history.store_facts({{host, {{"n", t}}}}, "now").has_value());
      EXPECT_TRUE(writer->host({host, HostState::kOk, 40, 0, 0, 0, 1, "", ""}).has_value());
      EXPECT_TRUE(history.runs(5).has_value());
    });
  }
  for (std::thread& thread : threads) thread.join();
  must(writer->finish(ended()));
  const RunRecord record = must(history.run("r1"));
  EXPECT_EQ(record.actions.size(), 400U);
  EXPECT_EQ(record.summary.changed, 400);
  EXPECT_EQ(record.summary.hosts, 10);
  EXPECT_FALSE(must(history.verify()).broken.has_value());
}

// A file system of its own that is small.
class SmallDisk {
 public:
  explicit SmallDisk(const std::filesystem::path& at) : at_(at) {
    std::filesystem::create_directory(at);
    mounted_ = ::mount("tmpfs", at.c_str(), "tmpfs", 0, "size=512k") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(at_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }

 private:
  std::filesystem::path at_;
  bool mounted_ = false;
};

TEST(HistoryDurability, a_full_disk_is_told_and_loses_nothing) {
  const ScratchFolder folder;
  const SmallDisk disk(folder / "disk");
  if (!disk.mounted()) GTEST_SKIP() << "a small tmpfs needs root";
  const std::filesystem::path file = folder / "disk/history.db";
  SqliteHistory history = must(SqliteHistory::open(file));
  const std::unique_ptr<RunWriter> writer = must(history.begin(a_run("r1")));
  must(writer->action("web1", an_action(0, ActionOutcome::kChanged)));

  const std::filesystem::path ballast = folder / "disk/ballast";
  std::ofstream(ballast) << std::string(1 << 20, 'x');
  std::int64_t written = 1;
  Result<> result;
  while (result && written < 2000) result = writer->action("web1", an_action(written++, ActionOutcome::kChanged));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), Code::kHistory);
  EXPECT_THAT(result.error().summary(), HasSubstr("no space left"));
  EXPECT_FALSE(writer->action("web1", an_action(written++, ActionOutcome::kFailed)).has_value());

  // What was written is readable on the full disk, and what was not is written once there is room.
  EXPECT_GE(must(history.run("r1")).hosts[0].changed, 1);
  std::filesystem::remove(ballast);
  must(writer->finish(ended(RunOutcome::kFailed)));
  const RunRecord record = must(history.run("r1"));
  EXPECT_EQ(record.actions.size(), static_cast<std::size_t>(written));
  EXPECT_EQ(record.hosts[0].failed, 1);
  EXPECT_FALSE(must(history.verify()).broken.has_value());
}

}  // namespace
}  // namespace plumb::history
