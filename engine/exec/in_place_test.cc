// Files that are written over in place, and what files have beyond their modes: labels and extended attributes.
#include <chrono>
#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "engine/exec/interpreter/interpreter.h"
#include "engine/exec/testing/client.h"

namespace plumb::exec {
namespace {

using ::testing::HasSubstr;

class InPlaceTest : public ::testing::Test {
 protected:
  InPlaceTest() : system_(must(RootFiles::at(root_.path()))), blobs_(system_.files()) {
    ::umask(022);
    root_.write("/srv/hosts", "127.0.0.1 localhost\n");
  }

  WriteFile write(const std::string& bytes) {
    EXPECT_TRUE(blobs_.add({digest(bytes), bytes, true, false, {}}).has_value());
    WriteFile made{"/srv/hosts", digest(bytes), {}, false, false, ""};
    made.in_place = true;
    return made;
  }
  std::string refusal_of(const Operation& operation) { return refusal_of(operation, system_); }
  // Programs are run on a host, and not in an image.
  std::string refusal_on_host(WriteFile operation) {
    operation.path = root_.at(operation.path);
    LocalSystem host(must(RootFiles::at("/")));
    return refusal_of(operation, host);
  }
  std::string refusal_of(const Operation& operation, LocalSystem& system) {
    Interpreter interpreter(system, managers_, blobs_, {}, "00000000");
    std::string output;
    const Result<> done = interpreter.run(operation, {}, output);
    EXPECT_TRUE(interpreter.folders().sync().has_value());
    return done ? "" : done.error().summary();
  }
  struct stat info(const std::string& path) const {
    struct stat found {};
    EXPECT_EQ(::lstat(root_.at(path).c_str(), &found), 0) << path;
    return found;
  }
  std::size_t entries() const {
    const std::filesystem::directory_iterator folder(root_.at("/srv"));
    return static_cast<std::size_t>(std::distance(begin(folder), end(folder)));
  }
  std::string attribute(const std::string& path, const char* name) const {
    std::array<char, 256> value{};
    const ssize_t size = ::lgetxattr(root_.at(path).c_str(), name, value.data(), value.size());
    return size < 0 ? "none" : std::string(value.data(), static_cast<std::size_t>(size));
  }

