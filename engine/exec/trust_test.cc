// What other users of a host can put in the way: links, FIFOs, names that are no text, trees without end, rights that
// outlast an owner.
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "engine/base/host_text.h"
#include "engine/exec/interpreter/interpreter.h"
#include "engine/exec/record.h"
#include "engine/exec/testing/client.h"

namespace plumb::exec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uid_t kUser = 4242;
constexpr uid_t kOther = 4243;

LineEdit added_line() {
  LineEdit line;
  line.text = "more";
  return line;
}

class TrustTest : public ::testing::Test {
 protected:
  TrustTest() : system_(must(RootFiles::at(root_.path()))), blobs_(system_.files()) { ::umask(022); }

  std::string blob(const std::string& bytes) {
    EXPECT_TRUE(blobs_.add({digest(bytes), bytes, true, false, {}}).has_value());
    return digest(bytes);
  }
  Result<> run(const Operation& operation) {
    Interpreter interpreter(system_, managers_, blobs_, {}, "00000000");
    std::string output;
    Result<> done = interpreter.run(operation, {}, output);
    EXPECT_TRUE(interpreter.folders().sync().has_value());
    return done;
  }
  std::string refusal_of(const Operation& operation) {
    const Result<> done = run(operation);
    return done ? "" : done.error().summary();
  }
  void folder(const std::string& path, uid_t owner) {
    std::filesystem::create_directories(root_.at(path));
    own(path, owner);
  }
  void file(const std::string& path, uid_t owner, mode_t mode = 0644) {
    root_.write(path, "old\n");
    own(path, owner);
    ASSERT_EQ(::chmod(root_.at(path).c_str(), mode), 0);
  }
  void link(const std::string& path, const std::string& target, uid_t owner) {
    ASSERT_EQ(::symlink(target.c_str(), root_.at(path).c_str()), 0);
    own(path, owner);
  }
  void own(const std::string& path, uid_t owner) { ASSERT_EQ(::lchown(root_.at(path).c_str(), owner, owner), 0); }
  unsigned mode(const std::string& path) const {
    struct stat info {};
    EXPECT_EQ(::lstat(root_.at(path).c_str(), &info), 0) << path;
    return info.st_mode & 07777;
  }
  bool reaches(const std::string& path) {
    struct stat info {};
    const bool told = system_.files().stat(path, true, info) == 0;
    const bool opened = static_cast<bool>(system_.files().open(path, O_RDONLY));
    const bool resolved = system_.files().resolve(path).has_value();
    EXPECT_EQ(told, opened) << path;
    EXPECT_EQ(told, resolved) << path;
    return told;
  }

  ScratchRoot root_;
  const Managers managers_;
  LocalSystem system_;
  BlobStore blobs_;
};

TEST_F(TrustTest, ALinkIsFollowedWhereItsMakerGainsNothing) {
  if (::geteuid() != 0) GTEST_SKIP() << "playing other users needs root";
  folder("/home/u", kUser);
  folder("/home/u/own", kUser);
  folder("/home/u/roots", 0);
  folder("/home/other", kOther);
  file("/home/u/own/f", kUser);
  file("/home/u/roots/f", 0);
  file("/home/u/given", 0);
  file("/home/other/f", kOther);
  file("/etc/f", 0);
  file("/etc/of-u", kUser);
  link("/home/u/to-own", "own", kUser);
  link("/home/u/to-own-absolute", "/home/u/own", kUser);
  link("/home/u/to-own-file", "own/f", kUser);
  link("/home/u/to-own-by-detour", "../other/../u/./own", kUser);
  link("/home/u/to-roots", "roots", kUser);
  link("/home/u/to-given", "given", kUser);
  link("/home/u/to-etc", "/etc", kUser);
  link("/home/u/to-etc-file", "/etc/f", kUser);
  link("/home/u/to-own-file-elsewhere", "/etc/of-u", kUser);
  link("/home/u/to-other", "/home/other", kUser);
  link("/home/u/by-way-of-another", "to-etc", kUser);
  link("/home/u/up", "..", kUser);
  link("/home/u/root-made", "/etc", 0);
  link("/etc/to-u", "/home/u", 0);

  for (const char* path :
       {"/home/u/to-own/f", "/home/u/to-own-absolute/f", "/home/u/to-own-file", "/home/u/to-own-by-detour/f",
        "/home/u/root-made/f", "/etc/to-u/own/f", "/etc/to-u/to-own/f"})
    EXPECT_TRUE(reaches(path)) << path;
  for (const char* path :
       {"/home/u/to-roots/f", "/home/u/to-given", "/home/u/to-etc/f", "/home/u/to-etc-file", "/home/u/to-other/f",
        "/home/u/to-own-file-elsewhere", "/home/u/by-way-of-another/f", "/home/u/up/other/f", "/etc/to-u/to-etc/f"})
    EXPECT_FALSE(reaches(path)) << path;
}

