#include "engine/inventory/ansible_ini.h"

#include <gtest/gtest.h>

#include "engine/inventory/ansible_settings.h"
#include "engine/inventory/host_pattern.h"
#include "engine/inventory/python_literal.h"
#include "engine/inventory/testing/dump.h"

namespace plumb::inventory {
namespace {

using testing::dump;

std::string read(std::string_view text) {
  Diagnostics diagnostics;
  lang::SourceMap sources;
  Reading reading{diagnostics, sources};
  Found found;
  read_ansible_ini("i", text, found, reading);
  settle_ports(found, reading);
  settle_ungrouped(found);
  if (!diagnostics.has_errors()) take_connection_variables(found, reading);
  return (diagnostics.has_errors() ? "" : dump(found)) + dump(diagnostics);
}

TEST(AnsibleIni, GroupsChildrenAndVariables) {
  EXPECT_EQ(read(R"(# a comment
bastion ansible_host=192.0.2.1   ; no comment
)"),
            "PL1208 i:2:34 a variable without its value; expected `name=value`\n");
  EXPECT_EQ(read(R"(bastion ansible_host=192.0.2.1 # a comment

[web]
web[01:03:2].example.com:2222 http_port=80
db1 role="the 'main' one"

[db]
db1
[db:vars]
port = 5432
tags = ['a', 'b'] # of Python
name=O'Brien
[prod:children]
web   # comments here too
db
[all:vars]
ansible_user=deploy
)"),
            R"([all]
  set user = deploy at i:17:14
[db]
  port = 5432 at i:10:8
  tags = ['a', 'b'] at i:11:8
  name = O'Brien at i:12:6
[prod]
  child web
  child db
[ungrouped]
[web]
bastion ungrouped
  set address = 192.0.2.1 at i:1:22
db1 db web
  role = the 'main' one at i:5:10
web01.example.com web
  set port = 2222 at i:4:1
  http_port = 80 at i:4:41
web03.example.com web
  set port = 2222 at i:4:1
  http_port = 80 at i:4:41
)");
}

TEST(AnsibleIni, FaultsAreToldTogether) {
  EXPECT_EQ(read(R"([web:var]
[web
a b
c x="1
[web:children]
one two
[nope:vars]
x=1
[db:vars]
nothing
[w b]
d
[x]
e[3:1]
---
all:
)"),
            R"(PL1208 i:1:6 `var` is no part of a group; did you mean `vars`?
PL1208 i:3:3 a variable without its value; expected `name=value`
PL1208 i:4:5 a quote is not closed; opened here
PL1208 i:6:1 the name of a group cannot be read; expected one name a line
PL1204 i:7:2 there is no group `nope`; no section [nope] declares it
PL1204 i:9:2 there is no group `db`; no section [db] declares it
PL1208 i:10:1 a variable without its value; expected `name=value`
PL1208 i:11:1 the name of a section cannot be read; expected [group], [group:vars] or [group:children]
PL1201 i:14:1 the range [3:1] ends before it begins
PL1208 i:15:1 this looks like YAML, and the file is read as INI; not a host's name
PL1208 i:16:1 this looks like YAML, and the file is read as INI; not a host's name
)");
}

TEST(AnsibleIni, SeveralPortsAreSeveralHosts) {
  EXPECT_EQ(read(R"([a]
10.0.0.1:1222 x=1
web[1:2]:22
[b]
10.0.0.1:9322 ansible_user=ops
web1
web2:22
mail:22 ansible_port=23
db:1 ansible_host=db.example.com
db:2
)"),
            R"([a]
[b]
10.0.0.1-1222 a
  set port = 1222 at i:2:1
  set address = '10.0.0.1' at i:2:1
  x = 1 at i:2:17
10.0.0.1-9322 b
  set user = ops at i:5:28
  set port = 9322 at i:5:1
  set address = '10.0.0.1' at i:5:1
db-1 b
  set address = db.example.com at i:9:19
  set port = 1 at i:9:1
db-2 b
  set port = 2 at i:10:1
  set address = 'db' at i:10:1
mail b
  set port = 23 at i:8:22
web1 a b
  set port = 22 at i:3:1
web2 a b
  set port = 22 at i:3:1
)");
  EXPECT_EQ(read("a:1\na:2\na\n"),
            "PL1210 i:3:1 `a` stands with several ports, and without one; which of them is this?\n");
}

TEST(AnsibleIni, AddressesOfIpv6) {
  EXPECT_EQ(read("[2001:db8::1]:2222\n2001:db8::2\n[2001:db8::3] x=1\n[fe80::1%eth0]:22\n[::1]:1\n[::1]:2\n"),
            R"([ungrouped]
2001_db8__1 ungrouped
  set port = 2222 at i:1:1
  set address = '2001:db8::1' at i:1:1
2001_db8__2 ungrouped
  set address = '2001:db8::2' at i:2:1
2001_db8__3 ungrouped
  set address = '2001:db8::3' at i:3:1
  x = 1 at i:3:17
__1-1 ungrouped
  set port = 1 at i:5:1
  set address = '::1' at i:5:1
__1-2 ungrouped
  set port = 2 at i:6:1
  set address = '::1' at i:6:1
fe80__1_eth0 ungrouped
  set port = 22 at i:4:1
  set address = 'fe80::1%eth0' at i:4:1
)");
}

TEST(AnsibleIni, SettingsThatDifferInOneSource) {
  EXPECT_EQ(read(R"([a]
web ansible_port=1 x=1
[b]
web ansible_port=2 x=2
[a:vars]
ansible_user=one
[b:vars]
ansible_user=two
[a:vars]
ansible_user=three
)"),
            "PL1210 i:4:18 `ansible_port` of host web is said twice, differently; another one here\n"
            "PL1210 i:10:14 `ansible_user` of group a is said twice, differently; another one here\n");
  EXPECT_EQ(read("[a]\nweb ansible_port=1 x=1\n[b]\nweb ansible_port=1 x=2\n"), R"([a]
[b]
web a b
  set port = 1 at i:4:18
  x = 2 at i:4:22
)");
}

TEST(AnsibleIni, WhatIsSaidOfConnecting) {
  EXPECT_EQ(
      read(R"([a]
one ansible_connection=local ansible_python_interpreter=/usr/bin/python3
two ansible_ssh_common_args='-o ConnectTimeout=5 -o ControlMaster=auto -F ops/ssh_config -o ProxyJump=bastion'
three ansible_password=hunter2
four ansible_port="{{ port }}"
five ansible_connection=winrm
)"),
      R"(PL1212 i:3:29 `-o ProxyJump=bastion` of `ansible_ssh_common_args` is left out; plumb has no equal for it here
PL1211 i:4:7 `ansible_password` holds a password; plumb takes none from an inventory
PL1208 i:5:19 `ansible_port` is a template of Jinja; plumb reads values as they stand
PL1212 i:6:25 plumb has no connection `winrm`; it would use ssh; expected ssh, paramiko, smart or local
)");
}

TEST(AnsibleIni, BecomeIsWhatAllLevelsComeTo) {
  EXPECT_EQ(read(R"([db]
db1
db2 ansible_become=no
[web]
web1
[all:vars]
ansible_become=true
ansible_become_method=community.general.doas
[db:vars]
ansible_become_user=postgres
ansible_group_priority=5
)"),
            R"([db]
  priority 5
[web]
db1 db
  set become = {user: postgres, method: doas} at i:7:16
db2 db
  set become = none at i:3:20
web1 web
  set become = {method: doas} at i:7:16
)");
}

std::string value(std::string_view text) {
  return testing::text_of(python_value(text, {}));
}

TEST(PythonValue, LiteralsAndText) {
  EXPECT_EQ(value("80"), "80");
  EXPECT_EQ(value("-0x1F"), "-31");
  EXPECT_EQ(value("1_000"), "1000");
  EXPECT_EQ(value("1.50"), "1.5");
  EXPECT_EQ(value("2."), "2.0");
  EXPECT_EQ(value("0644"), "0644");
  EXPECT_EQ(value("1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(value("10m"), "10m");
  EXPECT_EQ(value("True"), "true");
  EXPECT_EQ(value("true"), "true");
  EXPECT_EQ(value("None"), "null");
  EXPECT_EQ(value("'80'"), "'80'");
  EXPECT_EQ(value("'a' \"b\""), "'ab'");
  EXPECT_EQ(value(R"('it\'s\n')"), "'it's\n'");
  EXPECT_EQ(value(R"('\x41')"), R"('\x41')");
  EXPECT_EQ(value("r'\\d'"), "'\\d'");
  EXPECT_EQ(value("['a', 1, (2,), {'k': None}]"), "['a', 1, [2], {k: null}]");
  EXPECT_EQ(value("(1)"), "1");
  EXPECT_EQ(value("1, 2"), "[1, 2]");
  EXPECT_EQ(value("{1, 2}"), "[1, 2]");
  EXPECT_EQ(value("[1 2]"), "[1 2]");
  EXPECT_EQ(value("['a'"), "['a'");
  EXPECT_EQ(value("r'\\"), "r'\\");
  EXPECT_EQ(value(""), "");
  EXPECT_EQ(value("a=b c"), "a=b c");
  EXPECT_EQ(value("80 # web"), "80");
  EXPECT_EQ(value(std::string(100, '[')), std::string(100, '['));
}

}  // namespace
}  // namespace plumb::inventory
