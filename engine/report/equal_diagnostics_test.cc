#include "engine/report/equal_diagnostics.h"

#include <gtest/gtest.h>

namespace plumb::report {
namespace {

Diagnostic on(const std::string& host, const std::string& summary) {
  return Diagnostic(Code::kServiceFailed, summary).on(host);
}

TEST(WithoutHost, TakesWholeWordsAlone) {
  EXPECT_EQ(without_host("h1 refused; h1.", "h1"), "<host> refused; <host>.");
  EXPECT_EQ(without_host("service:h1try h10 h1.example.com a.h1 my-h1", "h1"),
            "service:h1try h10 h1.example.com a.h1 my-h1");
  EXPECT_EQ(without_host("anything", ""), "anything");
}

TEST(EqualOnesOnce, NamesTheHosts) {
  const std::vector<Diagnostic> once =
      equal_ones_once({on("h1", "h1 has no room"), on("h2", "disk full"), on("h10", "h10 has no room"),
                       Diagnostic(Code::kServiceFailed, "about none"), on("h2", "h2 has no room")});
  ASSERT_EQ(once.size(), 3U);
  EXPECT_EQ(once[0].summary, "<host> has no room");
  EXPECT_EQ(once[0].host, "h1, h2, h10");
  EXPECT_EQ(once[1].host, "h2");
  EXPECT_EQ(once[2].host, "");
}

TEST(EqualOnesOnce, KeepsTheNameInWhatOneHostSays) {
  const std::vector<Diagnostic> once = equal_ones_once({on("h1", "h1 has no room")});
  ASSERT_EQ(once.size(), 1U);
  EXPECT_EQ(once[0].summary, "h1 has no room");
}

TEST(EqualOnesOnce, FurtherLinesComeInAnyOrder) {
  EXPECT_EQ(equal_ones_once({on("a", "it failed\nx\ny"), on("b", "it failed\ny\nx")}).size(), 1U);
  EXPECT_EQ(equal_ones_once({on("a", "x\ny"), on("b", "y\nx")}).size(), 2U);
  EXPECT_EQ(
      equal_ones_once({on("a", "x"), Diagnostic(Code::kServiceFailed, "x").as(Severity::kWarning).on("b")}).size(), 2U);
}

}  // namespace
}  // namespace plumb::report