TEST_F(TrustTest, NoOperationGoesThroughALinkOfAnother) {
  if (::geteuid() != 0) GTEST_SKIP() << "playing other users needs root";
  folder("/home/u", kUser);
  file("/etc/adv/f", 0, 0600);
  folder("/etc/adv/below", 0);
  link("/home/u/.cfg", "/etc/adv", kUser);
  link("/home/u/f", "/etc/adv/f", kUser);
  EditFile edit;
  edit.path = "/home/u/.cfg/f";
  edit.create = true;
  edit.edits = {added_line()};
  const std::vector<Operation> operations = {
      WriteFile{"/home/u/.cfg/f", blob("new"), {}, false, false, ""},
      WriteFile{"/home/u/.cfg/new", blob("new"), {}, false, false, ""},
      WriteFile{"/home/u/f", blob("new"), {}, true, false, ""},
      edit,
      MakeDirectory{"/home/u/.cfg/new", {}, false},
      MakeDirectory{"/home/u/.cfg/new/er", {}, true},
      MakeDirectory{"/home/u/.cfg/below", {{}, {}, "0777"}, false},
      MakeLink{"/home/u/.cfg/l", "/tmp", false, true},
      MakeLink{"/home/u/hard", "/home/u/.cfg/f", true, true},
      Remove{"/home/u/.cfg/f", false, false},
      Remove{"/home/u/.cfg/below", true, false},
      SetAttributes{"/home/u/.cfg/f", {"4242", {}, {}}, false},
      SetAttributes{"/home/u/f", {"4242", {}, {}}, true},
  };
  for (const Operation& operation : operations) {
    EXPECT_THAT(refusal_of(operation), HasSubstr("is a symbolic link made by user 4242")) << to_json(operation);
  }
  EXPECT_EQ(root_.read("/etc/adv/f"), "old\n");
  EXPECT_EQ(mode("/etc/adv/f"), 0600U);
  EXPECT_EQ(system_.list("/etc/adv").value(), (std::vector<std::string>{"below", "f"}));
  // The link itself is the user's, and can go.
  EXPECT_EQ(refusal_of(Remove{"/home/u/f", false, false}), "");
}

TEST_F(TrustTest, WhatWasLookedAtIsWhatIsChanged) {
  root_.write("/etc/a", "a");
  root_.write("/etc/b", "b");
  const std::vector<Operation> operations = {SetAttributes{"/etc/a", {{}, {}, "0666"}, false},
                                             WriteFile{"/etc/a", blob("new"), {}, false, false, ""},
                                             Remove{"/etc/a", false, false}};
  for (const Operation& operation : operations) {
    system_.seen().forget();
    system_.seen().set_noting(true);
    ASSERT_TRUE(system_.stat("/etc/a", false).has_value());
    std::filesystem::rename(root_.at("/etc/a"), root_.at("/etc/c"));
    std::filesystem::rename(root_.at("/etc/b"), root_.at("/etc/a"));
    EXPECT_THAT(refusal_of(operation), HasSubstr("something else has taken its place"));
    std::filesystem::rename(root_.at("/etc/a"), root_.at("/etc/b"));
    std::filesystem::rename(root_.at("/etc/c"), root_.at("/etc/a"));
    EXPECT_EQ(mode("/etc/b"), 0644U);
    EXPECT_EQ(root_.read("/etc/b"), "b");
  }
  // What this run itself has put there is no surprise, by whichever name it is known.
  ASSERT_EQ(::symlink("/etc", root_.at("/tmp/etc").c_str()), 0);
  ASSERT_TRUE(system_.stat("/etc/a", false).has_value());
  ASSERT_TRUE(system_.stat("/tmp/etc/a", false).has_value());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(refusal_of(WriteFile{"/etc/a", blob("new" + std::to_string(i)), {}, false, false, ""}), "");
    EXPECT_EQ(refusal_of(WriteFile{"/tmp/etc/a", blob("newer" + std::to_string(i)), {}, false, false, ""}), "");
  }
  EXPECT_EQ(refusal_of(SetAttributes{"/etc/a", {{}, {}, "0600"}, false}), "");
}

