#include "providers/outside/package.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"

namespace plumb::outside {
namespace {

TEST(Package, FilesComeBack) {
  const std::map<std::string, std::string> files = {
      {"provider.yaml", "plumb: provider/v1\n"}, {"run", std::string("\0\n12 x\n", 7)}, {"schemas/a.json", ""}};
  const auto back = unpack(pack(files));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, files);
  EXPECT_EQ(unpack(pack({}))->size(), 0U);
}

TEST(Package, WhatLeadsOutOfTheFolderIsRefused) {
  for (const char* path : {"", "/etc/passwd", "../x", "a/../b", "a//b", "./a", ".git/config", "a/", "a\\b", "a\nb"})
    EXPECT_FALSE(is_package_path(path)) << path;
  for (const char* path : {"run", "schemas/a.json", "a b", "ü"}) EXPECT_TRUE(is_package_path(path)) << path;
  EXPECT_FALSE(unpack(pack({{"../x", "1"}})).has_value());
}

TEST(Package, BrokenOnesAreRefused) {
  const std::string whole = pack({{"a", "abc"}, {"b", "d"}});
  // What is cut behind a whole file is a package, with another digest.
  const std::string first = pack({{"a", "abc"}});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    if (length == first.size() || length == pack({}).size()) continue;
    EXPECT_FALSE(unpack(whole.substr(0, length)).has_value()) << length;
  }
  EXPECT_FALSE(unpack("plumb provider package 1\n1 b\nx1 a\ny").has_value());
  EXPECT_FALSE(unpack("plumb provider package 1\n1 a\nx1 a\ny").has_value());
  EXPECT_FALSE(unpack("plumb provider package 1\n9999999999 a\nx").has_value());
  EXPECT_FALSE(unpack("plumb provider package 1\n-1 a\nx").has_value());
}

TEST(Package, DescriptionsComeBack) {
  Package package;
  package.name = "redis";
  package.version = "0.3.0";
  package.command = {"./run", "-x"};
  package.observe_seconds = 7;
  package.on_controller = true;
  package.digest = digest("x");
  package.kinds = {{"redis_setting", "{}", false}};
  const auto back = package_from_json(to_json(package));
  ASSERT_TRUE(back.has_value()) << back.error().summary();
  EXPECT_EQ(to_json(*back), to_json(package));
  EXPECT_EQ(back->kinds[0].name, "redis_setting");
  EXPECT_FALSE(back->kinds[0].undo);

  const Json whole = to_json(package);
  for (const auto& [name, unused] : whole.items()) {
    Json without = whole;
    without.erase(name);
    EXPECT_FALSE(package_from_json(without).has_value()) << name;
    Json wrong = whole;
    wrong[name] = nullptr;
    EXPECT_FALSE(package_from_json(wrong).has_value()) << name;
  }
  Json more = to_json(package);
  more["files"] = Json::object();
  EXPECT_FALSE(package_from_json(more).has_value());
  EXPECT_FALSE(package_from_json(Json::array()).has_value());
}

}  // namespace
}  // namespace plumb::outside
