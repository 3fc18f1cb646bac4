#include "engine/base/program.h"

#include <thread>

#include <gtest/gtest.h>

#include "engine/base/descriptors.h"

namespace plumb {
namespace {

constexpr Code kCode = Code::kCueFailed;

TEST(Program, GivesBothOutputsAndTheExitCode) {
  const auto output = run_program({"sh", "-c", "echo out; echo err >&2; exit 3"}, "", kCode);
  ASSERT_TRUE(output) << output.error().summary();
  EXPECT_EQ(output->text, "out\n");
  EXPECT_EQ(output->errors, "err\n");
  EXPECT_EQ(output->exit_code, 3);
}

TEST(Program, RunsInTheFolderWithoutInput) {
  const auto output = run_program({"sh", "-c", "pwd; cat"}, "/usr", kCode);
  ASSERT_TRUE(output) << output.error().summary();
  EXPECT_EQ(output->text, "/usr\n");
}

TEST(Program, ReadsWhatItIsGiven) {
  const std::string much(300'000, 'x');
  const auto output = run_program({"cat"}, "", kCode, {.input = much});
  ASSERT_TRUE(output) << output.error().summary();
  EXPECT_EQ(output->text, much);
}

// Nothing of it is an argument or a variable, and a pipe that nobody reads ends nobody.
TEST(Program, NeedNotReadItsInput) {
  const std::string much(300'000, 'x');
  const auto output = run_program({"sh", "-c", "exec <&-; echo done"}, "", kCode, {.input = much});
  ASSERT_TRUE(output) << output.error().summary();
  EXPECT_EQ(output->text, "done\n");
  EXPECT_EQ(output->exit_code, 0);
}

TEST(Program, ReadsOneOutputWhileTheOtherIsFull) {
  const auto output = run_program({"sh", "-c", "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero"}, "", kCode);
  ASSERT_TRUE(output) << output.error().summary();
  EXPECT_EQ(output->text.size(), 300000U);
  EXPECT_EQ(output->errors.size(), 300000U);
}

TEST(Program, EndsWhatTakesTooLongWithAllThatItStarted) {
  const auto begin = std::chrono::steady_clock::now();
  const auto output = run_program({"sh", "-c", "sleep 60 & sleep 60"}, "", kCode, {.time = std::chrono::seconds{1}});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().summary(), "sh takes longer than 1 s");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{20});
}

TEST(Program, EndsWhatSaysNothingMoreAndStays) {
  const auto output =
      run_program({"sh", "-c", "exec >&- 2>&-; sleep 60"}, "", kCode, {.time = std::chrono::seconds{1}});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().summary(), "sh takes longer than 1 s");
}

TEST(Program, EndsWithAStop) {
  for (const char* script : {"sleep 600", "exec >&- 2>&-; sleep 600"}) {
    WakeUp stop;
    std::thread raiser([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
      stop.raise();
    });
    const auto begin = std::chrono::steady_clock::now();
    const auto output =
        run_program({"sh", "-c", script}, "", kCode, {.time = std::chrono::minutes{10}, .stop = stop.fd()});
    raiser.join();
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code(), Code::kInterrupted);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::minutes{1});
  }
}

TEST(Program, EndsWhatSaysTooMuch) {
  const auto output = run_program({"cat", "/dev/zero"}, "", kCode, {.bytes = std::size_t{1} << 20});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().summary(), "cat prints more than 1 MiB");
}

TEST(Program, SaysWhatCannotBeStarted) {
  const auto output = run_program({"no-such-program"}, "", kCode);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code(), kCode);
  EXPECT_NE(output.error().summary().find("cannot start no-such-program"), std::string::npos);
  EXPECT_FALSE(has_program("no-such-program"));
  EXPECT_TRUE(has_program("sh"));
}

}  // namespace
}  // namespace plumb
