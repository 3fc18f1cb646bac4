#include "engine/editor/known_project.h"

#include <fstream>

#include <gtest/gtest.h>

#include "engine/editor/export.h"
#include "engine/testing/case_file.h"
#include "engine/testing/kinds.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::editor {
namespace {

class KnownProjectTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    const std::filesystem::path file = scratch_.path() / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  KnownProject read() { return read_known_project(scratch_.path(), kinds_); }

  const Registry kinds_ = testing::made_up_kinds();
  testing::ScratchFolder scratch_;
};

TEST_F(KnownProjectTest, HoldsTheInputsOfProjectAndModules) {
  write("plumb.yaml",
        "plumb: v1\nproject: a\ninputs:\n  port: {type: integer, default: 80}\n"
        "  key: {type: string, sensitive: true, default: secret}\n");
  write("modules/site/module.yaml",
        "plumb: v1\ndescription: A site.\ninputs:\n  name: {type: string}\n  owner: {type: [string, \"null\"]}\n");
  const KnownProject known = read();
  EXPECT_EQ(known.inputs.at("port").schema["default"], 80);
  EXPECT_FALSE(known.inputs.at("key").schema.contains("default"));
  ASSERT_EQ(known.modules.size(), 1U);
  EXPECT_EQ(known.modules[0].folder, "modules/site");
  EXPECT_EQ(known.modules[0].description, "A site.");
  EXPECT_TRUE(known.modules[0].inputs.at("name").required);
  EXPECT_FALSE(known.modules[0].inputs.at("owner").required);
}

TEST_F(KnownProjectTest, IsEmptyWithoutAProject) {
  const KnownProject known = read();
  EXPECT_TRUE(known.inputs.empty());
  EXPECT_TRUE(known.modules.empty());
}

TEST_F(KnownProjectTest, KnowsAProjectWithMistakesAsFarAsItGoes) {
  write("plumb.yaml", "plumb: v1\nproject: a\ninputs: {port: {type: integer}}\nresources: [{noet: /a}]\n");
  write("modules/good/module.yaml", "plumb: v1\ninputs: {name: {type: string}}\n");
  write("modules/broken/module.yaml", "plumb: v1\ninputs: [\n");
  const KnownProject known = read();
  ASSERT_FALSE(known.modules.empty());
  EXPECT_EQ(known.modules.back().folder, "modules/good");
  EXPECT_TRUE(known.modules.back().inputs.contains("name"));
}

TEST_F(KnownProjectTest, IsWrittenTheSameEachTime) {
  write("plumb.yaml", "plumb: v1\nproject: a\ninputs: {b: {type: integer}, a: {type: string}}\n");
  const auto written = write_schemas(scratch_.path() / "out", Format::kJsonSchema, kinds_, read());
  ASSERT_TRUE(written) << written.error().summary();
  EXPECT_EQ(*written,
            (std::vector<std::string>{"facts.json", "included.json", "inventory.json", "machine_trust.json",
                                      "module.json", "plan.json", "policy.json", "policy_tests.json", "profile.json",
                                      "project.json", "provider.json", "provider_tests.json", "tests.json"}));
  EXPECT_EQ(documents(kinds_, read()), documents(kinds_, read()));
}

TEST_F(KnownProjectTest, CannotBeWrittenIntoAFile) {
  write("out", "");
  const auto written = write_schemas(scratch_.path() / "out", Format::kJsonSchema, kinds_, {});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), Code::kWriteFailed);
}

}  // namespace
}  // namespace plumb::editor
