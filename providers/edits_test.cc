// Edits of one file, of several kinds: one chain. Small files and few resources, at random but the same each time: what
// can be planned is what comes of making one after the other, and there is nothing to do then.
#include <array>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "providers/sdk/builtin.h"
#include "providers/sdk/edit_provider.h"
#include "providers/sdk/edited_files.h"
#include "providers/sdk/fake_system.h"

namespace plumb {
namespace {

class EditsTest : public ::testing::Test {
 protected:
  EditsTest() { system_.set_key(kKey); }

  const Provider& provider_of(const Desired& desired) const { return *kinds_.provider(desired.address.kind); }

  Desired want(const std::string& kind, Json attributes) {
    Desired desired;
    desired.address = {"", kind, std::to_string(++made_)};
    desired.attributes = std::move(attributes);
    desired.attributes["path"] = "/etc/x";
    return desired;
  }
  Desired seal(Desired desired, const std::string& attribute) {
    const std::string value = desired.text(attribute);
    const std::string sealed = keyed_digest(kKey, value);
    values_[sealed] = value;
    desired.attributes[attribute] = sealed;
    desired.sensitive = {attribute};
    return desired;
  }
  void complete(std::vector<Desired>& all) const {
    const SecretOf secret_of = [this](const std::string& sealed) {
      const auto found = values_.find(sealed);
      return found == values_.end() ? Json() : Json(found->second);
    };
    for (Desired& one : all) provider_of(one).complete(one, all, secret_of);
  }

  // As an executor does it: with what a kind asks for in clear, and what is sensitive sealed before it is told.
  std::vector<Result<Observed>> look(std::span<const Desired> all) {
    std::vector<Desired> open(all.begin(), all.end());
    std::vector<const Desired*> batch;
    for (Desired& one : open) {
      for (const std::string& name : provider_of(one).observed_with(one)) {
        if (one.sensitive.contains(name)) one.attributes[name] = values_.at(one.text(name));
      }
      batch.push_back(&one);
    }
    std::vector<Result<Observed>> found = observe_edits(kinds_, batch, system_);
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (const std::string& name : all[i].sensitive) {
        if (found[i] && found[i]->has(name)) found[i]->attributes[name] = keyed_digest(kKey, found[i]->text(name));
      }
    }
    return found;
  }

  Operation revealed(Operation operation) const {
    const auto reveal = [this](std::string& text) {
      if (const auto value = values_.find(text); value != values_.end()) text = value->second;
    };
    for (Edit& edit : std::get<EditFile>(operation).edits) {
      if (auto* line = std::get_if<LineEdit>(&edit)) reveal(line->text);
      if (auto* replace = std::get_if<ReplaceEdit>(&edit)) reveal(replace->text);
      if (auto* block = std::get_if<BlockEdit>(&edit)) reveal(block->content);
      auto* ini = std::get_if<IniEdit>(&edit);
      if (ini == nullptr || !ini->options.value.is_string()) continue;
      // Sealed as a whole, so what stands behind it here is its text.
      auto sealed = ini->options.value.get<std::string>();
      reveal(sealed);
      ini->options.value = Json::parse(sealed, nullptr, false);
    }
    return operation;
  }

  // Nothing where they cannot be planned.
  std::optional<std::vector<Operation>> plan(std::span<const Desired> all) {
    std::vector<Operation> operations;
    const std::vector<Result<Observed>> found = look(all);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!found[i] || !found[i]->undone_by.empty()) return std::nullopt;
      const Change change = provider_of(all[i]).diff(all[i], *found[i]);
      if (change.empty()) continue;
      if (found[i]->obstacle || !found[i]->missing.empty()) return std::nullopt;
      for (const auto& [sealed, value] : values_) {
        EXPECT_EQ(canonical(Json{change.before, change.after}).find(value), std::string::npos) << value;
      }
      for (const Operation& operation : change.operations) operations.push_back(revealed(operation));
    }
    return operations;
  }

  const std::string kKey = std::string(64, 'a');
  const Registry kinds_ = builtin_kinds();
  FakeSystem system_;
  std::map<std::string, std::string> values_;  // by keyed digest
  std::size_t made_ = 0;
};

TEST_F(EditsTest, EachFindsWhatThoseBeforeItLeaveWhateverTheirKinds) {
  system_.make_file("/etc/x", "old=1\n");
  const std::vector<Desired> all = {want("replace", {{"match", "^old="}, {"text", "new="}}),
                                    want("line", {{"text", "new=2"}, {"match", "^new="}}),
                                    want("block", {{"content", "a=old"}, {"insert_after", "^new=2$"}}),
                                    want("replace", {{"match", "old$"}, {"text", "older_"}, {"only_after", "none"}})};
  const auto found = look(all);
  EXPECT_EQ(found[0]->text("text"), "old=1");
  EXPECT_EQ(found[0]->text("wanted"), "new=1");
  EXPECT_EQ(found[1]->text("text"), "new=1");
  EXPECT_FALSE(found[2]->exists);
  EXPECT_TRUE(found[3]->flag("left", false));
  EXPECT_EQ(found[0]->undone_by, "");
  ASSERT_TRUE(system_.apply(*plan(all)));
  EXPECT_EQ(system_.content("/etc/x"), "new=2\n# BEGIN plumb managed block\na=old\n# END plumb managed block\n");
}

