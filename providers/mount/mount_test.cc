#include "providers/mount/mount.h"

#include "providers/sdk/kernel_files.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::mount {
namespace {

constexpr const char* kFstab = "/etc/fstab";

class Mount : public ProviderTest<MountProvider> {
 protected:
  Mount() {
    system.make_file("/proc/self/mountinfo", "21 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n");
    system.make_file(kFstab, "UUID=r / ext4 errors=remount-ro 0 1\n");
    system.make_file("/dev/sdb1", "");
  }
  Desired want(Json attributes) { return wanted("mount", "path", std::move(attributes)); }
  Desired disk(Json more = Json::object()) {
    Json attributes = {{"path", "/srv/d"}, {"source", "/dev/sdb1"}, {"type", "ext4"}};
    attributes.update(more);
    return want(std::move(attributes));
  }
  void mounted(const std::string& line) {
    system.make_file("/proc/self/mountinfo", system.content("/proc/self/mountinfo") + line + "\n");
  }
  const MountedPlace* at(const std::string& point) {
    mounts_ = *read_mounts(system);
    return mounted_at(mounts_, point);
  }
  std::vector<MountedPlace> mounts_;
};

TEST_F(Mount, TheLineAndTheMount) {  // M01, M02
  converge(disk({{"options", {"noatime", "data=ordered"}}, {"pass", 2}}));
  EXPECT_EQ(system.content(kFstab),
            "UUID=r / ext4 errors=remount-ro 0 1\n/dev/sdb1 /srv/d ext4 data=ordered,noatime 0 2\n");
  ASSERT_NE(at("/srv/d"), nullptr);
  EXPECT_TRUE(look(disk({{"options", "noatime,defaults,data=ordered"}, {"pass", 2}})).change.empty());
}

// What comes with `user` is taken back by what stands behind it alone.
TEST_F(Mount, WhoMayMountStandsBeforeWhatIsGivenBack) {
  const Desired desired = disk({{"options", {"user", "exec", "noatime"}}});
  converge(desired);
  EXPECT_EQ(system.content(kFstab),
            "UUID=r / ext4 errors=remount-ro 0 1\n/dev/sdb1 /srv/d ext4 user,exec,noatime 0 0\n");
  // There, nobody may run anything: `user` takes that away again.
  system.make_file(kFstab, "/dev/sdb1 /srv/d ext4 exec,user,noatime 0 0\n");
  EXPECT_FALSE(look(desired).change.empty());
  EXPECT_FALSE(look(disk({{"options", "user,noatime"}})).change.after.contains("options"));
}

TEST_F(Mount, OtherOptionsAreMountedAgain) {  // M02
  converge(disk({{"options", {"noatime", "noexec"}}}));
  const Change change = look(disk({{"options", {"noatime", "ro"}}})).change;
  ASSERT_EQ(change.operations.size(), 2U);
  EXPECT_EQ(std::get<ChangeMount>(change.operations.back()),
            (ChangeMount{"remount", "/srv/d", "", "", "exec,noatime,ro"}));
  converge(disk({{"options", {"noatime", "ro"}}}));
  // A file system's own are known by the line alone.
  EXPECT_EQ(look(disk({{"options", {"noatime", "ro", "commit=9"}}})).change.operations.size(), 2U);
}

TEST_F(Mount, WhatIsThereByHandIsTakenOver) {  // M08, M12
  system.make_file(kFstab, "/dev/sdb1\t/srv/d/ ext4");
  mounted("30 21 8:17 / /srv/d rw,relatime - ext4 /dev/sdb1 rw");
  EXPECT_TRUE(look(disk()).change.empty());
  converge(disk({{"pass", 2}}));
  EXPECT_EQ(system.content(kFstab), "/dev/sdb1 /srv/d ext4 defaults 0 2");
}

TEST_F(Mount, PresentLeavesWhatIsMounted) {  // M01
  converge(disk({{"state", "present"}}));
  EXPECT_EQ(at("/srv/d"), nullptr);
  converge(disk());
  converge(disk({{"state", "unmounted"}}));
  EXPECT_EQ(at("/srv/d"), nullptr);
  EXPECT_NE(system.content(kFstab).find("/srv/d"), std::string::npos);
}

TEST_F(Mount, WithoutALine) {  // M05
  const Desired desired = want({{"path", "/srv/t"}, {"source", "none"}, {"type", "tmpfs"}, {"state", "ephemeral"}});
  converge(desired);
  EXPECT_EQ(system.content(kFstab), "UUID=r / ext4 errors=remount-ro 0 1\n");
  EXPECT_NE(at("/srv/t"), nullptr);
}

TEST_F(Mount, SomethingElseIsNotTakenAway) {  // M05
  mounted("30 21 8:33 / /srv/d rw - xfs /dev/sdc1 rw");
  EXPECT_EQ(obstacle(disk()), "/srv/d has something else mounted: /dev/sdc1 (xfs)");
  EXPECT_EQ(obstacle(disk({{"state", "ephemeral"}})), "/srv/d has something else mounted: /dev/sdc1 (xfs)");
}

TEST_F(Mount, Binds) {  // M06
  system.make_directory("/srv/source");
  const Desired desired = want({{"path", "/srv/b"}, {"source", "/srv/source"}, {"options", {"bind", "ro"}}});
  converge(desired);
  EXPECT_EQ(at("/srv/b")->root, "/srv/source");
  EXPECT_EQ(look(want({{"path", "/srv/b"}, {"source", "/srv/source"}, {"options", "bind"}})).change.operations.size(),
            2U);
  EXPECT_EQ(obstacle(want({{"path", "/srv/b"}, {"source", "/etc"}, {"options", "bind"}})),
            "/srv/b has something else mounted: /dev/sda1 (ext4)");
}

TEST_F(Mount, SourcesByName) {  // M15
  system.make_link("/dev/disk/by-label/data", "../../sdb1");
  mounted("30 21 8:17 / /srv/d rw,relatime - ext4 /dev/sdb1 rw");
  mounted("31 21 0:40 / /srv/n rw,relatime - nfs4 [fe80::1]:/export rw,vers=4.2");
  EXPECT_FALSE(look(disk({{"source", "LABEL=data"}})).change.after.contains("mounted"));
  EXPECT_FALSE(look(want({{"path", "/srv/n"}, {"source", "[fe80::1]:/export/"}, {"type", "nfs"}})).observed->obstacle);
  EXPECT_EQ(look(disk({{"source", "/dev/none"}})).observed->obstacle->summary,
            "/srv/d has something else mounted: /dev/sdb1 (ext4)");
}

TEST_F(Mount, BlanksInPaths) {  // M09
  converge(want({{"path", "/srv/my disk"}, {"source", "none"}, {"type", "tmpfs"}}));
  EXPECT_NE(system.content(kFstab).find("none /srv/my\\040disk tmpfs defaults 0 0\n"), std::string::npos);
  converge(want({{"path", "/srv/my disk"}, {"state", "absent"}}));
  EXPECT_EQ(system.content(kFstab), "UUID=r / ext4 errors=remount-ro 0 1\n");
}

TEST_F(Mount, WhatComesFirst) {  // M13
  const Desired desired = want({{"path", "/srv/d/e"}, {"source", "/srv/s"}, {"options", "bind"}});
  const std::vector<Address> edges = provider.infers(desired);
  for (const Address& edge :
       {Address{"", "mount", "/srv/d"}, Address{"", "directory", "/srv/s"}, Address{"", "mount", "/srv"}})
    EXPECT_NE(std::find(edges.begin(), edges.end(), edge), edges.end()) << edge.str();
  EXPECT_EQ(provider.provides(desired), (std::vector<Address>{{"", "directory", "/srv/d/e"}}));
  EXPECT_EQ(look(desired).observed->missing, (std::vector<Missing>{{{"", "directory", "/srv/s"}, "source"}}));
}

TEST_F(Mount, AnImageHasTheLineAlone) {
  system.set_image(true);
  const Desired desired = disk();
  EXPECT_EQ(look(desired).change.operations.size(), 1U);
  converge(desired);
  EXPECT_EQ(obstacle(disk({{"state", "ephemeral"}})), "nothing is mounted in an image");
}

TEST_F(Mount, SystemdIsToldOfTheLine) {
  system.make_directory("/run/systemd/system");
  const Change change = look(disk()).change;
  ASSERT_EQ(change.operations.size(), 3U);
  EXPECT_EQ(std::get<ServiceAction>(change.operations[1]).verb, "daemon_reload");
}

TEST_F(Mount, Undo) {
  const Desired desired = disk({{"options", "noatime"}});
  const Desired back = *provider.restore(desired, *look(desired).observed);
  converge(desired);
  converge(back);
  EXPECT_EQ(system.content(kFstab), "UUID=r / ext4 errors=remount-ro 0 1\n");
  EXPECT_EQ(at("/srv/d"), nullptr);
  converge(desired);
  const Desired gone = disk({{"state", "absent"}});
  const Desired again = *provider.restore(gone, *look(gone).observed);
  converge(gone);
  converge(again);
  EXPECT_TRUE(look(desired).change.empty());
}

TEST_F(Mount, TwoLinesOfOneFolder) {
  system.make_file(kFstab, "/dev/a /srv/d ext4\n/dev/b /srv/d ext4\n");
  EXPECT_EQ(obstacle(disk()), "/etc/fstab has 2 lines for /srv/d");
}

}  // namespace
}  // namespace plumb::providers::mount
