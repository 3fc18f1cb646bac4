// What an editor is told while a project is written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/lsp/testing/editor.h"

namespace plumb::lsp {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(LspFindings, ComeOfTheTextThatIsTyped) {
  Editor editor(Disk{{"plumb.yaml", project("  - note: /a\n")}});
  editor.open("plumb.yaml", project("  - note: /a\n    keper: me\n"));
  EXPECT_THAT(editor.findings("plumb.yaml"), ElementsAre(HasSubstr("13: unknown key `keper`")));
  editor.change("plumb.yaml", project("  - note: /a\n    keeper: me\n"));
  EXPECT_THAT(editor.findings("plumb.yaml"), IsEmpty());
  editor.change("plumb.yaml", project("  - note: /a\n    keeper: [\n"));
  EXPECT_THAT(editor.findings("plumb.yaml"), Contains(HasSubstr("is not closed")));
}

TEST(LspFindings, AreThoseOfOtherFilesToo) {
  Editor editor(Disk{{"plumb.yaml", project("  - use: ./web\n")},
                     {"web/module.yaml", "plumb: v1\nresources:\n  - note: /a\n    text: ${inputs.no}\n"}});
  editor.open("plumb.yaml", project("  - use: ./web\n"));
  EXPECT_THAT(editor.findings("web/module.yaml"), ElementsAre(HasSubstr("4: ")));
  // And go with what caused them.
  editor.open("web/module.yaml", "plumb: v1\nresources:\n  - note: /a\n");
  EXPECT_THAT(editor.findings("web/module.yaml"), IsEmpty());
  editor.change("plumb.yaml", project("  - use: ./web\n    with: {other: 1}\n"));
  EXPECT_THAT(editor.findings("plumb.yaml"), ElementsAre(HasSubstr("13: ")));
}

TEST(LspFindings, OfHostsAndOfWhatOnlyAHostMakesWrong) {
  Editor editor(Disk{{"plumb.yaml", project("  - note: /a\n    on: web\n  - note: /a\n    on: one\n")}});
  editor.open("hosts.yaml", "plumb: v1\ngroups: {web: {}}\nhosts:\n  one: {groups: [web]}\n");
  EXPECT_THAT(editor.findings("plumb.yaml"), Contains(HasSubstr("note:/a")));
  editor.change("hosts.yaml", "plumb: v1\ngroups: {web: {}}\nhosts:\n  one: {groups: [wbe]}\n");
  EXPECT_THAT(editor.findings("hosts.yaml"), ElementsAre(HasSubstr("4: ")));
}

TEST(LspFindings, SayWhereElseAndWhatTheirCodesMean) {
  Editor editor(Disk{});
  editor.open("plumb.yaml", project("  - note: /a\n  - note: /‸a\n"));
  EXPECT_THAT(editor.hover(), HasSubstr("**PL1301**"));
  const Json found = editor.told("plumb.yaml");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]["code"], "PL1301");
  ASSERT_EQ(found[0]["relatedInformation"].size(), 1U);
  EXPECT_EQ(found[0]["relatedInformation"][0]["location"]["uri"], Editor::uri("plumb.yaml"));
  EXPECT_EQ(found[0]["relatedInformation"][0]["location"]["range"]["start"]["line"], 11);
}

TEST(LspFindings, AFileThatNobodyReadsIsLookedAtByItself) {
  Editor editor(Disk{{"plumb.yaml", project("  - note: /a\n")}});
  editor.open("new/module.yaml", "plumb: v1\nresources:\n  - nte: /a\n");
  EXPECT_THAT(editor.findings("new/module.yaml"), ElementsAre(HasSubstr("3: there is no kind `nte`")));
  editor.open("tests/a.yaml", "plumb: v1\ntests:\n  - nam: x\n");
  EXPECT_THAT(editor.findings("tests/a.yaml"), Contains(HasSubstr("3: unknown key `nam`")));
}

TEST(LspFindings, GoWithTheLastDocument) {
  Editor editor(Disk{});
  editor.open("plumb.yaml", project("  - nte: /a\n"));
  EXPECT_THAT(editor.findings("plumb.yaml"), Not(IsEmpty()));
  editor.notify("textDocument/didClose", {{"textDocument", {{"uri", Editor::uri("plumb.yaml")}}}});
  EXPECT_THAT(editor.findings("plumb.yaml"), IsEmpty());
}

TEST(LspFindings, ProgramsOfAProjectAreNotRun) {
  Editor editor(Disk{{"plumb.yaml", project("  - note: /a\n")}});
  editor.open("hosts.yaml", "plumb: v1\nsources:\n  - command: [\"./list\"]\n");
  EXPECT_THAT(editor.findings("hosts.yaml"), ElementsAre(HasSubstr("no program of a project is run")));
}

}  // namespace
}  // namespace plumb::lsp
