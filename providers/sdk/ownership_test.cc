#include "providers/sdk/ownership.h"

#include <gtest/gtest.h>

#include "providers/sdk/fake_system.h"

namespace plumb {
namespace {

std::string mode(std::string_view spec, std::uint32_t current, bool directory = false) {
  const auto result = apply_mode(spec, current, directory);
  return result ? mode_text(*result) : "refused";
}

// F06, in its order: each starts from what the one before left.
TEST(Mode, TheSymbolicLadder) {
  EXPECT_EQ(mode("u=rwx,g=rwx,o=rwx", 0644), "0777");
  EXPECT_EQ(mode("a=r", 0777), "0444");
  EXPECT_EQ(mode("u+w", 0444), "0644");
  EXPECT_EQ(mode("g+w", 0644), "0664");
  EXPECT_EQ(mode("o+w", 0664), "0666");
  EXPECT_EQ(mode("u+x,g+x,o+x", 0666), "0777");
  EXPECT_EQ(mode("o-wx", 0777), "0774");
  EXPECT_EQ(mode("g-wx", 0774), "0744");
  EXPECT_EQ(mode("u-wx", 0744), "0444");
}

TEST(Mode, OctalKeepsSpecialBitsAndLeadingZeros) {
  EXPECT_EQ(mode("0644", 0777), "0644");
  EXPECT_EQ(mode("2750", 0), "2750");
  EXPECT_EQ(mode("01777", 0), "1777");
  EXPECT_EQ(mode("7", 0), "0007");
}

TEST(Mode, LettersBeyondTheUsual) {
  EXPECT_EQ(mode("u=rwX,go=rX", 0600), "0644");
  EXPECT_EQ(mode("u=rwX,go=rX", 0600, true), "0755");
  EXPECT_EQ(mode("a+X", 0654), "0755");
  EXPECT_EQ(mode("g=u", 0640), "0660");
  EXPECT_EQ(mode("u+s", 0755), "4755");
  EXPECT_EQ(mode("g+s,o-rx", 0755), "2750");
  EXPECT_EQ(mode("+t", 0777), "1777");
  EXPECT_EQ(mode("+x", 0644), "0755");
  EXPECT_EQ(mode("go=", 0777), "0700");
  EXPECT_EQ(mode("g=rx", 02775, true), "2755") << "setgid of a directory stays unless named";
  EXPECT_EQ(mode("u=rw+x", 0), "0700");
}

TEST(Mode, WhatIsNoModeIsRefused) {
  for (const char* spec : {"", "u", "rwx", "u+q", "u=r,", "u=r;g=r", "0999", "77777", "123456", "u~r"}) {
    EXPECT_EQ(mode(spec, 0644), "refused") << spec;
  }
}

TEST(AccountNames, SpeakInTheTermsOfWhatWasAsked) {
  FakeSystem system;
  system.add_user({"toor", 0, 0, "", "/root", "/bin/sh"});
  system.add_user({"deploy", 1500, 1500, "", "/home/deploy", "/bin/sh"});
  AccountNames names(system);
  EXPECT_EQ(names.user(0, ""), "root");
  EXPECT_EQ(names.user(0, "toor"), "toor") << "two names for one number are both right";
  EXPECT_EQ(names.user(1500, "0"), "1500");
  EXPECT_EQ(names.user(1500, "root"), "deploy");
  EXPECT_EQ(names.user(4242, "root"), "4242");
  EXPECT_EQ(names.group(7, ""), "7");
}

}  // namespace
}  // namespace plumb
