#include "engine/plan/slices.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/json.h"

namespace plumb::plan {
namespace {

Plan plan_of(std::size_t hosts) {
  Plan plan;
  plan.engine = "1";
  for (std::size_t i = 0; i < hosts; ++i) plan.hosts["h" + std::to_string(1000 + i)].record = static_cast<int>(i);
  return plan;
}

std::string raw(const std::string& digest) {
  std::string bytes;
  for (std::size_t i = kDigestPrefix.size(); i < digest.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digest.substr(i, 2), nullptr, 16));
  return bytes;
}

// As somebody else would check it, by RFC 9162, section 2.1.3.2.
bool is_under(const std::string& tree_head, const std::string& slice, std::size_t index, std::size_t count,
              const std::vector<std::string>& path) {
  if (index >= count) return false;
  std::size_t at = index;
  std::size_t last = count - 1;
  std::string hash = digest(std::string(1, '\0') + slice);
  for (const std::string& beside : path) {
    if (last == 0) return false;
    if (at % 2 == 1 || at == last) {
      hash = digest('\1' + raw(beside) + raw(hash));
      for (; at % 2 == 0 && at != 0; at /= 2) last /= 2;
    } else {
      hash = digest('\1' + raw(hash) + raw(beside));
    }
    at /= 2;
    last /= 2;
  }
  return last == 0 && hash == tree_head;
}

TEST(Slices, EachHostIsProvedByItsPathAndNoOtherIs) {
  for (std::size_t count = 1; count <= 33; ++count) {
    const Slices all = slices(plan_of(count), "sha256:id");
    ASSERT_EQ(all.all.size(), count);
    const auto paths = paths_of(all);
    for (std::size_t i = 0; i < count; ++i) {
      const std::vector<std::string>& path = paths[i];
      EXPECT_TRUE(is_under(all.tree_head, all.all[i].bytes, i, count, path)) << i << " of " << count;
      EXPECT_FALSE(is_under(all.tree_head, all.all[i].bytes + " ", i, count, path));
      for (std::size_t other = 0; other < count; ++other) {
        EXPECT_EQ(is_under(all.tree_head, all.all[i].bytes, other, count, path), other == i) << other;
      }
      for (std::size_t step = 0; step < path.size(); ++step) {
        std::vector<std::string> changed = path;
        changed[step].back() = changed[step].back() == '0' ? '1' : '0';
        EXPECT_FALSE(is_under(all.tree_head, all.all[i].bytes, i, count, changed));
        changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(step));
        EXPECT_FALSE(is_under(all.tree_head, all.all[i].bytes, i, count, changed));
      }
    }
  }
}

// RFC 6962, section 2.1: SHA-256 of nothing, of 0 and the leaf, of 1 and the two below.
TEST(Slices, TheHeadIsThatOfTheStandard) {
  EXPECT_EQ(slices(plan_of(0), "id").tree_head,
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const Slices one = slices(plan_of(1), "id");
  EXPECT_EQ(one.tree_head, digest(std::string(1, '\0') + one.all[0].bytes));
  const auto leaf = [&](const Slice& slice) { return raw(digest(std::string(1, '\0') + slice.bytes)); };
  const Slices three = slices(plan_of(3), "id");
  const std::string left = raw(digest('\1' + leaf(three.all[0]) + leaf(three.all[1])));
  EXPECT_EQ(three.tree_head, digest('\1' + left + leaf(three.all[2])));
}

TEST(Slices, ASliceHoldsWhatItsHostNeeds) {
  Plan plan = plan_of(2);
  const std::string motd = digest("hello");
  plan.blobs = {{motd, "hello"}, {digest("other"), "other"}};
  Action action;
  action.desired.address = {"", "file", "/etc/motd"};
  WriteFile write;
  write.path = "/etc/motd";
  write.content = motd;
  action.operations.emplace_back(write);
  plan.hosts["h1000"].actions = ActionList({action});
  const Slices all = slices(plan, "sha256:id");
  const Json first = Json::parse(all.all[0].bytes);
  EXPECT_EQ(all.all[0].bytes, canonical(first));
  EXPECT_EQ(first.at("plumb"), "slice/v1");
  EXPECT_EQ(first.at("plan"), "sha256:id");
  EXPECT_EQ(first.at("host"), "h1000");
  EXPECT_EQ(first.at("actions"), plan.hosts["h1000"].actions.digest());
  EXPECT_EQ(first.at("contents"), Json({motd}));
  EXPECT_EQ(Json::parse(all.all[1].bytes).at("contents"), Json::array());
}

}  // namespace
}  // namespace plumb::plan
