#include "engine/config/project_files.h"

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/testing/case_file.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::config {
namespace {

using Names = std::vector<std::string>;

class DocumentsTest : public ::testing::Test {
 protected:
  void write(const std::string& name, std::string_view text) {
    std::filesystem::create_directories((scratch_.path() / name).parent_path());
    ASSERT_TRUE(write_file(scratch_.path() / name, text));
  }

  testing::ScratchFolder scratch_;
};

TEST_F(DocumentsTest, FollowsIncludesAndModules) {
  write("project/plumb.yaml",
        "include: [more/*.yaml, plumb.yaml, none.yaml]\nresources:\n  - use: ./modules/web/\n  - use: ./modules/none\n"
        "  - use: ../outside\n  - use: ./.plumb/modules/x\n  - use: {git: https://example.org/x, commit: c}\n  - file: "
        "/a\n    source: "
        "files/x.yaml\n");
  write("project/more/b.yaml", "resources: [{use: ./modules/web}]\n");
  write("project/more/a.yaml", "a: [\n");
  write("project/modules/web/module.yaml", "include: [parts/*]\nresources:\n  - use: ../base\n  - use: ../web\n");
  write("project/modules/web/parts/p.yaml", "resources: []\n");
  write("project/modules/base/module.yaml", "resources: no list\n");
  write("project/modules/unused/module.yaml", "");
  write("project/files/x.yaml", "");
  write("project/.plumb/modules/x/module.yaml", "");
  write("outside/module.yaml", "");
  write("project/hosts.yaml", "");
  write("project/tests/t.yaml", "");
  const auto found = find_project_files(scratch_.path() / "project");
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (Names{"hosts.yaml", "modules/base/module.yaml", "modules/web/module.yaml",
                           "modules/web/parts/p.yaml", "more/a.yaml", "more/b.yaml", "plumb.yaml", "tests/t.yaml"}));
}

TEST_F(DocumentsTest, LinksLeadToEachFileOnceAndNotOutside) {
  write("project/plumb.yaml", "include: ['*.yaml']\n");
  write("outside.yaml", "");
  std::filesystem::create_symlink("plumb.yaml", scratch_.path() / "project/again.yaml");
  std::filesystem::create_symlink("../outside.yaml", scratch_.path() / "project/inputs.yaml");
  const auto found = find_project_files(scratch_.path() / "project");
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, Names{"plumb.yaml"});
}

TEST_F(DocumentsTest, NeedsAProject) {
  const auto found = find_project_files(scratch_.path());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), Code::kNoProject);
  EXPECT_NE(found.error().diagnostic().hint.find("plumb init"), std::string::npos);
  write("module.yaml", "plumb: v1\n");
  EXPECT_NE(find_project_files(scratch_.path()).error().diagnostic().hint.find("plumb test"), std::string::npos);
}

TEST_F(DocumentsTest, AProjectAboveIsNamed) {
  write("plumb.yaml", "plumb: v1\n");
  write("files/etc/motd", "hello\n");
  const auto hint = [&](const std::string& folder) {
    return find_project_files(scratch_.path() / folder).error().diagnostic().hint;
  };
  EXPECT_EQ(hint("files/etc"),
            "there is one in " + scratch_.path().string() + "/: go there, or add -C " + scratch_.path().string() + "/");
  EXPECT_EQ(hint("plumb.yaml"), "-C takes the folder that it lies in");
}

}  // namespace
}  // namespace plumb::config
