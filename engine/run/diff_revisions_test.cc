// Two revisions of a project, in memory.
#include "engine/run/diff_revisions.h"

#include <list>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/memory_files.h"
#include "engine/history/sqlite_history.h"
#include "engine/testing/kinds.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::run {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DiffRevisionsTest : public ::testing::Test {
 protected:
  DiffRevisionsTest() {
    request_.scope.on = "all";
    request_.key = "a key";
  }

  std::unique_ptr<Workspace> revision(const std::string& folder, const std::string& hosts,
                                      const std::string& resources) {
    files_.add(folder + "/plumb.yaml", "plumb: v1\nproject: edge\nresources:\n" + resources);
    files_.add(folder + "/hosts.yaml", "plumb: v1\nhosts:\n  " + hosts + ":\n");
    WorkspaceRequest request;
    request.folder = Folder(files_, folder);
    Diagnostics found;
    auto workspace = Workspace::load(request, kinds_, history_, found, sources_.emplace_back());
    for (const Diagnostic& one : found.items()) ADD_FAILURE() << one.summary;
    return workspace;
  }

  const Registry kinds_ = ::plumb::testing::made_up_kinds();
  ::plumb::testing::ScratchFolder folder_;
  history::SqliteHistory history_{folder_.path() / "history.db"};
  MemoryFiles files_;
  std::list<lang::SourceMap> sources_;  // one a revision
  RevisionRequest request_;
  Control control_;
  Diagnostics old_found_;
  Diagnostics found_;
};

TEST_F(DiffRevisionsTest, SaysWhatHostsWouldGet) {
  const auto before = revision("/before", "h[1:2]", "  - note: /etc/one\n    text: \"1\\n\"\n");
  const auto after = revision("/after", "h[2:3]", "  - note: /etc/one\n    text: \"2\\n\"\n");
  const Result<RevisionDiff> diff = diff_revisions(*before, *after, request_, control_, old_found_, found_);
  ASSERT_TRUE(diff.has_value()) << diff.error().summary();
  EXPECT_THAT(diff->joined, ElementsAre("h3"));
  EXPECT_THAT(diff->left, ElementsAre("h1"));
  ASSERT_EQ(diff->plan.hosts.at("h2").actions.size(), 1U);
  EXPECT_EQ(diff->plan.hosts.at("h2").actions.get()->front().op, Op::kUpdate);
  ASSERT_EQ(diff->plan.hosts.at("h3").actions.size(), 1U);
  EXPECT_EQ(diff->plan.hosts.at("h3").actions.get()->front().op, Op::kCreate);
  EXPECT_TRUE(diff->differs());
  EXPECT_TRUE(found_.empty());
  EXPECT_FALSE(diff_revisions(*after, *after, request_, control_, old_found_, found_)->differs());
}

// A host that cannot be planned stands there with what is wrong on it, and not with what is wrong on another.
TEST_F(DiffRevisionsTest, EachHostHasItsOwnFindings) {
  const auto before = revision("/before", "h[1:2]", "  - note: /etc/one\n    text: \"1\\n\"\n");
  const auto after = revision("/after", "h[1:2]",
                              "  - note: /etc/${host.name}\n    text: a\n    on: h1\n"
                              "  - note: /etc/${host.name}\n    text: b\n    on: h1\n"
                              "  - note: /etc/two\n    text: x${1 / (size(host.name) - 2)}\n    on: h2\n");
  const Result<RevisionDiff> diff = diff_revisions(*before, *after, request_, control_, old_found_, found_);
  ASSERT_TRUE(diff.has_value()) << diff.error().summary();
  EXPECT_THAT(diff->plan.hosts, IsEmpty());
  EXPECT_EQ(diff->plan.unplanned.at("h1"), code_name(Code::kDuplicateAddress));
  EXPECT_NE(diff->plan.unplanned.at("h2"), code_name(Code::kDuplicateAddress));
  EXPECT_NE(diff->plan.unplanned.at("h2"), "");
  EXPECT_EQ(found_.error_count(), 2U);
}

// Hosts that are alike share a graph and what is wrong with it, and each has the reason.
TEST_F(DiffRevisionsTest, WhatIsWrongWithEqualHostsIsTheReasonOfEach) {
  const std::string broken = "  - note: /etc/two\n    text: x${1 / (size(host.groups) - 0)}\n";
  const auto sound = revision("/sound", "h[1:2]", "  - note: /etc/one\n    text: a\n");
  const auto after = revision("/after", "h[1:2]", broken);
  const Result<RevisionDiff> diff = diff_revisions(*sound, *after, request_, control_, old_found_, found_);
  ASSERT_TRUE(diff.has_value()) << diff.error().summary();
  for (const char* host : {"h1", "h2"})
    EXPECT_EQ(diff->plan.unplanned.at(host), code_name(Code::kEvaluationFailed)) << host;
  EXPECT_EQ(found_.error_count(), 1U) << "told once";
  EXPECT_TRUE(old_found_.empty());
  found_ = {};
  const Result<RevisionDiff> back = diff_revisions(*after, *sound, request_, control_, old_found_, found_);
  ASSERT_TRUE(back.has_value()) << back.error().summary();
  EXPECT_EQ(back->plan.unplanned.size(), 2U);
  EXPECT_EQ(old_found_.error_count(), 1U) << "its span is in the older revision's files";
  EXPECT_TRUE(found_.empty());
}

TEST_F(DiffRevisionsTest, AStopEndsIt) {
  const auto before = revision("/before", "h1", "  - note: /etc/one\n    text: \"1\\n\"\n");
  control_.request_stop();
  const Result<RevisionDiff> diff = diff_revisions(*before, *before, request_, control_, old_found_, found_);
  ASSERT_FALSE(diff.has_value());
  EXPECT_EQ(diff.error().code(), Code::kInterrupted);
}

TEST_F(DiffRevisionsTest, APatternMayMatchInOneRevisionAlone) {
  const auto before = revision("/before", "h1", "  - note: /etc/one\n    text: \"1\\n\"\n");
  const auto after = revision("/after", "h2", "  - note: /etc/one\n    text: \"1\\n\"\n");
  request_.scope.on = "h1";
  const Result<RevisionDiff> diff = diff_revisions(*before, *after, request_, control_, old_found_, found_);
  ASSERT_TRUE(diff.has_value()) << diff.error().summary();
  EXPECT_THAT(diff->left, ElementsAre("h1"));
  request_.scope.on = "h3";
  EXPECT_FALSE(diff_revisions(*before, *after, request_, control_, old_found_, found_).has_value());
}

}  // namespace
}  // namespace plumb::run