  ScratchRoot root_;
  const Managers managers_;
  LocalSystem system_;
  BlobStore blobs_;
};

TEST_F(InPlaceTest, AFileKeepsItsInodeAndItsOtherNames) {
  ASSERT_EQ(::link(root_.at("/srv/hosts").c_str(), root_.at("/srv/other").c_str()), 0);
  const ino_t inode = info("/srv/hosts").st_ino;
  for (const char* text : {"a longer text than the one that was there before\n", "short\n", ""}) {
    ASSERT_EQ(refusal_of(write(text)), "");
    EXPECT_EQ(root_.read("/srv/hosts"), text);
    EXPECT_EQ(root_.read("/srv/other"), text);
    EXPECT_EQ(info("/srv/hosts").st_ino, inode);
  }
  EXPECT_EQ(entries(), 2U) << "nothing is left beside it";
  std::filesystem::remove(root_.at("/srv/hosts"));
  ASSERT_EQ(refusal_of(write("new\n")), "");
  EXPECT_EQ(root_.read("/srv/hosts"), "new\n") << "one that is missing is made";
  EXPECT_EQ(root_.read("/srv/other"), "");
}

TEST_F(InPlaceTest, WhatIsAskedForBesideTheContentIsGiven) {
  ASSERT_EQ(::chmod(root_.at("/srv/hosts").c_str(), 0644), 0);
  WriteFile secret = write("secret\n");
  secret.ownership.mode = "0600";
  ASSERT_EQ(refusal_of(secret), "");
  EXPECT_EQ(info("/srv/hosts").st_mode & 07777U, 0600U);
  ASSERT_EQ(::chmod(root_.at("/srv/hosts").c_str(), 04755), 0);
  ASSERT_EQ(refusal_of(write("x\n")), "");
  EXPECT_EQ(info("/srv/hosts").st_mode & 07777U, 0755U) << "setuid does not outlast the bytes that it was for";
}

TEST_F(InPlaceTest, ACopyIsAFileOfItsOwn) {
  WriteFile kept = write("new\n");
  kept.backup = true;
  ASSERT_EQ(refusal_of(kept), "");
  std::string copy;
  for (const auto& entry : std::filesystem::directory_iterator(root_.at("/srv"))) {
    if (entry.path().filename() != "hosts") copy = "/srv/" + entry.path().filename().string();
  }
  EXPECT_EQ(root_.read(copy), "127.0.0.1 localhost\n");
  EXPECT_EQ(root_.read("/srv/hosts"), "new\n");
}

TEST_F(InPlaceTest, WhatAValidationRefusesIsNotWritten) {
  WriteFile refused = write("new\n");
  refused.validate = "false %s";
  EXPECT_THAT(refusal_on_host(refused), HasSubstr("did not pass `false %s`"));
  EXPECT_EQ(root_.read("/srv/hosts"), "127.0.0.1 localhost\n");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(InPlaceTest, AValidationIsGivenANameThatEndsLikeTheFiles) {
  for (const bool in_place : {false, true}) {
    WriteFile judged = write("new\n");
    judged.path = "/srv/app.service";
    judged.in_place = in_place;
    judged.validate = "case %s in *.service) true;; *) false;; esac";
    EXPECT_EQ(refusal_on_host(judged), "");
  }
  EXPECT_EQ(entries(), 2U);
}

TEST_F(InPlaceTest, EditsAreWrittenOverToo) {
  LineEdit line;
  line.text = "192.0.2.1 db";
  EditFile edit;
  edit.path = "/srv/hosts";
  edit.edits = {line};
  edit.in_place = true;
  const ino_t inode = info("/srv/hosts").st_ino;
  ASSERT_EQ(refusal_of(edit), "");
  EXPECT_EQ(root_.read("/srv/hosts"), "127.0.0.1 localhost\n192.0.2.1 db\n");
  EXPECT_EQ(info("/srv/hosts").st_ino, inode);
}

TEST_F(InPlaceTest, OnlyTheFileThatWasLookedAtIsWrittenOver) {
  Interpreter interpreter(system_, managers_, blobs_, {}, "00000000");
  std::string output;
  StagingFolder folder;
  StagedFile staged = must(interpreter.writer().stage(write("new\n"), folder, output));
  root_.write("/srv/mine", "mine\n");
  std::filesystem::rename(root_.at("/srv/mine"), root_.at("/srv/hosts"));
  const Result<> replaced = interpreter.writer().commit(staged, interpreter.folders());
  ASSERT_FALSE(replaced.has_value());
  EXPECT_EQ(replaced.error().code(), Code::kStale);
  EXPECT_EQ(root_.read("/srv/hosts"), "mine\n");

  std::filesystem::remove(root_.at("/srv/hosts"));
  root_.write("/srv/secret", "secret\n");
  StagedFile none = must(interpreter.writer().stage(write("new\n"), folder, output));
  EXPECT_FALSE(none.in_place) << "there is nothing to write over";
}

TEST_F(InPlaceTest, WhatACutLeavesTheNextWriteHeals) {
  const std::string old(std::size_t{4} << 20, 'o');
  const std::string text(old.size(), 'n');
  root_.write("/srv/hosts", old);
  const WriteFile written = write(text);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(refusal_of(written).empty() ? 0 : 1);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  char first = 'o';
  while (first == 'o' && std::chrono::steady_clock::now() < end) std::ifstream(root_.at("/srv/hosts")).get(first);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(first, 'n');
  EXPECT_EQ(root_.read("/srv/hosts").size(), old.size());
  remove_left_over_temporaries(system_.files(), "/srv", "00000000");
  ASSERT_EQ(refusal_of(written), "");
  EXPECT_TRUE(root_.read("/srv/hosts") == text);
  EXPECT_EQ(entries(), 1U);
}

TEST_F(InPlaceTest, WhoLosesAFileReadsNothingOfWhatComes) {
  if (::geteuid() != 0) GTEST_SKIP() << "giving files away needs root";
  constexpr uid_t kBefore = 4242;
  constexpr uid_t kAfter = 4343;
  const std::string old(std::size_t{4} << 20, 'o');
  WriteFile written = write(std::string(old.size(), 'n'));
  written.ownership.owner = std::to_string(kAfter);
  const std::string path = root_.at("/srv/hosts");
  bool caught = false;
  for (int tries = 0; tries < 50 && !caught; ++tries) {
    root_.write("/srv/hosts", old);
    ASSERT_EQ(::chown(path.c_str(), kBefore, kBefore), 0);
    ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
    const pid_t child = ::fork();
    if (child == 0) ::_exit(refusal_of(written).empty() ? 0 : 1);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    char first = 'o';
    while (first == 'o' && std::chrono::steady_clock::now() < end) std::ifstream(path).get(first);
    ::kill(child, SIGSTOP);
    int status = 0;
    ::waitpid(child, &status, WUNTRACED);
    caught = WIFSTOPPED(status) && root_.read("/srv/hosts").back() == 'o';
    if (caught) {
      EXPECT_EQ(info("/srv/hosts").st_uid, 0U) << "neither one's nor the other's while both contents are there";
      EXPECT_EQ(info("/srv/hosts").st_mode & 07777U, 0600U);
    }
    if (!WIFSTOPPED(status)) continue;
    ::kill(child, SIGCONT);
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
  EXPECT_TRUE(caught);
  EXPECT_EQ(info("/srv/hosts").st_uid, kAfter);
  EXPECT_EQ(info("/srv/hosts").st_mode & 07777U, 0640U);
}

TEST_F(InPlaceTest, AFileOfAnotherFolderIsNotReachedByASecondName) {
  if (::geteuid() != 0) GTEST_SKIP() << "playing another user needs root";
  constexpr uid_t kUser = 4242;
  std::filesystem::create_directories(root_.at("/home/u"));
  root_.write("/srv/secret", "secret\n");
  ASSERT_EQ(::link(root_.at("/srv/secret").c_str(), root_.at("/home/u/f").c_str()), 0);
  ASSERT_EQ(::chown(root_.at("/home/u").c_str(), kUser, kUser), 0);
  WriteFile written = write("new\n");
  written.path = "/home/u/f";
  EXPECT_THAT(refusal_of(written), HasSubstr("has other names"));
  EXPECT_EQ(root_.read("/srv/secret"), "secret\n");
}

TEST_F(InPlaceTest, ExtendedAttributesAreToldGivenAndTakenAway) {
  if (HeldEntry entry = system_.files().hold("/etc", false); entry.own_path().empty())
    GTEST_SKIP() << "attributes are not told of without a path of an entry's own";
  if (::setxattr(root_.at("/srv/hosts").c_str(), "user.there", "old", 3, 0) != 0)
    GTEST_SKIP() << "the file system has no attributes of users";
  EXPECT_EQ(system_.beyond_mode("/srv/hosts", false)->extended,
            (std::map<std::string, std::string>{{"user.there", "old"}}));
  SetAttributes set;
  set.path = "/srv/hosts";
  set.ownership.extended = {{"user.new", "text"}, {"user.bytes", "\xC3\xA4"}};
  set.ownership.without = {"user.there", "user.never"};
  ASSERT_EQ(refusal_of(set), "");
  EXPECT_EQ(attribute("/srv/hosts", "user.new"), "text");
  EXPECT_EQ(attribute("/srv/hosts", "user.bytes"), "\xC3\xA4");
  EXPECT_EQ(attribute("/srv/hosts", "user.there"), "none");
  // A new content has those of the old one, and what it is given itself.
  WriteFile written = write("new\n");
  written.in_place = false;
  written.ownership.without = {"user.bytes"};
  ASSERT_EQ(refusal_of(written), "");
  EXPECT_EQ(attribute("/srv/hosts", "user.new"), "text");
  EXPECT_EQ(attribute("/srv/hosts", "user.bytes"), "none");
}

TEST_F(InPlaceTest, LabelsAreToldSetAndKept) {
  if (HeldEntry entry = system_.files().hold("/etc", false); entry.own_path().empty())
    GTEST_SKIP() << "attributes are not told of without a path of an entry's own";
  const std::string label = "system_u:object_r:etc_t:s0";
  if (::setxattr(root_.at("/srv/hosts").c_str(), "security.selinux", label.c_str(), label.size() + 1, 0) != 0)
    GTEST_SKIP() << "labels are root's, on file systems that have them";
  EXPECT_EQ(system_.beyond_mode("/srv/hosts", false)->label, label);
  WriteFile written = write("new\n");
  written.in_place = false;
  ASSERT_EQ(refusal_of(written), "");
  EXPECT_EQ(system_.beyond_mode("/srv/hosts", false)->label, label) << "a new content keeps the label";
  SetAttributes set;
  set.path = "/srv/hosts";
  set.ownership.label = "system_u:object_r:net_conf_t:s0";
  ASSERT_EQ(refusal_of(set), "");
  EXPECT_EQ(attribute("/srv/hosts", "security.selinux"), *set.ownership.label + std::string(1, '\0'));
  MakeDirectory folder;
  folder.path = "/srv/web";
  folder.ownership.label = "system_u:object_r:httpd_config_t:s0";
  ASSERT_EQ(refusal_of(folder), "");
  EXPECT_EQ(system_.beyond_mode("/srv/web", false)->label, *folder.ownership.label);
}

}  // namespace
}  // namespace plumb::exec
