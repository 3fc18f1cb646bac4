#include "engine/plan/slice.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/plan/slices.h"

namespace plumb::plan {
namespace {

Plan plan_for(std::size_t hosts) {
  Plan plan;
  plan.engine = "1";
  for (std::size_t i = 0; i < hosts; ++i) plan.hosts["h" + std::to_string(1000 + i)].record = static_cast<int>(i);
  return plan;
}

TEST(Slice, IsReadAsItIsMade) {
  Plan plan = plan_for(1);
  HostPlan& host = plan.hosts["h1000"];
  host.record = 5;
  host.moved = {{"file:/b", "file:/a"}};
  host.prevents = {"file:/c"};
  host.readings = {{"web/version", Json{{"file", "/v"}}, digest("3")}};
  const std::string bytes = slices(plan, digest("plan")).all[0].bytes;
  const Result<ReadSlice> slice = read_slice(bytes);
  ASSERT_TRUE(slice) << slice.error().summary();
  EXPECT_EQ(slice->plan, digest("plan"));
  EXPECT_EQ(slice->engine, "1");
  EXPECT_EQ(slice->host, "h1000");
  EXPECT_EQ(slice->record, 5);
  EXPECT_EQ(slice->actions, "");
  EXPECT_EQ(slice->record_changes, digest(record_changes_text(host)));
  EXPECT_EQ(slice->readings, digest(text_of(host.readings)));
  const RecordChanges changes = read_record_changes(record_changes_text(host)).value();
  EXPECT_EQ(changes.moved, (std::map<std::string, std::string>{{"file:/a", "file:/b"}}));
  EXPECT_EQ(changes.prevents, host.prevents);
  EXPECT_EQ(read_used_readings(text_of(host.readings)).value(), host.readings);
  EXPECT_TRUE(read_record_changes("").value().empty());
  EXPECT_TRUE(read_used_readings("").value().empty());
}

TEST(Slice, AnythingElseIsRefused) {
  const Json json = Json::parse(slices(plan_for(1), digest("plan")).all[0].bytes);
  for (const auto& [name, unused] : json.items()) {
    for (const Json& value : {Json(), Json(7.5), Json(-1), Json(Json::object())}) {
      Json other = json;
      other[name] = value;
      EXPECT_FALSE(read_slice(canonical(other))) << name << value;
    }
    Json without = json;
    without.erase(name);
    EXPECT_FALSE(read_slice(canonical(without))) << name;
  }
  Json more = json;
  more["also"] = 1;
  EXPECT_FALSE(read_slice(canonical(more)));
  EXPECT_FALSE(read_slice(json.dump(1)));
  EXPECT_FALSE(read_slice(canonical(json) + " "));
  EXPECT_FALSE(read_slice(""));
  EXPECT_FALSE(read_record_changes(R"({"forget":[]})"));
  EXPECT_FALSE(read_used_readings(R"([{"name":"a"}])"));
  EXPECT_FALSE(read_actions("{}"));
  EXPECT_FALSE(read_actions(R"([{"address":"file:/a"}])"));
}

TEST(Slice, IsUnderTheHeadAtItsOwnPlaceAlone) {
  for (std::size_t count = 1; count <= 20; ++count) {
    const Slices all = slices(plan_for(count), digest("plan"));
    const auto paths = paths_of(all);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_TRUE(is_under(all.tree_head, all.all[i].bytes, i, count, paths[i]));
      EXPECT_FALSE(is_under(digest("other"), all.all[i].bytes, i, count, paths[i]));
      EXPECT_FALSE(is_under(all.tree_head, all.all[i].bytes + " ", i, count, paths[i]));
      for (std::size_t other = 0; other <= count; ++other)
        EXPECT_EQ(is_under(all.tree_head, all.all[i].bytes, other, count, paths[i]), other == i);
      std::vector<std::string> longer = paths[i];
      longer.push_back(digest("more"));
      EXPECT_FALSE(is_under(all.tree_head, all.all[i].bytes, i, count, longer));
      for (std::size_t step = 0; step < paths[i].size(); ++step) {
        for (std::size_t at = 0; at < paths[i][step].size(); ++at) {
          std::vector<std::string> changed = paths[i];
          changed[step][at] = static_cast<char>(changed[step][at] ^ 1);
          EXPECT_FALSE(is_under(all.tree_head, all.all[i].bytes, i, count, changed)) << changed[step];
        }
      }
    }
  }
  EXPECT_FALSE(is_under(digest(""), "", 0, 0, {}));
  EXPECT_FALSE(is_under(digest(""), "", 0, 1, std::vector<std::string>(100, digest(""))));
}

}  // namespace
}  // namespace plumb::plan
