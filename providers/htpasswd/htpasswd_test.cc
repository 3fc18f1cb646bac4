#include "providers/htpasswd/htpasswd.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::htpasswd {
namespace {

class Htpasswd : public ProviderTest<HtpasswdProvider> {
 protected:
  Htpasswd() {
    system.add_program("openssl");
    system.make_directory("/etc");
  }
  static Desired want(Json attributes) {
    attributes.emplace("user", "alice");
    attributes.emplace("path", "/etc/users");
    attributes.emplace("password", "secret");
    return wanted("htpasswd", "user", std::move(attributes));
  }
  void hashes(const std::string& option, const std::string& salt, const std::string& hash) {
    ProcessResult result;
    result.output = hash + "\n";
    system.script("openssl passwd " + option + " -salt " + salt + " -stdin", result);
  }
};

TEST_F(Htpasswd, ThePasswordIsHashedAsTheOneThatIsThere) {
  system.make_file("/etc/users", "bob:$6$x$y\nalice:$6$salt$hash\n");
  hashes("-6", "salt", "$6$salt$hash");
  EXPECT_TRUE(look(want(Json::object())).change.empty());
  ASSERT_EQ(system.requests().size(), 1U);
  EXPECT_EQ(system.requests()[0].stdin_text, "secret\n") << "it stands among no arguments";
  hashes("-6", "salt", "$6$salt$other");
  EXPECT_EQ(look(want(Json::object())).change.after, (Json{{"password", "secret"}}));
}

TEST_F(Htpasswd, AnotherHashIsAnotherLine) {
  system.make_file("/etc/users", "alice:$apr1$salt$hash\n");
  EXPECT_EQ(look(want(Json::object())).change.before["hash"], "apr1");
  EXPECT_TRUE(system.requests().empty());
  EXPECT_EQ(look(want({{"hash", "bcrypt"}})).observed->missing,
            (std::vector<Missing>{{{"", "package", "apache2-utils"}, "hash"}}));
}

TEST_F(Htpasswd, WhoIsNotThereIsAddedAndGoesAgain) {
  const Seen seen = look(want(Json::object()));
  EXPECT_EQ(seen.change.op, Op::kCreate);
  EXPECT_EQ(std::get<plumb::Run>(seen.change.operations.at(0)).stdin_text, "secret");
  EXPECT_EQ(provider.restore(want(Json::object()), *seen.observed)->attributes["state"], "absent");
  EXPECT_TRUE(look(want({{"state", "absent"}})).change.empty());
  const auto empties = [&](const Desired& gone) {
    system.make_file("/etc/users", "alice:x\n");
    return std::get<plumb::Run>(look(gone).change.operations.at(0)).script.find("test -s") != std::string::npos;
  };
  EXPECT_TRUE(empties(*provider.restore(want(Json::object()), *seen.observed))) << "the file came with it";
  EXPECT_FALSE(empties(want({{"state", "absent"}})));
  system.make_file("/etc/users", "");
  EXPECT_FALSE(empties(*provider.restore(want(Json::object()), *look(want(Json::object())).observed)));
  system.make_file("/etc/users", "alice:x\n");
  EXPECT_EQ(look(want({{"state", "absent"}})).change.op, Op::kDelete);
  EXPECT_FALSE(provider.restore(want(Json::object()), *look(want(Json::object())).observed)) << "nobody keeps it";
}

}  // namespace
}  // namespace plumb::providers::htpasswd
