// What is offered where the cursor stands, and what is said of the word below it.
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
using ::testing::UnorderedElementsAre;

TEST(LspCompletion, OffersKindsAndTheirAttributes) {
  Editor editor(Disk{});
  editor.open("plumb.yaml", project("  - ‸\n"));
  EXPECT_THAT(editor.offered(), ::testing::IsSupersetOf({"note", "lamp", "use", "resources"}));
  EXPECT_THAT(editor.offered(), Not(Contains("text")));
  editor.change("plumb.yaml", project("  - no‸\n"));
  EXPECT_EQ(editor.with_offered("note"), project("  - note: \n"));
  editor.change("plumb.yaml", project("  - note: /a\n    mode: \"0644\"\n    ‸\n  - note: /b\n"));
  EXPECT_THAT(editor.offered(), ::testing::IsSupersetOf({"text", "keeper", "when", "after"}));
  EXPECT_THAT(editor.offered(), Not(Contains("mode"))) << "is there already";
  EXPECT_THAT(editor.offered(), Not(Contains("at"))) << "is written as the kind's own key";
  editor.change("plumb.yaml", project("  - lamp: a\n    re‸\n"));
  EXPECT_EQ(editor.with_offered("relight_on"), project("  - lamp: a\n    relight_on:\n      - \n"));
}

TEST(LspCompletion, OffersKeysInBracketsAndOfKeysThatAreThere) {
  Editor editor(Disk{});
  editor.open("plumb.yaml", project("  - {note: /a, ke‸}\n"));
  EXPECT_EQ(editor.with_offered("keeper"), project("  - {note: /a, keeper: }\n"));
  editor.change("plumb.yaml", project("  - note: /a\n    ke‸: me\n"));
  EXPECT_EQ(editor.with_offered("keeper"), project("  - note: /a\n    keeper: me\n"));
  editor.change("plumb.yaml", "plumb: v1\nproject: p\n‸\n");
  EXPECT_THAT(editor.offered(), ::testing::IsSupersetOf({"inputs", "values", "resources", "rollout"}));
  editor.change("plumb.yaml", "plumb: v1\nproject: p\ninputs:\n  a: {type: st‸}\n");
  EXPECT_THAT(editor.offered(), Contains("string"));
}

TEST(LspCompletion, OffersValuesThatTheSchemaAllows) {
  Editor editor(Disk{});
  editor.open("plumb.yaml", project("  - note: /a\n    gone: ‸\n"));
  EXPECT_THAT(editor.offered(), UnorderedElementsAre("true", "false"));
  editor.change("plumb.yaml", project("  - note: /a\n    on_failure: ‸\n"));
  EXPECT_THAT(editor.offered(), ::testing::IsSupersetOf({"stop", "continue"}));
}

TEST(LspCompletion, OffersInputsValuesFactsAndTheirFields) {
  Editor editor(Disk{});
  editor.open("plumb.yaml", project("  - note: /a\n    text: \"${inputs.‸}\"\n"));
  EXPECT_THAT(editor.offered(), UnorderedElementsAre("port", "sites"));
  EXPECT_EQ(editor.with_offered("port"), project("  - note: /a\n    text: \"${inputs.port}\"\n"));
  editor.change("plumb.yaml", project("  - note: /a\n    when: facts.os.fa‸\n"));
  EXPECT_THAT(editor.offered(), Contains("family"));
  EXPECT_EQ(editor.with_offered("family"), project("  - note: /a\n    when: facts.os.family\n"));
  editor.change("plumb.yaml", project("  - note: /a\n    text: |\n      x ${va‸\n"));
  EXPECT_THAT(editor.offered(), ::testing::IsSupersetOf({"values", "inputs", "facts", "host", "size"}));
  editor.change("plumb.yaml", project("  - note: /a\n    text: ${values.‸\n"));
  EXPECT_THAT(editor.offered(), ElementsAre("double"));
}

TEST(LspCompletion, KnowsTheNamesOfLoopsAndFunctionsOfTheType) {
  Editor editor(Disk{});
  editor.open("plumb.yaml", project("  - note: ${site.‸}\n    for_each: {site: \"${inputs.sites}\"}\n"));
  EXPECT_THAT(editor.offered(), Contains("root"));
  editor.change("plumb.yaml", project("  - note: /a\n    text: ${inputs.sites.‸}\n"));
  EXPECT_THAT(editor.offered(), Contains("map"));
  EXPECT_THAT(editor.offered(), Not(Contains("upperAscii")));
  editor.change("plumb.yaml", project("  - note: /a\n    text: ${facts.hostname.‸}\n"));
  EXPECT_THAT(editor.offered(), Contains("upperAscii"));
  editor.change("plumb.yaml", project("  - note: /a\n    text: ${math.‸}\n"));
  EXPECT_EQ(editor.with_offered("greatest"), project("  - note: /a\n    text: ${math.greatest(}\n"));
  editor.change("plumb.yaml", project("  - note: /a\n    text: ${'inputs.‸'}\n"));
  EXPECT_THAT(editor.offered(), IsEmpty()) << "a text in quotes";
}

