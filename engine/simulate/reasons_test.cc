#include "engine/simulate/reasons.h"

#include <gtest/gtest.h>

namespace plumb::simulate {
namespace {

using Reasons = std::map<std::string, std::string>;

// A resource with a size, an owner and whether all of it fits, which its host judges.
struct Case {
  Json kept;
  Json before;
  Json after;
  Json desired;
  Json observed = Json::object();
  bool there = true;
};

Reasons reasons_of(const Case& one) {
  const std::vector<std::string> judged = {"fits"};
  Change change;
  change.before = one.before;
  change.after = one.after;
  Desired desired{{"", "thing", "a"}, one.desired, {}};
  Observed observed;
  observed.attributes = one.observed;
  return reasons(change, desired, observed, {one.kept, one.there, judged});
}

TEST(Reasons, ComparesWhatWasLeftFoundAndAskedFor) {
  EXPECT_EQ(reasons_of({{{"size", 1}}, {{"size", 1}}, {{"size", 2}}, {{"size", 2}}}), (Reasons{{"size", "config"}}));
  EXPECT_EQ(reasons_of({{{"size", 1}}, {{"size", 3}}, {{"size", 1}}, {{"size", 1}}}), (Reasons{{"size", "drift"}}));
  EXPECT_EQ(reasons_of({{{"size", 1}}, {{"size", 3}}, {{"size", 2}}, {{"size", 2}}}), (Reasons{{"size", "both"}}));
  EXPECT_EQ(reasons_of({{{"size", 1}}, Json::object(), {{"size", 1}}, {{"size", 1}}}), (Reasons{{"size", "drift"}}))
      << "it was taken away";
}

TEST(Reasons, WhatTheLastRunDidNotSetCannotDrift) {
  EXPECT_EQ(reasons_of({{{"size", 1}}, {{"owner", "root"}}, {{"owner", "web"}}, {{"size", 1}, {"owner", "web"}}}),
            (Reasons{{"owner", "config"}}));
  EXPECT_EQ(reasons_of({{{"size", 1}}, {{"owner", "root"}, {"size", 1}}, Json::object(), {{"gone", true}}}),
            (Reasons{{"owner", "config"}, {"size", "config"}}))
      << "a deletion that is asked for";
}

TEST(Reasons, WhatWasToBeGoneAndIsThereDrifted) {
  Case one{{{"size", 1}}, {{"size", 1}}, Json::object(), {{"gone", true}}};
  one.there = false;
  EXPECT_EQ(reasons_of(one), (Reasons{{"size", "drift"}}));
  one.before = Json::object();
  one.after = {{"size", 1}};
  EXPECT_EQ(reasons_of(one), (Reasons{{"size", "config"}})) << "it is asked for again";
  one.before = {{"size", 5}};
  EXPECT_EQ(reasons_of(one), (Reasons{{"size", "both"}}));
}

TEST(Reasons, ANameAndANumberAreNotCompared) {
  EXPECT_EQ(reasons_of({{{"owner", "1001"}}, {{"owner", "web"}}, {{"owner", "app"}}, {{"owner", "app"}}}),
            (Reasons{{"owner", "config"}}));
  EXPECT_EQ(reasons_of({{{"owner", {"7", "a"}}}, {{"owner", {"b"}}}, {{"owner", {"c"}}}, {{"owner", {"c"}}}}),
            (Reasons{{"owner", "config"}}));
  EXPECT_EQ(reasons_of({{{"owner", "web"}}, {{"owner", "5"}}, {{"owner", "web"}}, {{"owner", "web"}}}),
            (Reasons{{"owner", "drift"}}))
      << "a number without a name";
}

TEST(Reasons, WhatAHostJudgesFollowsFromWhatIsAskedFor) {
  Case one{{{"fits", true}, {"size", 1}}, {{"fits", false}}, {{"fits", true}}, {{"fits", true}, {"size", 1}}};
  EXPECT_EQ(reasons_of(one), (Reasons{{"fits", "drift"}}));
  one.desired["size"] = 2;
  EXPECT_EQ(reasons_of(one), (Reasons{{"fits", "config"}}));
  one.observed = {{"size", 1}};
  EXPECT_EQ(reasons_of(one), (Reasons{{"fits", "drift"}})) << "what is observed is as it is asked for, in other words";
  one.after["size"] = 2;
  EXPECT_EQ(reasons_of(one).at("fits"), "config");
}

TEST(Reasons, WhatIsOfAnotherSortIsNotComparedWhereThatIsAskedFor) {
  Case one{{{"size", 1}, {"hard", true}}, {{"sort", "file"}}, {{"size", 1}, {"sort", "link"}}, {{"size", 1}}};
  EXPECT_EQ(reasons_of(one), (Reasons{{"size", "config"}, {"sort", "config"}}));
  one.desired["hard"] = true;
  EXPECT_EQ(reasons_of(one).at("size"), "drift") << "somebody put a file there";
}

}  // namespace
}  // namespace plumb::simulate
