// The conversation itself, as the protocol has it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/lsp/testing/editor.h"

namespace plumb::lsp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(LspServer, BeginsAndEndsAsTheProtocolSays) {
  Editor editor(Disk{});
  EXPECT_EQ(editor.ask("textDocument/hover", Json::object())["code"], -32002);
  const Json answer =
      editor.ask("initialize", {{"capabilities", {{"general", {{"positionEncodings", {"utf-16", "utf-8"}}}}}}});
  EXPECT_EQ(answer["capabilities"]["positionEncoding"], "utf-8");
  EXPECT_EQ(editor.ask("initialize", Json::object())["code"], -32600);
  EXPECT_EQ(editor.ask("workspace/nothing", Json::object())["code"], -32601);
  EXPECT_TRUE(editor.ask("shutdown", Json()).is_null());
  EXPECT_EQ(editor.ask("textDocument/hover", Json::object())["code"], -32600);
  EXPECT_FALSE(editor.server().ended());
  editor.notify("exit", Json());
  EXPECT_TRUE(editor.server().ended());
  EXPECT_EQ(editor.server().exit_code(), 0);
  Editor rude(Disk{});
  rude.notify("exit", Json());
  EXPECT_EQ(rude.server().exit_code(), 1);
}

TEST(LspServer, TakesChangesOfPartsInTheEncodingThatWasAgreedOn) {
  Editor editor(Disk{});
  editor.open("plumb.yaml", project("  - note: /é😀x‸\n"));
  const auto replace = [&](Position begin, Position end, const std::string& with) {
    editor.notify("textDocument/didChange",
                  {{"textDocument", {{"uri", Editor::uri("plumb.yaml")}, {"version", 2}}},
                   {"contentChanges", {{{"range", to_json(Range{begin, end})}, {"text", with}}}}});
  };
  replace({11, 14}, {11, 15}, "y\n    keper: me");
  EXPECT_THAT(editor.findings("plumb.yaml"), ElementsAre(HasSubstr("13: unknown key `keper`")));
  replace({12, 0}, {13, 0}, "");
  EXPECT_THAT(editor.findings("plumb.yaml"), IsEmpty());
}

TEST(LspServer, WhatIsNoRequestDoesNotEndIt) {
  Editor editor(Disk{});
  editor.open("plumb.yaml", project("  - note: /a‸\n"));
  for (const Json& odd : std::vector<Json>{
           Json(),
           1,
           "x",
           Json::array(),
           Json::object(),
           {{"id", 1}},
           {{"id", Json::object()}, {"method", 3}},
           {{"id", 1}, {"method", "textDocument/completion"}, {"params", 7}},
           {{"id", 1},
            {"method", "textDocument/codeAction"},
            {"params", {{"textDocument", {{"uri", Editor::uri("plumb.yaml")}}}, {"range", "x"}}}},
           {{"id", 1},
            {"method", "textDocument/rename"},
            {"params", {{"textDocument", {{"uri", Editor::uri("plumb.yaml")}}}, {"position", 1}, {"newName", 5}}}},
           {{"method", "textDocument/didChange"},
            {"params", {{"contentChanges", 9}, {"textDocument", {{"uri", Editor::uri("plumb.yaml")}}}}}},
           {{"method", "textDocument/didOpen"}, {"params", {{"textDocument", {{"uri", "untitled:1"}, {"text", 1}}}}}},
           {{"id", 9}, {"result", Json()}}})
    (void)editor.server().take(odd);
  editor.work();
  EXPECT_THAT(editor.findings("plumb.yaml"), IsEmpty());
  EXPECT_EQ(editor.ask_here("textDocument/documentSymbol").is_array(), true);
}

TEST(LspServer, EveryBeginningOfATextHasAnswers) {
  const std::string whole = project(
      "  - note: /a\n    text: \"${inputs.port} é\"\n    when: inputs.sites.exists(s, s.root == '/')\n  - {lamp: x, "
      "relight_on: [\"note:/a\"]}\n");
  Editor editor(Disk{});
  editor.open("plumb.yaml", "‸");
  for (std::size_t end = 0; end <= whole.size(); ++end) {
    if (end < whole.size() && (static_cast<unsigned char>(whole[end]) & 0xc0U) == 0x80U) continue;
    editor.change("plumb.yaml", whole.substr(0, end) + "‸");
    for (const char* method : {"textDocument/completion", "textDocument/hover", "textDocument/definition",
                               "textDocument/documentSymbol", "textDocument/semanticTokens/full"})
      EXPECT_FALSE(editor.ask_here(method).contains("code")) << method << " at " << end;
  }
  EXPECT_THAT(editor.findings("plumb.yaml"), IsEmpty());
}

}  // namespace
}  // namespace plumb::lsp
