#include <gtest/gtest.h>

#include "engine/adopt/settle.h"
#include "engine/adopt/written_project.h"
#include "engine/testing/kinds.h"

namespace plumb::adopt {
namespace {

class Adopt : public ::testing::Test {
 protected:
  Adopt() {
    for (const char* name : {"crate", "note", "person", "lamp"}) {
      Kind kind = *kinds_.find(name);
      kind.adoption.chapter = name == std::string("person") ? "accounts" : "things";
      kinds_.add(std::move(kind));
    }
  }

  Told read(const std::string& lines) {
    Result<Told> told = read_survey(lines, kinds_);
    EXPECT_TRUE(told.has_value()) << told.error().summary();
    return told.value_or(Told());
  }
  WrittenProject write(const Told& told) { return write_project(told, kinds_, {"web1", "web1", {{"user", "root"}}}); }

  Registry kinds_ = testing::made_up_kinds();
};

TEST_F(Adopt, ThingsThatSayTheSameStandInOneList) {
  const Told told = read(
      "{\"kind\":\"crate\",\"name\":\"jq\",\"attributes\":{}}\n{\"kind\":\"crate\",\"name\":\"tree\",\"attributes\":{}}"
      "\n"
      "{\"kind\":\"lamp\",\"name\":\"hall\",\"attributes\":{\"lit\":true}}\n");
  const WrittenProject project = write(told);
  EXPECT_EQ(project.files.at("things.yaml"), R"(resources:
  - crate: [jq, tree]

  - lamp: hall
    lit: true
)");
  EXPECT_EQ(project.taken.at("crate"), 2);
  EXPECT_NE(project.files.at("plumb.yaml").find("include: [things.yaml]"), std::string::npos);
  EXPECT_NE(project.files.at("hosts.yaml").find("web1: {user: root}"), std::string::npos);
  EXPECT_EQ(things_at(project, told, "things.yaml", 2, "crate:tree"), (std::vector<std::size_t>{1}));
  EXPECT_EQ(things_at(project, told, "things.yaml", 5, ""), (std::vector<std::size_t>{2}));
}

// Two clusters have a role of one name, two accounts a container.
TEST_F(Adopt, ThingsOfOneNameAreToldApart) {
  const Told told = read(
      "{\"kind\":\"lamp\",\"name\":\"hall\",\"attributes\":{}}\n"
      "{\"kind\":\"lamp\",\"name\":\"hall\",\"attributes\":{\"lit\":true}}\n"
      "{\"kind\":\"lamp\",\"name\":\"hall\",\"attributes\":{\"lit\":true}}\n");
  const WrittenProject project = write(told);
  EXPECT_EQ(project.files.at("things.yaml"), R"(resources:
  - lamp: hall
  - lamp: hall
    id: hall-true
    lit: true
  - lamp: hall
    id: hall-true-2
    lit: true
)");
  EXPECT_EQ(things_at(project, told, "", 0, "lamp:hall-true"), (std::vector<std::size_t>{1}));
  EXPECT_EQ(things_at(project, told, "", 0, "lamp:hall"), (std::vector<std::size_t>{0}));
}

TEST_F(Adopt, ContentsOfSomeLengthAreFilesAndExpressionsAreNone) {
  const std::string text(500, 'x');
  const Told told = read("{\"kind\":\"note\",\"name\":\"/etc/my app/a\",\"attributes\":{\"text\":\"" + text +
                         "\"}}\n{\"kind\":\"note\",\"name\":\"/etc/my_app/a\",\"attributes\":{\"text\":\"${x}\"}}\n"
                         "{\"kind\":\"note\",\"name\":\"/etc/b\",\"attributes\":{\"text\":\"short\\n\"}}\n"
                         "{\"kind\":\"lamp\",\"name\":\"a${b}\",\"attributes\":{}}\n");
  const WrittenProject project = write(told);
  EXPECT_EQ(project.files.at("files/etc/my_app/a"), text);
  EXPECT_EQ(project.files.at("files/etc/my_app/a.2"), "${x}");
  EXPECT_NE(project.files.at("things.yaml").find("from: files/etc/my_app/a\n"), std::string::npos);
  EXPECT_NE(project.files.at("things.yaml").find("    text: |\n      short\n"), std::string::npos);
  EXPECT_NE(project.files.at("things.yaml").find("lamp: a$${b}"), std::string::npos);
}

// A mark of the order of bytes, one that turns text round, bytes that are no UTF-8.
TEST_F(Adopt, WhatIsNoPlainTextIsAFileAndIsNotPasted) {
  const Told told = read(
      "{\"kind\":\"note\",\"name\":\"/etc/a\",\"attributes\":{\"text\":\"\\ufeffa\\n\"}}\n"
      "{\"kind\":\"note\",\"name\":\"/etc/b\",\"attributes\":{\"text\":\"\\u202eb\\n\"}}\n"
      "{\"kind\":\"note\",\"name\":\"/etc/c\",\"attributes\":{\"text\":\"c\\udbff\\udeff\\n\"}}\n"
      "{\"kind\":\"note\",\"name\":\"/etc/d\\n  - note: x\",\"attributes\":{\"text\":\"d\\n\"}}\n"
      "{\"kind\":\"note\",\"name\":\"/etc/e\",\"attributes\":{\"text\":\"e\\n\"}}\n");
  const WrittenProject project = write(told);
  EXPECT_EQ(project.files.at("files/etc/a"),
            "\xef\xbb\xbf"
            "a\n");
  EXPECT_EQ(project.files.at("files/etc/b"),
            "\xe2\x80\xae"
            "b\n");
  EXPECT_EQ(project.files.at("files/etc/c"), "c\xff\n");
  EXPECT_EQ(write_resources(told, kinds_, "note"), R"(  # Not here, since it is no plain text: note /etc/a
  # Not here, since it is no plain text: note /etc/b
  # Not here, since it is no plain text: note /etc/c
  # Not here, since it is no plain text: note /etc/d   - note: x
  - note: /etc/e
    text: |
      e
)");
}

TEST_F(Adopt, WhatIsSecretIsACommentWithAnInput) {
  const Told told = read(
      "{\"kind\":\"note\",\"name\":\"/etc/key\",\"attributes\":{\"mode\":\"0600\"},\"withheld\":{\"text\":\"a private "
      "key\"}}\n");
  const WrittenProject project = write(told);
  const std::string& root = project.files.at("plumb.yaml");
  EXPECT_NE(root.find("#   text: ${inputs.note_etc_key_text}\n"), std::string::npos) << root;
  EXPECT_NE(root.find("#   note_etc_key_text: {type: string, sensitive: true}  # note /etc/key: a private key\n"),
            std::string::npos)
      << root;
  EXPECT_TRUE(project.taken.empty());
  for (const std::string& line : {std::string("  - note")}) EXPECT_EQ(root.find("\n" + line), std::string::npos);
}

TEST_F(Adopt, WhatAnotherCoversComesBackWhereThatIsRefused) {
  Told told = read(
      "{\"kind\":\"note\",\"name\":\"/etc/x\",\"attributes\":{\"text\":\"a\"},\"yields\":true}\n"
      "{\"kind\":\"lamp\",\"name\":\"one\",\"attributes\":{},\"covers\":[\"/etc/x\"]}\n"
      "{\"kind\":\"lamp\",\"name\":\"two\",\"attributes\":{},\"covers\":[\"/etc/x\"]}\n");
  EXPECT_EQ(standings(told, kinds_), (std::vector<Standing>{Standing::kCovered, Standing::kTaken, Standing::kTaken}));
  refuse(told, 2, "it is broken");
  EXPECT_EQ(standings(told, kinds_), (std::vector<Standing>{Standing::kTaken, Standing::kRefused, Standing::kRefused}));
}

TEST_F(Adopt, WhatAPlanWouldChangeIsLeftOutUntilNothingIs) {
  Told told = read(
      "{\"kind\":\"lamp\",\"name\":\"one\",\"attributes\":{\"lit\":true}}\n"
      "{\"kind\":\"lamp\",\"name\":\"two\",\"attributes\":{}}\n"
      "{\"kind\":\"lamp\",\"name\":\"three\",\"attributes\":{\"lit\":true}}\n");
  std::vector<std::string> planned;
  const Settled settled = settle(told, kinds_, {"web1", "web1", {}}, [&](const WrittenProject& project) {
    planned.push_back(project.files.at("things.yaml"));
    Attempt attempt;
    attempt.planned = true;
    // The first plan names the place of one, the second an error beside another.
    if (planned.size() == 1) attempt.changes.push_back({"things.yaml:2:5", "lamp:one", "lit"});
    if (planned.size() == 2)
      attempt.found.add(Diagnostic(Code::kConflict, "it burns").at(SourceSpan{"things.yaml", 2, 5, 2, 6}));
    return attempt;
  });
  EXPECT_EQ(settled.outcome, Settled::Outcome::kEmpty);
  ASSERT_EQ(planned.size(), 3U);
  EXPECT_EQ(told.things[0].refused, "a plan would change it: lit");
  EXPECT_EQ(told.things[1].refused, "it burns");
  EXPECT_EQ(settled.project.files.at("things.yaml"), "resources:\n  - lamp: three\n    lit: true\n");
  const std::vector<NotTaken> left = not_taken(told, kinds_);
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[1].what + ": " + left[1].why, "two: it burns");
}

TEST_F(Adopt, AProjectThatIsNotToBlameIsBrokenOrStuck) {
  const std::string lamp = "{\"kind\":\"lamp\",\"name\":\"one\",\"attributes\":{}}\n";
  const auto outcome_of = [&](const Attempt& attempt) {
    Told told = read(lamp);
    return settle(told, kinds_, {"web1", "web1", {}}, [&](const WrittenProject&) { return attempt; }).outcome;
  };
  Attempt attempt;
  EXPECT_EQ(outcome_of(attempt), Settled::Outcome::kStuck);
  attempt.found.add(Diagnostic(Code::kCannotObserve, "no host"));
  EXPECT_EQ(outcome_of(attempt), Settled::Outcome::kBroken);
  attempt.stopped = true;
  EXPECT_EQ(outcome_of(attempt), Settled::Outcome::kStopped);
}

TEST_F(Adopt, ASecretThatAHostTellsIsNotKept) {
  const Told told = read(
      "{\"kind\":\"note\",\"name\":\"/etc/key\",\"attributes\":{\"text\":\"-----BEGIN OPENSSH PRIVATE "
      "KEY-----\\nabc\\n\"}}\n");
  EXPECT_EQ(told.things[0].attributes, Json::object());
  EXPECT_EQ(told.things[0].withheld.size(), 1U);
}

TEST_F(Adopt, AHostThatTellsAnythingIsRefused) {
  for (const char* line :
       {"{", "[]", "{\"kind\":\"nothing\",\"name\":\"x\",\"attributes\":{}}", "{\"kind\":\"lamp\",\"attributes\":{}}",
        "{\"kind\":\"lamp\",\"name\":\"x\",\"attributes\":1}"})
    EXPECT_FALSE(read_survey(line, kinds_).has_value()) << line;
}

TEST_F(Adopt, NamesOfAHostLeadNowhereElse) {
  const Told told = read("{\"kind\":\"note\",\"name\":\"/../../etc/x\",\"attributes\":{\"text\":\"" +
                         std::string(500, 'x') + "\"}}\n");
  const WrittenProject project = write(told);
  for (const auto& [path, unused] : project.files) EXPECT_EQ(path.find(".."), std::string::npos) << path;
}

}  // namespace
}  // namespace plumb::adopt