TEST_F(TrustTest, SetuidDoesNotOutlastAChangeOfOwnerOrContent) {
  if (::geteuid() != 0) GTEST_SKIP() << "changing owners needs root";
  file("/tmp/sh", kUser, 06755);
  ASSERT_EQ(refusal_of(SetAttributes{"/tmp/sh", {"0", {}, {}}, false}), "");
  EXPECT_EQ(mode("/tmp/sh"), 0755U);
  file("/tmp/sh", kUser, 06755);
  ASSERT_EQ(refusal_of(SetAttributes{"/tmp/sh", {{}, "0", {}}, false}), "");
  EXPECT_EQ(mode("/tmp/sh"), 0755U);
  file("/tmp/sh", kUser, 06755);
  ASSERT_EQ(refusal_of(WriteFile{"/tmp/sh", blob("new"), {}, false, false, ""}), "");
  EXPECT_EQ(mode("/tmp/sh"), 0755U);
  file("/tmp/sh", kUser, 06755);
  EditFile edit;
  edit.path = "/tmp/sh";
  edit.edits = {added_line()};
  ASSERT_EQ(refusal_of(edit), "");
  EXPECT_EQ(mode("/tmp/sh"), 0755U);
  // A mode that is asked for is given.
  ASSERT_EQ(refusal_of(SetAttributes{"/tmp/sh", {"0", {}, "4755"}, false}), "");
  EXPECT_EQ(mode("/tmp/sh"), 04755U);
  ASSERT_EQ(refusal_of(WriteFile{"/tmp/sh", blob("newer"), {"4242", {}, "2755"}, false, false, ""}), "");
  EXPECT_EQ(mode("/tmp/sh"), 02755U);
  // A folder's setgid says whose group new files have, and gives nobody a right.
  folder("/tmp/shared", kUser);
  ASSERT_EQ(::chmod(root_.at("/tmp/shared").c_str(), 02775), 0);
  ASSERT_EQ(refusal_of(SetAttributes{"/tmp/shared", {"0", {}, {}}, false}), "");
  EXPECT_EQ(mode("/tmp/shared"), 02775U);
}

// user::rw- user:4242:r-- group::--- mask::r-- other::---
constexpr std::string_view kList(
    "\x02\0\0\0"
    "\x01\0\x06\0\xff\xff\xff\xff"
    "\x02\0\x04\0\x92\x10\0\0"
    "\x04\0\0\0\xff\xff\xff\xff"
    "\x10\0\x04\0\xff\xff\xff\xff"
    "\x20\0\0\0\xff\xff\xff\xff",
    44);

// More names than the kernel lists: whoever owns a file could hide a list of rights behind them.
TEST_F(TrustTest, AccessListsAreToldOfAFileWithAttributesWithoutEnd) {
  const std::string folder = "/dev/shm/plumb-attributes-" + std::to_string(::getpid());
  const auto clean = [&folder] {
    std::error_code gone;
    std::filesystem::remove_all(folder, gone);
  };
  clean();
  std::error_code made;
  if (!std::filesystem::create_directory(folder, made)) GTEST_SKIP() << "no memory file system";
  const std::string path = folder + "/f";
  std::ofstream(path) << "x";
  bool takes = ::setxattr(path.c_str(), "system.posix_acl_access", kList.data(), kList.size(), 0) == 0;
  for (int i = 0; takes && i < 320; ++i) {
    const std::string name = "user." + std::to_string(i) + std::string(220, 'x');
    takes = ::setxattr(path.c_str(), name.c_str(), "v", 1, 0) == 0;
  }
  std::vector<char> names(65536);
  if (!takes || ::listxattr(path.c_str(), names.data(), names.size()) >= 0) {
    clean();
    GTEST_SKIP() << "the memory file system takes no such attributes";
  }
  LocalSystem system(must(RootFiles::at(folder)));
  if (HeldEntry entry = system.files().hold("/f", false); entry.own_path().empty()) {
    clean();
    GTEST_SKIP() << "access lists are not told of without a path of an entry's own";
  }
  const BeyondMode beyond = system.beyond_mode("/f", false).value();
  EXPECT_EQ(beyond.access_list, "user:4242:r--");
  EXPECT_TRUE(beyond.is_cut);
  EXPECT_FALSE(beyond.capabilities);
  // Nor do they hold up a change.
  BlobStore blobs(system.files());
  ASSERT_TRUE(blobs.add({digest("new"), "new", true, false, {}}).has_value());
  Interpreter interpreter(system, managers_, blobs, {}, "00000000");
  std::string output;
  const Result<> done = interpreter.run(WriteFile{"/f", digest("new"), {}, false, false, ""}, {}, output);
  EXPECT_TRUE(done.has_value()) << done.error().summary();
  EXPECT_EQ(system.beyond_mode("/f", false).value().access_list, "user:4242:r--");
  clean();
}