TEST(LspCompletion, OffersAddressesHostsModulesAndFiles) {
  Editor editor(Disk{{"web/module.yaml",
                      "plumb: v1\ndescription: A site.\ninputs:\n  root: {type: string}\nresources:\n  - note: /in\n"},
                     {"files/motd", "x"}});
  editor.open("hosts.yaml", "plumb: v1\ngroups: {front: {}}\nhosts:\n  one: {groups: [front]}\n  two: {}\n");
  const std::string used = "  - use: ./web\n    with: {root: /}\n  - note: /a\n";
  editor.open("plumb.yaml", project(used + "  - lamp: x\n    relight_on: [‸]\n"));
  EXPECT_THAT(editor.offered(), ::testing::IsSupersetOf({"note:/a", "web/note:/in"}));
  editor.change("plumb.yaml", project(used + "  - lamp: x\n    relight_on: [\"no‸\n"));
  EXPECT_THAT(editor.offered(), ::testing::IsSupersetOf({"note:/a", "web/note:/in"})) << "before the bracket is closed";
  editor.change("plumb.yaml", project(used + "  - lamp: x\n    after:\n      - note:‸\n"));
  EXPECT_EQ(editor.with_offered("note:/a"), project(used + "  - lamp: x\n    after:\n      - note:/a\n"));
  editor.change("plumb.yaml", project("  - lamp: x\n    on: front:!o‸\n"));
  EXPECT_EQ(editor.with_offered("one"), project("  - lamp: x\n    on: front:!one\n"));
  editor.change("plumb.yaml", project("  - use: ‸\n"));
  EXPECT_EQ(editor.with_offered("./web"), project("  - use: ./web\n"));
  editor.change("plumb.yaml", project("  - use: ./web\n    with:\n      ‸\n"));
  EXPECT_THAT(editor.offered(), ElementsAre("root"));
  editor.change("plumb.yaml", project("  - note: /a\n    from: files/‸\n"));
  EXPECT_EQ(editor.with_offered("motd"), project("  - note: /a\n    from: files/motd\n"));
  editor.change("hosts.yaml", "plumb: v1\ngroups: {front: {}}\nhosts:\n  one: {groups: [‸]}\n");
  EXPECT_THAT(editor.offered(), Contains("front"));
}

TEST(LspCompletion, InHostsKnowsTheInputs) {
  Editor editor(Disk{{"plumb.yaml", project("  - note: /a\n")}});
  editor.open("hosts.yaml", "plumb: v1\nhosts:\n  one:\n    inputs:\n      ‸\n");
  EXPECT_THAT(editor.offered(), UnorderedElementsAre("port", "sites"));
  editor.open("inputs.yaml", "po‸");
  EXPECT_EQ(editor.with_offered("port"), "port: ");
}

TEST(LspCompletion, KnowsNamesOfATextThatIsBroken) {
  Editor editor(Disk{});
  editor.open("plumb.yaml", project("  - note: /a\n    mode: [\n  - note: /b\n    text: ${inputs.‸\n"));
  EXPECT_THAT(editor.offered(), ::testing::IsSupersetOf({"port"}));
}

TEST(LspHover, SaysWhatSchemasAndAuthorsSay) {
  Editor editor(Disk{});
  editor.open("plumb.yaml", project("  - note: /a\n    kee‸per: me\n"));
  EXPECT_THAT(editor.hover(), HasSubstr("Whose it is."));
  editor.change("plumb.yaml", project("  - no‸te: /a\n"));
  EXPECT_THAT(editor.hover(), HasSubstr("A text."));
  editor.change("plumb.yaml", project("  - note: /a\n    text: ${inputs.po‸rt}\n"));
  EXPECT_THAT(editor.hover(),
              AllOf(HasSubstr("Where it listens."), HasSubstr("a whole number"), HasSubstr("Default: `80`")));
  editor.change("plumb.yaml", project("  - note: /a\n    when: facts.os.fami‸ly == 'x'\n"));
  EXPECT_THAT(editor.hover(), HasSubstr("facts.os.family"));
  editor.change("plumb.yaml", project("  - note: /a\n    when: si‸ze(inputs.sites) > 0\n"));
  EXPECT_THAT(editor.hover(), HasSubstr("size(list"));
  editor.change("plumb.yaml", project("  - note: /a\n    keper‸: me\n"));
  EXPECT_THAT(editor.hover(), HasSubstr("**PL1007**"));
  editor.change("plumb.yaml", project("  ‸\n"));
  EXPECT_EQ(editor.hover(), "");
}

}  // namespace
}  // namespace plumb::lsp
