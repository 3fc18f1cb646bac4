#include "engine/base/files.h"

#include <gtest/gtest.h>

#include "engine/base/memory_files.h"
#include "engine/testing/scratch_folder.h"

namespace plumb {
namespace {

namespace fs = std::filesystem;

std::string all_of(const Files& files, const fs::path& path) {
  auto stream = files.open(path);
  EXPECT_TRUE(stream);
  EXPECT_EQ((*stream)->size(), files.status(path)->size);
  std::string text;
  char piece[3];
  while (true) {
    const Result<std::size_t> count = (*stream)->read(piece, sizeof piece);
    EXPECT_TRUE(count);
    if (!count || *count == 0) return text;
    text.append(piece, *count);
  }
}

class FilesTest : public ::testing::Test {
 protected:
  FilesTest() {
    folder_.write("sub/a", "saved");
    folder_.write("b", "0123456789");
    fs::create_symlink("sub", root_ / "link");
  }

  testing::ScratchFolder folder_;
  const fs::path root_ = folder_.path();
};

TEST_F(FilesTest, TheDiskIsRead) {
  const Files& files = disk_files();
  EXPECT_EQ(files.read(root_ / "link/a", 100).value(), "saved");
  EXPECT_EQ(files.read(root_ / "b", 9).error().code(), Code::kYamlLimit);
  EXPECT_EQ(files.real(root_ / "link/../sub/a"), root_ / "sub/a");
  EXPECT_EQ(files.link_target(root_ / "link").value(), "sub");
  EXPECT_FALSE(files.link_target(root_ / "b"));
  EXPECT_EQ(files.status(root_ / "b")->size, 10U);
  EXPECT_EQ(files.status(root_ / "link")->type, EntryType::kFolder);
  EXPECT_FALSE(files.status(root_ / "none"));
  const std::vector<FolderEntry> all = {
      {"b", EntryType::kFile}, {"link", EntryType::kLink}, {"sub", EntryType::kFolder}};
  EXPECT_EQ(files.list(root_, 3).value(), all);
  EXPECT_EQ(files.list(root_, 1)->size(), 2U);
  EXPECT_FALSE(files.list(root_ / "none", 3));
  EXPECT_EQ(all_of(files, root_ / "b"), "0123456789");
  EXPECT_FALSE(files.open(root_ / "sub"));
}

TEST_F(FilesTest, TextsTakeThePlaceOfWhatTheDiskHas) {
  MemoryFiles files(disk_files());
  files.add(root_ / "sub/./a", "unsaved");
  files.add(root_ / "sub/new", "new");
  EXPECT_EQ(files.read(root_ / "sub/a", 100).value(), "unsaved");
  EXPECT_EQ(all_of(files, root_ / "sub/a"), "unsaved");
  EXPECT_EQ(files.read(root_ / "b", 100).value(), "0123456789");
  EXPECT_EQ(disk_files().read(root_ / "sub/a", 100).value(), "saved");
  const std::vector<FolderEntry> all = {{"a", EntryType::kFile}, {"new", EntryType::kFile}};
  EXPECT_EQ(files.list(root_ / "sub", 10).value(), all);
  EXPECT_EQ(files.real(root_ / "sub/new"), root_ / "sub/new");
  EXPECT_EQ(files.list(root_, 10)->size(), 3U);
}

TEST(MemoryFiles, IsAllThereIs) {
  MemoryFiles files;
  files.add("project/plumb.yaml", "plumb: v1\n");
  files.add("top", "");
  files.add_answer({"./hosts", "--list"}, {0, "{}", ""});
  EXPECT_EQ(files.read("project/plumb.yaml", 100).value(), "plumb: v1\n");
  EXPECT_EQ(files.status("project")->type, EntryType::kFolder);
  EXPECT_EQ(files.real("project/../top"), "/top");
  EXPECT_EQ(files.list(".", 10)->size(), 2U);
  EXPECT_FALSE(files.status("/etc/passwd"));
  EXPECT_FALSE(files.read("/etc/passwd", 10'000));
  EXPECT_FALSE(files.list("/etc", 10'000));
  EXPECT_EQ(files.run({"./hosts", "--list"}, "project", Code::kInventoryProgram, {})->text, "{}");
  EXPECT_EQ(files.run({"true"}, "project", Code::kInventoryProgram, {}).error().code(), Code::kInventoryProgram);
  EXPECT_TRUE(files.keep("kept", "x"));
  EXPECT_FALSE(files.kept("kept", 10));
}

}  // namespace
}  // namespace plumb
