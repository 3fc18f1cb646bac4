#include "engine/exec/facts.h"

#include <filesystem>

#include <gtest/gtest.h>

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
  EXPECT_EQ(network_facts(*files), Json::parse(R"({"ip": {"ipv4": [], "ipv6": []},
                            "network": {"interface": "", "address": "", "gateway": "", "interfaces": []},
                            "dns": {"servers": ["192.0.2.53", "192.0.2.54"],
                                    "search": ["a.example.com", "b.example.com"]}})"));
  EXPECT_EQ(storage_facts(*files), Json::parse(R"({"mounts": [], "swap": {"bytes": 0}})"));
}

TEST(Facts, OfThisHostHoldTogether) {
  const auto files = RootFiles::at("/");
  ASSERT_TRUE(files);
  const Json network = network_facts(*files);
  const Json& of_default = network["network"];
  bool found = of_default["address"] == "";
  for (const Json& interface : of_default["interfaces"]) {
    EXPECT_NE(interface["name"], "lo");
    found = found || (interface["name"] == of_default["interface"] && interface["ipv4"][0] == of_default["address"]);
  }
  EXPECT_TRUE(found) << network.dump(2);
  for (const Json& mount : storage_facts(*files)["mounts"])
    EXPECT_TRUE(std::filesystem::is_directory(mount["path"].get<std::string>()) ||
                std::filesystem::exists(mount["path"].get<std::string>()))
        << mount.dump();
}

}  // namespace
}  // namespace plumb::exec
