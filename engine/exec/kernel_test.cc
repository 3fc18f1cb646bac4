// Operations on a kernel, in namespaces of mounts and names that are the test's own.
#include "engine/exec/interpreter/kernel.h"

#include <array>
#include <cstring>
#include <functional>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/exec/testing/client.h"
#include "providers/sdk/foreseen_system.h"
#include "providers/sdk/kernel_files.h"

namespace plumb::exec {
namespace {

class KernelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "namespaces of one's own need root";
  }

  // In a child, which alone sees what it changes. `body` gives "" for all well.
  static std::string apart(const std::function<std::string()>& body) {
    int ends[2];
    if (::pipe(ends) != 0) return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      std::string said = "no namespaces";
      if (::unshare(CLONE_NEWNS | CLONE_NEWUTS) == 0 &&
          ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0)
        said = body();
      (void)!::write(ends[1], said.data(), said.size());
      ::_exit(0);
    }
    ::close(ends[1]);
    std::string said;
    char bytes[4096];
    for (ssize_t count = 0; (count = ::read(ends[0], bytes, sizeof bytes)) > 0;)
      said.append(bytes, static_cast<std::size_t>(count));
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return said;
  }

  static std::string summary(const Result<>& done) { return done ? "" : done.error().summary(); }

  ScratchRoot folder_;
};

TEST_F(KernelTest, ValuesAreSet) {
  EXPECT_EQ(apart([] {
              LocalSystem system(must(RootFiles::at("/")));
              if (const auto done = set_kernel_value(system, {"kernel.hostname", "plumb-test"}); !done)
                return summary(done);
              struct utsname names {};
              ::uname(&names);
              return std::string(names.nodename) == "plumb-test" ? std::string() : std::string(names.nodename);
            }),
            "");
}

TEST_F(KernelTest, AValueThatTheKernelDoesNotHave) {
  LocalSystem system(must(RootFiles::at("/")));
  EXPECT_FALSE(set_kernel_value(system, {"net.no_such_value", "1"}));
  EXPECT_EQ(summary(set_kernel_value(system, {"../../tmp/x", "1"})), "`../../tmp/x` is no value of a kernel");
}

// What the host tells after each is what was foreseen of it.
TEST_F(KernelTest, MountsAreMadeAndTaken) {
  const std::string point = folder_.path() + "/made/here";
  EXPECT_EQ(apart([&] {
              LocalSystem system(must(RootFiles::at("/")));
              ForeseenSystem then(system, {});
              const BlobStore blobs(system.files());
              FileWriter writer(system, blobs, "00000000");
              FolderSync folders;
              std::string output;
              const auto step = [&](const ChangeMount& change) -> std::string {
                if (const auto seen = then.carry_out(change, 1); !seen) return "not foreseen: " + summary(seen);
                if (const auto done = change_mount(system, writer, change, folders, output); !done)
                  return summary(done);
                const std::vector<MountedPlace> now = *read_mounts(system);
                const std::vector<MountedPlace> foreseen = *read_mounts(then);
                const MountedPlace* one = mounted_at(now, point);
                const MountedPlace* other = mounted_at(foreseen, point);
                if ((one == nullptr) != (other == nullptr)) return change.verb + " was foreseen otherwise";
                if (one != nullptr && (one->type != other->type || one->source != other->source))
                  return one->type + " " + one->source + " was foreseen as " + other->type + " " + other->source;
                return "";
              };
              std::string said = step({"mount", point, "none", "tmpfs", "noexec,size=64k"});
              const auto has = [&](const char* option) {
                const std::vector<MountedPlace> mounts = *read_mounts(system);
                const std::vector<std::string>& all = mounted_at(mounts, point)->options;
                return std::find(all.begin(), all.end(), option) != all.end();
              };
              if (said.empty() && !has("noexec")) said = "no noexec";
              if (said.empty()) said = step({"remount", point, "", "", "exec,ro"});
              if (said.empty() && (has("noexec") || !has("ro"))) said = "other options after the remount";
              if (said.empty()) said = step({"unmount", point, "", "", ""});
              return said;
            }),
            "");
}

TEST_F(KernelTest, ASwapFileIsMadeWholeOrNot) {
  LocalSystem system(must(RootFiles::at("/")));
  const BlobStore blobs(system.files());
  FileWriter writer(system, blobs, "00000000");
  FolderSync folders;
  std::string output;
  const std::string path = folder_.path() + "/swap";
  const Result<> made = change_swap(system, writer, {"make", path, 1}, folders, output);
  ASSERT_TRUE(made) << summary(made);
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_size, 1 << 20);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
  const std::string first =
      read_file(path, std::size_t{2} << 20U)->substr(0, static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
  EXPECT_TRUE(first.ends_with("SWAPSPACE2")) << "where the kernel looks for it";
  std::array<std::uint32_t, 3> header{};
  std::memcpy(header.data(), first.data() + 1024, sizeof header);
  EXPECT_EQ(header, (std::array<std::uint32_t, 3>{1, static_cast<std::uint32_t>((1U << 20U) / first.size() - 1), 0}));
  EXPECT_FALSE(change_swap(system, writer, {"make", path, 1}, folders, output)) << "nothing is written over";
  EXPECT_EQ(summary(change_swap(system, writer, {"make", path, 0}, folders, output)), "a swap file has a size");
  const auto names = system.list(folder_.path());
  ASSERT_TRUE(names);
  for (const std::string& name : *names) EXPECT_FALSE(name.starts_with(".plumb-")) << name << " is left";
}

TEST_F(KernelTest, AnImageHasNoKernel) {
  LocalSystem system(must(RootFiles::at(folder_.path())));
  const BlobStore blobs(system.files());
  FileWriter writer(system, blobs, "00000000");
  FolderSync folders;
  std::string output;
  EXPECT_EQ(summary(set_kernel_value(system, {"vm.swappiness", "1"})),
            "cannot set vm.swappiness: no kernel of an image runs");
  EXPECT_FALSE(change_mount(system, writer, {"mount", "/x", "none", "tmpfs", ""}, folders, output));
  EXPECT_FALSE(change_swap(system, writer, {"on", "/x"}, folders, output));
  EXPECT_FALSE(change_module(system, {"load", "loop", {}}, output));
}

}  // namespace
}  // namespace plumb::exec
