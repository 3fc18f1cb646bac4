// What an editor asks of one text: mends, its form, its outline and its colours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/lsp/outline.h"
#include "engine/lsp/testing/editor.h"

namespace plumb::lsp {
namespace {

using ::testing::Contains;

TEST(LspActions, ReplaceWhatWasMisspelt) {
  for (const auto& [written, meant] : std::vector<std::pair<std::string, std::string>>{
           {"  - note: /a\n    keper‸: me\n", "  - note: /a\n    keeper: me\n"},
           {"  - nte‸: /a\n", "  - note: /a\n"},
           {"  - note: /a\n    text: ${inputs.prt‸}\n", "  - note: /a\n    text: ${inputs.port}\n"},
           {"  - note: /a\n  - lamp: x\n    relight_on: [\"note:/‸aa\"]\n",
            "  - note: /a\n  - lamp: x\n    relight_on: [\"note:/a\"]\n"},
           {"  - note: /a\n    on_failure: \"contine‸\"\n", "  - note: /a\n    on_failure: \"continue\"\n"},
           {"  - note: /a\n    prevent_destroy: ‸yes\n", "  - note: /a\n    prevent_destroy: true\n"},
           {"  - note: /a\n    prevent_destroy: \"‸true\"\n", "  - note: /a\n    prevent_destroy: true\n"},
           {"  - note: /a\n  - lamp: x\n    relight_on: note:/‸a\n",
            "  - note: /a\n  - lamp: x\n    relight_on: [note:/a]\n"}}) {
    Editor editor(Disk{});
    editor.open("plumb.yaml", project(written));
    const Json position = editor.ask_here("textDocument/hover");
    const std::string text = editor.text("plumb.yaml");
    const Range everywhere{{0, 0}, {99, 0}};
    const Json found = editor.ask_here("textDocument/codeAction",
                                       {{"range", to_json(everywhere)}, {"context", {{"diagnostics", Json::array()}}}});
    ASSERT_EQ(found.size(), 1U) << written << found.dump(2);
    EXPECT_EQ(Editor::edited(text, found[0]["edit"]["changes"][Editor::uri("plumb.yaml")]), project(meant));
  }
}

TEST(LspFormat, IsThatOfFmt) {
  Editor editor(Disk{});
  editor.open("plumb.yaml", "plumb:   v1\nproject: p‸\n");
  const Json edits = editor.ask_here("textDocument/formatting", {{"options", {{"tabSize", 2}}}});
  EXPECT_EQ(Editor::edited(editor.text("plumb.yaml"), edits), "plumb: v1\nproject: p\n");
  editor.change("plumb.yaml", "plumb: [‸\n");
  EXPECT_TRUE(editor.ask_here("textDocument/formatting").is_null());
}

TEST(LspOutline, NamesResourcesAndFoldsThem) {
  Editor editor(Disk{});
  editor.open("plumb.yaml", project("  - note: /a\n    mode: \"0644\"\n  - use: ./web\n‸"));
  const Json found = editor.ask_here("textDocument/documentSymbol");
  ASSERT_EQ(found.size(), 5U);
  EXPECT_EQ(found[2]["name"], "inputs");
  EXPECT_EQ(found[2]["children"][1]["name"], "sites");
  EXPECT_EQ(found[4]["children"][0]["name"], "note /a");
  EXPECT_EQ(found[4]["children"][1]["name"], "use ./web");
  const Json folded = editor.ask_here("textDocument/foldingRange");
  EXPECT_THAT(folded, Contains(Json{{"startLine", 11}, {"endLine", 12}}));
}

TEST(LspTokens, AreThoseOfExpressions) {
  Editor editor(Disk{});
  editor.open("plumb.yaml",
              "plumb: v1\nproject: p\nresources:\n  - note: /a\n    text: \"é${size('x') + inputs.a}\"‸\n");
  const Json data = editor.ask_here("textDocument/semanticTokens/full")["data"];
  const auto type = [](const char* called) {
    const auto& all = token_types();
    return static_cast<int>(std::find(all.begin(), all.end(), called) - all.begin());
  };
  ASSERT_EQ(data.size() % 5, 0U);
  EXPECT_EQ((std::vector<int>(data.begin(), data.begin() + 5)), (std::vector<int>{4, 14, 4, type("function"), 0}));
  EXPECT_EQ((std::vector<int>(data.end() - 5, data.end())), (std::vector<int>{0, 1, 1, type("property"), 0}));
}

TEST(LspTokens, AreWhereTheyStandInLongLinesToo) {
  Editor editor(Disk{});
  constexpr std::size_t kMany = 500;
  std::string text;
  for (std::size_t i = 0; i < kMany; ++i) text += "é😀${inputs.a}";
  editor.open("plumb.yaml", "plumb: v1\nproject: p\nresources:\n  - note: /a\n    text: \"" + text + "\"‸\n");
  const Json data = editor.ask_here("textDocument/semanticTokens/full")["data"];
  constexpr std::size_t kNumbersOfAToken = 5;
  ASSERT_EQ(data.size(), kMany * 3 * kNumbersOfAToken);
  std::size_t character = 0;
  for (std::size_t i = 0; i < data.size(); i += kNumbersOfAToken) character += data[i + 1].get<std::size_t>();
  // `a` of the last one: behind the quote, in units of UTF-16.
  EXPECT_EQ(character, std::string("    text: \"").size() + kMany * (1 + 2 + 11) - 2);
}

TEST(LspTokens, AnExpressionThatNobodyReadsIsNotColoured) {
  Editor editor(Disk{});
  std::string sum = "1";
  for (int i = 0; i < 20000; ++i) sum += "+1";
  editor.open("plumb.yaml", "plumb: v1\nproject: p\nvalues:\n  a: ${1 + 1}\n  b: ${" + sum + "}‸\n");
  constexpr std::size_t kNumbersOfAToken = 5;
  EXPECT_EQ(editor.ask_here("textDocument/semanticTokens/full")["data"].size(), 3 * kNumbersOfAToken);
}

}  // namespace
}  // namespace plumb::lsp