TEST_F(EditsTest, OneThatAnotherKindTakesBackIsTold) {
  system_.make_file("/etc/x", "a\n");
  const std::vector<Desired> all = {want("line", {{"text", "b"}}), want("replace", {{"match", "b"}, {"text", "c"}})};
  EXPECT_EQ(look(all)[0]->undone_by, "replace:2");
  const std::vector<Desired> two = {want("block", {{"content", "b"}}),
                                    want("line", {{"text", "b"}, {"state", "absent"}})};
  EXPECT_EQ(look(two)[0]->undone_by, "line:4");
}

TEST_F(EditsTest, OneThatCannotBeMadeAfterAnotherIsToldWithIt) {
  system_.make_file("/etc/x", "{}\n");
  const std::vector<Desired> all = {want("line", {{"text", "a"}}), want("structured", {{"set", {{"a", 1}}}})};
  const auto found = look(all);
  ASSERT_TRUE(found[1]->obstacle);
  EXPECT_EQ(found[1]->undone_by, "line:1");
  system_.make_file("/etc/x", "a\n");
  EXPECT_EQ(look(all)[1]->undone_by, "") << "it could not be made before either";
}

TEST_F(EditsTest, ABlockThatALineMayMakeItsFileForIsAdded) {
  system_.make_directory("/etc");
  const std::vector<Desired> all = {want("line", {{"text", "b"}, {"create", true}}),
                                    want("replace", {{"match", "b"}, {"text", "b"}}),
                                    want("block", {{"content", "c"}})};
  ASSERT_TRUE(plan(all)) << "it is there by then";
  ASSERT_TRUE(system_.apply(*plan(all)));
  EXPECT_EQ(system_.content("/etc/x"), "b\n# BEGIN plumb managed block\nc\n# END plumb managed block\n");
}

TEST_F(EditsTest, ASensitiveReplacementIsMadeAndShownNowhere) {
  system_.make_file("/etc/x", "user=me\npass=old\n");
  std::vector<Desired> all = {
      seal(want("replace", {{"match", "^pass=.*$"}, {"text", "pass=hunter2"}}), "text"),
      want("line", {{"text", "user=you"}, {"match", "^user="}}),
  };
  complete(all);
  const auto found = look(all);
  EXPECT_EQ(found[0]->text("text"), keyed_digest(kKey, "pass=old"));
  EXPECT_EQ(provider_of(all[0]).diff(all[0], *found[0]).after["text"], keyed_digest(kKey, "pass=hunter2"));
  EXPECT_EQ(found[1]->text("text"), keyed_digest(kKey, "user=me"));
  const auto operations = plan(all);
  ASSERT_TRUE(operations);
  EXPECT_TRUE(std::get<EditFile>(operations->at(1)).beside_secrets);
  ASSERT_TRUE(system_.apply(*operations));
  EXPECT_EQ(system_.content("/etc/x"), "user=you\npass=hunter2\n");
  EXPECT_TRUE(plan(all)->empty());
}

// Which parts of resources are drawn.
class RandomEdits : public EditsTest {
 protected:
  explicit RandomEdits(std::uint32_t seed = 53) : random_(seed) {}

