// Records of several projects on one host.
#include "engine/exec/claims.h"

#include <gtest/gtest.h>

#include "engine/exec/record.h"
#include "engine/exec/testing/client.h"

namespace plumb::exec {
namespace {

class ClaimsTest : public ::testing::Test {
 protected:
  void record(const std::string& project, const std::vector<std::string>& addresses) {
    const StateFolder folder = must(StateFolder::of(files_, project));
    ASSERT_TRUE(folder.make().has_value());
    RunLog log(folder);
    for (const std::string& address : addresses) log.record().resources[address] = {{"content", "sha256:0"}};
    log.record().last = {"run-" + project, "ada@desk", "2026-01-02T03:04:05Z"};
    ASSERT_TRUE(log.save().has_value());
  }
  std::vector<wire::Claim> claims(const std::vector<Address>& things) {
    return claims_of_others(files_, "own", things);
  }

  ScratchRoot root_;
  const RootFiles files_ = RootFiles::at(root_.path()).value();
};

TEST_F(ClaimsTest, TellsWhatOthersHaveOfWhatIsAskedAbout) {
  record("own", {"file:/etc/motd"});
  EXPECT_TRUE(claims({{"", "file", "/etc/motd"}}).empty());
  record("shop", {"file:/etc/motd", "web/file:/etc/\"odd\"", "file:/etc/other"});
  record("idle", {"file:/etc/idle"});
  const auto found = claims({{"", "file", "/etc/motd"}, {"tls", "file", "/etc/\"odd\""}, {"", "link", "/etc/other"}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].project, "shop");
  EXPECT_EQ(found[0].addresses, (std::vector<std::string>{"file:/etc/motd", "web/file:/etc/\"odd\""}));
  EXPECT_EQ(found[0].run, "run-shop");
  EXPECT_EQ(found[0].who, "ada@desk");
}

TEST_F(ClaimsTest, WhatIsTakenOverIsTheOthersNoMore) {
  record("own", {});
  record("shop", {"file:/etc/motd", "file:/etc/other"});
  const std::vector<Address> things = {{"", "file", "/etc/motd"}};
  ASSERT_TRUE(take_over(files_, "own", things).has_value());
  EXPECT_TRUE(claims(things).empty());
  EXPECT_EQ(claims({{"", "file", "/etc/other"}}).size(), 1U);
}

}  // namespace
}  // namespace plumb::exec
