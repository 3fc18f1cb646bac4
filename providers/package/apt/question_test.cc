// What apt-get is asked, and what of it a host answers to anybody.
#include <gtest/gtest.h>

#include "providers/package/apt/simulation.h"

namespace plumb::providers::package::apt {
namespace {

ProcessRequest program(std::vector<std::string> argv) {
  ProcessRequest request;
  request.argv = std::move(argv);
  return request;
}

TEST(AptQuestion, IsOfOneFormWhateverIsAsked) {
  const FixedQuestion form = fixed_question();
  EXPECT_TRUE(form.is(question({"nginx", "jq-", "/root/a.deb"}, {})));
  EXPECT_TRUE(form.is(question({"nginx"}, {.older = true, .held = true, .recommended = false})));
  for (const char* extent : {"safe", "full"}) {
    EXPECT_TRUE(form.is(upgrade_question(extent, false))) << extent;
    EXPECT_TRUE(form.is(upgrade_question(extent, true))) << extent;
  }
}

TEST(AptQuestion, WhatElseAptGetIsToldIsNoneOfThem) {
  const FixedQuestion form = fixed_question();
  EXPECT_FALSE(form.is(program({"apt-get", "-y", "install", "--", "nginx"})));
  EXPECT_FALSE(form.is(program({"apt-get", "-s", "-o", "Dir::Bin::dpkg=/tmp/x", "install", "--", "nginx"})));
  EXPECT_FALSE(form.is(program({"apt-get", "-s", "install", "nginx"})));
  EXPECT_FALSE(form.is(program({"apt-get", "update"})));
  EXPECT_FALSE(form.is(program({"/tmp/apt-get", "-s", "install", "--", "nginx"})));
}

}  // namespace
}  // namespace plumb::providers::package::apt
