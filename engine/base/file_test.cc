#include "engine/base/file.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
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

// A device or a pipe is written into: a file in the place of /dev/null takes it from the whole machine.
TEST_F(FileTest, WritesIntoWhatIsNoFile) {
  ASSERT_EQ(::symlink("/dev/null", (folder_ / "null").c_str()), 0);
  EXPECT_TRUE(write_file(folder_ / "null", "gone"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "null"));
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));

  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  const Result<> unread = write_file(folder_ / "pipe", "lost");
  ASSERT_FALSE(unread);
  EXPECT_EQ(unread.error().code(), Code::kWriteFailed);
  EXPECT_THAT(unread.error().summary(), ::testing::HasSubstr("nobody reads the pipe"));
  const int reader = ::open((folder_ / "pipe").c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  EXPECT_TRUE(write_file(folder_ / "pipe", "kept"));
  std::string text(8, '\0');
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(::read(reader, text.data(), text.size()), 0)));
  ::close(reader);
  EXPECT_EQ(text, "kept");
  EXPECT_TRUE(std::filesystem::is_fifo(folder_ / "pipe"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 2);
}

// Standard output may be somebody's log.
TEST_F(FileTest, AddsToWhatIsOpenAlready) {
  folder_.write("log", "before, ");
  const int log = ::open((folder_ / "log").c_str(), O_WRONLY | O_APPEND);
  ASSERT_GE(log, 0);
  EXPECT_TRUE(write_file("/dev/fd/" + std::to_string(log), "between, "));
  EXPECT_EQ(::write(log, "after", 5), 5);
  ::close(log);
  EXPECT_EQ(*read_file(folder_ / "log", 100), "before, between, after");
}

TEST_F(FileTest, WritesWhereALinkLeads) {
  std::filesystem::create_directory(folder_ / "far");
  std::filesystem::create_symlink("far/a", folder_ / "link");
  std::filesystem::create_symlink("link", folder_ / "to-link");
  ASSERT_TRUE(write_file(folder_ / "to-link", "made"));
  EXPECT_EQ(*read_file(folder_ / "far/a", 10), "made");
  ASSERT_TRUE(write_file(folder_ / "link", "replaced"));
  EXPECT_EQ(*read_file(folder_ / "far/a", 10), "replaced");
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "link"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "to-link"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_ / "far"), {}), 1);

  std::filesystem::create_symlink("round", folder_ / "round");
  EXPECT_EQ(write_file(folder_ / "round", "x").error().code(), Code::kWriteFailed);
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
