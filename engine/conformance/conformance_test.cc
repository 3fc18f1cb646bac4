#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "engine/conformance/provider_cases.h"
#include "engine/conformance/remains.h"
#include "engine/conformance/report.h"
#include "engine/conformance/tree.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::conformance {
namespace {

TEST(Report, HasFaultsWhereSomethingIsBrokenOrWasNeverJudged) {
  Report report({"a"});
  for (const CheckInfo& one : all_checks()) report.held("a", one.check);
  EXPECT_TRUE(report.faults(true).empty());
  report.broken("a", Check::kTwice, "it touches /x");
  EXPECT_EQ(report.faults(true), std::vector<std::string>{"a, twice: it touches /x"});
  report.except("a", {{Check::kTwice, "why"}, {Check::kPure, "no reason"}});
  EXPECT_EQ(report.faults(true), std::vector<std::string>{"a, pure: there is an exception, and it holds"});
  EXPECT_TRUE(report.faults(false).empty());

  Report other({"b"});
  other.does_not_apply("b", Check::kRound);
  EXPECT_EQ(other.faults(true).size(), all_checks().size() - 1);
  EXPECT_EQ(other.faults(true).front(), "b, schema: never judged");
}

TEST(Report, SaysAllOnlyOfAll) {
  EXPECT_EQ(percent(1, 1), "100.0 %");
  EXPECT_EQ(percent(9999, 10000), "99.9 %");
  EXPECT_EQ(percent(0, 0), "—");
}

class TreeTest : public ::testing::Test {
 protected:
  Tree look() const { return look_at(scratch_.path(), "", {"/unseen"}); }
  testing::ScratchFolder scratch_;
};

TEST_F(TreeTest, TellsWhatDiffers) {
  scratch_.write("a", "one");
  scratch_.write("unseen/b", "one");
  const Tree before = look();
  EXPECT_EQ(before.size(), 1U);
  scratch_.write("unseen/b", "two");
  EXPECT_EQ(differences(before, look(), Compare::kAll), "");
  // The same bytes in another file.
  scratch_.write("new", "one");
  std::filesystem::rename(scratch_.path() / "new", scratch_.path() / "a");
  EXPECT_NE(differences(before, look(), Compare::kAll), "");
  EXPECT_EQ(differences(before, look(), Compare::kLasting), "");
  ::chmod((scratch_.path() / "a").c_str(), 0600);
  EXPECT_NE(differences(before, look(), Compare::kLasting), "");
}

TEST_F(TreeTest, KnowsWhatIsNotPlanned) {
  scratch_.write("a/b", "one");
  const Tree before = look();
  scratch_.write("a/b", "two");
  scratch_.write("c", "new");
  EXPECT_EQ(unplanned(before, look(), {"/a/b"}, nullptr).substr(0, 3), "/c:");
  EXPECT_EQ(unplanned(before, look(), {"/a/b"}, [](const std::string& path) { return path == "/c"; }), "");
  EXPECT_EQ(unplanned(before, look(), {"/a/b", "/c"}, nullptr), "");
}

TEST_F(TreeTest, FollowsLinksBelowItsRoot) {
  scratch_.write("real/file", "");
  std::filesystem::create_symlink("/real", scratch_.path() / "absolute");
  std::filesystem::create_symlink("absolute/../real", scratch_.path() / "relative");
  std::filesystem::create_symlink("loop", scratch_.path() / "loop");
  EXPECT_EQ(resolved(scratch_.path(), "/relative/file"), "/real/file");
  EXPECT_EQ(resolved(scratch_.path(), "/../../nothing"), "/nothing");
  EXPECT_EQ(resolved(scratch_.path(), "/loop"), "/loop");
  EXPECT_TRUE(named_paths(R"({"a": ["/relative/file"], "b": "no path"})", scratch_.path()).contains("/real/file"));
}

TEST_F(TreeTest, FindsWhatIsLeftOver) {
  scratch_.write("a", "");
  EXPECT_EQ(left_over(look()), "");
  scratch_.write("b/.plumb-x", "");
  EXPECT_EQ(left_over(look()), "/b/.plumb-x");
}

TEST_F(TreeTest, IsAsBeforeButForFilesThatSayNothing) {
  const Tree before = look();
  scratch_.write("a", "[section]\n");
  EXPECT_EQ(not_as_before({}, before, look()), "");
  scratch_.write("a", "[section]\nx=1\n");
  EXPECT_NE(not_as_before({}, before, look()), "");
}

TEST_F(TreeTest, CasesOfAProviderAreReadAndArranged) {
  scratch_.write("tests/cases.yaml", R"(plumb: v1
tests:
  - name: one
    files: {"deep/hello": "in {scratch}", "empty/": ""}
    before: [[sh, -c, 'echo made >"{scratch}/made"']]
    resource: {note: "{scratch}/x", text: "{scratch} {scratch}"}
exceptions: {there_and_gone: it stays, note/names: it has none}
)");
  Diagnostics found;
  lang::SourceMap sources;
  const std::filesystem::path host = scratch_.path() / "host";
  std::filesystem::create_directory(host);
  const ProviderCases cases = read_provider_cases(scratch_.path(), {"note"}, host, found, sources);
  EXPECT_TRUE(found.empty());
  const std::vector<Subject> subjects = provider_subjects(cases, {"note"}, scratch_.path(), host);
  ASSERT_EQ(subjects.size(), 1U);
  ASSERT_EQ(subjects[0].cases.size(), 1U);
  const Case& one = subjects[0].cases[0];
  EXPECT_EQ(one.resource.name, host.string() + "/x");
  EXPECT_EQ(one.resource.attributes, (Json{{"text", host.string() + " " + host.string()}}));
  EXPECT_EQ(subjects[0].exceptions.at(Check::kRound), "it stays");
  EXPECT_EQ(subjects[0].exceptions.at(Check::kNames), "it has none");
  scratch_.write("host/old", "");
  ASSERT_TRUE(one.arrange());
  const Tree tree = look_at(host, "", {});
  EXPECT_FALSE(tree.contains("/old"));
  EXPECT_EQ(tree.at("/deep/hello").content, "in " + host.string());
  EXPECT_EQ(tree.at("/made").content, "made\n");
  EXPECT_TRUE(tree.at("/empty").is_directory());
}

TEST_F(TreeTest, CasesThatCannotBeReadAreToldWithTheirPlace) {
  Diagnostics found;
  lang::SourceMap sources;
  (void)read_provider_cases(scratch_.path(), {"note"}, "/x", found, sources);
  ASSERT_EQ(found.items().size(), 1U);
  EXPECT_EQ(found.items()[0].summary, "there are no cases to judge the provider by");

  scratch_.write("tests/a.yaml",
                 "plumb: v1\ntests:\n  - name: one\n    resource: {other: x}\nexceptions: {nothing: x}\n");
  found = {};
  (void)read_provider_cases(scratch_.path(), {"note"}, "/x", found, sources);
  ASSERT_EQ(found.items().size(), 2U);
  EXPECT_EQ(found.sorted()[0].span->str(), "tests/a.yaml:4:15");
  EXPECT_EQ(found.sorted()[1].summary, "there is no check `nothing`");
}

}  // namespace
}  // namespace plumb::conformance
