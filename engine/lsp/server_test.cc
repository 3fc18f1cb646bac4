// An editor's conversation with the server, about a project in memory. The place where the editor's cursor stands is
// marked with ‸ in the text.
#include "engine/lsp/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/history/sqlite_history.h"
#include "engine/lsp/outline.h"
#include "engine/testing/kinds.h"

namespace plumb::lsp {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kCursor = "‸";

// Texts by their names in the project's folder.
using Disk = std::map<std::string, std::string>;

class Editor {
 public:
  explicit Editor(const Disk& disk) {
    for (const auto& [name, text] : disk) files_.add("/p/" + name, text);
  }

  // Opens a file whose text may hold the cursor, and waits for what is found.
  void open(const std::string& name, const std::string& text) {
    start();
    Json document = {{"uri", uri(name)}, {"languageId", "yaml"}, {"version", 1}, {"text", take_cursor(name, text)}};
    notify("textDocument/didOpen", {{"textDocument", std::move(document)}});
  }

  void change(const std::string& name, const std::string& text) {
    const Json changes = {{{"text", take_cursor(name, text)}}};
    notify("textDocument/didChange",
           {{"textDocument", {{"uri", uri(name)}, {"version", ++version_}}}, {"contentChanges", changes}});
  }

  void notify(const std::string& method, Json params) {
    receive(server().take({{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}}));
    work();
  }

  void work() {
    while (server().has_work()) receive(server().work());
  }

  // The result; where there is none, the error.
  Json ask(const std::string& method, Json params) {
    const std::vector<Json> answers =
        server().take({{"jsonrpc", "2.0"}, {"id", ++id_}, {"method", method}, {"params", std::move(params)}});
    EXPECT_EQ(answers.size(), 1U);
    if (answers.size() != 1) return {};
    EXPECT_EQ(answers[0]["id"], id_);
    return answers[0].contains("result") ? answers[0]["result"] : answers[0]["error"];
  }

  Json ask_here(const std::string& method, Json more = Json::object()) {
    more["textDocument"] = {{"uri", uri(name_)}};
    more["position"] = to_json(cursor_);
    return ask(method, std::move(more));
  }

  Json told(const std::string& name) { return told_[uri(name)]; }

  // "LINE: MESSAGE" of each finding in a file; lines from 1.
  std::vector<std::string> findings(const std::string& name) {
    std::vector<std::string> all;
    for (const Json& one : told_[uri(name)]) {
      const std::string message = one["message"];
      all.push_back(std::to_string(one["range"]["start"]["line"].get<int>() + 1) + ": " +
                    message.substr(0, message.find('\n')));
    }
    return all;
  }

  std::vector<std::string> offered() {
    std::vector<std::string> labels;
    const Json found = ask_here("textDocument/completion");
    for (const Json& item : found["items"]) labels.push_back(item["label"]);
    return labels;
  }

  // The text of the cursor's file once this is chosen.
  std::string with_offered(const std::string& label) {
    const Json found = ask_here("textDocument/completion");
    for (const Json& item : found["items"]) {
      if (item["label"] == label) return edited(texts_.at(name_), Json::array({item["textEdit"]}));
    }
    return "nothing offers " + label;
  }

  std::string hover() {
    const Json found = ask_here("textDocument/hover");
    return found.is_null() ? "" : found["contents"]["value"].get<std::string>();
  }

  std::map<std::string, std::string> renamed(const std::string& wanted) {
    const Json edit = ask_here("textDocument/rename", {{"newName", wanted}});
    std::map<std::string, std::string> texts;
    if (!edit.contains("changes")) return {{"refused", edit.value("message", "")}};
    for (const auto& [where, edits] : edit["changes"].items()) {
      const std::string name = where.substr(std::string("file:///p/").size());
      texts[name] = edited(texts_.contains(name) ? texts_.at(name) : *files_.read("/p/" + name, 1 << 20), edits);
    }
    return texts;
  }

