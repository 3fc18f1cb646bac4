// A local user who exchanges what lies in his folders while an operation of root's works in them.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "engine/base/digest.h"
#include "engine/exec/interpreter/interpreter.h"
#include "engine/testing/scratch_folder.h"
#include "providers/sdk/builtin.h"

namespace plumb::exec {

inline constexpr uid_t kUser = 4242;

// How many exchanges are made beside each operation.
inline int calls() {
  const char* told = std::getenv("PLUMB_ADVERSARY_CALLS");
  return told == nullptr ? 300 : std::atoi(told);
}

// A process of the user's that exchanges two names until it is ended.
class Exchanger {
 public:
  Exchanger(const std::string& one, const std::string& other) : pid_(::fork()) {
    if (pid_ != 0) return;
    if (::setgid(kUser) != 0 || ::setuid(kUser) != 0) ::_exit(1);
    while (::getppid() != 1) {
      ::syscall(SYS_renameat2, AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE);
    }
    ::_exit(0);
  }
  ~Exchanger() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Exchanger(const Exchanger&) = delete;
  Exchanger& operator=(const Exchanger&) = delete;

 private:
  pid_t pid_;
};

// All that can be told of an entry, and of what is in it.
inline std::string state_of(const std::filesystem::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return "gone";
  std::string out = path.filename().string() + " " + std::to_string(info.st_mode) + " " + std::to_string(info.st_uid) +
                    ":" + std::to_string(info.st_gid) + " " + std::to_string(info.st_nlink);
  if (::lgetxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0) out += " list";
  if (::lgetxattr(path.c_str(), "user.asked", nullptr, 0) >= 0) out += " attribute";
  if (S_ISREG(info.st_mode)) {
    std::ifstream in(path, std::ios::binary);
    out += " " + std::string(std::istreambuf_iterator<char>(in), {});
  }
  if (!S_ISDIR(info.st_mode)) return out + "\n";
  std::set<std::filesystem::path> entries;
  for (const auto& entry : std::filesystem::directory_iterator(path)) entries.insert(entry.path());
  for (const auto& entry : entries) out += "\n " + state_of(entry);
  return out + "\n";
}

class LocalUser : public ::testing::Test {
 protected:
  LocalUser() : system_(std::move(RootFiles::at("/").value())), blobs_(system_.files()), kinds_(builtin_kinds()) {
    if (::geteuid() != 0) return;
    outside_ = root_ / "outside";
    home_ = root_ / "home";
    root_.write("outside/secret", "secret");
    root_.write("outside/below/more", "more");
    ::chmod((outside_ + "/secret").c_str(), 0600);
    make_folder(home_);
    before_ = state_of(outside_);
    content_ = blob("content\n");
  }
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "playing another user needs root";
  }

  std::string blob(const std::string& bytes) {
    EXPECT_TRUE(blobs_.add({digest(bytes), bytes, true, false, {}}).has_value());
    return digest(bytes);
  }

  void give(const std::string& path) { ASSERT_EQ(::lchown(path.c_str(), kUser, kUser), 0) << path; }
  void make_folder(const std::string& path) {
    std::filesystem::create_directories(path);
    give(path);
  }
  void make_file(const std::string& path, uid_t owner, mode_t mode, const std::string& text = "old\n") {
    std::filesystem::remove(path);
    std::ofstream(path, std::ios::binary) << text;
    ASSERT_EQ(::lchown(path.c_str(), owner, owner), 0);
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  }
  void make_link(const std::string& target, const std::string& path) {
    std::filesystem::remove_all(path);
    std::filesystem::create_symlink(target, path);
    give(path);
  }

  // As an apply does it: look at what there is, then do it.
  bool run(const Operation& operation) {
    system_.seen().forget();
    system_.seen().set_noting(true);
    if (const std::string* path = path_of(operation)) {
      const auto seen = system_.stat(*path, false);
      if (seen && *seen && (*seen)->uid == 0 && spares_roots_) return false;
    }
    Interpreter interpreter(system_, kinds_.managers(), blobs_, {}, "00000000");
    std::string output;
    const Result<> done = interpreter.run(operation, {}, output);
    (void)interpreter.folders().sync();
    return done.has_value();
  }

  // `prepare` makes what an operation needs anew; the user may be in the middle of anything. On a busy machine the user
  // may win every call for a while, so it goes on until the operation was done once.
  void expect_nothing_outside(const Operation& operation, const std::function<void()>& prepare = {}) {
    const int most = calls() * 200;
    int done = 0;
    for (int call = 0; call < calls() || (done == 0 && call < most); ++call) {
      if (prepare) prepare();
      done += run(operation) ? 1 : 0;
      if (call % 16 != 0) continue;
      ASSERT_EQ(state_of(outside_), before_) << "at call " << call << ": " << to_json(operation);
    }
    EXPECT_EQ(state_of(outside_), before_) << to_json(operation);
    EXPECT_GT(done, 0) << "it is never done: " << to_json(operation);
  }

  // In a folder that is one moment the user's own, and the next a link to another.
  void in_a_changing_folder(const std::function<Operation(const std::string&)>& operation,
                            const std::function<void(const std::string&)>& prepare = {}) {
    const std::string real = home_ + "/cfg";
    const std::string link = home_ + "/out";
    make_folder(real);
    make_link(outside_, link);
    const Exchanger exchanger(real, link);
    expect_nothing_outside(operation(real), [&] {
      if (!prepare) return;
      // Whichever of the two is the folder now.
      for (const std::string& folder : {real, link}) {
        const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0) continue;
        prepare("/proc/self/fd/" + std::to_string(fd));
        ::close(fd);
        return;
      }
    });
  }

  // Root's file beside one of the user's: what was made of it.
  void beside_roots_file(const Operation& operation, const std::string& name) {
    const std::string mine = home_ + "/" + name;
    const std::string roots = home_ + "/kept";
    spares_roots_ = true;
    for (int call = 0; call < calls(); ++call) {
      if (call % 64 == 0) {
        exchanger_.reset();
        make_file(mine, kUser, 0644);
        make_file(roots, 0, 0600, "kept");
        exchanger_ = std::make_unique<Exchanger>(mine, roots);
      }
      run(operation);
      for (const auto& entry : std::filesystem::directory_iterator(home_)) {
        struct stat info {};
        const int fd = ::open(entry.path().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || ::fstat(fd, &info) != 0) continue;
        std::array<char, 64> bytes{};
        const ssize_t size = ::read(fd, bytes.data(), bytes.size());
        ::close(fd);
        if (size < 4 || std::string_view(bytes.data(), 4) != "kept") continue;
        ASSERT_EQ(info.st_uid, 0U) << "at call " << call << ": " << to_json(operation);
        ASSERT_EQ(info.st_mode & 07777, 0600U) << "at call " << call << ": " << to_json(operation);
      }
    }
    exchanger_.reset();
  }

  testing::ScratchFolder root_;
  LocalSystem system_;
  BlobStore blobs_;
  Registry kinds_;
  std::string outside_;
  std::string home_;
  std::string before_;
  std::string content_;
  bool spares_roots_ = false;
  std::unique_ptr<Exchanger> exchanger_;
};

}  // namespace plumb::exec
