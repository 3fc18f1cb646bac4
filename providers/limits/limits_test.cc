#include "providers/limits/limits.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::limits {
namespace {

class Limits : public ProviderTest<LimitsProvider> {
 protected:
  static Desired want(Json attributes) {
    attributes["limit"] = "@dev soft nofile";
    return wanted("limits", "limit", std::move(attributes));
  }

  const std::string path = "/etc/security/limits.conf";
};

TEST_F(Limits, ALimitIsThereOnceAndBeforeTheEnd) {  // O08
  system.make_file(path, "#@dev soft nofile 9\n@dev\thard nofile 5\n# End of file\n");
  converge(want({{"value", "1024"}}));
  EXPECT_EQ(system.content(path), "#@dev soft nofile 9\n@dev\thard nofile 5\n@dev soft nofile 1024\n# End of file\n");
  system.make_file(path, "@dev  soft nofile 1\n@dev soft\tnofile 1024 # ours\n");
  converge(want({{"value", "1024"}}));
  EXPECT_EQ(system.content(path), "@dev soft\tnofile 1024 # ours\n");
  converge(want({{"state", "absent"}}));
  EXPECT_EQ(system.content(path), "");
}

}  // namespace
}  // namespace plumb::providers::limits
