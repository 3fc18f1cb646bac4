#include <gtest/gtest.h>

#include "providers/container/testing/answers.h"

namespace plumb::providers::container {
namespace {

class Networks : public ProviderTest<ContainerNetworkProvider> {};

TEST_F(Networks, BothEnginesTellTheSame) {
  system.add_program("docker");
  system.add_program("podman");
  system.make_file("/run/podman/podman.sock", "");
  system.script(
      "podman * network inspect *",
      answer(R"([{"name": "front", "driver": "bridge", "subnets": [{"subnet": "10.77.0.0/24", "gateway": "10.77.0.1"}],
                            "ipv6_enabled": false, "internal": true, "labels": {"a": "b"}, "options": {"mtu": "1400"}}])"));
  system.script(
      "docker network inspect *",
      answer(R"([{"Name": "front", "Driver": "bridge", "EnableIPv6": false, "Internal": true, "Attachable": false,
                            "IPAM": {"Config": [{"Subnet": "10.77.0.0/24", "Gateway": "10.77.0.1"}]},
                            "Options": {"mtu": "1400"}, "Labels": {"a": "b"}}])"));
  for (const char* engine : {"podman", "docker"}) {
    Json asked = {{"name", "front"},
                  {"engine", engine},
                  {"driver", "bridge"},
                  {"internal", true},
                  {"ipv6", false},
                  {"subnet", {"10.77.0.0/24"}},
                  {"labels", {{"a", "b"}}},
                  {"gateway", {"10.77.0.1"}},
                  {"options", {{"mtu", "1400"}}}};
    const Seen seen = look(wanted("container_network", "name", asked));
    EXPECT_TRUE(seen.change.empty()) << engine << to_json(seen.change).dump(2);
    asked["subnet"] = Json::array({"10.78.0.0/24"});
    EXPECT_EQ(look(wanted("container_network", "name", asked)).change.op, Op::kReplace) << engine;
  }
}

}  // namespace
}  // namespace plumb::providers::container
