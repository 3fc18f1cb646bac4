#include "engine/base/platform.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/descriptors.h"

namespace plumb {
namespace {

TEST(Platform, KnowsTheFileOfTheRunningProgram) {
  const std::filesystem::path file = running_program();
  EXPECT_TRUE(file.is_absolute()) << file;
  EXPECT_EQ(file.filename(), "plumb_base_test");
  struct stat info {};
  EXPECT_EQ(::stat(file.c_str(), &info), 0);
}

TEST(Platform, SyncsAFileAndTellsWhatCannotBe) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "plumb_platform_test";
  const UniqueFd file(::creat(path.c_str(), 0600));
  ASSERT_TRUE(file);
  EXPECT_EQ(sync_file(file.get()), 0);
  EXPECT_EQ(sync_file(-1), -1);
  std::filesystem::remove(path);
}

#ifdef __linux__
TEST(Platform, NoDumpIsWrittenOfAProcessThatKeepsItsMemoryPrivate) {
  EXPECT_EXIT(
      {
        keep_memory_private();
        ::_exit(::prctl(PR_GET_DUMPABLE));
      },
      ::testing::ExitedWithCode(0), "");
}
#endif

TEST(Platform, ChecksWhetherASilentPeerIsStillThere) {
  const UniqueFd socket = make_socket(AF_INET, Waiting::kNever);
  keep_alive(socket.get(), {20, 5, 5});
  int on = 0;
  socklen_t size = sizeof on;
  ASSERT_EQ(::getsockopt(socket.get(), SOL_SOCKET, SO_KEEPALIVE, &on, &size), 0);
  EXPECT_NE(on, 0);
}

}  // namespace
}  // namespace plumb
