// What the tests of this folder share.
#pragma once

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <unistd.h>

#include "engine/host/testing/open_executor.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::host::testing {

using ::plumb::testing::ScratchFolder;

// The store with the stand-in executor.
inline const ExecutorStore& stand_in() {
  static const ExecutorStore store(PLUMB_STAND_IN_DIR);
  return store;
}

// More than anything takes here, also on a machine that is busy with other things.
constexpr std::chrono::seconds kPatience{60};

inline Deadline soon() {
  return Deadline::after(kPatience);
}

// One line, with its end.
inline std::string read_line(Connection& connection) {
  std::string line;
  char c = 0;
  while (line.empty() || line.back() != '\n') {
    Result<std::size_t> count = connection.read(&c, 1, soon());
    if (!count) return line + "[" + count.error().summary() + "]";
    if (*count == 0) return line + "[end]";
    line += c;
  }
  return line;
}

inline std::string read_exactly(Connection& connection, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t done = 0; done < size;) {
    Result<std::size_t> count = connection.read(bytes.data() + done, size - done, soon());
    if (!count || *count == 0) return bytes.substr(0, done);
    done += *count;
  }
  return bytes;
}

// Runs a program and waits for it; its exit status.
inline int run(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str());
}

inline bool have(const std::string& program) {
  return run("command -v " + program) == 0;
}

inline bool is_root() {
  return geteuid() == 0;
}

// Does something in a moment, beside what the test does meanwhile.
class InAMoment {
 public:
  explicit InAMoment(std::function<void()> what)
      : thread_([what = std::move(what)] {
          std::this_thread::sleep_for(std::chrono::milliseconds(30));
          what();
        }) {}
  ~InAMoment() { thread_.join(); }
  InAMoment(const InAMoment&) = delete;
  InAMoment& operator=(const InAMoment&) = delete;

 private:
  std::thread thread_;
};

// This machine's own executor.
inline HostSettings this_machine() {
  HostSettings settings;
  settings.kind = ConnectionKind::kLocal;
  return settings;
}

// A host that is reached through a command.
inline HostSettings through(std::vector<std::string> command, Become become = {}) {
  HostSettings settings;
  settings.name = "box";
  settings.kind = ConnectionKind::kCommand;
  settings.command = std::move(command);
  settings.connect_timeout = kPatience;
  settings.become = std::move(become);
  return settings;
}

inline Result<std::unique_ptr<Connection>> open(const HostSettings& settings) {
  ssh::Context context(ssh::Self{});
  return open_executor(settings, stand_in(), context);
}

#define ASSERT_OK(result)                                            \
  do {                                                               \
    const auto& checked_ = (result);                                 \
    ASSERT_TRUE(checked_.has_value()) << checked_.error().summary(); \
  } while (false)
#define EXPECT_CODE(result, expected)                                                                 \
  do {                                                                                                \
    const auto& checked_ = (result);                                                                  \
    ASSERT_FALSE(checked_.has_value());                                                               \
    EXPECT_EQ(code_name(checked_.error().code()), code_name(expected)) << checked_.error().summary(); \
  } while (false)

// The far side, which has said hello, gives back what it gets.
inline void expect_bytes_both_ways(Connection& connection, std::size_t size, std::size_t piece) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i % 251);
  std::string back;
  for (std::size_t at = 0; at < size; at += piece) {
    const std::string_view part = std::string_view(bytes).substr(at, piece);
    ASSERT_OK(connection.write(part, soon()));
    back += read_exactly(connection, part.size());
  }
  EXPECT_TRUE(back == bytes);
  ASSERT_OK(connection.shutdown_write(soon()));
  EXPECT_EQ(read_line(connection), "[end]");
  EXPECT_EQ(connection.exit_reason(), std::nullopt);
}

// Both end one wait; the connection, whose far side has said hello, is good for more.
inline void expect_deadlines_and_interrupts(Connection& connection) {
  char c = 0;
  EXPECT_CODE(connection.read(&c, 1, Deadline::after(std::chrono::milliseconds(20))), Code::kTimeout);
  {
    const InAMoment other([&] { connection.interrupt(); });
    EXPECT_CODE(connection.read(&c, 1, Deadline::never()), Code::kInterrupted);
  }
  ASSERT_OK(connection.write("stop\n", soon()));
  EXPECT_EQ(read_line(connection), "stop\n");
}

}  // namespace plumb::host::testing
