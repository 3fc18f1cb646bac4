#include "providers/dpkg_divert/dpkg_divert.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::dpkg_divert {
namespace {

constexpr const char* kPath = "/etc/app.conf";
constexpr const char* kAway = "/etc/app.conf.distrib";
constexpr const char* kDatabase = "/var/lib/dpkg/diversions";

class DpkgDivert : public ProviderTest<DpkgDivertProvider> {
 protected:
  DpkgDivert() {
    system.add_program("dpkg-divert");
    system.make_directory("/etc");
  }
  static Desired want(Json attributes = Json::object()) {
    attributes["path"] = kPath;
    return wanted("dpkg_divert", "path", std::move(attributes));
  }
  // What dpkg-divert does is done by hand.
  std::vector<std::string> carry_out(const Desired& desired, const std::string& left) {
    std::vector<std::string> words;
    for (const Operation& operation : look(desired).change.operations) {
      if (const auto* run = std::get_if<plumb::Run>(&operation)) {
        words = run->argv;
        system.make_file(kDatabase, left);
      } else {
        EXPECT_TRUE(system.apply(operation));
      }
    }
    EXPECT_TRUE(look(desired).change.empty());
    return words;
  }
  const std::string diverted = std::string(kPath) + "\n" + kAway + "\n:\n";
};

TEST_F(DpkgDivert, TheFileMovesAndItsPlaceIsFree) {
  system.make_file(kPath, "of the package");
  EXPECT_EQ(carry_out(want(), diverted),
            (std::vector<std::string>{"dpkg-divert", "--no-rename", "--local", "--divert", kAway, "--add", kPath}));
  EXPECT_EQ(system.content(kAway), "of the package");
  EXPECT_FALSE(*system.stat(kPath, false));
  system.make_file(kPath, "of the project");
  EXPECT_TRUE(look(want()).change.empty());
}

TEST_F(DpkgDivert, WithoutRenameNothingMoves) {
  system.make_file(kPath, "x");
  EXPECT_EQ(look(want({{"rename", false}})).change.operations.size(), 1U);
  EXPECT_EQ(carry_out(want({{"holder", "app"}, {"rename", false}}), std::string(kPath) + "\n" + kAway + "\napp\n")[3],
            "app");
  EXPECT_EQ(system.content(kPath), "x");
}

TEST_F(DpkgDivert, ComesBack) {
  system.make_file(kDatabase, "/a\n/b\nother\n" + diverted);
  system.make_file(kAway, "of the package");
  system.make_file(kPath, "of the project");
  EXPECT_EQ(obstacle(want({{"state", "absent"}})), "/etc/app.conf is there, so what was diverted cannot come back");
  const Desired gone = want({{"state", "absent"}, {"delete", true}});
  EXPECT_FALSE(provider.restore(gone, *look(gone).observed)) << "what goes is not kept";
  carry_out(gone, "/a\n/b\nother\n");
  EXPECT_EQ(system.content(kPath), "of the package");
  EXPECT_FALSE(*system.stat(kAway, false));
}

TEST_F(DpkgDivert, WhatOthersDivertedStays) {
  system.make_file(kDatabase, std::string(kPath) + "\n/etc/other\napp\n");
  EXPECT_EQ(obstacle(want()), "/etc/app.conf is diverted to /etc/other by app");
  EXPECT_EQ(obstacle(want({{"holder", "app"}})), "/etc/app.conf is diverted to /etc/other already");
  EXPECT_EQ(obstacle(want({{"state", "absent"}})), "/etc/app.conf is diverted to /etc/other by app");
  EXPECT_TRUE(look(want({{"holder", "app"}, {"divert", "/etc/other"}})).change.empty());
}

TEST_F(DpkgDivert, WhatCannotBeInAFileIsRefused) {
  system.remove("/etc");
  system.make_file("/etc", "");
  EXPECT_EQ(obstacle(want()), "/etc is not a directory, so /etc/app.conf cannot be in it");
}

TEST_F(DpkgDivert, BothPlacesTakenAndFoldersAreRefused) {
  system.make_file(kPath, "x");
  system.make_file(kAway, "y");
  EXPECT_EQ(obstacle(want()), "/etc/app.conf.distrib is there already, so /etc/app.conf cannot be moved there");
  system.remove(kPath);
  system.make_directory(kPath);
  for (const bool rename : {true, false})
    EXPECT_EQ(obstacle(want({{"rename", rename}})),
              "/etc/app.conf is a folder, and packages' folders cannot be diverted");
  EXPECT_EQ(look(want()).observed->obstacle->goes, ObstacleGoes::kWithItsPath);
}

TEST_F(DpkgDivert, UndoTakesItBack) {
  system.make_file(kPath, "x");
  const Desired desired = want();
  const Observed before = *look(desired).observed;
  carry_out(desired, diverted);
  carry_out(*provider.restore(desired, before), "");
  EXPECT_EQ(system.content(kPath), "x");
}

}  // namespace
}  // namespace plumb::providers::dpkg_divert
