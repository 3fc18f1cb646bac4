#include "engine/exec/provider_store.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/exec/outside_kinds.h"
#include "engine/testing/kinds.h"
#include "engine/testing/scratch_folder.h"
#include "providers/outside/package.h"

namespace plumb::exec {
namespace {

class ProviderStoreTest : public ::testing::Test {
 protected:
  static std::string packed(const std::string& text) {
    return outside::pack({{"provider.yaml", "x"}, {"lib/run", text}});
  }
  std::string kept() const { return scratch_.path().string() + "/var/lib/plumb/.providers"; }
  std::filesystem::path file(const std::string& digest) const {
    return kept() + "/" + digest.substr(kDigestPrefix.size()) + "/lib/run";
  }

  testing::ScratchFolder scratch_;
  LocalSystem system_{std::move(RootFiles::at(scratch_.path().string()).value())};
  ProviderStore store_{system_};
};

TEST_F(ProviderStoreTest, KeepsWhatEverybodyMayStart) {
  const std::string bytes = packed("#!/bin/sh\n");
  const std::string name = digest(bytes);
  EXPECT_FALSE(store_.find(name).has_value());
  const Result<std::string> folder = store_.keep(name, bytes);
  ASSERT_TRUE(folder.has_value()) << folder.error().summary();
  EXPECT_EQ(*folder, "/var/lib/plumb/.providers/" + name.substr(kDigestPrefix.size()));
  EXPECT_EQ(store_.find(name), *folder);
  EXPECT_EQ(std::filesystem::status(file(name)).permissions(), std::filesystem::perms(0755));
  EXPECT_EQ(*read_file(file(name), 100), "#!/bin/sh\n");
}

TEST_F(ProviderStoreTest, WhatWasChangedIsNotThere) {
  const std::string bytes = packed("good");
  const std::string name = digest(bytes);
  ASSERT_TRUE(store_.keep(name, bytes).has_value());
  ASSERT_TRUE(write_file(file(name), "evil"));
  EXPECT_FALSE(store_.find(name).has_value());
  ASSERT_TRUE(store_.keep(name, bytes).has_value());
  EXPECT_TRUE(store_.find(name).has_value());
  EXPECT_EQ(*read_file(file(name), 100), "good");
  std::filesystem::create_symlink("/etc/passwd", file(name).parent_path() / "more");
  EXPECT_FALSE(store_.find(name).has_value());
}

TEST_F(ProviderStoreTest, OnlyWhatItsDigestSaysIsKept) {
  EXPECT_EQ(store_.keep(digest("x"), packed("y")).error().code(), Code::kProtocol);
  const std::string none = "plumb provider package 1\n3 ../x\nabc";
  EXPECT_EQ(store_.keep(digest(none), none).error().code(), Code::kProtocol);
  EXPECT_FALSE(std::filesystem::exists(scratch_.path() / "var/lib/plumb/x"));
}

TEST_F(ProviderStoreTest, OldOnesAreLetGoOf) {
  for (int i = 0; i < 40; ++i) {
    const std::string bytes = packed(std::to_string(i));
    ASSERT_TRUE(store_.keep(digest(bytes), bytes).has_value());
  }
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(kept())) ++count;
  EXPECT_EQ(count, 32U);
  EXPECT_TRUE(store_.find(digest(packed("39"))).has_value());
}

TEST_F(ProviderStoreTest, KindsAreKnownOnceTheirPackageIsThere) {
  outside::Package package;
  package.name = "demo";
  package.version = "1";
  package.command = {"./lib/run"};
  const std::string bytes = packed("x");
  package.digest = digest(bytes);
  package.kinds = {{"thing", R"({"x-identity": "name", "properties": {"name": {"type": "string"}}})", true}};
  const Registry builtin = testing::made_up_kinds();
  BlobStore blobs(system_.files());
  const wire::Providers message{{outside::to_json(package)}};

  Result<OutsideKinds> kinds = outside_kinds(message, builtin, store_, blobs, nullptr);
  ASSERT_TRUE(kinds.has_value()) << kinds.error().summary();
  EXPECT_EQ(kinds->lacking, std::vector<std::string>{package.digest});
  ASSERT_TRUE(blobs.add({package.digest, bytes, true, false, {}}).has_value());
  kinds = outside_kinds(message, builtin, store_, blobs, nullptr);
  ASSERT_TRUE(kinds.has_value());
  EXPECT_TRUE(kinds->lacking.empty());
  ASSERT_NE(kinds->registry.find("thing"), nullptr);
  EXPECT_EQ(kinds->registry.find("thing")->package->folder, *store_.find(package.digest));
  // The next executor finds it.
  BlobStore none(system_.files());
  EXPECT_TRUE(outside_kinds(message, builtin, store_, none, nullptr)->lacking.empty());

  package.kinds[0].name = builtin.names().front();
  EXPECT_EQ(outside_kinds({{outside::to_json(package)}}, builtin, store_, blobs, nullptr).error().code(),
            Code::kProtocol);
  package.on_controller = true;
  package.kinds[0].name = "thing";
  package.digest = digest("elsewhere");
  EXPECT_TRUE(outside_kinds({{outside::to_json(package)}}, builtin, store_, blobs, nullptr)->lacking.empty());
}

}  // namespace
}  // namespace plumb::exec
