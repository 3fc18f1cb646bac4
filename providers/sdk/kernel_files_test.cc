#include "providers/sdk/kernel_files.h"

#include <gtest/gtest.h>

#include "providers/sdk/fake_system.h"
#include "providers/sdk/foreseen_system.h"

namespace plumb {
namespace {

constexpr const char* kRootMount = "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro\n";

TEST(KernelFiles, KeysOfValues) {
  EXPECT_EQ(kernel_value_path("net.ipv4.ip_forward"), "/proc/sys/net/ipv4/ip_forward");
  EXPECT_EQ(kernel_value_path("net/ipv4/ip_forward"), "/proc/sys/net/ipv4/ip_forward");
  EXPECT_EQ(kernel_value_path("net.ipv4.conf.eth0/100.rp_filter"), "/proc/sys/net/ipv4/conf/eth0.100/rp_filter");
  EXPECT_EQ(kernel_value_path("net/ipv4/conf/eth0.100/rp_filter"), "/proc/sys/net/ipv4/conf/eth0.100/rp_filter");
  EXPECT_EQ(kernel_key("net/ipv4/conf/eth0.100/rp_filter"), "net.ipv4.conf.eth0/100.rp_filter");
  for (const char* bad : {"", ".", "a..b", "kernel.", "../../etc/passwd", "a/../b"})
    EXPECT_EQ(kernel_value_path(bad), "") << bad;
}

TEST(KernelFiles, EscapesOfTables) {
  EXPECT_EQ(with_escapes("/srv/my disk\\x"), "/srv/my\\040disk\\134x");
  EXPECT_EQ(without_escapes("/srv/my\\040disk\\134x"), "/srv/my disk\\x");
  EXPECT_EQ(without_escapes("\\04 \\9"), "\\04 \\9");
}

TEST(KernelFiles, Mounts) {
  FakeSystem system;
  EXPECT_TRUE(read_mounts(system)->empty());
  system.make_file(
      "/proc/self/mountinfo",
      std::string(kRootMount) + "30 21 0:26 / /srv/my\\040disk rw,nosuid,noexec - tmpfs none rw,size=64k\nodd\n");
  const std::vector<MountedPlace> mounts = *read_mounts(system);
  ASSERT_EQ(mounts.size(), 2U);
  EXPECT_EQ(mounted_at(mounts, "/srv/my disk")->type, "tmpfs");
  EXPECT_EQ(mounted_at(mounts, "/srv/my disk")->options,
            (std::vector<std::string>{"rw", "nosuid", "noexec", "size=64k"}));
  EXPECT_EQ(mounted_at(mounts, "/srv"), nullptr);
  EXPECT_EQ(mount_around(mounts, "/srv/my disk/x")->type, "tmpfs");
  EXPECT_EQ(mount_around(mounts, "/srv/my")->type, "ext4");
  EXPECT_EQ(bound_place(mounts, "/srv/data")->root, "/srv/data");
  EXPECT_EQ(bound_place(mounts, "/srv/my disk/x")->root, "/x");
  EXPECT_EQ(bound_place(mounts, "/srv/my disk")->root, "/");
}

TEST(KernelFiles, TellWhatIsSoAfterwards) {
  FakeSystem system;
  system.make_file("/proc/self/mountinfo", kRootMount);
  system.make_file("/proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 100 0 -2\n");
  system.make_file("/proc/modules", "loop 40960 0 - Live 0x0\n");
  ASSERT_TRUE(system.apply(ChangeMount{"mount", "/srv/t", "none", "tmpfs", "noexec"}));
  ASSERT_TRUE(system.apply(ChangeMount{"mount", "/srv/b", "/etc", "", "bind,ro"}));
  const std::vector<MountedPlace> mounts = *read_mounts(system);
  EXPECT_EQ(mounted_at(mounts, "/srv/t")->options, std::vector<std::string>{"noexec"});
  EXPECT_EQ(mounted_at(mounts, "/srv/b")->root, "/etc");
  EXPECT_EQ(mounted_at(mounts, "/srv/b")->source, "/dev/sda1");
  ASSERT_TRUE(system.apply(ChangeMount{"remount", "/srv/t", "", "", "ro"}));
  EXPECT_EQ(mounted_at(*read_mounts(system), "/srv/t")->options, std::vector<std::string>{"ro"});
  EXPECT_EQ(mounted_at(*read_mounts(system), "/srv/t")->type, "tmpfs");
  ASSERT_TRUE(system.apply(ChangeMount{"unmount", "/srv/t", "", "", ""}));
  EXPECT_EQ(mounted_at(*read_mounts(system), "/srv/t"), nullptr);
  ASSERT_TRUE(system.apply(ChangeSwap{"on", "/swapfile", 0, 5}));
  ASSERT_TRUE(system.apply(ChangeSwap{"off", "/dev/sda2"}));
  ASSERT_EQ(read_swaps(system)->size(), 1U);
  EXPECT_EQ(read_swaps(system)->front().device, "/swapfile");
  EXPECT_EQ(read_swaps(system)->front().priority, 5);
  ASSERT_TRUE(system.apply(ChangeModule{"load", "br-netfilter", {}}));
  ASSERT_TRUE(system.apply(ChangeModule{"unload", "loop", {}}));
  EXPECT_EQ(*read_modules(system), std::vector<std::string>{"br_netfilter"});
}

TEST(KernelFiles, DevicesByTheirNames) {
  FakeSystem system;
  system.make_file("/dev/sdb1", "");
  system.make_link("/dev/disk/by-uuid/ab-cd", "../../sdb1");
  EXPECT_EQ(*device_of("UUID=ab-cd", system), "/dev/sdb1");
  EXPECT_EQ(*device_of("UUID=\"ab-cd\"", system), "/dev/sdb1");
  EXPECT_EQ(*device_of("LABEL=none", system), "LABEL=none");
  EXPECT_EQ(*device_of("/dev/sdb1", system), "/dev/sdb1");
  EXPECT_EQ(*device_of("[fe80::1]:/export", system), "[fe80::1]:/export");
}

// What comes to be mounted hides what lies there, and nobody knows what is in it; a file system in memory is empty.
TEST(ForeseenKernel, MountsAndValues) {
  FakeSystem system;
  system.make_file("/proc/self/mountinfo", kRootMount);
  system.make_file("/proc/sys/vm/swappiness", "60\n");
  system.make_file("/srv/d/x", "x");
  system.make_file("/srv/t/x", "x");
  ForeseenSystem then(system, {});
  ASSERT_TRUE(then.carry_out(SetKernelValue{"vm.swappiness", "10"}, 1));
  EXPECT_EQ(*then.read_file("/proc/sys/vm/swappiness", 100), "10\n");
  ASSERT_TRUE(then.carry_out(ChangeMount{"mount", "/srv/t", "none", "tmpfs", ""}, 2));
  EXPECT_FALSE(*then.stat("/srv/t/x", false));
  EXPECT_TRUE(*then.stat("/srv/t", false));
  ASSERT_TRUE(then.carry_out(ChangeMount{"mount", "/srv/d", "/dev/sdb1", "ext4", ""}, 3));
  EXPECT_FALSE(then.stat("/srv/d/x", false));
  EXPECT_EQ(then.take_met_unknown(), std::set<std::size_t>{3});
  EXPECT_NE(mounted_at(*read_mounts(then), "/srv/d"), nullptr);
  ASSERT_TRUE(then.carry_out(ChangeSwap{"make", "/swapfile", 64}, 4));
  EXPECT_EQ((*then.stat("/swapfile", false))->size, std::uint64_t{64} << 20U);
  EXPECT_EQ(system.content("/proc/sys/vm/swappiness"), "60\n");
}

// An overlay of several disks, as live systems have one, has files of several devices.
TEST(ForeseenKernel, FilesOfOneOverlayAreNoMounts) {
  FakeSystem system;
  system.make_file("/proc/self/mountinfo", kRootMount);
  system.make_file("/srv/h/below", "x");
  system.mount("/srv/h/below");
  system.make_file("/srv/h/disk/x", "x");
  system.mount("/srv/h/disk");
  system.set_limits("/srv/h/disk", {.mount = true});
  ForeseenSystem then(system, {});
  ASSERT_TRUE(then.carry_out(ChangeMount{"mount", "/srv/h/memory", "none", "tmpfs", ""}, 1));
  ASSERT_TRUE(then.carry_out(MakeDirectory{"/srv/h/memory/y", {}, false}, 2));
  std::vector<std::string> mounted;
  ASSERT_TRUE(then.walk("/srv/h", [&](const std::string& path, const FileInfo&, bool is) -> Result<bool> {
    if (is) mounted.push_back(path);
    return true;
  }));
  EXPECT_EQ(mounted, (std::vector<std::string>{"/srv/h/disk", "/srv/h/disk/x", "/srv/h/memory", "/srv/h/memory/y"}));
}

}  // namespace
}  // namespace plumb
