// A hostile local user against each operation: see README.md.
#include "testdata/adversary/local_user.h"

#include <array>
#include <cstdio>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace plumb::exec {
namespace {

// Never through a link at the last part.
void touch(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd >= 0) ::close(fd);
}

// In a folder that may be a link by now.
void touch_in(const std::string& folder, const char* name) {
  const int at = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (at < 0) return;
  const int fd = ::openat(at, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd >= 0) ::close(fd);
  ::close(at);
}

// One file of an archive in the format ustar, without the archive's end.
std::string tar_of(const std::string& name, const std::string& text) {
  std::string header(512, '\0');
  const auto put = [&header](std::size_t at, const std::string& value) { header.replace(at, value.size(), value); };
  std::array<char, 16> size{};
  std::snprintf(size.data(), size.size(), "%011zo", text.size());
  put(0, name);
  put(100, "0000666");
  put(108, "0000000");
  put(116, "0000000");
  put(124, size.data());
  put(136, "00000000000");
  put(156, "0");
  put(257, "ustar");
  put(263, "00");
  put(148, "        ");
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  std::snprintf(size.data(), size.size(), "%06o", sum);
  put(148, size.data());
  header[154] = '\0';
  std::string body = text;
  body.resize((text.size() + 511) / 512 * 512, '\0');
  return header + body;
}

TEST_F(LocalUser, WriteFile) {
  in_a_changing_folder([&](const std::string& folder) {
    return WriteFile{folder + "/secret", content_, {"4242", {}, "0644"}, false, false, ""};
  });
}

TEST_F(LocalUser, WriteFileThatFollowsAndKeepsACopy) {
  in_a_changing_folder(
      [&](const std::string& folder) { return WriteFile{folder + "/secret", content_, {}, true, true, ""}; });
}

// What is written over keeps its inode: whose it is has to be known of the very file that is written to.
WriteFile in_place(const std::string& path, const std::string& content) {
  WriteFile write{path, content, {"4242", {}, "0644"}, false, false, ""};
  write.in_place = true;
  return write;
}

TEST_F(LocalUser, WriteInPlace) {
  in_a_changing_folder([&](const std::string& folder) { return in_place(folder + "/secret", content_); },
                       [](const std::string& folder) { touch(folder + "/secret"); });
}

TEST_F(LocalUser, WriteInPlaceOfAFileThatChanges) {
  make_file(home_ + "/f", kUser, 0600);
  make_link(outside_ + "/secret", home_ + "/out");
  const Exchanger exchanger(home_ + "/f", home_ + "/out");
  for (const bool follow : {false, true}) {
    WriteFile write = in_place(home_ + "/f", content_);
    write.follow = follow;
    expect_nothing_outside(write);
  }
}

TEST_F(LocalUser, EditFile) {
  LineEdit line;
  line.text = "added";
  in_a_changing_folder(
      [&](const std::string& folder) {
        EditFile edit;
        edit.path = folder + "/secret";
        edit.edits = {line};
        edit.create = true;
        return edit;
      },
      [](const std::string& folder) { std::filesystem::remove(folder + "/secret"); });
}

TEST_F(LocalUser, MakeDirectory) {
  in_a_changing_folder(
      [](const std::string& folder) {
        return MakeDirectory{folder + "/new/below", {"4242", {}, "0777"}, true};
      },
      [](const std::string& folder) {
        std::filesystem::remove(folder + "/new/below");
        std::filesystem::remove(folder + "/new");
      });
}

TEST_F(LocalUser, MakeLink) {
  in_a_changing_folder([](const std::string& folder) { return MakeLink{folder + "/secret", "/tmp", false, true}; });
}

TEST_F(LocalUser, MakeHardLink) {
  const std::string real = home_ + "/cfg";
  in_a_changing_folder(
      [&](const std::string& folder) {
        return MakeLink{home_ + "/name", folder + "/secret", true, true};
      },
      [&](const std::string& folder) {
        touch(folder + "/secret");
        std::filesystem::remove(home_ + "/name");
      });
}

