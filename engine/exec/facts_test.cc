#include "engine/exec/facts.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "engine/exec/disk_facts.h"
#include "engine/exec/network_facts.h"
#include "engine/exec/storage_facts.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::exec {
namespace {

TEST(DefaultRoute, TheOneOfLowestMetricCounts) {
  const DefaultRoute route = default_route(
      "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
      "wlan0\t00000000\t0102A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
      "eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
      "eth0\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n");
  EXPECT_EQ(route.interface, "eth0");
  EXPECT_EQ(route.gateway, "10.0.0.1");
}

TEST(DefaultRoute, NoneAndOneWithoutAGateway) {
  EXPECT_EQ(default_route("Iface\tDestination\n").interface, "");
  EXPECT_EQ(default_route("eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n").interface, "");
  EXPECT_EQ(default_route("eth0\t00000000\tnonsense\t0003\t0\t0\t0\t00000000\n").interface, "");
  const DefaultRoute point = default_route("wg0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n");
  EXPECT_EQ(point.interface, "wg0");
  EXPECT_EQ(point.gateway, "");
}

// Of an image only what stands in its files is told.
TEST(Facts, OfAnImage) {
  const testing::ScratchFolder image;
  image.write("etc/resolv.conf",
              "# made by hand\ndomain old.example.com\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n"
              "search a.example.com b.example.com\n");
  const auto files = RootFiles::at(image.path().string());
  ASSERT_TRUE(files);
  EXPECT_EQ(addresses(*files), Json::parse(R"({"ipv4": [], "ipv6": []})"));
  EXPECT_EQ(network(*files), Json::parse(R"({"interface": "", "address": "", "gateway": "", "interfaces": []})"));
  EXPECT_EQ(name_servers(*files), Json::parse(R"({"servers": ["192.0.2.53", "192.0.2.54"],
                                                  "search": ["a.example.com", "b.example.com"]})"));
  EXPECT_EQ(mounts(*files), Json::array());
  EXPECT_EQ(swap_space(*files), Json::parse(R"({"bytes": 0})"));
  EXPECT_EQ(disks(*files), Json::array());
}

TEST(Facts, OfThisHostHoldTogether) {
  const auto files = RootFiles::at("/");
  ASSERT_TRUE(files);
  const Json of_default = network(*files);
  bool found = of_default["address"] == "";
  for (const Json& interface : of_default["interfaces"]) {
    EXPECT_NE(interface["name"], "lo");
    found = found || (interface["name"] == of_default["interface"] && interface["ipv4"][0] == of_default["address"]);
  }
  EXPECT_TRUE(found) << of_default.dump(2);
  for (const Json& disk : disks(*files)) {
    EXPECT_GT(disk["bytes"], 0) << disk.dump();
    std::int64_t parts = 0;
    for (const Json& partition : disk["partitions"]) parts += partition["bytes"].get<std::int64_t>();
    EXPECT_LE(parts, disk["bytes"]) << disk.dump();
  }
  for (const Json& mount : mounts(*files))
    EXPECT_TRUE(std::filesystem::is_directory(mount["path"].get<std::string>()) ||
                std::filesystem::exists(mount["path"].get<std::string>()))
        << mount.dump();
}

// What is asked for apart has a name, and nothing else has.
TEST(Facts, EachIsGatheredByItsName) {
  const testing::ScratchFolder image;
  image.write("etc/passwd",
              "root:x:0:0::/root:/bin/sh\nbroken\ndeploy:x:1000:1000::/home/deploy:/bin/sh\n"
              "root:x:0:0::/elsewhere:/bin/sh\n");
  auto files = RootFiles::at(image.path().string());
  ASSERT_TRUE(files);
  const LocalSystem system(std::move(*files));
  EXPECT_EQ(gather_fact(system, "homes"), Json::parse(R"({"root": "/root", "deploy": "/home/deploy"})"));
  for (const char* name : {"ip", "network", "dns", "mounts", "swap", "disks"})
    EXPECT_TRUE(gather_fact(system, name).has_value()) << name;
  for (const char* name : {"", "os", "local", "network.address"})
    EXPECT_FALSE(gather_fact(system, name).has_value()) << name;
}

}  // namespace
}  // namespace plumb::exec
