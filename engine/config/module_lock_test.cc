#include "engine/config/module_lock.h"

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/config/module_store.h"
#include "engine/testing/case_file.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::config {
namespace {

namespace fs = std::filesystem;

const std::string kCommit(40, 'a');
const std::string kDigest = "sha256:" + std::string(64, 'b');

class ModuleLockTest : public ::testing::Test {
 protected:
  void write(const std::string& name, std::string_view text) {
    fs::create_directories((scratch_.path() / name).parent_path());
    ASSERT_TRUE(write_file(scratch_.path() / name, text));
  }
  std::optional<ModuleLock> read(std::string_view text) {
    write("plumb.lock", text);
    diagnostics_ = {};
    lang::SourceMap sources;
    return read_module_lock(scratch_.path(), diagnostics_, sources);
  }
  std::string digest_of(const std::string& folder) {
    const Result<std::string> found = folder_digest(scratch_.path() / folder);
    return found ? *found : found.error().summary();
  }

  testing::ScratchFolder scratch_;
  Diagnostics diagnostics_;
};

TEST_F(ModuleLockTest, ReadsWhatItWrites) {
  ModuleLock lock;
  lock[{"https://example.com/b.git", "nginx", "", kCommit}] = {kCommit, kDigest};
  lock[{"https://example.com/b.git", "", "release/1 \"x\"", ""}] = {kCommit, kDigest};
  lock[{"git@example.com:a", "", "", kCommit}] = {kCommit, kDigest};
  // A name with white space is one that git does not have.
  EXPECT_FALSE(read(module_lock_text(lock)));
  lock.erase({"https://example.com/b.git", "", "release/1 \"x\"", ""});
  lock[{"https://example.com/b.git", "", "release/\"1\"", ""}] = {kCommit, kDigest};
  const std::string text = module_lock_text(lock);
  const auto again = read(text);
  ASSERT_TRUE(again) << diagnostics_.items()[0].summary;
  EXPECT_EQ(*again, lock);
  EXPECT_EQ(module_lock_text(*again), text);
  EXPECT_TRUE(text.starts_with("# Made by"));
  EXPECT_LT(text.find("example.com:a"), text.find("b.git"));
}

TEST_F(ModuleLockTest, IsEmptyWhereThereIsNone) {
  lang::SourceMap sources;
  const auto lock = read_module_lock(scratch_.path(), diagnostics_, sources);
  ASSERT_TRUE(lock);
  EXPECT_TRUE(lock->empty());
  EXPECT_EQ(*read(module_lock_text({})), ModuleLock{});
}

TEST_F(ModuleLockTest, TellsWhatIsBroken) {
  const std::string good = "plumb: v1\nmodules:\n  - {git: 'https://e.org/a', commit: " + kCommit + ", digest: ";
  EXPECT_TRUE(read(good + kDigest + "}\n"));
  for (const std::string& text :
       {std::string(), std::string("plumb: v2\nmodules: []\n"), good + "none}\n", good + kDigest + ", path: ../x}\n",
        good + kDigest + ", colour: red}\n",
        good + kDigest + "}\n  - {git: 'https://e.org/a', commit: " + kCommit + ", digest: " + kDigest + "}\n"}) {
    EXPECT_FALSE(read(text)) << text;
    EXPECT_TRUE(diagnostics_.has_errors()) << text;
  }
}

TEST(GitSource, IsCalledByTheLastPart) {
  EXPECT_EQ((GitSource{"https://example.com/team/nginx.git/", "", "", ""}.name()), "nginx");
  EXPECT_EQ((GitSource{"git@example.com:nginx", "", "", ""}.name()), "nginx");
  EXPECT_EQ((GitSource{"https://example.com/modules", "web/site", "", ""}.name()), "site");
}

TEST(GitSource, LiesInTheStoreByNameAndCommit) {
  const GitSource source{"https://example.com/a b:c/..", "web", "", ""};
  const std::string folder = module_folder(source, kCommit);
  EXPECT_EQ(folder, ".plumb/modules/_..@aaaaaaaaaaaa/web");
  EXPECT_TRUE(is_in_module_store(folder));
  EXPECT_FALSE(is_in_module_store(".plumb/modules-of-mine"));
}

TEST(GitUrl, IsOneThatRunsNoProgram) {
  for (const char* url : {"https://example.com/x", "ssh://git@example.com:22/x", "git@example.com:x/y.git",
                          "/srv/git/x", "file:///srv/git/x", "https://user@example.com/x", "ssh://git@[::1]/x"}) {
    EXPECT_EQ(fault_of_git_url(url), "") << url;
  }
  for (const char* url :
       {"", "-x", "--upload-pack=x", "ext::sh -c x", "ext::sh", "fd::17/x", "./x", "../x", "x", "ftp://example.com/x",
        "https://user:word@example.com/x", "https://", "ssh://-oProxyCommand=x/y", "https://example.com/a b",
        "https://example.com/\nx", "-oProxyCommand=x:y", "a/b:c"}) {
    EXPECT_NE(fault_of_git_url(url), "") << url;
  }
}

TEST(GitRef, IsABranchOrTag) {
  for (const char* ref : {"main", "release/1.2", "v1.0", "feature#1"}) EXPECT_TRUE(is_git_ref(ref)) << ref;
  for (const char* ref : {"", "-x", "a..b", "a b", "a:b", "+a:b", "HEAD~1", "a*", "a@{1}", "/a", "a/"})
    EXPECT_FALSE(is_git_ref(ref)) << ref;
}

TEST_F(ModuleLockTest, DigestTellsNamesBytesModesAndLinks) {
  write("m/module.yaml", "plumb: v1\n");
  write("m/files/a", "one");
  const std::string base = digest_of("m");
  ASSERT_TRUE(base.starts_with("sha256:")) << base;

  // What git does not keep does not count.
  fs::create_directories(scratch_.path() / "m/empty");
  fs::last_write_time(scratch_.path() / "m/files/a", fs::file_time_type{});
  fs::permissions(scratch_.path() / "m/files/a", fs::perms::owner_read);
  EXPECT_EQ(digest_of("m"), base);

  fs::permissions(scratch_.path() / "m/files/a", fs::perms::owner_all);
  const std::string executable = digest_of("m");
  EXPECT_NE(executable, base);
  fs::rename(scratch_.path() / "m/files/a", scratch_.path() / "m/files/b");
  EXPECT_NE(digest_of("m"), executable);
  fs::rename(scratch_.path() / "m/files/b", scratch_.path() / "m/files/a");
  EXPECT_EQ(digest_of("m"), executable);
  fs::create_symlink("files/a", scratch_.path() / "m/link");
  const std::string linked = digest_of("m");
  EXPECT_NE(linked, executable);
  // A link and a file with the same text are two things.
  fs::remove(scratch_.path() / "m/link");
  write("m/link", "files/a");
  EXPECT_NE(digest_of("m"), linked);
}

TEST_F(ModuleLockTest, DigestRefusesWhatLeadsOut) {
  write("outside", "x");
  write("m/module.yaml", "plumb: v1\n");
  write("m/deep/x", "x");
  const fs::path link = scratch_.path() / "m/deep/link";
  for (const char* target : {"/etc/passwd", "../../outside", "../../m-other", "link"}) {
    fs::create_symlink(target, link);
    EXPECT_FALSE(folder_digest(scratch_.path() / "m")) << target;
    fs::remove(link);
  }
  // Through another link.
  fs::create_symlink("..", scratch_.path() / "m/deep/up");
  EXPECT_TRUE(folder_digest(scratch_.path() / "m"));
  fs::create_symlink("up/../outside", link);
  EXPECT_FALSE(folder_digest(scratch_.path() / "m"));
}

}  // namespace
}  // namespace plumb::config
