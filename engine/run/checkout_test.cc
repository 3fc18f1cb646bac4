#include "engine/run/checkout.h"

#include <gtest/gtest.h>

#include "engine/base/program.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::run {
namespace {

class Checkout : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_program("git")) GTEST_SKIP() << "there is no git";
    folder_.write("web/plumb.yaml", "plumb: v1\n");
    git({"init", "-q", "-b", "main", "."});
    git({"add", "web"});
    git({"-c", "user.name=ana", "-c", "user.email=ana@example.com", "commit", "-q", "-m", "one"});
  }

  std::string git(std::vector<std::string> words, const std::string& where = ".") {
    words.insert(words.begin(), "git");
    const ProgramOutput output = run_program(words, folder_ / where, Code::kInternal).value();
    EXPECT_EQ(output.exit_code, 0) << output.errors;
    return output.text.substr(0, output.text.find('\n'));
  }
  std::string checkout(const std::string& where) { return checkout_of(Folder(folder_ / where)); }

  plumb::testing::ScratchFolder folder_;
};

TEST_F(Checkout, NamesCommitAndBranch) {
  const std::string commit = git({"rev-parse", "HEAD"});
  EXPECT_EQ(checkout("web"), commit + " (main)");
  git({"checkout", "-q", "-b", "topic/one"});
  EXPECT_EQ(checkout("."), commit + " (topic/one)");
  git({"pack-refs", "--all"});
  EXPECT_EQ(checkout("web"), commit + " (topic/one)");
  git({"checkout", "-q", "--detach"});
  EXPECT_EQ(checkout("web"), commit);
}

TEST_F(Checkout, KnowsFurtherWorkTrees) {
  git({"worktree", "add", "-q", "-b", "other", "tree"});
  EXPECT_EQ(checkout("tree/web"), git({"rev-parse", "HEAD"}) + " (other)");
  git({"pack-refs", "--all"});
  EXPECT_EQ(checkout("tree/web"), git({"rev-parse", "HEAD"}) + " (other)");
}

TEST_F(Checkout, IsNothingWhereThereIsNone) {
  EXPECT_EQ(checkout_of(Folder("/")), "");
  folder_.write(".git/HEAD", "ref: ../../etc/passwd\n");
  EXPECT_EQ(checkout("web"), "");
  folder_.write(".git/HEAD", "ref: refs/heads/none\n");
  EXPECT_EQ(checkout("web"), "");
}

}  // namespace
}  // namespace plumb::run