  std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_() % count); }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <std::size_t size>
  std::string any_of(const std::array<const char*, size>& texts) {
    return texts.at(below(size));
  }

  Desired any_line() {
    Json attributes = {{"text", any_of(kTexts)}, {"create", true}};
    if (one_in(2)) attributes["match"] = any_of(kPatterns);
    if (one_in(4)) attributes["state"] = "absent";
    if (one_in(3)) attributes[one_in(2) ? "insert_after" : "insert_before"] = any_of(kPatterns);
    return want("line", std::move(attributes));
  }
  Desired any_replace() {
    Json attributes = {{"match", any_of(kPatterns)}, {"text", any_of(kTexts)}};
    if (one_in(3)) {
      attributes["match"] = "^(#?)(a|b)=(.*)$";
      attributes["text"] = any_of(std::array{R"(\2=\3)", R"(\2=9)", R"(\0)", R"(#\2)"});
      attributes["back_references"] = true;
    }
    if (one_in(4)) attributes["text"] = any_of(std::array{"", "a\nb", "x"});
    if (one_in(5)) attributes[one_in(2) ? "only_after" : "only_before"] = any_of(kPatterns);
    if (one_in(6)) attributes["unless"] = any_of(kPatterns);
    return want("replace", std::move(attributes));
  }
  Desired any_block() {
    Json attributes = {{"content", any_of(std::array{"a", "a=1\nb", "", "b=2\n", "#a\n\nc"})}, {"create", true}};
    if (one_in(2)) attributes["name"] = any_of(std::array{"1", "2"});
    if (one_in(5)) attributes["state"] = "absent";
    if (one_in(3)) attributes[one_in(2) ? "insert_after" : "insert_before"] = any_of(kPatterns);
    if (one_in(5)) attributes["place"] = "beginning";
    return want("block", std::move(attributes));
  }
  // Of kinds that know the form of the lines.
  Desired any_row() {
    if (one_in(2)) {
      Json attributes = {{"options", {{any_of(std::array{"a", "b", "c"}), any_of(std::array{"1", "2", ""})}}}};
      if (one_in(3)) attributes["section"] = any_of(std::array{"a", "b"});
      if (one_in(3)) attributes["remove"] = {"d"};
      attributes["create"] = true;
      return want("ini", std::move(attributes));
    }
    Json attributes = {{"name", any_of(std::array{"a", "b", "ab"})}};
    if (one_in(4)) {
      attributes["state"] = "absent";
    } else {
      attributes["value"] = any_of(std::array{"1", "2", "3 4"});
    }
    return want("environment", std::move(attributes));
  }
  Desired any_resource() {
    const std::size_t draw = below(4);
    return draw == 0 ? any_line() : draw == 1 ? any_replace() : draw == 2 ? any_block() : any_row();
  }

  std::string any_file() {
    std::string text;
    for (std::size_t lines = below(6); lines > 0; --lines) {
      text += one_in(9) ? "a\xe9" : any_of(kTexts);
      text += one_in(8) ? "\r\n" : "\n";
      if (one_in(8)) text += "# BEGIN plumb managed block\na\n# END plumb managed block\n";
    }
    if (!text.empty() && one_in(3)) text.pop_back();
    return text;
  }

  std::string story(const std::string& before, std::span<const Desired> all) const {
    std::string told = "file " + before + "\n";
    for (const Desired& one : all) told += one.address.kind + " " + canonical(one.attributes) + "\n";
    return told;
  }

  static constexpr std::array kTexts = {"a", "b", "ab", "a=1", "b=2", "#a", " a", "c=3"};
  static constexpr std::array kPatterns = {"^a",          "b",   "^#?a", "=",  "a$",
                                           "^[ab]=[0-9]", "^b=", "a\\n", "^$", "a\\r?\\nb"};

  std::mt19937 random_;
};

TEST_F(RandomEdits, AChainIsWhatComesOfMakingOneAfterTheOther) {
  std::size_t changing = 0;
  for (int round = 0; round < 1500; ++round) {
    const std::string before = any_file();
    std::vector<Desired> all;
    for (std::size_t count = 2 + below(3); count > 0; --count) all.push_back(any_resource());
    system_.make_file("/etc/x", before);
    const std::optional<std::vector<Operation>> operations = plan(all);
    if (!operations) continue;
    if (operations->size() > 1) ++changing;
    for (const Desired& one : all) {
      const auto step = plan({&one, 1});
      ASSERT_TRUE(step) << story(before, all);
      ASSERT_TRUE(system_.apply(*step)) << story(before, all);
    }
    const std::string one_by_one = system_.content("/etc/x");
    system_.make_file("/etc/x", before);
    ASSERT_TRUE(system_.apply(*operations)) << story(before, all);
    ASSERT_EQ(system_.content("/etc/x"), one_by_one) << story(before, all);
    const auto second = plan(all);
    ASSERT_TRUE(second && second->empty()) << story(before, all);
  }
  EXPECT_GT(changing, 80U);
}

class RandomSecretEdits : public RandomEdits {
 protected:
  RandomSecretEdits() : RandomEdits(54) {}

  Desired any_secret() {
    const std::string secret = any_of(std::array{"a=s3cret", "s4cret", "b s5cret"});
    if (one_in(3)) return seal(want("block", {{"content", secret + "\n"}, {"name", "s"}}), "content");
    if (one_in(2)) return seal(want("replace", {{"match", any_of(kPatterns)}, {"text", secret}}), "text");
    Json attributes = {{"text", secret}};
    if (one_in(2)) attributes["match"] = any_of(kPatterns);
    if (one_in(5)) attributes["state"] = "absent";
    return seal(want("line", std::move(attributes)), "text");
  }
};

TEST_F(RandomSecretEdits, WhatIsPlannedHoldsOnceItIsAppliedAndShowsNoSecret) {
  std::size_t changing = 0;
  for (int round = 0; round < 1500; ++round) {
    values_.clear();
    const std::string before = any_file();
    std::vector<Desired> all;
    for (std::size_t count = 2 + below(3); count > 0; --count) all.push_back(one_in(2) ? any_secret() : any_resource());
    complete(all);
    system_.make_file("/etc/x", before);
    const std::optional<std::vector<Operation>> operations = plan(all);
    if (!operations) continue;
    if (operations->size() > 1) ++changing;
    ASSERT_TRUE(system_.apply(*operations)) << story(before, all);
    const auto second = plan(all);
    ASSERT_TRUE(second) << story(before, all);
    EXPECT_TRUE(second->empty()) << story(before, all) << system_.content("/etc/x");
    if (HasFailure()) return;
  }
  EXPECT_GT(changing, 80U);
}

}  // namespace
}  // namespace plumb
