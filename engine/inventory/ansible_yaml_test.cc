#include "engine/inventory/ansible_yaml.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/inventory/ansible_files.h"
#include "engine/inventory/ansible_json.h"
#include "engine/inventory/testing/dump.h"
#include "engine/lang/json_tree.h"
#include "engine/testing/case_file.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::inventory {
namespace {

using plumb::testing::ScratchFolder;
using testing::dump;

class AnsibleFiles : public ::testing::Test {
 protected:
  void write(const std::string& name, std::string_view text) {
    std::filesystem::create_directories((scratch_.path() / name).parent_path());
    ASSERT_TRUE(write_file(scratch_.path() / name, text));
  }
  std::string read(const std::string& name) {
    Diagnostics diagnostics;
    lang::SourceMap sources;
    Reading reading{diagnostics, sources};
    const std::optional<Found> found =
        read_ansible(Folder(scratch_.path()), name, name, {"hosts.yaml", 3, 5, 3, 9}, reading);
    EXPECT_EQ(found.has_value(), !diagnostics.has_errors());
    return (found ? dump(*found) : "") + dump(diagnostics);
  }
  ScratchFolder scratch_;
};

TEST_F(AnsibleFiles, GroupsWithinGroups) {
  write("inventory.yml", R"(---
all:
  vars: {ansible_user: deploy}
  hosts:
    bastion:
  children:
    web:
      hosts:
        web[1:2]: {http_port: 80}
      vars:
        tls: yes
      children:
        canary:
          hosts: web1
    db: {hosts: {db1: {ansible_host: 192.0.2.9}}, colour: red}
)");
  EXPECT_EQ(read("inventory.yml"), R"([all]
  set user = deploy at inventory.yml:3:24
[canary]
[db]
[ungrouped]
[web]
  child canary
  tls = yes at inventory.yml:11:14
bastion ungrouped
db1 db
  set address = 192.0.2.9 at inventory.yml:15:38
web1 canary web
  http_port = 80 at inventory.yml:9:31
web2 web
  http_port = 80 at inventory.yml:9:31
PL1212 inventory.yml:15:51 `colour` is no part of the group `db`; expected hosts, vars or children
)");
}

TEST_F(AnsibleFiles, AFolderThatIsNoneOfInventoriesIsSoonToldToBe) {
  for (int i = 0; i < 40; ++i) write("no/f" + std::to_string(i), std::string("\0\1", 2));
  std::string told = read("no");
  const auto lines = std::count(told.begin(), told.end(), '\n');
  EXPECT_GE(lines, 1);
  EXPECT_LT(lines, 30) << told;
  write("loop/a/hosts", "[web]\nweb1\n");
  for (const char* name : {"x", "y", "z"})
    std::filesystem::create_directory_symlink("..", scratch_.path() / "loop/a" / name);
  told = read("loop");
  EXPECT_NE(told.find("too much for a folder of inventories"), std::string::npos) << told;
}

TEST_F(AnsibleFiles, VariablesBesideTheInventory) {
  write("prod/hosts", "[web]\nweb1 x=1\n");
  write("prod/group_vars/all/a.yml", "x: 2\ny: a\n");
  write("prod/group_vars/all/b.yml", "y: b\n");
  write("prod/group_vars/all/vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n3132\n");
  write("prod/group_vars/web.yaml", "ansible_port: 2222\nkey: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3132\n");
  write("prod/group_vars/nobody.yml", "x: 9\n");
  write("prod/host_vars/web1.yml", "x: 3\n");
  const std::string wanted = R"([all]
  beside
  x = 2 at prod/group_vars/all/a.yml:1:4
  y = b at prod/group_vars/all/b.yml:1:4
[web]
  beside
  set port = 2222 at prod/group_vars/web.yaml:1:15
web1 web
  x = 3 at prod/host_vars/web1.yml:1:4
PL1212 prod/group_vars/all/vault.yml:1:1 prod/group_vars/all/vault.yml is encrypted by ansible-vault and left out; cannot be read
PL1212 prod/group_vars/web.yaml:2:1 the variable `key` is encrypted by ansible-vault and left out; cannot be read
)";
  EXPECT_EQ(read("prod/hosts"), wanted);
  EXPECT_EQ(read("prod"), wanted);
}

