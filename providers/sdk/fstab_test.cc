#include "providers/sdk/fstab.h"

#include "providers/sdk/edit_testing.h"

namespace plumb {
namespace {

TEST(Fstab, LinesAsTheyAreRead) {  // M08, M09, M12
  const std::vector<FstabLine> lines = fstab_lines(
      "# proc /proc proc\n\nUUID=ab / ext4 errors=remount-ro 0 1\n/dev/my\\040disk\t/srv/my\\040data/\txfs\n"
      "/dev/sda2 none swap sw 0 0 # swap\nhost:/x\n");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].pass, 1);
  EXPECT_EQ(lines[1].source, "/dev/my disk");
  EXPECT_EQ(lines[1].point, "/srv/my data");
  EXPECT_EQ(lines[1].options, "defaults");
  EXPECT_TRUE(lines[2].is_swap());
  EXPECT_EQ(text_of(lines[1]), "/dev/my\\040disk /srv/my\\040data xfs defaults 0 0");
}

TEST(Fstab, ALineIsPutAndTaken) {
  const std::string before = "/dev/a / ext4 defaults 0 1\n#/dev/b /srv xfs\n/dev/b /srv/ xfs\n/dev/c /srv/x xfs";
  const FstabLine line{"UUID=b", "/srv", "xfs", "noatime"};
  EXPECT_EQ(made(fstab_edit(line, false), before),
            "/dev/a / ext4 defaults 0 1\n#/dev/b /srv xfs\nUUID=b /srv xfs noatime 0 0\n/dev/c /srv/x xfs");
  EXPECT_EQ(made(fstab_edit(line, true), before), "/dev/a / ext4 defaults 0 1\n#/dev/b /srv xfs\n/dev/c /srv/x xfs");
  EXPECT_EQ(made(fstab_edit({"/dev/r", "/", "ext4", "ro", 0, 1}, false), before),
            "/dev/r / ext4 ro 0 1\n#/dev/b /srv xfs\n/dev/b /srv/ xfs\n/dev/c /srv/x xfs");
}

TEST(Fstab, SwapIsKnownByItsDevice) {  // M01
  const std::string before = "/dev/a none swap sw 0 0\n/dev/b none swap sw 0 0\n";
  EXPECT_EQ(made(fstab_edit({"/dev/b", "none", "swap", "pri=5"}, false), before),
            "/dev/a none swap sw 0 0\n/dev/b none swap pri=5 0 0\n");
  EXPECT_EQ(made(fstab_edit({"/dev/a", "none", "swap"}, true), before), "/dev/b none swap sw 0 0\n");
}

TEST(Fstab, OptionsAreASet) {
  EXPECT_EQ(option_set("rw,noatime,,defaults"), option_set("noatime,rw"));
  EXPECT_TRUE(option_set("defaults").empty());
}

}  // namespace
}  // namespace plumb