TEST_F(TrustTest, AccessListsAreToldAndGoWhereThatIsAsked) {
  if (HeldEntry entry = system_.files().hold("/etc", false); entry.own_path().empty())
    GTEST_SKIP() << "access lists are not told of without a path of an entry's own";
  file("/etc/f", ::geteuid(), 0640);
  const std::string path = root_.at("/etc/f");
  if (::setxattr(path.c_str(), "system.posix_acl_access", kList.data(), kList.size(), 0) != 0)
    GTEST_SKIP() << "the file system has no access lists";
  EXPECT_EQ(mode("/etc/f"), 0640U);
  EXPECT_EQ(system_.beyond_mode("/etc/f", false).value().access_list, "user:4242:r--");
  ASSERT_EQ(refusal_of(WriteFile{"/etc/f", blob("new"), {}, false, false, ""}), "");
  EXPECT_EQ(system_.beyond_mode("/etc/f", false).value().access_list, "user:4242:r--") << "nobody asked";
  ASSERT_EQ(refusal_of(SetAttributes{"/etc/f", {{}, {}, {}, "none"}, false}), "");
  EXPECT_EQ(system_.beyond_mode("/etc/f", false).value().access_list, "");
  EXPECT_EQ(mode("/etc/f"), 0600U) << "the group has what the list gave the group, not what it gave at most";
  // A new one, of users and groups in any order; the group itself gets what the mode says of it.
  ASSERT_EQ(refusal_of(SetAttributes{"/etc/f", {{}, {}, "0640", "group:4243:rw-,user:4243:---,user:4242:r-x"}, false}),
            "");
  EXPECT_EQ(system_.beyond_mode("/etc/f", false).value().access_list, "user:4242:r-x,user:4243:---,group:4243:rw-");
  EXPECT_EQ(mode("/etc/f"), 0670U) << "the most that the list gives";
  ASSERT_EQ(refusal_of(WriteFile{"/etc/f", blob("y"), {{}, {}, {}, "user:4242:r--"}, false, false, ""}), "");
  EXPECT_EQ(system_.beyond_mode("/etc/f", false).value().access_list, "user:4242:r--");
  EXPECT_EQ(mode("/etc/f"), 0640U);
  ASSERT_EQ(refusal_of(SetAttributes{"/etc/f", {{}, {}, {}, "group:4243:rw-"}, false}), "");
  EXPECT_EQ(system_.beyond_mode("/etc/f", false).value().access_list, "group:4243:rw-") << "in the place of the other";
  ASSERT_EQ(refusal_of(SetAttributes{"/etc/f", {{}, {}, "0600", "none"}, false}), "");

  // A new content, also where its mode is not asked for; and a sensitive line, also where it is there already.
  const auto with_list = [&] {
    root_.write("/etc/f", "key=1\n");
    own("/etc/f", ::geteuid());
    ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
    ASSERT_EQ(::setxattr(path.c_str(), "system.posix_acl_access", kList.data(), kList.size(), 0), 0);
  };
  with_list();
  ASSERT_EQ(refusal_of(WriteFile{"/etc/f", blob("new"), {{}, {}, {}, "none"}, false, false, ""}), "");
  EXPECT_EQ(system_.beyond_mode("/etc/f", false).value().access_list, "");
  EXPECT_EQ(mode("/etc/f"), 0600U);
  LineEdit line;
  line.text = "key=1";
  for (const std::string& acl : {std::string("none"), std::string()}) {
    with_list();
    EditFile edit;
    edit.path = "/etc/f";
    edit.edits = {line};
    edit.acl = acl;
    ASSERT_EQ(refusal_of(edit), "");
    EXPECT_EQ(system_.beyond_mode("/etc/f", false).value().access_list, acl.empty() ? "user:4242:r--" : "");
    EXPECT_EQ(mode("/etc/f"), acl.empty() ? 0640U : 0600U);
    EXPECT_EQ(root_.read("/etc/f"), "key=1\n");
  }

  // What a folder hands on to new files.
  folder("/etc/d", ::geteuid());
  ASSERT_EQ(::setxattr(root_.at("/etc/d").c_str(), "system.posix_acl_default", kList.data(), kList.size(), 0), 0);
  EXPECT_EQ(system_.beyond_mode("/etc/d", false).value().access_list, "default:user:4242:r--");
  ASSERT_EQ(refusal_of(WriteFile{"/etc/d/key", blob("key"), {{}, {}, "0640", "none"}, false, false, ""}), "");
  EXPECT_EQ(system_.beyond_mode("/etc/d/key", false).value().access_list, "");
  EXPECT_EQ(mode("/etc/d/key"), 0640U);
  ASSERT_EQ(refusal_of(MakeDirectory{"/etc/d/below", {{}, {}, "0750", "none"}, false}), "");
  EXPECT_EQ(system_.beyond_mode("/etc/d/below", false).value().access_list, "");
}

