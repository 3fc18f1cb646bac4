// What sources of readings tell, asked as a controller asks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/exec/testing/client.h"
#include "providers/sdk/reading.h"

namespace plumb::exec {
namespace {

using ::testing::HasSubstr;

ReadingSource file(const std::string& path, const std::string& match = {}) {
  return {FileSource{path}, match, false};
}

class ReadingsTest : public ::testing::Test {
 protected:
  // What one source tells.
  wire::ReadingAnswer ask(const Json& source) {
    TestClient client(root_.path());
    client.send(wire::Read{{source}});
    auto told = client.expect<wire::Readings>();
    EXPECT_TRUE(told && told->answers.size() == 1);
    return told && told->answers.size() == 1 ? told->answers[0] : wire::ReadingAnswer();
  }
  wire::ReadingAnswer ask(const ReadingSource& source) { return ask(to_json(source)); }

  ScratchRoot root_;
};

TEST_F(ReadingsTest, AFileTellsItsTextOrTheGroupThatIsLookedFor) {
  root_.write("/etc/version", "App 16.2 (stable)\n");
  EXPECT_EQ(ask(file("/etc/version")).value, Json("App 16.2 (stable)\n"));
  EXPECT_EQ(ask(file("/etc/version", "([0-9]+)\\.([0-9]+)")).value, Json("16"));
  EXPECT_EQ(ask(file("/etc/version", "[0-9.]+")).value, Json("16.2"));
}

TEST_F(ReadingsTest, WhatIsNotThereIsAbsentAndNoError) {
  root_.write("/etc/version", "none\n");
  for (const ReadingSource& source : {file("/etc/nothing"), file("/etc/version/below"), file("/etc/version", "[0-9]+"),
                                      ReadingSource{CommandSource{{"/usr/bin/nothing"}, {}}, "", false}}) {
    const wire::ReadingAnswer answer = ask(source);
    EXPECT_FALSE(answer.absent.empty()) << canonical(to_json(source));
    EXPECT_FALSE(answer.problem.has_value()) << answer.problem->summary;
  }
}

TEST_F(ReadingsTest, WhatCannotBeReadIsAnError) {
  root_.write("/etc/large", std::string((std::size_t{1} << 20) + 1, 'x'));
  EXPECT_THAT(ask(file("/etc/large")).problem->summary, HasSubstr("/etc/large"));
  EXPECT_TRUE(ask(file("/etc")).problem.has_value());
  EXPECT_TRUE(ask(file("/etc/large", "(")).problem.has_value());
  EXPECT_TRUE(ask(Json{{"disk", "/dev/sda"}}).problem.has_value());
  EXPECT_TRUE(ask(Json{{"file", "relative"}}).problem.has_value());
}

TEST_F(ReadingsTest, APathTellsWhatLiesThere) {
  root_.write("/srv/data", "12345");
  std::filesystem::permissions(root_.at("/srv/data"), std::filesystem::perms(0640));
  std::filesystem::create_symlink("data", root_.at("/srv/link"));
  const Json there = ask({PathSource{"/srv/data", false}, "", false}).value;
  EXPECT_EQ(there["exists"], true);
  EXPECT_EQ(there["type"], "file");
  EXPECT_EQ(there["mode"], "0640");
  EXPECT_EQ(there["size"], 5);
  EXPECT_THAT(there["modified"].get<std::string>(), ::testing::MatchesRegex("20..-..-..T..:..:..Z"));
  EXPECT_EQ(ask({PathSource{"/srv/link", false}, "", false}).value["type"], "link");
  EXPECT_EQ(ask({PathSource{"/srv/link", true}, "", false}).value["type"], "file");
  EXPECT_EQ(ask({PathSource{"/srv/none", false}, "", false}).value, Json({{"exists", false}, {"type", "absent"}}));
}

TEST_F(ReadingsTest, APackageTellsItsVersionAndAUnitHowItIs) {
  root_.write("/crates/box", "16.2-1");
  EXPECT_EQ(ask({PackageSource{"box"}, "", false}).value, Json("16.2-1"));
  EXPECT_EQ(ask({PackageSource{"box"}, "^[0-9]+", false}).value, Json("16"));
  EXPECT_THAT(ask({PackageSource{"lid"}, "", false}).absent, HasSubstr("lid is not installed"));
  EXPECT_EQ(ask({UnitSource{"lamp"}, "", false}).value,
            Json::parse(R"({"exists": true, "active": true, "enabled": true, "masked": false, "state": "running"})"));
  EXPECT_EQ(ask({UnitSource{"none"}, "", false}).value["state"], "absent");
}

TEST_F(ReadingsTest, APlanIsRefusedWhereAReadingTellsSomethingElse) {
  root_.write("/etc/version", "16\n");
  const ReadingSource source = file("/etc/version");
  wire::Apply apply;
  apply.project = "edge";
  apply.run = "run-1";
  apply.readings = {{"version", to_json(source), digest_of({Json("16\n"), ""}, false, "")}};
  {
    TestClient client(root_.path());
    client.send(apply);
    EXPECT_TRUE(client.expect<wire::Done>().has_value());
  }
  root_.write("/etc/version", "17\n");
  TestClient client(root_.path());
  client.send(apply);
  EXPECT_FALSE(client.expect<wire::Done>().has_value());
  ASSERT_TRUE(client.refusal.has_value());
  EXPECT_EQ(client.refusal->code, Code::kStale);
  EXPECT_THAT(client.refusal->summary, HasSubstr("`version`"));
}

}  // namespace
}  // namespace plumb::exec
