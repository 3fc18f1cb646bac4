#include "providers/line/line.h"

#include <array>
#include <map>
#include <random>

#include "engine/base/digest.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::line {
namespace {

class Line : public ProviderTest<LineProvider> {
 protected:
  Desired want(Json attributes, const std::string& id = {}) {
    Desired desired = wanted("line", "path", std::move(attributes));
    if (!id.empty()) desired.address.identity = id;
    return desired;
  }
  using ProviderTest::look;
  std::vector<Result<Observed>> look(const std::vector<Desired>& all) {
    std::vector<const Desired*> batch;
    for (const Desired& one : all) batch.push_back(&one);
    return provider.observe(batch, system);
  }
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

// Sensitive lines beside others: as the configuration has them, with what is known of the values there.
class SecretLine : public Line {
 protected:
  SecretLine() { system.set_key(kKey); }

  Desired want_secret(Json attributes, const std::string& id) {
    const auto text = attributes.at("text").get<std::string>();
    const std::string sealed = keyed_digest(kKey, text);
    values_[sealed] = text;
    attributes["text"] = sealed;
    Desired desired = want(std::move(attributes), id);
    desired.sensitive = {"text"};
    return desired;
  }
  std::vector<Desired> completed(std::vector<Desired> all) {
    const SecretOf secret_of = [this](const std::string& sealed) {
      const auto found = values_.find(sealed);
      return found == values_.end() ? Json() : Json(found->second);
    };
    for (Desired& one : all) provider.complete(one, all, secret_of);
    return all;
  }
  // With what is sensitive sealed, as an executor does it.
  std::vector<Result<Observed>> look_sealed(const std::vector<Desired>& all) {
    std::vector<Result<Observed>> found = look(all);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!found[i] || !all[i].sensitive.contains("text") || !found[i]->has("text")) continue;
      found[i]->attributes["text"] = keyed_digest(kKey, found[i]->text("text"));
    }
    return found;
  }
  Operation revealed(Operation operation) const {
    for (Edit& edit : std::get<EditFile>(operation).edits) {
      auto& line = std::get<LineEdit>(edit);
      if (const auto value = values_.find(line.text); value != values_.end()) line.text = value->second;
    }
    return operation;
  }

  const std::string kKey = std::string(64, 'a');
  std::map<std::string, std::string> values_;  // by keyed digest
};

TEST_F(SecretLine, AFileThatItMakesIsFromTheStartAsItIsToBe) {
  const auto mode = [this](std::vector<Desired> all) {
    const Json made = to_json(look(completed(std::move(all)).front()).change.operations.at(0));
    return made["edit_file"].value("mode", "");
  };
  system.make_directory("/etc");
  const Json plain = {{"path", "/etc/x"}, {"text", "a"}, {"create", true}};
  const Json secret = {{"path", "/etc/x"}, {"text", "pw=hunter2"}, {"create", true}};
  EXPECT_EQ(mode({want(plain, "1")}), "");
  EXPECT_EQ(mode({want_secret(secret, "1")}), "0600");
  EXPECT_EQ(mode({want(plain, "1"), want_secret(secret, "2")}), "0600");
  Desired file;
  file.address = {"", "file", "/etc/x"};
  file.attributes = {{"path", "/etc/x"}, {"mode", "0640"}};
  EXPECT_EQ(mode({want(plain, "1"), file}), "0640");
  EXPECT_EQ(mode({want_secret(secret, "1"), file}), "0640");
  file.attributes["mode"] = "g+r";
  EXPECT_EQ(mode({want_secret(secret, "1"), file}), "0640");
}

