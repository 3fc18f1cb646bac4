#include "providers/selinux_mode/selinux_mode.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::selinux_mode {
namespace {

// A host that forbids, as Red Hat's do.
void make_selinux(FakeSystem& system) {
  system.make_file("/etc/selinux/config", "# how\nSELINUX=enforcing\nSELINUXTYPE=targeted\n");
  system.make_file("/sys/fs/selinux/enforce", "1");
  system.make_file("/sys/fs/selinux/booleans/httpd_can_network_connect", "0 0");
  system.make_file("/var/lib/selinux/targeted/active/ports.local",
                   "# made by libsemanage\nportcon tcp 8888 system_u:object_r:http_port_t:s0\n"
                   "portcon udp 6000 - 6010 system_u:object_r:x_port_t:s0\n");
  for (const char* program : {"setenforce", "setsebool", "semanage"}) system.add_program(program);
}

std::vector<std::string> words(const Change& change, std::size_t at = 0) {
  return std::get<plumb::Run>(change.operations.at(at)).argv;
}

class SelinuxMode : public ProviderTest<SelinuxModeProvider> {
 protected:
  SelinuxMode() { make_selinux(system); }
  static Desired want(Json attributes) { return wanted("selinux_mode", "mode", std::move(attributes)); }
};

TEST_F(SelinuxMode, TheKernelIsSwitchedAndTheSettingsAreKept) {
  const Desired desired = want({{"mode", "permissive"}});
  const Change change = look(desired).change;
  EXPECT_EQ(words(change), (std::vector<std::string>{"setenforce", "0"}));
  EXPECT_EQ(change.before, (Json{{"mode", "enforcing"}, {"running", "enforcing"}}));
  system.make_file("/sys/fs/selinux/enforce", "0");
  converge(desired);
  EXPECT_EQ(system.content("/etc/selinux/config"), "# how\nSELINUX=permissive\nSELINUXTYPE=targeted\n");
}

TEST_F(SelinuxMode, OnAndOffItGoesWithAStart) {
  Change change = look(want({{"mode", "disabled"}})).change;
  EXPECT_EQ(change.operations.size(), 1U);
  EXPECT_EQ(change.note, "counts once the host has started again");
  system.remove("/sys/fs/selinux");
  converge(want({{"mode", "disabled"}}));
  change = look(want({{"mode", "enforcing"}, {"policy", "mls"}})).change;
  EXPECT_EQ(change.after, (Json{{"mode", "enforcing"}, {"policy", "mls"}}));
  EXPECT_EQ(change.note, "counts once the host has started again");
}

TEST_F(SelinuxMode, AHostWithoutItIsTold) {
  system.remove("/etc/selinux/config");
  EXPECT_EQ(look(want({{"mode", "enforcing"}})).observed->missing,
            (std::vector<Missing>{{{"", "file", "/etc/selinux/config"}, "mode"}}));
}

TEST_F(SelinuxMode, UndoPutsTheModeBack) {
  const Desired desired = want({{"mode", "permissive"}});
  EXPECT_EQ(provider.restore(desired, *look(desired).observed)->attributes, (Json{{"mode", "enforcing"}}));
  system.make_file("/sys/fs/selinux/enforce", "0");
  EXPECT_FALSE(provider.restore(desired, *look(desired).observed)) << "two modes at once";
}

class SelinuxBoolean : public ProviderTest<SelinuxBooleanProvider> {
 protected:
  SelinuxBoolean() { make_selinux(system); }
  static Desired want(Json attributes) {
    attributes.emplace("name", "httpd_can_network_connect");
    return wanted("selinux_boolean", "name", std::move(attributes));
  }
};

TEST_F(SelinuxBoolean, ASwitchNowAndForTheNextStart) {
  const Change change = look(want({{"value", true}})).change;
  EXPECT_EQ(words(change), (std::vector<std::string>{"setsebool", "-P", "httpd_can_network_connect", "on"}));
  EXPECT_EQ(change.after, (Json{{"value", true}, {"kept", true}}));
  system.make_file("/sys/fs/selinux/booleans/httpd_can_network_connect", "1 1");
  system.make_file("/var/lib/selinux/targeted/active/booleans.local", "httpd_can_network_connect=1\n");
  EXPECT_TRUE(look(want({{"value", true}})).change.empty());
  EXPECT_EQ(words(look(want({{"value", false}, {"persistent", false}})).change),
            (std::vector<std::string>{"setsebool", "httpd_can_network_connect", "off"}));
}

TEST_F(SelinuxBoolean, WhatThereIsNotIsTold) {
  EXPECT_EQ(look(want({{"name", "none"}})).observed->missing,
            (std::vector<Missing>{{{"", "selinux_boolean", "none"}, "name"}}));
  system.remove("/sys/fs/selinux");
  EXPECT_EQ(obstacle(want({{"value", true}})),
            "SELinux is not there on this host, and so `httpd_can_network_connect` is no switch of it");
}

TEST_F(SelinuxBoolean, UndoPutsItBackWhereThatCanBeSaid) {
  const Desired desired = want({{"value", true}});
  EXPECT_FALSE(provider.restore(desired, *look(desired).observed));
  system.make_file("/var/lib/selinux/targeted/active/booleans.local", "httpd_can_network_connect=0\n");
  EXPECT_EQ(provider.restore(desired, *look(desired).observed)->attributes["value"], false);
}

class SelinuxPort : public ProviderTest<SelinuxPortProvider> {
 protected:
  SelinuxPort() { make_selinux(system); }
  static Desired want(Json attributes) { return wanted("selinux_port", "port", std::move(attributes)); }
};

TEST_F(SelinuxPort, IsAddedChangedAndTakenAway) {
  const Change change = look(want({{"port", "8080"}, {"type", "http_port_t"}})).change;
  EXPECT_EQ(change.op, Op::kCreate);
  EXPECT_EQ(std::get<plumb::Run>(change.operations[0]).script,
            "'semanage' 'port' '-a' '-t' 'http_port_t' '-p' 'tcp' '8080' 2>/dev/null || "
            "'semanage' 'port' '-m' '-t' 'http_port_t' '-p' 'tcp' '8080'");
  EXPECT_EQ(words(look(want({{"port", "8888"}, {"type", "ssh_port_t"}})).change),
            (std::vector<std::string>{"semanage", "port", "-m", "-t", "ssh_port_t", "-p", "tcp", "8888"}));
  EXPECT_EQ(words(look(want({{"port", "8888"}, {"state", "absent"}})).change),
            (std::vector<std::string>{"semanage", "port", "-d", "-p", "tcp", "8888"}));
}

TEST_F(SelinuxPort, WhatIsSaidAlreadyIsSeen) {
  EXPECT_TRUE(look(want({{"port", "8888"}, {"type", "http_port_t"}})).change.empty());
  EXPECT_TRUE(look(want({{"port", "6000-6010"}, {"protocol", "udp"}, {"type", "x_port_t"}})).change.empty());
  EXPECT_TRUE(look(want({{"port", "8888"}, {"protocol", "udp"}, {"state", "absent"}})).change.empty());
}

TEST_F(SelinuxPort, AHostWithoutItIsTold) {
  system.remove("/etc/selinux");
  EXPECT_EQ(obstacle(want({{"port", "80"}, {"type", "http_port_t"}})),
            "SELinux is not there on this host, and so port 80 is nobody's");
  EXPECT_TRUE(look(want({{"port", "80"}, {"state", "absent"}})).change.empty());
}

TEST_F(SelinuxPort, UndoPutsTheOldTypeBack) {
  const Desired desired = want({{"port", "8888"}, {"type", "ssh_port_t"}});
  EXPECT_EQ(provider.restore(desired, *look(desired).observed)->attributes["type"], "http_port_t");
  const Desired fresh = want({{"port", "80"}, {"type", "ssh_port_t"}});
  EXPECT_EQ(provider.restore(fresh, *look(fresh).observed)->attributes, (Json{{"port", "80"}, {"state", "absent"}}));
}

}  // namespace
}  // namespace plumb::providers::selinux_mode
