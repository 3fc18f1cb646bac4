#include "engine/testing/case_file.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::testing {
namespace {

class CaseFileTest : public ::testing::Test {
 protected:
  CaseFile read(const std::string& text) {
    path_ = scratch_.path() / "case.txt";
    EXPECT_TRUE(write_file(path_, text));
    Result<CaseFile> result = CaseFile::read(path_);
    EXPECT_TRUE(result);
    return std::move(*result);
  }

  ScratchFolder scratch_;
  std::filesystem::path path_;
};

TEST_F(CaseFileTest, WritesInputsAndComparesOutputs) {
  CaseFile file = read("# A case.\n-- a/b.txt --\none\ntwo\n-- link c --\na/b.txt\n-- want stdout --\nfine\n");
  ASSERT_TRUE(file.write_inputs(scratch_.path()));
  EXPECT_EQ(*read_file(scratch_.path() / "c", 100), "one\ntwo\n");
  file.expect("stdout", "fine\n");
  file.expect("stderr", "");
  EXPECT_EQ(file.finish().problem, "");
}

TEST_F(CaseFileTest, TellsDifferencesAndUnusedSections) {
  CaseFile file = read("-- want stdout --\none\ntwo\n-- want stderr --\nlost\n");
  file.expect("stdout", "one\n2\n");
  EXPECT_EQ(file.finish().problem, "the section `want stderr` is not used\n--- want stdout\n one\n-two\n+2\n");
}

TEST_F(CaseFileTest, RewritesOnRequest) {
  CaseFile file = read("# Kept.\n-- in --\nx\n-- want stdout --\nold\n");
  file.text("in");
  file.expect("stdout", "new");
  file.expect("extra", "more\n");
  ::setenv("PLUMB_GOLDEN", "rewrite", 1);
  const CaseFile::Outcome outcome = file.finish();
  ::unsetenv("PLUMB_GOLDEN");
  EXPECT_TRUE(outcome.rewritten);
  EXPECT_EQ(outcome.problem, "");
  EXPECT_EQ(*read_file(path_, 1000), "# Kept.\n-- in --\nx\n-- want stdout --\nnew\n-- want extra --\nmore\n");
}

TEST_F(CaseFileTest, RefusesASectionTwice) {
  ASSERT_TRUE(write_file(scratch_.path() / "twice.txt", "-- a --\n-- a --\n"));
  EXPECT_FALSE(CaseFile::read(scratch_.path() / "twice.txt"));
}

TEST(LineDiff, LeavesOutWhatIsFarAway) {
  EXPECT_EQ(line_diff("1\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\n5\nx\n"), "@@\n 3\n 4\n 5\n-6\n+x\n");
}

TEST(CaseName, IsAWord) {
  EXPECT_EQ(case_name("/t", "/t/yaml/a-tab.txt"), "yaml_a_tab");
}

}  // namespace
}  // namespace plumb::testing