// Whoever may read it the mode says; of a line that anybody may read, nothing is done to the list.
TEST_F(SecretLine, AnAccessListOfItsFileIsADifferenceAndGoes) {
  const Desired secret = want_secret({{"path", "/etc/x"}, {"text", "pw=1"}, {"match", "^pw="}}, "one");
  const Desired second = want_secret({{"path", "/etc/x"}, {"text", "key=1"}, {"match", "^key="}}, "two");
  system.make_file("/etc/x", "pw=1\nkey=1\na=1\n");
  system.set_beyond_mode("/etc/x", {.access_list = "user:deploy:r--"});
  const std::vector<Result<Observed>> found =
      look_sealed({want({{"path", "/etc/x"}, {"text", "a=1"}}), secret, second});
  EXPECT_FALSE(found[0]->has("acl"));
  EXPECT_TRUE(provider.diff(want({{"path", "/etc/x"}, {"text", "a=1"}}), *found[0]).empty());
  const Change change = provider.diff(secret, *found[1]);
  EXPECT_EQ(change.op, Op::kUpdate);
  EXPECT_EQ(change.before, Json({{"acl", "user:deploy:r--"}}));
  EXPECT_EQ(change.after, Json({{"acl", "none"}}));
  EXPECT_EQ(std::get<EditFile>(change.operations.at(0)).acl, "none");
  EXPECT_TRUE(provider.diff(second, *found[2]).empty()) << "the first one has done it by then";
  ASSERT_TRUE(system.apply({revealed(change.operations.at(0))}).has_value());
  EXPECT_TRUE(provider.diff(secret, *look_sealed({secret})[0]).empty());

  // Where the line is not there yet, too.
  system.make_file("/etc/x", "a=1\n");
  system.set_beyond_mode("/etc/x", {.access_list = "user:deploy:r--"});
  const Change made = provider.diff(secret, *look_sealed({secret})[0]);
  EXPECT_EQ(made.op, Op::kCreate);
  EXPECT_EQ(made.note, "the file's access list goes: user:deploy:r--");
  ASSERT_TRUE(system.apply({revealed(made.operations.at(0))}).has_value());
  EXPECT_TRUE(provider.diff(secret, *look_sealed({secret})[0]).empty());
}

TEST_F(SecretLine, OneThatIsUndoneIsFoundBeforeAndAfterItIsThere) {
  const std::vector<Desired> all = completed({want_secret({{"path", "/etc/x"}, {"text", "abc"}}, "one"),
                                              want({{"path", "/etc/x"}, {"match", "^a"}, {"state", "absent"}}, "two")});
  for (const std::string content : {"z\n", "z\nabc\n"}) {
    system.make_file("/etc/x", content);
    EXPECT_EQ(look_sealed(all)[0]->undone_by, "line:two") << content;
  }
  const std::vector<Desired> replaced =
      completed({want_secret({{"path", "/etc/x"}, {"match", "^password="}, {"text", "password=abc"}}, "one"),
                 want({{"path", "/etc/x"}, {"match", "^pass"}, {"text", "X"}}, "two")});
  system.make_file("/etc/x", "password=old\n");
  EXPECT_EQ(look_sealed(replaced)[0]->undone_by, "line:two");
}

TEST_F(SecretLine, APatternThatDoesNotMatchItLeavesItAlone) {
  const std::vector<Desired> all = completed(
      {want_secret({{"path", "/etc/x"}, {"text", "abc"}}, "one"),
       want({{"path", "/etc/x"}, {"match", "^h"}, {"state", "absent"}}, "two"),
       want({{"path", "/etc/x"}, {"match", R"(^(\S+).*$)"}, {"text", "\\1"}, {"back_references", true}}, "3")});
  system.make_file("/etc/x", "z\n");
  const std::vector<Result<Observed>> found = look_sealed(all);
  EXPECT_EQ(found[0]->undone_by, "") << "the digest that stands for the line begins with an h";
  EXPECT_FALSE(found[1]->exists);
  EXPECT_FALSE(found[2]->obstacle) << "what it makes of the line is the line";
}

TEST_F(SecretLine, WhatOthersFindOfItIsSealed) {
  const auto all = completed(
      {want({{"path", "/etc/x"}, {"match", "old"}, {"state", "absent"}}, "gone"),
       want({{"path", "/etc/x"}, {"match", "^#?(user=.*)$"}, {"text", "\\1"}, {"back_references", true}}, "user"),
       want_secret({{"path", "/etc/x"}, {"match", "^pass"}, {"text", "password=new"}}, "one"),
       want_secret({{"path", "/etc/x"}, {"text", "#user=abc"}, {"state", "absent"}}, "two")});
  system.make_file("/etc/x", "password=old\nold\n#user=abc\n");
  const std::vector<Result<Observed>> found = look_sealed(all);
  const Change gone = provider.diff(all[0], *found[0]);
  EXPECT_EQ(gone.op, Op::kDelete);
  EXPECT_EQ(gone.before["text"], keyed_digest(kKey, "password=old\nold"));
  EXPECT_EQ(gone.note, "2 lines");
  const Change user = provider.diff(all[1], *found[1]);
  EXPECT_EQ(user.before["text"], keyed_digest(kKey, "#user=abc"));
  EXPECT_EQ(user.after["text"], keyed_digest(kKey, "user=abc"));
  EXPECT_FALSE(provider.restore(all[1], *found[1])) << "what was sealed cannot be put back";
}

