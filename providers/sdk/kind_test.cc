#include "providers/sdk/kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/digest.h"

namespace plumb {
namespace {

TEST(Registry, IsSortedByName) {
  Registry registry;
  for (const char* name : {"package", "command", "file"})
    registry.add({.name = name, .provider = {}, .operations = {}});
  EXPECT_THAT(registry.names(), testing::ElementsAre("command", "file", "package"));
  EXPECT_EQ(registry.find("file")->name, "file");
  EXPECT_EQ(registry.find("fil"), nullptr);
  EXPECT_EQ(registry.provider("fil"), nullptr);
}

TEST(Registry, TheLastOfANameStands) {
  Registry registry;
  registry.add({.name = "file", .provider = {}, .operations = {}});
  registry.add({.name = "file", .provider = {}, .operations = {}, .runs = true});
  ASSERT_EQ(registry.all().size(), 1U);
  EXPECT_TRUE(registry.find("file")->runs);
}

TEST(Registry, DescribesTheKindsThatItHas) {
  Registry registry;
  registry.add({.name = "file", .provider = {}, .operations = {}});
  EXPECT_FALSE(registry.find("file")->schema.is_given());
  registry.describe("file", R"({"x-identity": "path"})");
  registry.describe("other", "{}");
  const Registry copy = registry;
  EXPECT_EQ(copy.find("file")->schema.json().at("x-identity"), "path");
  EXPECT_EQ(&copy.find("file")->schema.json(), &registry.find("file")->schema.json()) << "copies share it";
  EXPECT_EQ(registry.all().size(), 1U);
}

TEST(Registry, FindsTheContentsOfAResource) {
  Registry registry;
  registry.add({.name = "note", .provider = {}, .operations = {}, .contents = {{"text", "", "at"}}});
  Desired desired;
  desired.address.kind = "note";
  desired.attributes = {{"text", digest("x")}, {"at", digest("y")}};
  EXPECT_EQ(content_digests(registry, desired), std::vector<std::string>{digest("x")});
  desired.attributes["text"] = keyed_digest("key", "x");
  EXPECT_EQ(content_digests(registry, desired), std::vector<std::string>{keyed_digest("key", "x")});
  desired.attributes["text"] = nullptr;
  EXPECT_TRUE(content_digests(registry, desired).empty());
  desired.address.kind = "other";
  EXPECT_TRUE(content_digests(registry, desired).empty());
}

TEST(OperationSet, HoldsWhatItIsMadeOf) {
  const OperationSet set = OperationSet::of<WriteFile, Remove>();
  EXPECT_TRUE(set.contains(WriteFile{}));
  EXPECT_TRUE(set.contains(Remove{}));
  EXPECT_FALSE(set.contains(plumb::Run{}));
  EXPECT_FALSE(OperationSet().contains(WriteFile{}));
}

}  // namespace
}  // namespace plumb
