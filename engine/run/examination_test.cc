#include "engine/run/examination.h"

#include <gtest/gtest.h>

namespace plumb::run {
namespace {

using std::chrono::seconds;

const std::chrono::system_clock::time_point kAsked{seconds(1'800'000'000)};
const std::chrono::system_clock::time_point kAnswered = kAsked + std::chrono::milliseconds(300);

Finding only(const std::string& answer) {
  const std::vector<Finding> findings = read_answers(answer, kAsked, kAnswered);
  EXPECT_EQ(findings.size(), 1U) << answer;
  return findings.empty() ? Finding{} : findings.front();
}

TEST(Examination, SaysHowFarClocksAreApart) {
  EXPECT_EQ(only("clock 1800000000").health, Health::kGood);
  EXPECT_EQ(only("clock 1799999997").text, "its clock is 3 s behind this machine's");
  const Finding far = only("clock 1800000090\n");
  EXPECT_EQ(far.health, Health::kDoubtful);
  EXPECT_EQ(far.text, "its clock is 89 s before this machine's");
  EXPECT_FALSE(far.advice.empty());
}

TEST(Examination, SaysWhereSpaceIsShort) {
  EXPECT_EQ(only("space / 20971520").text, "20 GiB free in /");
  EXPECT_EQ(only("space /var/tmp 102400").health, Health::kDoubtful);
  EXPECT_EQ(only("space /var/tmp 1024").health, Health::kBad);
  EXPECT_EQ(only("readonly /var/lib").health, Health::kBad);
}

TEST(Examination, SaysWhomPlumbIsThere) {
  EXPECT_EQ(only("user 0 root").health, Health::kGood);
  EXPECT_EQ(only("user 1000 deploy").text, "works there as deploy, who is not root");
}

// A host may say what it likes.
TEST(Examination, PassesOverWhatItDoesNotKnow) {
  EXPECT_TRUE(read_answers("space\nspace / much\nclock\nuser 0\nnonsense\n\n  \n", kAsked, kAnswered).empty());
  EXPECT_TRUE(read_answers("", kAsked, kAnswered).empty());
}

}  // namespace
}  // namespace plumb::run
