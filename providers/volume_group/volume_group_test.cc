#include "providers/volume_group/volume_group.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::volume_group {
namespace {

// LVM's programs are scripted: no host of a test has a device mapper of its
// own.
template <class OfKind>
class Lvm : public ProviderTest<OfKind> {
 protected:
  Lvm() {
    this->system.add_program("lvm");
    for (const char* device : {"/dev/vdb", "/dev/vdc"}) this->system.make_file(device, "");
  }
  void answer(const std::string& asked, const std::string& text) {
    ProcessResult result;
    result.output = text;
    this->system.script(asked, result);
  }
};

using VolumeGroup = Lvm<VolumeGroupProvider>;
using LogicalVolume = Lvm<LogicalVolumeProvider>;

Desired group(Json devices) {
  Desired desired;
  desired.address = {"", "volume_group", "data"};
  desired.attributes = {{"name", "data"}, {"devices", std::move(devices)}};
  return desired;
}

Desired volume(Json attributes) {
  Desired desired;
  desired.address = {"", "logical_volume", "data/www"};
  desired.attributes = std::move(attributes);
  desired.attributes["volume"] = "data/www";
  return desired;
}

TEST_F(VolumeGroup, HasItsDevicesByWhateverNames) {
  system.make_link("/dev/disk", "/dev/vdb");
  answer("pvs *", "  /dev/vdb|data\n  /dev/sda2|\n");
  EXPECT_TRUE(look(group({"/dev/vdb"})).change.empty());
  EXPECT_TRUE(look(group({"/dev/disk"})).change.empty());
  EXPECT_EQ(look(group({"/dev/vdb", "/dev/vdc"})).change.after, (Json{{"devices", {"/dev/vdb", "/dev/vdc"}}}));
}

TEST_F(VolumeGroup, ADeviceOfAnotherIsLeftAlone) {
  answer("pvs *", "  /dev/vdb|other\n");
  EXPECT_EQ(obstacle(group({"/dev/vdb"})), "/dev/vdb belongs to the volume group other");
  EXPECT_EQ(look(group({"/dev/vdz"})).observed->missing, (std::vector<Missing>{{{"", "file", "/dev/vdz"}, "devices"}}));
}

TEST_F(LogicalVolume, GrowsAndIsNeverMadeSmaller) {
  answer("vgs *", "  data|4194304\n");
  answer("lvs *", "  data|www|8388608\n");
  EXPECT_TRUE(look(volume({{"size", 8000000}})).change.empty()) << "whole pieces";
  EXPECT_EQ(look(volume({{"size", 9000000}})).change.after, (Json{{"size", 12582912}}));
  EXPECT_EQ(obstacle(volume({{"size", 4194304}})),
            "data/www is larger than is asked for, and volumes are not made smaller");
  EXPECT_TRUE(look(volume({{"share", "100%FREE"}})).change.empty());
}

TEST_F(LogicalVolume, ItsGroupHasToBeThere) {
  answer("vgs *", "");
  EXPECT_EQ(look(volume({{"size", 4194304}})).observed->missing,
            (std::vector<Missing>{{{"", "volume_group", "data"}, "volume"}}));
}

}  // namespace
}  // namespace plumb::providers::volume_group