TEST_F(LocalUser, Remove) {
  in_a_changing_folder(
      [](const std::string& folder) {
        return Remove{folder + "/secret", false, false};
      },
      [](const std::string& folder) { touch(folder + "/secret"); });
}

TEST_F(LocalUser, RemoveTree) {
  in_a_changing_folder(
      [](const std::string& folder) {
        return Remove{folder + "/below", true, false};
      },
      [](const std::string& folder) {
        std::filesystem::create_directory(folder + "/below");
        touch(folder + "/below/more");
      });
}

TEST_F(LocalUser, RemoveTreeThatChanges) {
  const std::string tree = home_ + "/tree";
  const auto grow = [&] {
    for (const char* entry : {"", "/a", "/b"}) ::mkdir((tree + entry).c_str(), 0755);
    touch_in(tree + "/a", "more");
    (void)!::symlink(outside_.c_str(), (tree + "/b/out").c_str());
    for (const char* entry : {"", "/a", "/b", "/b/out"})
      (void)!::lchown((tree + entry).c_str(), kUser, kUser);  // it may be elsewhere by now
  };
  grow();
  const Exchanger exchanger(tree + "/a", tree + "/b/out");
  expect_nothing_outside(Remove{tree, true, false}, grow);
}

TEST_F(LocalUser, Fetch) {
  root_.write("from/f", "fetched");
  in_a_changing_folder([&](const std::string& folder) {
    Fetch fetch;
    fetch.path = folder + "/secret";
    fetch.url = "file://" + (root_ / "from/f");
    fetch.digest = digest("fetched");
    fetch.ownership = {"4242", {}, "0644"};
    return fetch;
  });
}

// An archive of `secret` and `below/more`, into the folder that changes.
TEST_F(LocalUser, Unpack) {
  const std::string archive = blob(tar_of("secret", "mine") + tar_of("below/more", "mine") + std::string(1024, '\0'));
  in_a_changing_folder(
      [&](const std::string& folder) {
        Unpack unpack;
        unpack.path = folder;
        unpack.content = archive;
        unpack.ownership = {"4242", "4242", {}};
        unpack.mark = "mark";
        unpack.says = "unpacked";
        return unpack;
      },
      [](const std::string& folder) { std::filesystem::remove_all(folder + "/below"); });
}

TEST_F(LocalUser, UnpackIntoANewFolder) {
  const std::string archive = blob(tar_of("more", "mine") + std::string(1024, '\0'));
  in_a_changing_folder(
      [&](const std::string& folder) {
        Unpack unpack;
        unpack.path = folder + "/below";
        unpack.content = archive;
        unpack.ownership = {"4242", "4242", {}};
        return unpack;
      },
      [](const std::string& folder) { std::filesystem::remove_all(folder + "/below"); });
}

TEST_F(LocalUser, MakeSwap) {
  root_.write("outside/space", std::string(std::size_t{1} << 20, 'x'));
  before_ = state_of(outside_);
  in_a_changing_folder(
      [](const std::string& folder) {
        return ChangeSwap{"make", folder + "/space", 1};
      },
      [](const std::string& folder) { std::filesystem::remove(folder + "/space"); });
}

// A program that begins in the folder writes into it.
TEST_F(LocalUser, RunInAFolder) {
  in_a_changing_folder([](const std::string& folder) {
    plumb::Run program;
    program.script = ": >secret";
    program.cwd = folder;
    return program;
  });
}