TEST_F(SecretLine, AnErrorOfAnotherEditDoesNotShowIt) {
  const auto all =
      completed({want_secret({{"path", "/etc/x"}, {"text", "xabc"}}, "one"),
                 want({{"path", "/etc/x"}, {"match", "^(x.*)$"}, {"text", "\\1!"}, {"back_references", true}}, "two")});
  system.make_file("/etc/x", "xabc\n");
  EXPECT_EQ(look_sealed(all)[1]->obstacle->summary, "/etc/x: the edit would not be done with once it is made");
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

// Choices at random, and the same at each run.
class Chance {
 protected:
  explicit Chance(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_() % count); }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <std::size_t size>
  std::string any_of(const std::array<const char*, size>& texts) {
    return texts.at(below(size));
  }

 private:
  std::mt19937 random_;
};

// As RandomLines below, with the same demands, some of them sensitive.
class RandomSecretLines : public SecretLine, protected Chance {
 protected:
  RandomSecretLines() : Chance(34) {}

  Desired any_resource(std::size_t number) {
    const std::string id = std::to_string(number);
    Json attributes = {{"path", "/etc/x"}, {"create", true}};
    if (one_in(3)) attributes["match"] = any_of(kPatterns);
    if (one_in(3)) attributes["first"] = true;
    if (one_in(3)) attributes[one_in(2) ? "insert_after" : "insert_before"] = any_of(kPatterns);
    if (one_in(5)) attributes["state"] = "absent";
    if (one_in(2)) {
      attributes["text"] = any_of(kSecrets);
      return want_secret(std::move(attributes), id);
    }
    if (!attributes.contains("match") || !attributes.contains("state")) attributes["text"] = any_of(kTexts);
    if (attributes.contains("match") && !attributes.contains("state") && one_in(2)) {
      attributes["match"] = "^(a|b)=(.*)$";
      attributes["text"] = any_of(std::array{R"(\1=9)", R"(\1=\2)", R"(b=\2)", R"(\0)"});
      attributes["back_references"] = true;
    }
    return want(std::move(attributes), id);
  }

  std::string any_file() {
    std::string text;
    for (std::size_t lines = below(5); lines > 0; --lines)
      text += (one_in(3) ? any_of(kSecrets) : any_of(kTexts)) + "\n";
    return text;
  }

  // Null where they cannot be planned.
  std::optional<std::vector<Operation>> plan(const std::vector<Desired>& all, const std::string& story) {
    std::vector<Operation> operations;
    const std::vector<Result<Observed>> found = look_sealed(all);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!found[i] || !found[i]->undone_by.empty()) return std::nullopt;
      const Change change = provider.diff(all[i], *found[i]);
      if (change.empty()) continue;
      if (found[i]->obstacle) return std::nullopt;
      for (const Desired& one : all) {
        const auto secret = values_.find(one.text("text"));
        if (secret == values_.end()) continue;
        EXPECT_EQ(canonical(Json{change.before, change.after}).find(secret->second), std::string::npos) << story;
      }
      for (const Operation& operation : change.operations) operations.push_back(revealed(operation));
    }
    return operations;
  }

  static constexpr std::array kSecrets = {"a=s3", "b=s4", "s5"};
  static constexpr std::array kTexts = {"a", "b", "a=1", "b=2", "h"};
  static constexpr std::array kPatterns = {"^a", "b", "=", ".", "^h", "s5$", "^[ab]=[0-9]", "^b="};
};

