#include "engine/config/told_facts.h"

#include <gtest/gtest.h>

#include "engine/base/sample_facts.h"

namespace plumb::config {
namespace {

std::string problem_of(const Json& facts) {
  const Result<Json> checked = checked_facts(facts);
  if (checked) return "";
  EXPECT_EQ(checked.error().code(), Code::kProtocol);
  return checked.error().summary();
}

TEST(ToldFacts, AreTakenAsTheSchemaHasThem) {
  const Result<Json> checked = checked_facts(sample_facts());
  ASSERT_TRUE(checked.has_value()) << checked.error().summary();
  EXPECT_EQ(*checked, sample_facts());
}

TEST(ToldFacts, AWrongTypeIsNamed) {
  Json facts = sample_facts();
  facts["cpu"]["count"] = "8";
  EXPECT_EQ(problem_of(facts), "the host's fact `cpu.count` is string and not integer");
  facts = sample_facts();
  facts["os"]["like"] = {"debian", 1};
  EXPECT_EQ(problem_of(facts), "the host's fact `os.like[]` is number and not string");
  facts = sample_facts();
  facts["os"] = "debian";
  EXPECT_EQ(problem_of(facts), "the host's fact `os` is string and not object");
  facts = sample_facts();
  facts["os"].erase("family");
  EXPECT_EQ(problem_of(facts), "the host does not tell its fact `os.family`");
  EXPECT_NE(problem_of(Json::array()), "");
}

TEST(ToldFacts, TextIsCleanedAndTheUnknownLeftOut) {
  Json facts = sample_facts();
  facts["hostname"] = "web\x1b[31m01\n";
  facts["moon"] = "full";
  const Result<Json> checked = checked_facts(facts);
  ASSERT_TRUE(checked.has_value()) << checked.error().summary();
  EXPECT_EQ((*checked)["hostname"], "web01");
  EXPECT_FALSE(checked->contains("moon"));
}

TEST(ToldFacts, AreBounded) {
  Json facts = sample_facts();
  facts["os"]["like"] = Json(std::vector<std::string>(10'000, "x"));
  EXPECT_NE(problem_of(facts).find("10000"), std::string::npos);
  facts = sample_facts();
  facts["fqdn"] = std::string(1'000'000, 'x');
  EXPECT_LE((*checked_facts(facts))["fqdn"].get<std::string>().size(), 4096U);
}

}  // namespace
}  // namespace plumb::config
