#include "providers/archive/archive.h"

#include "engine/base/digest.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::archive {
namespace {

class Archive : public ProviderTest<ArchiveProvider> {
 protected:
  Archive() {
    system.make_directory("/opt");
    system.make_file("/a.tgz", "one");
  }
  Desired want(Json attributes) {
    attributes.emplace("path", "/opt/app");
    if (!attributes.contains("content")) attributes.emplace("file", "/a.tgz");
    return wanted("archive", "path", std::move(attributes));
  }
  // As the operation leaves it.
  void unpack(const Desired& desired) {
    const Seen seen = look(desired);
    ASSERT_EQ(seen.change.operations.size(), 1U);
    const auto& operation = std::get<Unpack>(seen.change.operations[0]);
    system.make_file(operation.path + "/" + operation.mark, operation.says);
    EXPECT_TRUE(look(desired).change.empty());
  }
};

TEST_F(Archive, ItIsUnpackedOnceAndAgainWhenItIsAnother) {  // Z02
  const Desired desired = want({});
  EXPECT_EQ(look(desired).change.op, Op::kCreate);
  unpack(desired);
  system.make_file("/a.tgz", "two");
  const Seen seen = look(desired);
  EXPECT_EQ(seen.change.before, (Json{{"unpacked", digest("one")}}));
  EXPECT_EQ(seen.change.after, (Json{{"unpacked", digest("two")}}));
}

TEST_F(Archive, AnotherChoiceOfItsFilesIsUnpackedAgain) {
  unpack(want({}));
  EXPECT_FALSE(look(want({{"strip", 1}})).change.empty());
  EXPECT_FALSE(look(want({{"exclude", {"docs"}}})).change.empty());
  EXPECT_TRUE(look(want({{"strip", 0}})).change.empty());
}

TEST_F(Archive, HeldByADigestItMayGoOnceItWasUnpacked) {
  const Desired desired = want({{"digest", digest("one")}});
  unpack(desired);
  system.remove("/a.tgz");
  EXPECT_TRUE(look(desired).change.empty());
  EXPECT_TRUE(look(desired).observed->missing.empty());
  const Seen seen = look(want({{"digest", digest("two")}}));
  ASSERT_EQ(seen.observed->missing.size(), 1U);
  EXPECT_EQ(seen.observed->missing[0].what.str(), "file:/a.tgz");
}

TEST_F(Archive, AnotherArchiveThanTheDigestSaysIsRefused) {
  EXPECT_EQ(obstacle(want({{"digest", digest("two")}})), "/a.tgz is " + digest("one") + ", and not what `digest` says");
}

TEST_F(Archive, WhatCreatesNamesSaysAlone) {  // Z07
  const Desired desired = want({{"creates", "/opt/app/bin"}});
  EXPECT_EQ(std::get<Unpack>(look(desired).change.operations.at(0)).mark, "");
  system.make_file("/opt/app/bin", "");
  system.remove("/a.tgz");
  EXPECT_TRUE(look(desired).change.empty());
  EXPECT_EQ(provider.why_passed_over(desired, *look(desired).observed), "/opt/app/bin exists (creates)");
}

TEST_F(Archive, OneOfTheProjectNeedNotLieOnTheHost) {
  const Seen seen = look(want({{"content", digest("x")}}));
  EXPECT_TRUE(seen.observed->missing.empty());
  EXPECT_EQ(std::get<Unpack>(seen.change.operations.at(0)).content, digest("x"));
}

TEST_F(Archive, TheFolderMayBeALinkToOneAndNothingElse) {  // Z08
  system.make_directory("/real");
  system.make_link("/opt/app", "/real");
  EXPECT_EQ(obstacle(want({})), "none");
  system.remove("/opt/app");
  system.make_file("/opt/app", "");
  EXPECT_EQ(obstacle(want({})), "/opt/app is there and is no folder to unpack into");
  system.set_image(true);
  EXPECT_EQ(obstacle(want({})), "programs of an image are not run, so nothing can be unpacked into it");
}

TEST_F(Archive, WhatItNeedsIsMissing) {
  const Seen seen = look(wanted("archive", "path", {{"path", "/srv/x/y"}, {"file", "/none"}, {"owner", "web"}}));
  std::vector<std::string> missing;
  for (const Missing& one : seen.observed->missing) missing.push_back(one.what.str());
  EXPECT_EQ(missing, (std::vector<std::string>{"user:web", "directory:/srv/x", "file:/none"}));
}

}  // namespace
}  // namespace plumb::providers::archive
