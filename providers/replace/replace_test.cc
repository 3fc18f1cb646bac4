#include "providers/replace/replace.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::replace {
namespace {

class Replace : public ProviderTest<ReplaceProvider> {
 protected:
  static Desired want(Json attributes) { return wanted("replace", "path", std::move(attributes)); }
};

TEST_F(Replace, TheChangeIsOfTheLinesAlone) {
  system.make_file("/etc/x", "a http://x\nb\n");
  const Desired desired = want({{"path", "/etc/x"}, {"match", "http:"}, {"text", "https:"}});
  EXPECT_EQ(to_json(look(desired).change), Json::parse(R"({"op":"update","before":{"text":"a http://x"},
    "after":{"text":"a https://x"},
    "operations":[{"edit_file":{"path":"/etc/x","edits":[{"replace":{"match":"http:","text":"https:"}}]}}]})"));
  converge(desired);
  EXPECT_EQ(system.content("/etc/x"), "a https://x\nb\n");
}

TEST_F(Replace, LinesAreRemoved) {
  system.make_file("/etc/x", "#a\nb\n");
  converge(want({{"path", "/etc/x"}, {"match", "^#.*\\n"}}));
  EXPECT_EQ(system.content("/etc/x"), "b\n");
}

TEST_F(Replace, WhatChangesLineEndsAloneIsAChange) {
  system.make_file("/etc/x", "a\r\nb\r\n");
  converge(want({{"path", "/etc/x"}, {"match", "\\r$"}}));
  EXPECT_EQ(system.content("/etc/x"), "a\nb\n");
}

TEST_F(Replace, AMissingFileIsMissing) {  // N22
  system.make_directory("/etc");
  const Desired desired = want({{"path", "/etc/x"}, {"match", "a"}, {"text", "b"}});
  const Seen seen = look(desired);
  ASSERT_EQ(seen.observed->missing.size(), 1U);
  EXPECT_EQ(seen.observed->missing[0].what.str(), "file:/etc/x");
  EXPECT_FALSE(seen.change.empty());
  EXPECT_EQ(provider.remedy(desired, seen.observed->missing[0]), "name what brings it with `after`");
  EXPECT_EQ(obstacle(want({{"path", "/etc"}, {"match", "a"}})), "/etc is not a regular file");
}

TEST_F(Replace, ALinkIsEditedOnlyWhereAskedFor) {
  system.make_file("/real", "a\n");
  system.make_link("/l", "/real");
  Json attributes = {{"path", "/l"}, {"match", "a"}, {"text", "b"}};
  EXPECT_EQ(obstacle(want(attributes)), "/l is a symbolic link to /real");
  attributes["follow"] = true;
  converge(want(attributes));
  EXPECT_EQ(system.content("/real"), "b\n");
}

TEST_F(Replace, OneThatWouldGrowIsAnObstacle) {
  system.make_file("/etc/x", "a\n");
  EXPECT_EQ(coded_obstacle(want({{"path", "/etc/x"}, {"match", "a"}, {"text", "aa"}})),
            code_name(Code::kRefusedByState) +
                " /etc/x: what it makes matches again, so that it would change at every run: it would make `aa` and "
                "then `aaaa`");
}

TEST_F(Replace, NothingIsPutBack) {
  system.make_file("/etc/x", "a\n");
  const Desired desired = want({{"path", "/etc/x"}, {"match", "a"}, {"text", "b"}});
  EXPECT_FALSE(provider.restore(desired, *look(desired).observed));
}

}  // namespace
}  // namespace plumb::providers::replace
