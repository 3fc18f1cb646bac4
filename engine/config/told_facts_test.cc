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

TEST(ToldFacts, SomeAreToldWhereTheyAreAskedFor) {
  const Json standing = standing_facts(sample_facts());
  EXPECT_TRUE(standing.contains("os"));
  for (const std::string& name : asked_facts()) EXPECT_FALSE(standing.contains(name)) << name;
  const Result<Json> checked = checked_facts(standing);
  ASSERT_TRUE(checked.has_value()) << checked.error().summary();
  EXPECT_EQ(*checked, standing);
  EXPECT_EQ(missing_fact(standing, {"network", "swap"}), "network");
  EXPECT_EQ(missing_fact(sample_facts(), asked_facts()), "");
  EXPECT_EQ(*checked_fact("swap", {{"bytes", 7}, {"moon", 1}}), (Json{{"bytes", 7}}));
  EXPECT_EQ(checked_fact("swap", {{"bytes", "7"}}).error().summary(),
            "the host's fact `swap.bytes` is string and not integer");
}

TEST(ToldFacts, ANameOfAnAccountIsAnybodysAndCleaned) {
  EXPECT_EQ(*checked_fact("homes", {{"de\x1b[31mploy", "/home\n"}}), (Json{{"deploy", "/home"}}));
  EXPECT_FALSE(checked_fact("homes", {{"deploy", 1}}).has_value());
  Json many = Json::object();
  for (int i = 0; i < 5000; ++i) many["u" + std::to_string(i)] = "/";
  EXPECT_FALSE(checked_fact("homes", many).has_value());
}

// No host tells what only its files say, and the project types.
TEST(ToldFacts, LocalOnesAreNotTaken) {
  Json facts = sample_facts();
  facts["local"] = {{"rack", "r1"}};
  EXPECT_FALSE((*checked_facts(facts)).contains("local"));
}

TEST(ToldFacts, APathEndsWhereTheSchemaDoes) {
  EXPECT_EQ(known_fact_path({"network", "address"}), "network.address");
  EXPECT_EQ(known_fact_path({"network", "address", "size"}), "network.address");
  EXPECT_EQ(known_fact_path({"network", "interfaces", "name"}), "network.interfaces");
  EXPECT_EQ(known_fact_path({"homes", "a.b"}), "homes");
}

}  // namespace
}  // namespace plumb::config
