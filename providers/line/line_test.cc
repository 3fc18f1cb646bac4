#include "providers/line/line.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "providers/sdk/fake_system.h"

namespace plumb::providers::line {
namespace {

class Line : public testing::Test {
 protected:
  Desired want(Json attributes, const std::string& id = {}) {
    Desired desired;
    desired.address = {"", "line", id.empty() ? attributes.at("path").get<std::string>() : id};
    desired.attributes = std::move(attributes);
    return desired;
  }
  Seen look(const Desired& desired) { return see(provider, desired, system); }
  std::vector<Result<Observed>> look(const std::vector<Desired>& all) {
    std::vector<const Desired*> batch;
    for (const Desired& one : all) batch.push_back(&one);
    return provider.observe(batch, system);
  }
  void converge(const Desired& desired) {
    const Seen seen = look(desired);
    ASSERT_TRUE(seen.observed);
    ASSERT_FALSE(seen.observed->obstacle) << seen.observed->obstacle->summary;
    const auto done = system.apply(seen.change.operations);
    ASSERT_TRUE(done) << done.error().summary();
    EXPECT_TRUE(look(desired).change.empty());
  }
  std::string obstacle(const Desired& desired) {
    const Seen seen = look(desired);
    if (!seen.observed || !seen.observed->obstacle) return "none";
    EXPECT_FALSE(seen.change.empty());
    return seen.observed->obstacle->summary;
  }

