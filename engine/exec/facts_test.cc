#include "engine/exec/facts.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "engine/exec/cloud_facts.h"
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

// By files alone, of which the one of cloud-init knows more.
TEST(Facts, TheCloudThatAHostIsIn) {
  const testing::ScratchFolder host;
  auto files = RootFiles::at("/");
  ASSERT_TRUE(files);
  const auto told = [](std::string provider, std::string instance, std::string region, std::string zone) {
    return Json{{"provider", provider}, {"instance_id", instance}, {"region", region}, {"zone", zone}};
  };
  const auto firmware = [](std::map<std::string, std::string> lines) {
    return cloud_by({}, [lines](const std::string& entry) {
      const auto found = lines.find(entry);
      return found == lines.end() ? std::string() : found->second;
    });
  };
  EXPECT_EQ(firmware({}), told("none", "", "", ""));
  EXPECT_EQ(firmware({{"sys_vendor", "QEMU"}, {"product_serial", "7"}}), told("none", "", "", ""));
  EXPECT_EQ(firmware({{"sys_vendor", "Amazon EC2"}, {"board_asset_tag", "i-0abc"}}), told("aws", "i-0abc", "", ""));
  EXPECT_EQ(firmware({{"sys_vendor", "Hetzner"}, {"product_serial", "4711"}}), told("hetzner", "4711", "", ""));
  EXPECT_EQ(firmware({{"sys_vendor", "Hetzner"}, {"product_serial", "Not Specified"}}), told("hetzner", "", "", ""));
  EXPECT_EQ(firmware({{"product_name", "OpenStack Nova"}}), told("openstack", "", "", ""));
  const auto azure = [](const std::string& entry) {
    return std::string(entry == "chassis_asset_tag" ? "7783-7084-3265-9085-8269-3286-77" : "");
  };
  EXPECT_EQ(cloud_by({}, azure), told("azure", "", "", ""));
  const std::string document =
      R"({"v1": {"cloud_name": "aws", "instance_id": "i-1", "region": "eu-central-1", "availability_zone": "eu-central-1a"},
          "ds": {"meta_data": {"x": 1}}})";
  EXPECT_EQ(cloud_by(document, azure), told("aws", "i-1", "eu-central-1", "eu-central-1a"));
  // It may lack what a cloud does not have, and know of a machine that is in none.
  EXPECT_EQ(cloud_by(R"({"v1": {"cloud_name": "gce", "instance_id": 17, "region": null}})", azure),
            told("gce", "", "", ""));
  EXPECT_EQ(cloud_by(R"({"v1": {"cloud_name": "nocloud", "instance_id": "iid-local01"}})", azure),
            told("azure", "", "", ""));
  for (const char* broken : {"", "{", "[]", "{}", R"({"v1": 1})"})
    EXPECT_EQ(cloud_by(broken, azure), told("azure", "", "", "")) << broken;
  EXPECT_EQ(cloud(*RootFiles::at(host.path().string())), told("none", "", "", "")) << "an image stands nowhere";
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
  for (const char* name : {"ip", "network", "dns", "mounts", "swap", "disks", "cloud"})
    EXPECT_TRUE(gather_fact(system, name).has_value()) << name;
  for (const char* name : {"", "os", "local", "network.address"})
    EXPECT_FALSE(gather_fact(system, name).has_value()) << name;
}

}  // namespace
}  // namespace plumb::exec