  static std::string edited(const std::string& text, Json edits) {
    // From the last to the first, so that places stay.
    std::sort(edits.begin(), edits.end(), [](const Json& a, const Json& b) {
      const Position one = position_of(a["range"]["start"]);
      const Position other = position_of(b["range"]["start"]);
      return std::pair(one.line, one.character) > std::pair(other.line, other.character);
    });
    Text result(text);
    for (const Json& edit : edits) {
      const Range range = range_of(edit["range"]);
      const std::string with = edit["newText"];
      result = Text(result.replaced(result.offset(range.begin, Encoding::kUtf16),
                                    result.offset(range.end, Encoding::kUtf16), with));
    }
    return result.str();
  }

  Server& server() {
    if (server_ == nullptr) server_ = std::make_unique<Server>(around_, [] { return false; });
    return *server_;
  }

  void start(Json capabilities = Json::object()) {
    if (std::exchange(started_, true)) return;
    ask("initialize", {{"capabilities", std::move(capabilities)}});
    notify("initialized", Json::object());
  }

  static std::string uri(const std::string& name) { return "file:///p/" + name; }
  const std::string& text(const std::string& name) const { return texts_.at(name); }

 private:
  std::string take_cursor(const std::string& name, std::string text) {
    const std::size_t at = text.find(kCursor);
    if (at != std::string::npos) {
      text.erase(at, kCursor.size());
      cursor_ = Text(text).position(at, Encoding::kUtf16);
      name_ = name;
    }
    texts_[name] = text;
    return text;
  }

  void receive(const std::vector<Json>& messages) {
    for (const Json& one : messages) {
      if (one.value("method", "") == "textDocument/publishDiagnostics")
        told_[one["params"]["uri"]] = one["params"]["diagnostics"];
    }
  }

  Registry kinds_ = testing::made_up_kinds();
  MemoryFiles files_;
  Surroundings around_{kinds_, files_, [](const std::filesystem::path&) -> std::unique_ptr<history::RunStore> {
                         return std::make_unique<history::SqliteHistory>("/nowhere/history.db");
                       }};
  std::unique_ptr<Server> server_;
  bool started_ = false;
  int id_ = 0;
  int version_ = 1;
  std::map<std::string, Json> told_;
  std::map<std::string, std::string> texts_;
  std::string name_;
  Position cursor_;
};

// A project with something of everything; `resources` is what stands under that key.
std::string project(const std::string& resources) {
  return R"(plumb: v1
project: p
inputs:
  port: {type: integer, default: 80, description: Where it listens.}
  sites:
    type: array
    default: []
    items: {type: object, properties: {root: {type: string, description: Its folder.}}, required: [root]}
values:
  double: ${inputs.port * 2}
resources:
)" + resources;
}

// --- findings

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

// --- completion

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

// --- hover

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

// --- names

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

// --- what an editor does by itself

TEST(LspActions, ReplaceWhatWasMisspelt) {
  for (const auto& [written, meant] : std::vector<std::pair<std::string, std::string>>{
           {"  - note: /a\n    keper‸: me\n", "  - note: /a\n    keeper: me\n"},
           {"  - nte‸: /a\n", "  - note: /a\n"},
           {"  - note: /a\n    text: ${inputs.prt‸}\n", "  - note: /a\n    text: ${inputs.port}\n"},
           {"  - note: /a\n  - lamp: x\n    relight_on: [\"note:/‸aa\"]\n",
            "  - note: /a\n  - lamp: x\n    relight_on: [\"note:/a\"]\n"},
           {"  - note: /a\n    on_failure: \"contine‸\"\n", "  - note: /a\n    on_failure: \"continue\"\n"}}) {
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

TEST(LspTokens, AnExpressionThatNobodyReadsIsNotColoured) {
  Editor editor(Disk{});
  std::string sum = "1";
  for (int i = 0; i < 20000; ++i) sum += "+1";
  editor.open("plumb.yaml", "plumb: v1\nproject: p\nvalues:\n  a: ${1 + 1}\n  b: ${" + sum + "}‸\n");
  constexpr std::size_t kNumbersOfAToken = 5;
  EXPECT_EQ(editor.ask_here("textDocument/semanticTokens/full")["data"].size(), 3 * kNumbersOfAToken);
}

// --- the conversation

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