TEST_F(TrustTest, NobodyWaitsForTheOtherEndOfAFifo) {
  ASSERT_EQ(::mkfifo(root_.at("/etc/pipe").c_str(), 0600), 0);
  for (const int flags : {O_RDONLY, O_RDWR, O_WRONLY | O_CREAT}) EXPECT_FALSE(system_.files().open("/etc/pipe", flags));
  EXPECT_FALSE(system_.read_file("/etc/pipe", 100).has_value());
  // As the files of the host's own state.
  const StateFolder state = must(StateFolder::of(system_.files(), "test"));
  ASSERT_TRUE(state.make().has_value());
  for (const char* name : {"/journal.jsonl", "/record.json"}) {
    ASSERT_EQ(::mkfifo(root_.at(state.path() + name).c_str(), 0600), 0);
  }
  EXPECT_TRUE(load_record(state, JournalOf::kEndedRun).damaged);
  RunLog log(state);
  const JournalEntry intent = Intent{"run", "plan", "file:/etc/x", Op::kUpdate, {}, {}};
  EXPECT_FALSE(log.write({&intent, 1}).has_value());
}

TEST_F(TrustTest, NamesAreBytes) {
  const std::string one = "/tmp/tree/a\xff";
  const std::string other = "/tmp/tree/a\xfe";
  root_.write(one, "one");
  root_.write(other, "other");
  const std::vector<std::string> names = system_.list("/tmp/tree").value();
  ASSERT_THAT(names, ElementsAre(text_of_bytes("a\xfe"), text_of_bytes("a\xff")));
  const std::string path = "/tmp/tree/" + names[1];
  ASSERT_EQ(refusal_of(SetAttributes{path, {{}, {}, "0600"}, false}), "");
  EXPECT_EQ(mode(one), 0600U);
  EXPECT_EQ(mode(other), 0644U);
  ASSERT_EQ(refusal_of(WriteFile{path, blob("new"), {}, false, true, ""}), "");
  EXPECT_EQ(root_.read(one), "new");
  ASSERT_EQ(refusal_of(MakeLink{"/tmp/tree/l", names[0], false, false}), "");
  EXPECT_EQ(root_.read("/tmp/tree/l"), "other");
  EXPECT_EQ(system_.stat("/tmp/tree/l", false).value()->link_target, names[0]);
  EXPECT_EQ(system_.resolve("/tmp/tree/l").value(), "/tmp/tree/" + names[0]);
  ASSERT_EQ(refusal_of(Remove{path, false, false}), "");
  EXPECT_FALSE(root_.has(one));
  EXPECT_TRUE(root_.has(other));
}

TEST_F(TrustTest, ATreeMayBeOfAnyDepth) {
  constexpr int kDepth = 3000;
  UniqueFd at(::open(root_.at("/tmp").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (int i = 0; i < kDepth; ++i) {
    ASSERT_EQ(::mkdirat(at.get(), "below", 0755), 0);
    at = UniqueFd(::openat(at.get(), "below", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_TRUE(at);
  }
  int seen = 0;
  std::string deepest;
  ASSERT_TRUE(system_
                  .walk("/tmp",
                        [&](const std::string& path, const FileInfo&, bool mounted) -> Result<bool> {
                          EXPECT_FALSE(mounted);
                          deepest = path;
                          ++seen;
                          return true;
                        })
                  .has_value());
  EXPECT_EQ(seen, kDepth);
  // Also one that is longer than a path may be for the kernel.
  ASSERT_EQ(refusal_of(SetAttributes{deepest, {{}, {}, "0700"}, false}), "");
  struct stat info {};
  ASSERT_EQ(::fstat(at.get(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0700U);
  EXPECT_EQ(refusal_of(Remove{"/tmp/below", true, false}), "");
  EXPECT_FALSE(root_.has("/tmp/below"));
}

}  // namespace
}  // namespace plumb::exec