TEST_F(AnsibleFiles, WhatIsNoInventory) {
  write("aws_ec2.yml", "plugin: amazon.aws.aws_ec2\nregions: [eu-west-1]\n");
  EXPECT_EQ(
      read("aws_ec2.yml"),
      "PL1208 aws_ec2.yml:1:1 this is the configuration of Ansible's plugin `amazon.aws.aws_ec2`, not an inventory; "
      "only Ansible can run it\n");
  write("list.yml", "- web1\n");
  EXPECT_EQ(read("list.yml"),
            "PL1208 list.yml:1:1 an inventory must be a map; expected `name:` and what belongs to it\n");
  write("program", "#!/bin/sh\necho {}\n");
  std::filesystem::permissions(scratch_.path() / "program", std::filesystem::perms::owner_all);
  EXPECT_EQ(read("program"),
            "PL1208 hosts.yaml:3:5 program is a program, not an inventory; a file to read is wanted here\n");
}

std::string answer(std::string_view text, const AskHost& ask = nullptr) {
  Diagnostics diagnostics;
  lang::SourceMap sources;
  Reading reading{diagnostics, sources};
  Found found;
  auto root = lang::read_json("p", text, Code::kInventorySource, diagnostics);
  if (root) read_ansible_json(*root, ask, found, reading);
  return (diagnostics.has_errors() ? "" : dump(found)) + dump(diagnostics);
}

TEST(AnsibleJson, WhatProgramsPrint) {
  EXPECT_EQ(answer(R"({
  "web": {"hosts": ["web1", "web2"], "vars": {"http_port": 80}, "children": ["canary"]},
  "db": ["db1"],
  "_meta": {"hostvars": {"web1": {"zone": "a", "list": [1, true]}, "unknown": {}}}
})"),
            R"([canary]
[db]
[web]
  child canary
  http_port = 80 at p:2:60
db1 db
web1 web
  zone = 'a' at p:4:43
  list = [1, true] at p:4:56
web2 web
)");
  EXPECT_EQ(answer(R"({"web": {"hosts": "web1"}, "db": 5})"),
            "PL1208 p:1:19 `hosts` must be a list of names; expected `[`\n"
            "PL1208 p:1:34 the group `db` must be a map or a list of hosts\n");
}

TEST(AnsibleJson, MapsWithoutPartsOfGroupsAreHosts) {
  EXPECT_EQ(answer(R"({"web1": {"ansible_host": "192.0.2.1", "zone": "a"}, "empty": {}, "v6": ["2001:db8::1"],
  "_meta": {"hostvars": {"2001:db8::1": {"zone": "b"}}}})"),
            R"([empty]
[ungrouped]
[v6]
2001_db8__1 v6
  ansible_host = '2001:db8::1' at p:1:74
  zone = 'b' at p:2:50
web1 ungrouped
  ansible_host = '192.0.2.1' at p:1:27
  zone = 'a' at p:1:48
)");
}

TEST(AnsibleJson, HostsAreAskedForWhereThereIsNoMeta) {
  const AskHost ask = [](const std::string& host) {
    Diagnostics diagnostics;
    return lang::read_json("p --host " + host, "{\"name\": \"" + host + "\"}", Code::kInventorySource, diagnostics);
  };
  EXPECT_EQ(answer(R"({"web": ["a", "b"]})", ask), R"([web]
a web
  name = 'a' at p --host a:1:10
b web
  name = 'b' at p --host b:1:10
)");
}

}  // namespace
}  // namespace plumb::inventory
