#include <gtest/gtest.h>

#include "providers/container/testing/answers.h"

namespace plumb::providers::container {
namespace {

class Compose : public ProviderTest<ComposeProvider> {
 protected:
  Compose() {
    system.add_program("docker");
    system.make_file("/usr/libexec/docker/cli-plugins/docker-compose", "");
    system.make_file("/srv/app/compose.yaml", "services: {}\n");
    system.script("docker compose * config --hash *", answer("web aaa\njob bbb\n"));
    system.script("docker ps *", answer("1\n2\n"));
  }
  static Desired want(Json attributes) {
    attributes.emplace("path", "/srv/app");
    return wanted("compose", "path", std::move(attributes));
  }
  void has(const std::string& web, const std::string& status) {
    const auto one = [](const std::string& service, const std::string& hash, const std::string& state) {
      return Json{{"State", {{"Status", state}, {"ExitCode", 0}}},
                  {"HostConfig", {{"RestartPolicy", {{"Name", ""}}}}},
                  {"Config",
                   {{"Labels", {{"com.docker.compose.service", service}, {"com.docker.compose.config-hash", hash}}}}}};
    };
    system.script("docker container inspect *",
                  answer(Json::array({one("web", web, status), one("job", "bbb", "exited")}).dump()));
  }
};

TEST_F(Compose, ServicesAreComparedWithWhatTheyWouldBeMadeFrom) {
  has("aaa", "running");
  const Seen seen = look(want(Json::object()));
  EXPECT_TRUE(seen.change.empty()) << to_json(seen.change).dump(2);
  has("old", "running");
  EXPECT_EQ(look(want(Json::object())).change.before["services"], (Json{{"web", "old"}, {"job", "bbb"}}));
  has("aaa", "created");
  EXPECT_EQ(look(want(Json::object())).change.after, (Json{{"state", "running"}}));
}

TEST_F(Compose, WhatIsStillToComeIsMissing) {
  system.script("docker ps *", answer(""));
  system.remove("/srv/app");
  EXPECT_EQ(look(want(Json::object())).observed->missing,
            (std::vector<Missing>{{{"", "file", "/srv/app/compose.yaml"}, "path"}}));
  system.remove("/usr/libexec/docker/cli-plugins/docker-compose");
  EXPECT_EQ(look(want(Json::object())).observed->missing,
            (std::vector<Missing>{{{"", "package", "docker-compose"}, "path"}}));
}

TEST_F(Compose, AFileOfWhichNobodyCanTellIsAnError) {
  has("aaa", "running");
  system.remove("/srv/app/compose.yaml");
  system.make_link("/srv/app/compose.yaml", "compose.yaml");
  const Seen seen = look(want(Json::object()));
  ASSERT_TRUE(seen.problem);
  EXPECT_NE(seen.problem->summary.find("/srv/app/compose.yaml"), std::string::npos);
}

TEST_F(Compose, AFileThatComposeCannotReadIsAnError) {
  has("aaa", "running");
  system.script("docker compose * config --hash *", answer("", "services.web must be a mapping\n", 15));
  EXPECT_NE(look(want(Json::object())).problem->summary.find("must be a mapping"), std::string::npos);
}

}  // namespace
}  // namespace plumb::providers::container
