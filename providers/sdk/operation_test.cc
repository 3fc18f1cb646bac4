#include "providers/sdk/operation.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

Wait for_port(bool gone = false) {
  Wait wait;
  wait.probe.tcp = "db:5432";
  wait.gone = gone;
  return wait;
}

Wait for_path(std::string text, bool gone = false) {
  Wait wait;
  wait.probe.exists = "/run/x";
  wait.probe.body = std::move(text);
  wait.gone = gone;
  return wait;
}

std::vector<Operation> one_of_each() {
  WriteFile write{"/etc/motd", "sha256:00", {"root", "adm", "0640"}, true, true, "visudo -cf %s"};
  plumb::Run run;
  run.argv = {"/bin/echo", "a b"};
  run.env = {{"A", "1"}};
  run.expect = {0, 3};
  run.timeout_seconds = 9;
  run.sealed_env = "hmac-sha256:00";
  PackageTransaction packages{"apt", {{"nginx", ""}, {"jq", "1.6-2"}}, {"apache2"}, true, true};
  EditDatabase edit{"user", "create", "deploy", Json{{"uid", 1500}, {"groups", {"adm"}}}};
  return {write,
          MakeDirectory{"/srv", {std::nullopt, std::nullopt, "0750"}, true},
          MakeLink{"/a", "../b", true, true},
          Remove{"/a", true, true},
          SetAttributes{"/a", {"1000", std::nullopt, std::nullopt}, true},
          run,
          packages,
          ServiceAction{"systemd", "nginx.service", "restart"},
          edit,
          EditFile{"/etc/x", {TextEdit{"a\n"}, TextEdit{""}}, true, {}, false, false, {}, false, {}, {}, {}},
          SetKernelValue{"vm.swappiness", "10"},
          ChangeMount{"mount", "/srv", "/dev/b", "ext4", "ro"},
          ChangeMount{"unmount", "/srv"},
          ChangeSwap{"make", "/swapfile", 64},
          ChangeSwap{"on", "/swapfile", 0, 5},
          ChangeModule{"load", "loop", {"max_loop=9"}},
          ChangeFirewall{"ufw",
                         "add",
                         {"allow in from any to any port 53"},
                         "public",
                         "kept",
                         true,
                         {{"incoming", "deny"}},
                         {{"incoming", "allow"}}},
          ChangeFirewall{"nftables", "load"},
          for_port(true),
          for_path("ready"),
          Reboot{900, "updates"},
          Reboot{},
          Call{.url = "https://a/",
               .method = "PUT",
               .headers = {{"A", "b"}},
               .sealed_headers = "hmac-sha256:00",
               .body = "{}",
               .username = "u",
               .password = "p",
               .proxy = "http://p:1",
               .ca_file = "/ca",
               .any_certificate = true,
               .status = {201, 204},
               .contains = "ok",
               .timeout_seconds = 9},
          CallProvider{"redis",
                       "sha256:00",
                       "redis_setting",
                       "update",
                       "redis_setting:x",
                       "x",
                       {{"value", "b"}},
                       {{"value", "a"}},
                       {"value"},
                       "redis",
                       true}};
}

TEST(Operation, EveryOneComesBackFromItsJson) {
  for (const Operation& operation : one_of_each()) {
    const Json json = to_json(operation);
    const auto back = operation_from_json(json);
    ASSERT_TRUE(back) << json << back.error().summary();
    EXPECT_EQ(*back, operation) << json;
  }
}

TEST(Operation, MembersWithDefaultValuesAreLeftOut) {
  EXPECT_EQ(to_json(Operation(WriteFile{"/a", "sha256:1", {}, false, false, ""})).dump(),
            R"({"write_file":{"content":"sha256:1","path":"/a"}})");
  EXPECT_EQ(to_json(Operation(plumb::Run{})).dump(), R"({"run":{}})");
  EXPECT_EQ(to_json(Operation(ServiceAction{"systemd", "", "daemon_reload"})).dump(),
            R"({"service_action":{"manager":"systemd","verb":"daemon_reload"}})");
}

TEST(Operation, WhatTakesSomethingAwaySaysSo) {
  const auto account = [](const char* verb, Json set) {
    return traits(EditDatabase{"user", verb, "deploy", std::move(set)}).takes_away;
  };
  EXPECT_TRUE(traits(Remove{"/srv/old", false, false}).takes_away);
  EXPECT_TRUE(account("delete", {{"remove_home", true}}));
  EXPECT_TRUE(account("modify", {{"home", "/srv/deploy"}, {"move_home", true}}));
  EXPECT_FALSE(account("modify", {{"home", "/srv/deploy"}}));
  EXPECT_FALSE(traits(MakeDirectory{"/srv/new", {}, false}).takes_away);
}

TEST(Operation, WhatIsWaitedForIsSaidForPeople) {
  EXPECT_EQ(describe(for_port()), "port db:5432 is open");
  EXPECT_EQ(describe(for_port(true)), "port db:5432 is closed");
  EXPECT_EQ(describe(for_path("")), "/run/x is there");
  EXPECT_EQ(describe(for_path("", true)), "/run/x is gone");
  EXPECT_EQ(describe(for_path("a")), "/run/x holds the text that is asked for");
  EXPECT_EQ(describe(for_path("a", true)), "it is over that /run/x holds the text that is asked for");
}

TEST(Operation, TheReaderIsStrict) {
  for (const char* text : {"{}",
                           "[]",
                           "3",
                           R"({"write_file":{"path":"/a","content":"x"},"remove":{"path":"/a"}})",
                           R"({"format_disk":{}})",
                           R"({"remove":{}})",
                           R"({"remove":[]})",
                           R"({"remove":{"path":"/a","forse":true}})",
                           R"({"remove":{"path":"/a","recursive":1}})",
                           R"({"run":{"argv":"ls"}})",
                           R"({"run":{"expect":[0.5]}})",
                           R"({"run":{"timeout_seconds":99999999999}})",
                           R"({"run":{"env":{"A":1}}})",
                           R"({"package_transaction":{"manager":"apt","install":[{"nam":"x"}]}})",
                           R"({"package_transaction":{"manager":"apt","install":["x"]}})",
                           R"({"edit_database":{"database":"user","verb":"create","name":"x","set":[]}})",
                           R"({"set_attributes":{"path":"/a","mode":420}})",
                           R"({"wait":{}})",
                           R"({"wait":{"probe":{"tpc":"a:1"}}})",
                           R"({"reboot":{"within_seconds":"5"}})",
                           R"({"call":{"method":"GET"}})"}) {
    const auto result = operation_from_json(Json::parse(text));
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code(), Code::kProtocol) << text;
  }
}

}  // namespace
}  // namespace plumb
