#include "providers/kernel_module/kernel_module.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::kernel_module {
namespace {

class KernelModule : public ProviderTest<KernelModuleProvider> {
 protected:
  KernelModule() {
    system.make_directory("/etc/modules-load.d");
    system.make_directory("/etc/modprobe.d");
    system.make_file("/proc/modules", "loop 40960 0 - Live 0x0\n");
    system.make_file("/proc/sys/kernel/osrelease", "6.1.0\n");
    system.make_file("/lib/modules/6.1.0/modules.builtin", "kernel/drivers/char/random.ko\n");
    system.make_file("/lib/modules/6.1.0/modules.dep",
                     "kernel/net/bridge/br_netfilter.ko.xz: kernel/net/bridge/bridge.ko.xz\nkernel/fs/cram-fs.ko:\n");
  }
  Desired want(Json attributes) { return wanted("kernel_module", "name", std::move(attributes)); }
};

TEST_F(KernelModule, LoadedNowAndAtTheStart) {  // O08
  const Desired desired = want({{"name", "br-netfilter"}, {"persistent", true}, {"params", {"a=1", "b=2"}}});
  const Change change = look(desired).change;
  EXPECT_EQ(change.fidelity, Fidelity::kBounded);
  converge(desired);
  EXPECT_EQ(system.content("/etc/modules-load.d/br-netfilter.conf"), "br-netfilter\n");
  EXPECT_EQ(system.content("/etc/modprobe.d/plumb-br-netfilter.conf"), "options br-netfilter a=1 b=2\n");
  EXPECT_TRUE(look(want({{"name", "br_netfilter"}, {"persistent", true}})).change.empty()) << "- and _ are the same";
  EXPECT_TRUE(provider.may_bring(desired, {}, {"", "kernel_value", "net.bridge.x"}));
}

TEST_F(KernelModule, OneThatIsOnlyLoadedIsNew) {
  system.make_file("/etc/modules", "br_netfilter\n");
  const Change change = look(want({{"name", "br_netfilter"}, {"persistent", true}})).change;
  EXPECT_EQ(change.op, Op::kCreate) << "so that others may wait for what comes with it";
  EXPECT_EQ(change.after, Json({{"loaded", "yes"}}));
}

TEST_F(KernelModule, WhatAnotherFileLoads) {
  system.make_file("/etc/modules", "# list\nloop max_loop=9\n");
  EXPECT_TRUE(look(want({{"name", "loop"}, {"persistent", true}})).change.empty());
  EXPECT_EQ(obstacle(want({{"name", "loop"}, {"persistent", false}})), "/etc/modules has loop loaded at the start");
}

TEST_F(KernelModule, Blacklisted) {
  const Desired desired = want({{"name", "cram_fs"}, {"blacklisted", true}});
  converge(desired);
  EXPECT_EQ(system.content("/etc/modprobe.d/plumb-cram_fs.conf"), "blacklist cram_fs\ninstall cram_fs /bin/false\n");
  EXPECT_FALSE(provider.is_unwanted(desired));
  converge(want({{"name", "loop"}, {"blacklisted", true}, {"state", "absent"}}));
  EXPECT_EQ(system.content("/proc/modules"), "");
}

TEST_F(KernelModule, AHostWithoutTheFolderOfOptions) {
  system.remove("/etc/modprobe.d");
  EXPECT_EQ(look(want({{"name", "cram_fs"}, {"blacklisted", true}})).observed->missing,
            (std::vector<Missing>{{{"", "directory", "/etc/modprobe.d"}, "path"}}));
}

TEST_F(KernelModule, WhatTheKernelDoesNotHave) {
  EXPECT_EQ(look(want({{"name", "nothing"}})).observed->missing,
            (std::vector<Missing>{{{"", "module", "nothing"}, "name"}}));
  EXPECT_TRUE(look(want({{"name", "random"}})).change.empty()) << "it is built in";
  EXPECT_EQ(obstacle(want({{"name", "random"}, {"state", "absent"}})),
            "random is built into this kernel and cannot be unloaded");
  EXPECT_TRUE(look(want({{"name", "cram-fs"}})).observed->missing.empty());
}

TEST_F(KernelModule, ParametersOfOneThatIsLoaded) {
  const Change change = look(want({{"name", "loop"}, {"params", "max_loop=64"}})).change;
  EXPECT_EQ(change.note, "its parameters count once it is loaded anew");
  EXPECT_EQ(change.operations.size(), 1U);
}

TEST_F(KernelModule, AbsentAndBack) {
  converge(want({{"name", "loop"}, {"persistent", true}, {"params", "max_loop=64"}}));
  const Desired gone = want({{"name", "loop"}, {"state", "absent"}});
  const Desired back = *provider.restore(gone, *look(gone).observed);
  EXPECT_EQ(look(gone).change.op, Op::kDelete);
  converge(gone);
  converge(back);
  EXPECT_EQ(system.content("/etc/modprobe.d/plumb-loop.conf"), "options loop max_loop=64\n");
}

TEST_F(KernelModule, AnImageHasTheFilesAlone) {
  system.set_image(true);
  const Desired desired = want({{"name", "nothing"}, {"persistent", true}});
  EXPECT_EQ(look(desired).change.operations.size(), 1U);
  converge(desired);
}

}  // namespace
}  // namespace plumb::providers::kernel_module
