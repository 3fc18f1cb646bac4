#include "engine/run/item_locks.h"

#include <gtest/gtest.h>

namespace plumb::run {
namespace {

ir::HostGraph graph_of(const std::vector<std::string>& addresses) {
  ir::HostGraph graph;
  for (const std::string& address : addresses) {
    graph.nodes.emplace_back().desired.address = *Address::parse(address);
  }
  return graph;
}

TEST(ItemLocks, ASelectorLocksWhereItMatches) {
  const ir::HostGraph web = graph_of({"file:/etc/nginx/nginx.conf", "file:/etc/nginx/a/b", "service:nginx"});
  const ir::HostGraph db = graph_of({"service:postgresql"});
  Diagnostics found;
  const auto matched = match_items({{"web1", &web}, {"db1", &db}}, {"file:/etc/nginx/*"}, found);
  EXPECT_TRUE(found.empty());
  ASSERT_EQ(matched.size(), 1U);
  const std::vector<std::string> both = {"file:/etc/nginx/nginx.conf", "file:/etc/nginx/a/b"};
  EXPECT_EQ(matched.at("web1").at("file:/etc/nginx/*"), both);
}

TEST(ItemLocks, AnAddressLocksWhatHasItThoughAGlobReadsItOtherwise) {
  const std::string address = R"(line:/etc/f#^[ab]=\d)";
  const ir::HostGraph web = graph_of({address, "file:/etc/f"});
  Diagnostics found;
  const auto matched = match_items({{"web1", &web}}, {address}, found);
  EXPECT_TRUE(found.empty());
  EXPECT_EQ(matched.at("web1").at(address), std::vector<std::string>{address});
}

TEST(ItemLocks, WhatSeveralModulesDeclareIsMeantByEachOfItsAddresses) {
  ir::HostGraph web = graph_of({"a/package:curl"});
  web.nodes.front().also = {{"b/package:curl", {}}};
  Diagnostics found;
  const auto matched = match_items({{"web1", &web}}, {"b/*"}, found);
  EXPECT_TRUE(found.empty());
  EXPECT_EQ(matched.at("web1").at("b/*"), std::vector<std::string>{"a/package:curl"});
}

TEST(ItemLocks, ASelectorThatMatchesNothingIsRefusedWithWhatIsNear) {
  const ir::HostGraph web = graph_of({"file:/etc/motd", "file:/etc/nginx/nginx.conf", "service:nginx"});
  Diagnostics found;
  match_items({{"web1", &web}}, {"file:/etc/ngnix/*", "service:ngnix"}, found);
  ASSERT_EQ(found.items().size(), 2U);
  EXPECT_EQ(found.items()[0].code, Code::kNothingToLock);
  EXPECT_EQ(found.items()[0].hint, "near it: file:/etc/nginx/nginx.conf, file:/etc/motd");
  EXPECT_EQ(found.items()[1].hint, "near it: service:nginx");
}

}  // namespace
}  // namespace plumb::run
