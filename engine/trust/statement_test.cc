#include "engine/trust/statement.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/json.h"

namespace plumb::trust {
namespace {

const Approval kApproval{.plan = digest("plan"),
                         .tree_head = digest("head"),
                         .hosts = 3,
                         .project = "web",
                         .not_before = "2026-11-29T20:00:00Z",
                         .not_after = "2026-11-30T04:00:00Z",
                         .reason = "ticket 7"};

std::chrono::sys_seconds at(std::chrono::sys_days day, int hour) {
  return day + std::chrono::hours(hour);
}

TEST(Statement, IsReadAsItIsWritten) {
  const std::string text = statement_of(kApproval);
  EXPECT_EQ(text, R"({"hosts":3,"not_after":"2026-11-30T04:00:00Z","not_before":"2026-11-29T20:00:00Z","plan":")" +
                      digest("plan") + R"(","plumb":"statement/v1","project":"web","reason":"ticket 7","tree_head":")" +
                      digest("head") + R"(","type":"approval"})");
  EXPECT_EQ(statement_of(read_approval(text).value()), text);
}

TEST(Statement, AnythingElseIsRefused) {
  const Json json = Json::parse(statement_of(kApproval));
  for (const auto& [name, unused] : json.items()) {
    Json without = json;
    without.erase(name);
    EXPECT_FALSE(read_approval(canonical(without))) << name;
    for (const Json& value : {Json(), Json(7.5), Json("x\ny"), Json::array(), Json::object()}) {
      if (name == "project" || name == "reason") continue;  // of any text
      Json other = json;
      other[name] = value;
      EXPECT_FALSE(read_approval(canonical(other))) << name << value;
    }
  }
  Json lines = json;
  lines["reason"] = "ticket 7\nApproved by ben";
  EXPECT_EQ(read_approval(canonical(lines)).error().summary(), "the reason of an approval is one line");
  for (const char* time :
       {"2027-02-30T00:00:00Z", "2027-02-01T24:00:00Z", "2027-02-01T23:59:60Z", "2027-02-01 00:00:00Z"}) {
    Json other = json;
    other["not_after"] = time;
    EXPECT_FALSE(read_approval(canonical(other))) << time;
  }
  Json more = json;
  more["also"] = 1;
  EXPECT_FALSE(read_approval(canonical(more)));
  EXPECT_FALSE(read_approval(json.dump(1)));
  EXPECT_FALSE(read_approval(statement_of(kApproval) + "\n"));
  EXPECT_FALSE(read_approval("[]"));
  EXPECT_FALSE(read_approval(""));
}

const HistoryHead kHead{.project = "web", .entries = 3, .head = digest("last"), .at = "2026-11-29T20:00:00Z"};

TEST(HistoryHead, IsReadAsItIsWritten) {
  const std::string text = statement_of(kHead);
  EXPECT_EQ(text, R"({"at":"2026-11-29T20:00:00Z","entries":3,"head":")" + digest("last") +
                      R"(","plumb":"statement/v1","project":"web","type":"history"})");
  EXPECT_EQ(statement_of(read_history_head(text).value()), text);
}

TEST(HistoryHead, AnythingElseIsRefused) {
  const Json json = Json::parse(statement_of(kHead));
  for (const auto& [name, unused] : json.items()) {
    Json without = json;
    without.erase(name);
    EXPECT_FALSE(read_history_head(canonical(without))) << name;
    for (const Json& value : {Json(), Json(0), Json(-1), Json(7.5), Json("x\ny"), Json::array(), Json::object()}) {
      Json other = json;
      other[name] = value;
      EXPECT_FALSE(read_history_head(canonical(other))) << name << value;
    }
  }
  EXPECT_FALSE(read_history_head(statement_of(kApproval))) << "what is signed as one is not read as the other";
  EXPECT_FALSE(read_approval(statement_of(kHead)));
}

TEST(Statement, IsValidForItsTime) {
  using std::chrono::sys_days;
  const std::chrono::year_month_day day{std::chrono::year(2026), std::chrono::November, std::chrono::day(29)};
  EXPECT_TRUE(check_time(kApproval, at(day, 20)));
  EXPECT_TRUE(check_time(kApproval, at(day, 28)));
  EXPECT_EQ(check_time(kApproval, at(day, 19)).error().summary(), "it is not valid before 2026-11-29T20:00:00Z");
  EXPECT_EQ(check_time(kApproval, at(day, 29)).error().summary(), "it was valid until 2026-11-30T04:00:00Z");
}

}  // namespace
}  // namespace plumb::trust
