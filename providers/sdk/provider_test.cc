#include "providers/sdk/provider.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

class Named : public Provider {
 public:
  explicit Named(std::string_view kind) : kind_(kind) {}
  std::string_view kind() const override { return kind_; }
  std::vector<Result<Observed>> observe(std::span<const Desired* const>, System&) const override { return {}; }
  Change diff(const Desired&, const Observed&) const override { return {}; }

 private:
  std::string_view kind_;
};

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

TEST(Provider, TheRegistryIsSortedByKind) {
  Registry registry;
  for (const char* kind : {"package", "command", "file"}) registry.add(std::make_unique<Named>(kind));
  ASSERT_EQ(registry.all().size(), 3U);
  EXPECT_EQ(registry.all()[0]->kind(), "command");
  EXPECT_EQ(registry.all()[2]->kind(), "package");
  EXPECT_EQ(registry.find("file")->kind(), "file");
  EXPECT_EQ(registry.find("fil"), nullptr);
}

}  // namespace
}  // namespace plumb
