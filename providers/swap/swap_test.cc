#include "providers/swap/swap.h"

#include "providers/sdk/kernel_files.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::swap {
namespace {

class Swap : public ProviderTest<SwapProvider> {
 protected:
  Swap() {
    system.make_file("/proc/swaps", "Filename Type Size Used Priority\n");
    system.make_file("/etc/fstab", "/dev/sda2 none swap sw 0 0\n");
  }
  Desired want(Json attributes) { return wanted("swap", "path", std::move(attributes)); }
  Desired file(std::int64_t mebibytes, Json more = Json::object()) {
    Json attributes = {{"path", "/swapfile"}, {"size", mebibytes << 20}};
    attributes.update(more);
    return want(std::move(attributes));
  }
};

TEST_F(Swap, AFileIsMadeAndUsed) {
  converge(file(64, {{"priority", 5}}));
  EXPECT_EQ(system.content("/etc/fstab"), "/dev/sda2 none swap sw 0 0\n/swapfile none swap sw,pri=5 0 0\n");
  EXPECT_EQ((*system.stat("/swapfile", false))->mode, 0600U);
  ASSERT_EQ(read_swaps(system)->size(), 1U);
  EXPECT_EQ(read_swaps(system)->front().priority, 5);
  EXPECT_TRUE(look(file(64)).change.after.contains("options")) << "the priority was asked for";
}

TEST_F(Swap, IsNothingThatOthersMayExchange) {
  system.make_directory("/home/ada");
  system.own("/home/ada", 1000, 1000);
  EXPECT_EQ(obstacle(file(64, {{"path", "/home/ada/swap"}})),
            "somebody other than root may put another file in the place of /home/ada/swap, in /home/ada");
}

TEST_F(Swap, AnotherSizeMakesItAnew) {
  converge(file(64));
  const Change change = look(file(128)).change;
  EXPECT_EQ(to_json(change.operations.front()), to_json(Operation(ChangeSwap{"off", "/swapfile"})));
  converge(file(128));
  EXPECT_EQ((*system.stat("/swapfile", false))->size, std::uint64_t{128} << 20U);
}

TEST_F(Swap, AnotherPriorityIsUsedAnew) {
  converge(file(64, {{"priority", 5}}));
  converge(file(64, {{"priority", 7}}));
  EXPECT_EQ(read_swaps(system)->front().priority, 7);
}

TEST_F(Swap, ADeviceHasToBeThere) {
  EXPECT_EQ(look(want({{"path", "/dev/sdb2"}})).observed->missing,
            (std::vector<Missing>{{{"", "file", "/dev/sdb2"}, "path"}}));
  system.make_file("/dev/sda2", "");
  EXPECT_EQ(look(want({{"path", "/dev/sda2"}})).change.after, Json({{"active", true}})) << "sw is no option";
  converge(want({{"path", "/dev/sda2"}}));
}

TEST_F(Swap, AbsentTakesItsFileToo) {
  converge(file(64));
  const Desired gone = file(64, {{"state", "absent"}});
  const Desired back = *provider.restore(gone, *look(gone).observed);
  converge(gone);
  EXPECT_FALSE(*system.stat("/swapfile", false));
  EXPECT_EQ(system.content("/etc/fstab"), "/dev/sda2 none swap sw 0 0\n");
  converge(back);
  EXPECT_TRUE(look(file(64)).change.empty());
  converge(want({{"path", "/swapfile"}, {"state", "absent"}}));
  EXPECT_TRUE(*system.stat("/swapfile", false)) << "without a size it is somebody else's";
}

TEST_F(Swap, AFileThatNothingHasAsSwapSpaceIsLeftAlone) {
  system.make_file("/swapfile", "letters");
  const std::string why = "/swapfile is there, and neither fstab nor the kernel has it as swap space";
  EXPECT_EQ(obstacle(file(64)), why) << "its size is another";
  EXPECT_EQ(obstacle(file(64, {{"state", "absent"}})), why);
  EXPECT_EQ(obstacle(want({{"path", "/swapfile"}, {"state", "absent"}})), "none") << "nothing is removed";
  system.make_file("/etc/fstab", "/swapfile none swap sw 0 0\n");
  EXPECT_EQ(obstacle(file(64, {{"state", "absent"}})), "none");
  EXPECT_EQ(obstacle(file(64)), "none");
}

TEST_F(Swap, TheLineGoesAfterItsFile) {
  converge(file(64));
  const std::vector<Operation> operations = look(file(64, {{"state", "absent"}})).change.operations;
  ASSERT_EQ(operations.size(), 3U);
  EXPECT_TRUE(std::holds_alternative<Remove>(operations[1]));
  EXPECT_TRUE(std::holds_alternative<EditFile>(operations[2]));
}

TEST_F(Swap, AnImageUsesNothing) {
  system.set_image(true);
  EXPECT_EQ(look(file(64)).change.operations.size(), 2U);
  converge(file(64));
}

}  // namespace
}  // namespace plumb::providers::swap
