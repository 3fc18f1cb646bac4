#include "engine/exec/host_key.h"

#include <filesystem>
#include <latch>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/testing/scratch_folder.h"

namespace plumb::exec {
namespace {

class HostKeyTest : public ::testing::Test {
 protected:
  std::string recipient(bool may_make = true) {
    const RootFiles files = std::move(RootFiles::at(scratch_.path().string()).value());
    const Result<std::string> told = HostKey(files).recipient(may_make);
    return told ? *told : told.error().summary();
  }
  std::filesystem::path key() const { return scratch_.path() / "var/lib/plumb/host.key"; }
  std::filesystem::path unfinished() const { return key().string() + ".new"; }

  testing::ScratchFolder scratch_;
};

TEST_F(HostKeyTest, IsMadeOnceAndWhereThatIsWanted) {
  EXPECT_EQ(recipient(false), "");
  EXPECT_FALSE(std::filesystem::exists(key()));
  const std::string made = recipient();
  EXPECT_THAT(made, ::testing::StartsWith("age1"));
  EXPECT_EQ(recipient(), made);
  EXPECT_EQ(recipient(false), made);
}

TEST_F(HostKeyTest, WhatIsLeftOfOneWhoseMakingWasCutOffGoes) {
  scratch_.write("var/lib/plumb/host.key.new", "# secret val");
  const std::string made = recipient();
  EXPECT_THAT(made, ::testing::StartsWith("age1"));
  EXPECT_FALSE(std::filesystem::exists(unfinished()));
}

// The first of them has told its controller already, which seals to it from then on.
TEST_F(HostKeyTest, WhoeverAsksAtOnceIsToldTheSame) {
  constexpr std::size_t kAtOnce = 8;
  for (int round = 0; round < 25; ++round) {
    std::filesystem::remove(key());
    std::vector<std::string> told(kAtOnce);
    std::latch begin(kAtOnce);
    std::vector<std::thread> all;
    for (std::string& one : told) {
      all.emplace_back([&] {
        begin.arrive_and_wait();
        one = recipient();
      });
    }
    for (std::thread& one : all) one.join();
    ASSERT_THAT(told, ::testing::Each(::testing::StartsWith("age1")));
    ASSERT_EQ(std::set<std::string>(told.begin(), told.end()), std::set<std::string>{recipient()}) << round;
    EXPECT_FALSE(std::filesystem::exists(unfinished()));
  }
}

}  // namespace
}  // namespace plumb::exec
