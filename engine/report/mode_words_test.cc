#include "engine/report/mode_words.h"

#include <gtest/gtest.h>

namespace plumb::report {
namespace {

TEST(ModeWords, WhoLosesWhatAndWhoGainsIt) {
  EXPECT_EQ(mode_words("0644", "0600"), "the group and others can no longer read");
  EXPECT_EQ(mode_words("0600", "0644"), "the group and others can read");
  EXPECT_EQ(mode_words("0777", "0750"), "the group can no longer write; others can no longer read, write or execute");
  EXPECT_EQ(mode_words("0644", "0755"), "the owner, the group and others can execute");
  EXPECT_EQ(mode_words("0640", "0604"), "the group can no longer read; others can read");
  EXPECT_EQ(mode_words("644", "0644"), "");
}

TEST(ModeWords, WhatRunsAsSomebodyElse) {
  EXPECT_EQ(mode_words("0755", "4755"), "it runs as its owner, whoever starts it");
  EXPECT_EQ(mode_words("4755", "0755"), "it no longer runs as its owner");
  EXPECT_EQ(mode_words("0777", "1777"), "in it, all remove only their own");
}

TEST(ModeWords, OfSomethingNewOnlyWhatIsUnusual) {
  EXPECT_EQ(mode_words("", "0644"), "");
  EXPECT_EQ(mode_words("", "1777"), "");
  EXPECT_EQ(mode_words("", "0666"), "everybody can write");
  EXPECT_EQ(mode_words("", "4755"), "it runs as its owner, whoever starts it");
}

TEST(ModeWords, WhatIsNoOctalModeIsLeftAlone) {
  for (const char* text : {"u=rw", "0800", "", "123456", "77777"}) EXPECT_EQ(mode_words("0644", text), "") << text;
  EXPECT_EQ(mode_words("u=rw", "0644"), "");
}

}  // namespace
}  // namespace plumb::report
