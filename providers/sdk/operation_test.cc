#include "providers/sdk/operation.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

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
          ChangeFirewall{"nftables", "load"}};
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

TEST(Operation, TheReaderIsStrict) {
  for (const char* text :
       {"{}", "[]", "3", R"({"write_file":{"path":"/a","content":"x"},"remove":{"path":"/a"}})",
        R"({"format_disk":{}})", R"({"remove":{}})", R"({"remove":[]})", R"({"remove":{"path":"/a","forse":true}})",
        R"({"remove":{"path":"/a","recursive":1}})", R"({"run":{"argv":"ls"}})", R"({"run":{"expect":[0.5]}})",
        R"({"run":{"timeout_seconds":99999999999}})", R"({"run":{"env":{"A":1}}})",
        R"({"package_transaction":{"manager":"apt","install":[{"nam":"x"}]}})",
        R"({"package_transaction":{"manager":"apt","install":["x"]}})",
        R"({"edit_database":{"database":"user","verb":"create","name":"x","set":[]}})",
        R"({"set_attributes":{"path":"/a","mode":420}})"}) {
    const auto result = operation_from_json(Json::parse(text));
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code(), Code::kProtocol) << text;
  }
}

}  // namespace
}  // namespace plumb
