#include "engine/inventory/terraform.h"

#include <gtest/gtest.h>

#include "engine/inventory/host_list.h"
#include "engine/inventory/testing/dump.h"
#include "engine/lang/json_tree.h"

namespace plumb::inventory {
namespace {

using testing::dump;

std::string read_state(std::string_view text, const std::vector<ResourceMapping>& mappings = {}) {
  Diagnostics diagnostics;
  lang::SourceMap sources;
  Reading reading{diagnostics, sources};
  Found found;
  const auto root = lang::read_json("t", text, Code::kInventorySource, diagnostics);
  if (root) read_terraform(*root, mappings, found, reading);
  return (diagnostics.has_errors() ? "" : dump(found)) + dump(diagnostics);
}

constexpr std::string_view kState = R"({
  "version": 4, "terraform_version": "1.5.7", "serial": 3, "lineage": "x", "outputs": {},
  "resources": [
    {"mode": "data", "type": "aws_instance", "name": "old", "instances": [{"attributes": {"id": "i-9", "private_ip": "10.0.0.9"}}]},
    {"module": "module.web", "mode": "managed", "type": "aws_instance", "name": "web", "instances": [
      {"index_key": 0, "attributes": {
        "id": "i-1", "public_ip": "",
        "private_ip": "10.0.0.1",
        "tags": {"Name": "web1", "Role": "web", "Port": "8080"}}},
      {"index_key": 1, "attributes": {"id": "i-2", "public_ip": "192.0.2.2", "private_ip": "10.0.0.2", "tags": null}},
      {"index_key": 2, "attributes": {"id": "i-3", "public_ip": null, "private_ip": null, "tags": null}},
      {"index_key": 1, "deposed": "abc", "attributes": {"id": "i-4", "private_ip": "10.0.0.4"}}]},
    {"mode": "managed", "type": "google_compute_instance", "name": "db", "instances": [{"attributes": {
      "name": "db1", "network_interface": [{"network_ip": "10.1.0.1", "access_config": []}]}}]},
    {"mode": "managed", "type": "aws_vpc", "name": "main", "instances": [{"attributes": {"id": "vpc-1"}}]}
  ]})";

TEST(Terraform, StateFile) {
  EXPECT_EQ(read_state(kState), R"(db1
  set address = '10.1.0.1' at t:14:59
i-2
  set address = '192.0.2.2' at t:10:65
web1
  set address = '10.0.0.1' at t:8:23
)");
}

TEST(Terraform, MappingsSayWhatAttributesMean) {
  EXPECT_EQ(read_state(kState, {{.type = "aws_instance",
                                 .name = {"id"},
                                 .address = {"private_ip"},
                                 .user = "admin",
                                 .groups = {"aws"},
                                 .groups_from = {"tags.Role"},
                                 .inputs = {{"http_port", "tags.Port"}}}}),
            R"([aws]
[web]
db1
  set address = '10.1.0.1' at t:14:59
i-1 aws web
  set address = '10.0.0.1' at t:8:23
  set user = admin at t:7:15
  http_port = 8080 at t:9:57
i-2 aws
  set address = '10.0.0.2' at t:10:92
  set user = admin at t:10:45
)");
}

TEST(Terraform, WhatShowPrints) {
  EXPECT_EQ(read_state(R"({"format_version": "1.0", "terraform_version": "1.8.0", "values": {"root_module": {
  "resources": [{"address": "ansible_host.a", "mode": "managed", "type": "ansible_host", "name": "a", "values": {
    "name": "app1", "groups": ["app"], "variables": {"ansible_host": "192.0.2.7", "size": "3"}}}],
  "child_modules": [{"address": "module.x", "resources": [
    {"address": "module.x.ansible_group.g", "mode": "managed", "type": "ansible_group", "name": "g", "values": {
      "name": "prod", "children": ["app"], "variables": {"ansible_user": "deploy"}}},
    {"address": "module.x.hcloud_server.s", "mode": "managed", "type": "hcloud_server", "name": "s", "values": {
      "name": "cache1", "ipv4_address": "192.0.2.8"}}]}]}}})"),
            R"([app]
[prod]
  child app
  set user = deploy at t:6:74
app1 app
  set address = 192.0.2.7 at t:3:70
  size = 3 at t:3:91
cache1
  set address = '192.0.2.8' at t:8:41
)");
  EXPECT_EQ(read_state(R"({"format_version": "1.0"})"), "");
}

TEST(Terraform, WhatIsNoState) {
  EXPECT_EQ(read_state(R"({"format_version": "1.2", "planned_values": {}})"),
            "PL1208 t:1:27 this is a plan of Terraform, not its state; hosts that are not there yet\n");
  EXPECT_EQ(read_state(R"({"version": 3})"), "PL1208 t:1:13 a state of another version; expected 4\n");
  EXPECT_EQ(read_state(R"([])"), "PL1208 t:1:1 this is no state of Terraform; expected `{`\n");
  EXPECT_EQ(read_state(
                R"({"version": 4, "resources": [{"mode": "managed", "type": "hcloud_server", "name": "s", "instances": [
  {"attributes": {"name": "a", "ipv4_address": "192.0.2.1"}}, {"attributes": {"name": "a", "ipv4_address": "192.0.2.2"}}]}]})"),
            "PL1202 t:2:87 two resources are the host `a`; a second one here\n");
}

std::string read_list(std::string_view text) {
  Diagnostics diagnostics;
  lang::SourceMap sources;
  Reading reading{diagnostics, sources};
  Found found;
  read_host_list("l", text, found, reading);
  return (diagnostics.has_errors() ? "" : dump(found)) + dump(diagnostics);
}

TEST(HostList, NamesAndLinesOfEtcHosts) {
  EXPECT_EQ(read_list(R"(# the fleet
web[1:2]   # two
db1:2222
127.0.0.1 localhost
::1 ip6-localhost ip6-loopback
ff02::1 ip6-allnodes
192.0.2.10  app1.example.com app1
2001:db8::10 app1.example.com
192.0.2.11
)"),
            R"(192.0.2.11
app1.example.com
  set address = 192.0.2.10 at l:7:1
db1
  set port = 2222 at l:3:1
web1
web2
)");
  EXPECT_EQ(read_list("web1 web2\nweb[a"),
            "PL1208 l:1:6 more than one host stands on a line; expected nothing more after `web1`\n");
}

}  // namespace
}  // namespace plumb::inventory
