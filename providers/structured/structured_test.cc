#include "providers/structured/structured.h"

#include "engine/base/digest.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::structured {
namespace {

class Structured : public ProviderTest<StructuredProvider> {
 protected:
  static Desired want(Json attributes) {
    attributes["path"] = "/etc/x.json";
    return wanted("structured", "path", std::move(attributes));
  }
};

TEST_F(Structured, ValuesAreSetMergedAndRemovedWhereTheyStand) {
  system.make_file("/etc/x.json", "{\n    \"b\": 1.50,\n    \"a\": [1,2],\n    \"c\": null\n}\n");
  converge(want({{"set", {{"a.0", 7}}}, {"merge", {{"d", {{"e", "x"}}}}}, {"remove", {"c"}}}));
  EXPECT_EQ(system.content("/etc/x.json"),
            "{\n    \"b\": 1.50,\n    \"a\": [7,2],\n    \"d\": {\n        \"e\": \"x\"\n    }\n}\n");
}

TEST_F(Structured, WhatIsNoTreeIsAnObstacleWithItsLine) {
  system.make_file("/etc/x.json", "{\n  // c\n}\n");
  EXPECT_EQ(obstacle(want({{"set", {{"a", 1}}}})), "/etc/x.json: line 2 is no JSON: a value is expected");
}

TEST_F(Structured, SensitiveValuesAreSealed) {
  const std::string key(64, 'a');
  system.set_key(key);
  system.make_file("/etc/x.json", "{\"token\": \"old\"}");
  Desired desired = want({{"set", {{"token", "new"}}}});
  desired.sensitive = {"set"};
  const Change change = look(desired).change;
  EXPECT_EQ(change.before, Json({{"values", keyed_digest(key, "token: \"old\"")}}));
  EXPECT_EQ(change.after, Json({{"values", keyed_digest(key, "token: \"new\"")}}));
  converge(desired);
  EXPECT_EQ(system.content("/etc/x.json"), "{\"token\": \"new\"}");
}

TEST_F(Structured, TheNameOfTheFileSaysItsFormatUnlessSomebodyDoes) {
  const auto converged = [&](const std::string& path, const std::string& text, Json attributes) {
    system.make_file(path, text);
    attributes.update({{"path", path}, {"set", {{"a.b", 2}}}});
    converge(wanted("structured", "path", std::move(attributes)));
    return system.content(path);
  };
  EXPECT_EQ(converged("/etc/x.yml", "a:\n  b: 1 # one\n", {}), "a:\n  b: 2 # one\n");
  EXPECT_EQ(converged("/etc/x.toml", "[a]\nb = 1 # one\n", {}), "[a]\nb = 2 # one\n");
  EXPECT_EQ(converged("/etc/x", "{\"a\": {\"b\": 1}}", {}), "{\"a\": {\"b\": 2}}");
  EXPECT_EQ(converged("/etc/x.conf", "a:\n  b: 1\n", {{"format", "yaml"}}), "a:\n  b: 2\n");
}

TEST_F(Structured, WhatElsewhereHangsOnIsAnObstacleWithItsPlace) {
  system.make_file("/etc/x.yaml", "base: &base\n  port: 1\nweb: *base\n");
  EXPECT_EQ(obstacle(wanted("structured", "path", {{"path", "/etc/x.yaml"}, {"set", {{"web.port", 2}}}})),
            "/etc/x.yaml: `web` in line 3 is an alias of what stands elsewhere");
}

}  // namespace
}  // namespace plumb::providers::structured