  FakeSystem system;
  LineProvider provider;
};

TEST_F(Line, TheChangeIsOfTheLineAlone) {
  system.make_file("/etc/x", "a=1\nb=1\n");
  const Desired desired = want({{"path", "/etc/x"}, {"text", "a=2"}, {"match", "^a="}});
  EXPECT_EQ(to_json(look(desired).change), Json::parse(R"({"op":"update","before":{"text":"a=1"},"after":{"text":"a=2"},
    "operations":[{"edit_file":{"path":"/etc/x","edits":[{"line":{"text":"a=2","match":"^a="}}]}}]})"));
  converge(desired);
  EXPECT_EQ(system.content("/etc/x"), "a=2\nb=1\n");
}

TEST_F(Line, AMissingFileIsMissingUnlessItIsToBeMade) {  // N13, N22
  Json attributes = {{"path", "/etc/x"}, {"text", "a"}};
  system.make_directory("/etc");
  ASSERT_EQ(look(want(attributes)).observed->missing.size(), 1U);
  EXPECT_EQ(look(want(attributes)).observed->missing[0].what.str(), "file:/etc/x");
  attributes["create"] = true;
  EXPECT_TRUE(look(want(attributes)).observed->missing.empty());
  converge(want(attributes));
  EXPECT_EQ(system.content("/etc/x"), "a\n");
  attributes["path"] = "/none/x";
  EXPECT_EQ(look(want(attributes)).observed->missing.at(0).what.str(), "directory:/none");
  EXPECT_EQ(obstacle(want({{"path", "/etc"}, {"text", "a"}})), "/etc is not a regular file");
}

TEST_F(Line, RemovingFromAMissingFileIsNoChange) {
  EXPECT_TRUE(look(want({{"path", "/etc/x"}, {"match", "a"}, {"state", "absent"}})).change.empty());
}

TEST_F(Line, ALinkIsEditedOnlyWhereAskedFor) {
  system.make_file("/real", "a\n");
  system.make_link("/l", "/real");
  Json attributes = {{"path", "/l"}, {"text", "b"}};
  EXPECT_EQ(obstacle(want(attributes)), "/l is a symbolic link to /real");
  attributes["follow"] = true;
  converge(want(attributes));
  EXPECT_EQ(system.content("/real"), "a\nb\n");
}

TEST_F(Line, LinesOfOneFileFindWhatTheOnesBeforeLeave) {
  system.make_file("/etc/x", "a=1\n");
  const auto found = look({want({{"path", "/etc/x"}, {"text", "[new]"}}),
                           want({{"path", "/etc/x"}, {"text", "b=1"}, {"insert_after", "^\\[new\\]"}}),
                           want({{"path", "/etc/x"}, {"text", "b=2"}, {"match", "^b="}})});
  EXPECT_FALSE(found[0]->exists);
  EXPECT_FALSE(found[1]->exists);
  EXPECT_EQ(found[2]->attributes["text"], "b=1");
}

TEST_F(Line, AFileIsOneByWhateverPathItIsReached) {
  system.make_file("/real/x", "a=1\n");
  system.make_link("/folder", "/real");
  system.make_link("/link", "/real/x");
  const auto found = look({want({{"path", "/real/x"}, {"text", "b=1"}}, "1"),
                           want({{"path", "/real/x"}, {"text", "b=2"}, {"match", "^b="}, {"follow", true}}, "2"),
                           want({{"path", "/folder/x"}, {"text", "b=3"}, {"match", "^b="}}, "3"),
                           want({{"path", "/link"}, {"text", "b=4"}, {"match", "^b="}, {"follow", true}}, "4"),
                           want({{"path", "/link"}, {"text", "c"}}, "5")});
  EXPECT_FALSE(found[0]->exists);
  EXPECT_EQ(found[1]->attributes["text"], "b=1");
  EXPECT_EQ(found[2]->attributes["text"], "b=2");
  EXPECT_EQ(found[3]->attributes["text"], "b=3");
  EXPECT_EQ(found[0]->undone_by, "line:2");
  EXPECT_EQ(found[4]->obstacle->code, Code::kSymlinkRefused);
}

TEST_F(Line, AFileThatIsMadeIsOneByWhateverPathItIsReached) {
  system.make_directory("/real");
  system.make_link("/folder", "/real");
  const auto found = look({want({{"path", "/folder/x"}, {"text", "b=1"}, {"create", true}}),
                           want({{"path", "/real/x"}, {"text", "b=2"}, {"match", "^b="}, {"create", true}})});
  EXPECT_FALSE(found[0]->exists);
  EXPECT_EQ(found[1]->attributes["text"], "b=1");
}

TEST_F(Line, OneThatUndoesAnotherIsNamed) {
  system.make_file("/etc/x", "a=1\n");
  const auto found =
      look({want({{"path", "/etc/x"}, {"text", "b=1"}}, "1"), want({{"path", "/etc/x"}, {"text", "a=1"}}, "2"),
            want({{"path", "/etc/x"}, {"text", "b=2"}, {"match", "^b="}}, "3")});
  EXPECT_EQ(found[0]->undone_by, "line:3");
  EXPECT_EQ(found[1]->undone_by, "");
}

TEST_F(Line, TheLastOfSeveralLinesThatGoIsSaid) {  // N09
  system.make_file("/etc/x", "#a\nb\n#c\n");
  const Seen seen = look(want({{"path", "/etc/x"}, {"match", "^#"}, {"state", "absent"}}));
  EXPECT_EQ(seen.change.note, "2 lines");
  EXPECT_EQ(seen.change.before["text"], "#a\n#c");
}

TEST_F(Line, ASensitiveLineNeedsNoPattern) {
  const std::string key(64, 'a');
  Desired desired = want({{"path", "/etc/x"}, {"text", keyed_digest(key, "pw=1")}});
  desired.sensitive = {"text"};
  system.make_file("/etc/x", "pw=1\n");
  EXPECT_EQ(obstacle(desired), "/etc/x: the line is sensitive and cannot be looked for here");
  system.set_key(key);
  EXPECT_EQ(look(desired).observed->attributes["text"], "pw=1");
  system.make_file("/etc/x", "pw=2\n");
  EXPECT_FALSE(look(desired).observed->exists);
}

TEST_F(Line, UndoPutsTheOldLineBack) {
  system.make_file("/etc/x", "a=1 [x]\nz\n");
  const Desired desired = want({{"path", "/etc/x"}, {"text", "a=2 (x)"}, {"match", "^a="}});
  const Observed before = *look(desired).observed;
  converge(desired);
  converge(*provider.restore(desired, before));
  EXPECT_EQ(system.content("/etc/x"), "a=1 [x]\nz\n");
  const Desired fresh = want({{"path", "/etc/x"}, {"text", "new"}});
  const Observed without = *look(fresh).observed;
  converge(fresh);
  converge(*provider.restore(fresh, without));
  EXPECT_EQ(system.content("/etc/x"), "a=1 [x]\nz\n");
}

TEST_F(Line, AFileOfMegabytesIsEdited) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "line " + std::to_string(i) + "\n";
  system.make_file("/etc/x", text);
  converge(want({{"path", "/etc/x"}, {"text", "line X"}, {"match", "^line 77777$"}}));
  EXPECT_NE(system.content("/etc/x").find("\nline X\nline 77778\n"), std::string::npos);
}

}  // namespace
}  // namespace plumb::providers::line
