#include "providers/known_host/known_host.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::known_host {
namespace {

class KnownHost : public ProviderTest<KnownHostProvider> {
 protected:
  static Desired want(Json attributes) {
    attributes["name"] = "git.example";
    attributes["path"] = "/etc/known";
    return wanted("known_host", "name", std::move(attributes));
  }
};

TEST_F(KnownHost, AHostHasOneKeyOfEachType) {  // O03, O05
  system.make_file("/etc/known", "# c\n@cert-authority git.example ed AA\na,git.example ed OLD\ngit.example rsa RR\n");
  converge(want({{"key", "ed AA"}}));
  EXPECT_EQ(system.content("/etc/known"),
            "# c\n@cert-authority git.example ed AA\ngit.example ed AA\ngit.example rsa RR\n");
  EXPECT_TRUE(look(want({{"key", "ed AA a comment"}})).change.empty());
  converge(want({{"state", "absent"}}));
  EXPECT_EQ(system.content("/etc/known"), "# c\n@cert-authority git.example ed AA\n");
}

TEST_F(KnownHost, ANameBesideOthersIsKnownWhereItsKeyIsTheSame) {
  system.make_file("/etc/known", "git.example,10.0.0.1 ed AA\n");
  EXPECT_TRUE(look(want({{"key", "ed AA"}})).change.empty());
}

TEST_F(KnownHost, AMarkedKeyIsOneOfItsOwn) {  // O06
  const auto authority = [](Json more) {
    Json attributes = {{"name", "*.example"}, {"path", "/etc/known"}, {"marker", "cert-authority"}};
    attributes.update(more);
    return wanted("known_host", "name", std::move(attributes));
  };
  system.make_file("/etc/known", "@cert-authority *.example ed OLD\n@revoked *.example ed AA\n*.example ed AA\n");
  converge(authority({{"key", "ed AA"}}));
  EXPECT_EQ(system.content("/etc/known"),
            "@cert-authority *.example ed OLD\n@revoked *.example ed AA\n*.example ed AA\n"
            "@cert-authority *.example ed AA\n");
  EXPECT_TRUE(look(authority({{"key", "ed AA of a new name"}})).change.empty());
  converge(authority({{"key", "ed OLD"}, {"state", "absent"}}));
  EXPECT_EQ(system.content("/etc/known"),
            "@revoked *.example ed AA\n*.example ed AA\n@cert-authority *.example ed AA\n");
  converge(authority({{"state", "absent"}}));
  EXPECT_EQ(system.content("/etc/known"), "@revoked *.example ed AA\n*.example ed AA\n");
}

}  // namespace
}  // namespace plumb::providers::known_host