// In an image, so that no account of this machine changes.
TEST_F(LocalUser, HomeOfAnAccount) {
  root_.write("etc/passwd", "root:x:0:0::/root:/bin/sh\nowner:x:4242:4242::/home:/bin/sh\n");
  root_.write("etc/group", "root:x:0:\nowner:x:4242:\n");
  root_.write("etc/shadow", "root:*:1::::::\nowner:*:1::::::\n");
  root_.write("etc/skel/secret", "skeleton");
  make_folder(home_ + "/cfg");
  make_link("/outside", home_ + "/out");
  const Exchanger exchanger(home_ + "/cfg", home_ + "/out");
  int made = 0;
  for (int call = 0; call < calls() / 10; ++call) {  // each waits for the disk many times
    for (const bool whole : {true, false}) {
      LocalSystem image(RootFiles::at(root_.path()).value());
      Interpreter interpreter(image, kinds_.managers(), blobs_, {}, "00000000");
      std::string output;
      EditDatabase edit;
      edit.database = "user";
      edit.verb = whole ? "create" : "delete";
      edit.name = "app";
      if (whole) edit.set = {{"uid", 4243}, {"home", "/home/cfg/app"}, {"create_home", true}, {"group", "owner"}};
      if (!whole) edit.set = {{"remove_home", true}};
      made += interpreter.run(edit, {}, output).has_value() ? 1 : 0;
    }
    if (call % 16 != 0) continue;
    ASSERT_EQ(state_of(outside_), before_) << "at call " << call;
  }
  EXPECT_EQ(state_of(outside_), before_);
  EXPECT_GT(made, 0);
}

TEST_F(LocalUser, SetAttributes) {
  in_a_changing_folder(
      [](const std::string& folder) {
        return SetAttributes{folder + "/secret", {"4242", "4242", "0666"}, false};
      },
      [](const std::string& folder) { touch(folder + "/secret"); });
}

TEST_F(LocalUser, SetAttributesOfAFileThatChanges) {
  make_file(home_ + "/f", kUser, 0600);
  make_link(outside_ + "/secret", home_ + "/out");
  const Exchanger exchanger(home_ + "/f", home_ + "/out");
  for (const bool follow : {false, true})
    expect_nothing_outside(SetAttributes{home_ + "/f", {"4242", {}, "0666", "none"}, follow});
}

// A list and attributes of one's own choice on what is root's would open it.
TEST_F(LocalUser, ListsAndAttributesOfAFileThatChanges) {
  make_file(home_ + "/f", kUser, 0600);
  make_link(outside_ + "/secret", home_ + "/out");
  const Exchanger exchanger(home_ + "/f", home_ + "/out");
  Ownership ownership;
  ownership.extended = {{"user.asked", "yes"}};
  ownership.without = {"user.other"};
  for (const bool follow : {false, true}) expect_nothing_outside(SetAttributes{home_ + "/f", ownership, follow});
  ownership.mode = "0640";
  ownership.acl = "user:4242:rw";
  for (const bool follow : {false, true}) expect_nothing_outside(SetAttributes{home_ + "/f", ownership, follow});
}

// What a plan sees of a tree, and what it then does.
TEST_F(LocalUser, RecursionAndPurge) {
  const std::string tree = home_ + "/tree";
  make_folder(tree);
  make_folder(tree + "/a");
  make_link(outside_, tree + "/out");
  const Exchanger exchanger(tree + "/a", tree + "/out");
  const Provider& provider = *kinds_.provider("directory");
  for (const bool purge : {false, true}) {
    Desired desired;
    desired.address = {"", "directory", tree};
    desired.attributes = {{"path", tree}, {"owner", "4242"}, {"mode", "u=rwX,go=rwX"}};
    desired.attributes[purge ? "purge" : "recurse"] = true;
    const Desired* const one = &desired;
    for (int call = 0; call < calls(); ++call) {
      if (purge) ::mkdir((tree + "/more").c_str(), 0755);
      touch_in(tree + "/a", "secret");
      system_.seen().forget();
      system_.seen().set_noting(true);
      const auto found = provider.observe({&one, 1}, system_);
      if (!found[0] || found[0]->obstacle) continue;
      for (const Operation& operation : provider.diff(desired, *found[0]).operations) {
        Interpreter interpreter(system_, kinds_.managers(), blobs_, {}, "00000000");
        std::string output;
        (void)interpreter.run(operation, {}, output);
      }
      if (purge) {
        ::mkdir((tree + "/a").c_str(), 0755);
        (void)!::symlink(outside_.c_str(), (tree + "/out").c_str());
        for (const char* entry : {"/a", "/out"}) (void)!::lchown((tree + entry).c_str(), kUser, kUser);
      }
      ASSERT_EQ(state_of(outside_), before_) << "at call " << call;
    }
  }
}

