// Names: where they are declared, where they stand, and what they are renamed to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/lsp/testing/editor.h"

namespace plumb::lsp {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

TEST(LspNames, AreFoundWhereTheyStand) {
  Editor editor(Disk{{"hosts.yaml", "plumb: v1\nhosts:\n  one: {inputs: {port: 1}}\n"}});
  editor.open("plumb.yaml", project("  - note: /a\n    text: ${inputs.po‸rt}\n"));
  const Json declared = editor.ask_here("textDocument/definition");
  ASSERT_EQ(declared.size(), 1U);
  EXPECT_EQ(declared[0]["range"]["start"], to_json(Position{3, 2}));
  const Json all = editor.ask_here("textDocument/references", {{"context", {{"includeDeclaration", true}}}});
  EXPECT_EQ(all.size(), 4U) << all.dump(2);
  const Json without = editor.ask_here("textDocument/references", {{"context", {{"includeDeclaration", false}}}});
  EXPECT_EQ(without.size(), 3U);
}

TEST(LspNames, InputsAndValuesAreRenamedInAllFiles) {
  const std::string hosts = "plumb: v1\nhosts:\n  one: {inputs: {port: 1}}\n";
  const std::string part = "resources:\n  - note: /b\n    when: inputs.port > 1 && inputs[\"port\"] < 9\n";
  Editor editor(Disk{{"hosts.yaml", hosts}, {"more.yaml", part}});
  const std::string head =
      "plumb: v1\nproject: p\ninclude: [more.yaml]\ninputs:\n  port: {type: integer, default: 1}\nvalues:\n  twice: "
      "${inputs.port * 2}\nresources:\n";
  editor.open("plumb.yaml", head + "  - note: /a\n    text: \"é ${inputs.po‸rt}\\t${string(values.twice)} port\"\n");
  std::map<std::string, std::string> texts = editor.renamed("listen_at");
  EXPECT_EQ(texts["hosts.yaml"], "plumb: v1\nhosts:\n  one: {inputs: {listen_at: 1}}\n");
  EXPECT_EQ(texts["more.yaml"],
            "resources:\n  - note: /b\n    when: inputs.listen_at > 1 && inputs[\"listen_at\"] < 9\n");
  EXPECT_THAT(texts["plumb.yaml"], AllOf(HasSubstr("  listen_at: {type"), HasSubstr("${inputs.listen_at * 2}"),
                                         HasSubstr("é ${inputs.listen_at}\\t${string(values.twice)} port")));
  EXPECT_THAT(editor.renamed("Bad-name")["refused"], HasSubstr("lower-case"));
  for (const char* word : {"in", "true", "null"})
    EXPECT_THAT(editor.renamed(word)["refused"], HasSubstr("a word of the language")) << word;
  editor.change("plumb.yaml", head + "  - note: /a\n    text: ${string(values.twi‸ce)}\n");
  EXPECT_THAT(editor.renamed("two")["plumb.yaml"], AllOf(HasSubstr("  two: ${inputs"), HasSubstr("values.two")));
}

TEST(LspNames, InputsOfModulesAreTheirOwn) {
  const std::string module =
      "plumb: v1\ninputs:\n  port: {type: integer}\nresources:\n  - note: /in${string(inputs.port)}\n";
  Editor editor(Disk{{"web/module.yaml", module}});
  editor.open("plumb.yaml", project("  - use: ./web\n    with: {po‸rt: \"${inputs.port}\"}\n"));
  std::map<std::string, std::string> texts = editor.renamed("door");
  EXPECT_THAT(texts["web/module.yaml"], AllOf(HasSubstr("  door: {type"), HasSubstr("inputs.door")));
  EXPECT_THAT(texts["plumb.yaml"], AllOf(HasSubstr("with: {door: \"${inputs.port}\"}"), HasSubstr("  port: {type")));
}

TEST(LspNames, IdsAreRenamedInAddresses) {
  Editor editor(Disk{});
  editor.open(
      "plumb.yaml",
      project("  - note: /a\n    id: no‸te1\n  - lamp: x\n    relight_on: [\"note:note1\"]\n    after: note:note1\n"));
  EXPECT_EQ(
      editor.renamed("first")["plumb.yaml"],
      project("  - note: /a\n    id: first\n  - lamp: x\n    relight_on: [\"note:first\"]\n    after: note:first\n"));
  editor.change("plumb.yaml", project("  - note: /a\n  - lamp: x\n    relight_on: [\"note:/‸a\"]\n"));
  const Json declared = editor.ask_here("textDocument/definition");
  ASSERT_EQ(declared.size(), 1U);
  EXPECT_EQ(declared[0]["range"]["start"]["line"], 11);
  EXPECT_TRUE(editor.ask_here("textDocument/prepareRename").is_null()) << "a path is no name";
}

TEST(LspNames, AreKnownInTemplates) {
  Editor editor(Disk{{"t.txt", "port ${inputs.port} %{ if inputs.port > 1 }x%{ endif }\n"}});
  editor.open("plumb.yaml", project("  - note: /a\n    shape: t.txt\n    when: inputs.po‸rt > 0\n"));
  EXPECT_EQ(editor.renamed("door")["t.txt"], "port ${inputs.door} %{ if inputs.door > 1 }x%{ endif }\n");
  editor.open("t.txt", "port ${inputs.‸}\n");
  EXPECT_THAT(editor.offered(), Contains("port"));
}

}  // namespace
}  // namespace plumb::lsp
