#include "providers/sdk/provider.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(Provider, NamesGoBothWays) {
  for (const Op op :
       {Op::kNone, Op::kCreate, Op::kUpdate, Op::kReplace, Op::kDelete, Op::kRun, Op::kRestart, Op::kReload}) {
    EXPECT_EQ(op_from_name(name(op)), op);
  }
  for (const Fidelity fidelity : {Fidelity::kExact, Fidelity::kBounded, Fidelity::kOpaque}) {
    EXPECT_EQ(fidelity_from_name(name(fidelity)), fidelity);
  }
  EXPECT_EQ(op_from_name("destroy"), std::nullopt);
  EXPECT_EQ(fidelity_from_name(""), std::nullopt);
}

TEST(Provider, DesiredAnswersWithWhatIsGivenOrTheOtherwise) {
  Desired desired;
  desired.attributes = {{"state", "absent"}, {"follow", true}, {"uid", 5}};
  EXPECT_EQ(desired.text("state", "present"), "absent");
  EXPECT_EQ(desired.text("mode", "0644"), "0644");
  EXPECT_EQ(desired.text("uid"), "");
  EXPECT_TRUE(desired.flag("follow", false));
  EXPECT_TRUE(desired.flag("backup", true));
  EXPECT_TRUE(desired.has("uid"));
  EXPECT_FALSE(desired.has("gid"));
}

}  // namespace
}  // namespace plumb
