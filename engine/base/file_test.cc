#include "engine/base/file.h"

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/testing/scratch_folder.h"

namespace plumb {
namespace {

class FileTest : public ::testing::Test {
 protected:
  testing::ScratchFolder folder_;
};

TEST_F(FileTest, WritesAndReadsBack) {
  ASSERT_TRUE(write_file(folder_ / "a", "one"));
  ASSERT_TRUE(write_file(folder_ / "a", "two", 0600));
  EXPECT_EQ(*read_file(folder_ / "a", 3), "two");
  struct stat info {};
  ASSERT_EQ(::stat((folder_ / "a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1);
}

// What a process with this one's number left when it was killed is in nobody's way, and stays.
TEST_F(FileTest, ALeftoverIsInNobodysWay) {
  const std::string leftover = "a.plumb-" + std::to_string(::getpid());
  folder_.write(leftover, "half");
  ASSERT_TRUE(write_file(folder_ / "a", "whole"));
  EXPECT_EQ(*read_file(folder_ / "a", 10), "whole");
  EXPECT_EQ(*read_file(folder_ / leftover, 10), "half");
}

TEST_F(FileTest, WritersOfOnePathDoNotSpoilEachOther) {
  const std::string first(std::size_t{1} << 16, 'a');
  const std::string second(std::size_t{1} << 16, 'b');
  std::vector<std::string> problems(2);
  std::vector<std::thread> writers;
  for (std::size_t i = 0; i < 2; ++i) {
    writers.emplace_back([&, i] {
      for (int round = 0; round < 50 && problems[i].empty(); ++round) {
        const Result<> written = write_file(folder_ / "a", i == 0 ? first : second);
        if (!written) problems[i] = written.error().summary();
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(problems, std::vector<std::string>(2));
  const std::string text = *read_file(folder_ / "a", first.size());
  EXPECT_TRUE(text == first || text == second);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1);
}

TEST_F(FileTest, PiecesBecomeAFileOrNothing) {
  ASSERT_TRUE(write_file(folder_ / "a", [](const ByteSink& take) -> Result<> {
    PLUMB_TRY(take("one, "));
    return take("two");
  }));
  EXPECT_EQ(*read_file(folder_ / "a", 10), "one, two");
  const Result<> broken = write_file(folder_ / "a", [](const ByteSink& take) -> Result<> {
    PLUMB_TRY(take("three"));
    return fail(Code::kContentChanged, "it was changed meanwhile");
  });
  EXPECT_EQ(broken.error().code(), Code::kContentChanged);
  EXPECT_EQ(*read_file(folder_ / "a", 10), "one, two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1);
}

TEST_F(FileTest, RefusesALargeFileWithoutReadingIt) {
  const std::filesystem::path path = folder_ / "large";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT, 0600);
  ASSERT_GE(file, 0);
  ASSERT_EQ(::ftruncate(file, off_t{1} << 40), 0);
  ::close(file);
  const auto text = read_file(path, std::size_t{8} << 20);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code(), Code::kYamlLimit);
}

TEST_F(FileTest, RefusesWhatIsNoRegularFile) {
  ASSERT_EQ(::mkfifo((folder_ / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(read_file(folder_ / "fifo", 10).error().code(), Code::kFileUnreadable);
  EXPECT_EQ(read_file(folder_.path(), 10).error().code(), Code::kFileUnreadable);
  EXPECT_EQ(read_file(folder_ / "missing", 10).error().code(), Code::kFileUnreadable);
  EXPECT_EQ(write_file(folder_ / "none/a", "x").error().code(), Code::kWriteFailed);
}

}  // namespace
}  // namespace plumb
