#include "providers/sysctl/sysctl.h"

#include "providers/sdk/kernel_files.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::sysctl {
namespace {

constexpr const char* kOwn = "/etc/sysctl.d/90-plumb.conf";

class Sysctl : public ProviderTest<SysctlProvider> {
 protected:
  Sysctl() { system.make_directory("/etc/sysctl.d"); }
  void kernel(const std::string& key, const std::string& value) {
    system.make_file(kernel_value_path(key), value + "\n");
  }
  Desired want(Json attributes) { return wanted("sysctl", "key", std::move(attributes)); }
  Desired want(const std::string& key, const std::string& value) { return want({{"key", key}, {"value", value}}); }
};

TEST_F(Sysctl, TheKernelAndTheFileHaveIt) {
  kernel("vm.swappiness", "60");
  converge(want("vm.swappiness", "10"));
  EXPECT_EQ(system.content("/proc/sys/vm/swappiness"), "10\n");
  EXPECT_EQ(system.content(kOwn), "vm.swappiness = 10\n");
  EXPECT_TRUE(look(want("vm/swappiness", "10")).change.empty());
  EXPECT_EQ(provider.claims(want("vm/swappiness", "1")), provider.claims(want("vm.swappiness", "1")));
}

TEST_F(Sysctl, TheKernelIsAskedFirst) {  // Y05
  kernel("vm.swappiness", "60");
  const Seen seen = look(want("vm.swappiness", "1000"));
  ASSERT_EQ(seen.change.operations.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<SetKernelValue>(seen.change.operations.front()));
}

TEST_F(Sysctl, AKeyThatTheKernelDoesNotHave) {  // Y04
  const Desired unknown = want("net.nothing", "1");
  EXPECT_EQ(look(unknown).observed->missing, (std::vector<Missing>{{{"", "kernel_value", "net.nothing"}, "key"}}));
  Desired optional = unknown;
  optional.attributes["optional"] = true;
  converge(optional);
  EXPECT_EQ(system.content(kOwn), "net.nothing = 1\n");
  kernel("net.ipv4.x", "1");
  EXPECT_EQ(obstacle(want("net.ipv4", "1")), "`net.ipv4` is a group of values, not one");
}

TEST_F(Sysctl, AFileThatIsALinkStaysOne) {  // Y07
  kernel("kernel.panic", "0");
  system.make_file("/etc/sysctl.conf", "# mine\n");
  system.make_link("/etc/sysctl.d/99-sysctl.conf", "../sysctl.conf");
  converge(want({{"key", "kernel.panic"}, {"value", "5"}, {"file", "/etc/sysctl.d/99-sysctl.conf"}}));
  EXPECT_EQ(system.content("/etc/sysctl.conf"), "# mine\nkernel.panic = 5\n");
  EXPECT_EQ((*system.stat("/etc/sysctl.d/99-sysctl.conf", false))->type, FileType::kLink);
}

TEST_F(Sysctl, TheFileHasToBeOne) {
  kernel("kernel.panic", "0");
  system.make_directory("/etc/sysctl.d/x.conf");
  EXPECT_EQ(obstacle(want({{"key", "kernel.panic"}, {"value", "5"}, {"file", "/etc/sysctl.d/x.conf"}})),
            "/etc/sysctl.d/x.conf is not a regular file");
}

TEST_F(Sysctl, TabsAreBlanks) {  // Y08
  kernel("net.ipv4.tcp_rmem", "4096\t87380\t6291456");
  system.make_file(kOwn, "net/ipv4/tcp_rmem=4096  87380\t6291456\n");
  EXPECT_TRUE(look(want("net.ipv4.tcp_rmem", "4096 87380 6291456")).change.empty());
}

TEST_F(Sysctl, WhatCountsAtTheNextStartIsCompared) {  // Y10
  kernel("kernel.panic", "5");
  system.make_file("/usr/lib/sysctl.d/50-default.conf", "kernel.panic = 5\n");
  EXPECT_TRUE(look(want("kernel.panic", "5")).change.empty()) << "a file of the distribution has it already";
  system.make_file("/etc/sysctl.d/50-default.conf", "; nothing\n");
  EXPECT_EQ(look(want("kernel.panic", "5")).change.after, Json({{"value", "5"}})) << "and one of its name hides it";
  system.make_file("/etc/sysctl.d/95-later.conf", "-kernel.panic=1\n");
  EXPECT_EQ(obstacle(want("kernel.panic", "5")),
            "kernel.panic is set to 1 in /etc/sysctl.d/95-later.conf, which counts at the next start of the host");
  converge(want({{"key", "kernel.panic"}, {"value", "5"}, {"file", "/etc/sysctl.d/95-later.conf"}}));
  EXPECT_EQ(system.content("/etc/sysctl.d/95-later.conf"), "kernel.panic = 5\n");
}

TEST_F(Sysctl, AbsentTakesTheLineAndLeavesTheKernel) {
  kernel("kernel.panic", "5");
  system.make_file(kOwn, "kernel.panic = 5\nkernel.panic=6\nkernel.panic_on_oops = 1\n");
  converge(want({{"key", "kernel.panic"}, {"state", "absent"}}));
  EXPECT_EQ(system.content(kOwn), "kernel.panic_on_oops = 1\n");
  EXPECT_EQ(system.content("/proc/sys/kernel/panic"), "5\n");
}

TEST_F(Sysctl, AnImageHasNoKernel) {
  system.set_image(true);
  const Desired desired = want("kernel.panic", "5");
  EXPECT_EQ(look(desired).change.after, Json({{"value", "5"}}));
  converge(desired);
}

TEST_F(Sysctl, Undo) {
  kernel("kernel.panic", "0");
  const Desired desired = want("kernel.panic", "5");
  EXPECT_FALSE(provider.restore(desired, *look(desired).observed)) << "no line, and another value";
  system.make_file(kOwn, "kernel.panic = 0\n");
  EXPECT_EQ(provider.restore(desired, *look(desired).observed)->text("value"), "0");
}

}  // namespace
}  // namespace plumb::providers::sysctl
