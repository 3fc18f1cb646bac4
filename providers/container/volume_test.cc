#include <gtest/gtest.h>

#include "providers/container/testing/answers.h"

namespace plumb::providers::container {
namespace {

class Volumes : public ProviderTest<ContainerVolumeProvider> {};

TEST_F(Volumes, OneThatIsAnotherIsNotThrownAway) {
  system.add_program("docker");
  system.script("docker volume inspect *",
                answer(R"([{"Name": "data", "Driver": "local", "Options": null, "Labels": {}}])"));
  EXPECT_TRUE(look(wanted("container_volume", "name", {{"name", "data"}, {"driver", "local"}})).change.empty());
  EXPECT_EQ(obstacle(wanted("container_volume", "name", {{"name", "data"}, {"options", {{"type", "nfs"}}}})),
            "the volume data is there and is another one than is asked for");
}

}  // namespace
}  // namespace plumb::providers::container
