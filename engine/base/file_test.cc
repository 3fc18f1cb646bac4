#include "engine/base/file.h"

#include <filesystem>

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