TEST_F(RandomSecretLines, WhatIsPlannedHoldsOnceItIsAppliedAndShowsNoSecret) {
  std::size_t changing = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::string before = any_file();
    system.make_file("/etc/x", before);
    std::vector<Desired> all;
    for (std::size_t count = 2 + below(3); count > 0; --count) all.push_back(any_resource(count));
    all = completed(std::move(all));
    std::string story = "round " + std::to_string(round) + ", file " + before + "\n";
    for (const Desired& one : all) story += canonical(one.attributes) + "\n";
    const std::optional<std::vector<Operation>> operations = plan(all, story);
    if (!operations) continue;
    if (!operations->empty()) ++changing;
    const auto done = system.apply(*operations);
    ASSERT_TRUE(done) << story << done.error().summary();
    const std::optional<std::vector<Operation>> second = plan(all, story);
    ASSERT_TRUE(second) << story;
    EXPECT_TRUE(second->empty()) << story;
    if (HasFailure()) return;
  }
  EXPECT_GT(changing, 100U);
}

// Small files and few resources, at random but the same each time: what can be planned holds once it is applied, all of
// it, and there is nothing to do then.
class RandomLines : public Line, protected Chance {
 protected:
  RandomLines() : Chance(27) {}

  Desired any_resource(std::size_t number) {
    Json attributes = {{"path", "/etc/x"}, {"create", true}};
    if (one_in(4)) {
      attributes["state"] = "absent";
      attributes[one_in(2) ? "match" : "text"] = "";
    } else if (one_in(6)) {
      attributes["back_references"] = true;
      attributes["match"] = "^(a|b)=(.*)$";
      attributes["text"] = any_of(std::array{R"(\1=9)", R"(\1=\2)", R"(b=\2)", R"(\0)", R"(#\0)"});
    } else {
      attributes["text"] = "";
      if (one_in(2)) attributes["match"] = "";
      if (one_in(3)) attributes[one_in(2) ? "insert_after" : "insert_before"] = any_of(kPatterns);
      if (one_in(5)) attributes["place"] = "beginning";
    }
    if (attributes.value("match", "-").empty()) attributes["match"] = any_of(kPatterns);
    if (attributes.value("text", "-").empty()) attributes["text"] = any_of(kTexts);
    if (one_in(3)) attributes["first"] = true;
    return want(std::move(attributes), std::to_string(number));
  }

  std::string any_file() {
    std::string text;
    for (std::size_t lines = below(5); lines > 0; --lines) {
      text += one_in(9) ? "a\xe9" : any_of(kTexts);
      text += one_in(8) ? "\r\n" : "\n";
    }
    if (!text.empty() && one_in(3)) text.pop_back();
    return text;
  }

  // Null where they cannot be planned.
  std::optional<std::vector<Operation>> plan(const std::vector<Desired>& all) {
    std::vector<Operation> operations;
    const std::vector<Result<Observed>> found = look(all);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!found[i] || !found[i]->undone_by.empty()) return std::nullopt;
      const Change change = provider.diff(all[i], *found[i]);
      if (change.empty()) continue;
      if (found[i]->obstacle) return std::nullopt;
      operations.insert(operations.end(), change.operations.begin(), change.operations.end());
    }
    return operations;
  }

  static constexpr std::array kTexts = {"a", "b", "ab", "a=1", "b=2", "#a", " a", "c=3"};
  static constexpr std::array kPatterns = {"^a", "b", "^#?a", "=", ".", "a$", "^[ab]=[0-9]", "^b="};
};

TEST_F(RandomLines, WhatIsPlannedHoldsOnceItIsApplied) {
  std::size_t planned = 0;
  std::size_t changing = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::string before = any_file();
    system.make_file("/etc/x", before);
    std::vector<Desired> all;
    for (std::size_t count = 2 + below(3); count > 0; --count) all.push_back(any_resource(count));
    const std::optional<std::vector<Operation>> operations = plan(all);
    if (!operations) continue;
    ++planned;
    if (!operations->empty()) ++changing;
    std::string story = "round " + std::to_string(round) + ", file " + before + "\n";
    for (const Desired& one : all) story += canonical(one.attributes) + "\n";
    const auto done = system.apply(*operations);
    ASSERT_TRUE(done) << story << done.error().summary();
    for (const Desired& one : all) EXPECT_TRUE(look(one).change.empty()) << story << one.address.str();
    const std::optional<std::vector<Operation>> second = plan(all);
    ASSERT_TRUE(second) << story;
    EXPECT_TRUE(second->empty()) << story;
    if (HasFailure()) return;
  }
  EXPECT_GT(planned, 200U);
  EXPECT_GT(changing, 100U);
}

}  // namespace
}  // namespace plumb::providers::line