TEST_F(LocalUser, WritesBesideRootsFile) {
  beside_roots_file(WriteFile{home_ + "/f", content_, {{}, {}, "0644"}, false, true, ""}, "f");
}

TEST_F(LocalUser, WritesInPlaceBesideRootsFile) {
  beside_roots_file(in_place(home_ + "/f", content_), "f");
}

TEST_F(LocalUser, EditsBesideRootsFile) {
  LineEdit line;
  line.text = "added";
  EditFile edit;
  edit.path = home_ + "/f";
  edit.edits = {line};
  edit.backup = true;
  beside_roots_file(edit, "f");
}

TEST_F(LocalUser, AttributesBesideRootsFile) {
  beside_roots_file(SetAttributes{home_ + "/f", {"4242", {}, "0666"}, false}, "f");
}

TEST_F(LocalUser, ListsBesideRootsFile) {
  Ownership ownership;
  ownership.owner = "4242";
  ownership.extended = {{"user.asked", "yes"}};
  beside_roots_file(SetAttributes{home_ + "/f", ownership, false}, "f");
}

TEST_F(LocalUser, NewFolderBesideRootsFolder) {
  const std::string roots = home_ + "/kept";
  std::filesystem::create_directory(roots);
  // It is not empty, so that tidying up between two calls cannot take it for the new one and remove it.
  std::ofstream(roots + "/held") << "x";
  ASSERT_EQ(::chmod(roots.c_str(), 0700), 0);
  struct stat kept {};
  ASSERT_EQ(::lstat(roots.c_str(), &kept), 0);
  const Exchanger exchanger(home_ + "/new", roots);
  spares_roots_ = true;
  for (int call = 0; call < calls(); ++call) {
    // The new one of the call before, by whichever name it has now.
    for (const std::string& path : {home_ + "/new", roots}) {
      struct stat info {};
      if (::lstat(path.c_str(), &info) == 0 && info.st_ino != kept.st_ino) ::rmdir(path.c_str());
    }
    run(MakeDirectory{home_ + "/new", {"4242", {}, "0777"}, false});
    for (const std::string& path : {home_ + "/new", roots}) {
      struct stat info {};
      if (::lstat(path.c_str(), &info) != 0 || info.st_ino != kept.st_ino) continue;
      ASSERT_EQ(info.st_uid, 0U) << "at call " << call;
      ASSERT_EQ(info.st_mode & 07777, 0700U) << "at call " << call;
    }
  }
}

// The copy of a shell that the user left where root's owner passes.
TEST_F(LocalUser, NoSetuidOutlastsAChangeOfOwner) {
  const std::string shell = home_ + "/sh";
  for (int call = 0; call < calls() / 10; ++call) {
    make_file(shell, kUser, 0644);
    const pid_t user = ::fork();
    if (user == 0) {
      if (::setgid(kUser) != 0 || ::setuid(kUser) != 0) ::_exit(1);
      while (::chmod(shell.c_str(), 06755) == 0) {
      }
      ::_exit(0);
    }
    run(SetAttributes{shell, {"0", "0", {}}, false});
    ::kill(user, SIGKILL);
    ::waitpid(user, nullptr, 0);
    struct stat info {};
    ASSERT_EQ(::lstat(shell.c_str(), &info), 0);
    ASSERT_TRUE(info.st_uid != 0 || (info.st_mode & 06000) == 0) << "at call " << call;
  }
}

}  // namespace
}  // namespace plumb::exec
