#include "engine/secrets/vault.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/testing/scratch_folder.h"

namespace plumb::secrets {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Stands for curl(1): keeps what it was told, and answers what the test says.
struct Web : FilesOver {
  Web() : FilesOver(disk_files()) {}
  bool has_program(const std::string& name) const override { return name == "curl"; }
  Result<ProgramOutput> run(const std::vector<std::string>& arguments, const std::filesystem::path&, Code,
                            const ProgramLimits& limits) const override {
    for (const std::string& argument : arguments) said += argument + "\n";
    asked.emplace_back(limits.input);
    if (answers.empty()) return fail(Code::kSecretStore, "curl was stopped");
    ProgramOutput output = answers.front();
    if (answers.size() > 1) answers.erase(answers.begin());
    return output;
  }
  void answer(int status, const std::string& body) { answers.push_back({0, body + "\n" + std::to_string(status), ""}); }
  mutable std::vector<ProgramOutput> answers;  // the last one again and again
  mutable std::vector<std::string> asked;      // its settings, each time
  mutable std::string said;                    // all arguments
};

class VaultTest : public ::testing::Test {
 protected:
  VaultTest() {
    store_.url = "https://vault.test:8200";
    store_.mount = "kv";
    variables_["VAULT_TOKEN"] = "canary-token";
    variables_["VAULT_ADDR"] = store_.url;
    variables_["HOME"] = folder_.path().string();
  }
  Result<std::string> read(const std::string& path, int version = 0) {
    return vault_.read({"vault", path, "", version});
  }
  std::string refusal(const std::string& path = "db") {
    const auto read = this->read(path);
    return read ? "read" : read.error().summary() + "\n" + read.error().diagnostic().hint;
  }

  testing::ScratchFolder folder_;
  Web web_;
  std::map<std::string, std::string> variables_;
  Surroundings around_{Folder(web_, folder_.path()),
                       [this](const std::string& name) -> std::optional<std::string> {
                         const auto found = variables_.find(name);
                         return found == variables_.end() ? std::nullopt : std::optional(found->second);
                       },
                       "", -1};
  config::VaultStore store_;
  Vault vault_{store_, around_};
};

TEST_F(VaultTest, ReadsTheNewestOrTheVersionAskedFor) {
  web_.answer(200, R"({"data": {"data": {"password": "s3cret"}, "metadata": {"version": 3}}})");
  EXPECT_EQ(read("db/web").value(), R"({"password":"s3cret"})");
  EXPECT_THAT(web_.asked.back(), HasSubstr("url = \"https://vault.test:8200/v1/kv/data/db/web\"\n"));
  EXPECT_THAT(web_.asked.back(), HasSubstr("request = \"GET\"\n"));
  EXPECT_THAT(web_.asked.back(), HasSubstr("header = \"X-Vault-Token: canary-token\"\n"));
  EXPECT_THAT(web_.asked.back(), Not(HasSubstr("X-Vault-Namespace")));
  store_.name_space = "ops/web";
  store_.ca_file = "tls/ca.pem";
  EXPECT_TRUE(read("db", 2));
  EXPECT_THAT(web_.asked.back(), HasSubstr("/v1/kv/data/db?version=2\"\n"));
  EXPECT_THAT(web_.asked.back(), HasSubstr("header = \"X-Vault-Namespace: ops/web\"\n"));
  EXPECT_THAT(web_.asked.back(), HasSubstr("cacert = \"" + (folder_ / "tls/ca.pem") + "\"\n"));
  EXPECT_THAT(web_.said, Not(HasSubstr("canary"))) << "an argument is seen by everybody";
}

TEST_F(VaultTest, TheFirstVersionOfTheEngineHasItsFieldsAtTheTop) {
  store_.version = 1;
  web_.answer(200, R"({"data": {"password": "s3cret"}})");
  EXPECT_EQ(read("db").value(), R"({"password":"s3cret"})");
  EXPECT_THAT(web_.asked.back(), HasSubstr("/v1/kv/db\"\n"));
}

TEST_F(VaultTest, SaysWhatIsNotThere) {
  web_.answer(404, R"({"errors": []})");
  EXPECT_EQ(read("db").error().code(), Code::kNoSuchSecret);
  web_.answers.clear();
  web_.answer(404, R"({"data": {"data": null, "metadata": {"deletion_time": "2026-01-01T00:00:00Z", "version": 2}}})");
  EXPECT_THAT(refusal(), HasSubstr("was deleted"));
  EXPECT_EQ(read("db").error().code(), Code::kNoSuchSecret);
}

TEST_F(VaultTest, SaysWhyItWasRefusedAndWhatHelps) {
  web_.answer(403, R"({"errors": ["1 error occurred:\n\t* permission denied\n\n"]})");
  EXPECT_THAT(refusal(), HasSubstr("the vault answered 403: 1 error occurred: * permission denied"));
  EXPECT_THAT(refusal(), HasSubstr("`read` on kv/data/db"));
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"errors": ["Vault is sealed"]})", "answered 503: Vault is sealed"},
      {R"({"errors": ["no handler for route \"kv/data/db\". route entry not found."]})", "nothing is mounted at `kv`"},
      {R"({"errors": [], "warnings": ["Invalid path for a versioned K/V secrets engine."]})", "is of version 2"},
      {"<html>canary</html>", "its answer is no JSON"},
      {"", "its answer is no JSON"},
      {"[1]", "its answer is no JSON"},
      {R"({"data": {"password": "canary"}})", "is of version 1"}};
  for (const auto& [body, wanted] : cases) {
    web_.answers.clear();
    web_.answer(wanted.find("503") != std::string::npos    ? 503
                : body.find("errors") != std::string::npos ? 404
                                                           : 200,
                body);
    EXPECT_THAT(refusal(), HasSubstr(wanted)) << body;
    EXPECT_THAT(refusal(), Not(HasSubstr("canary"))) << body;
  }
}

TEST_F(VaultTest, SaysWhatCurlSays) {
  web_.answers = {{60, "\n000", "curl: (60) SSL certificate problem: unable to get local issuer certificate\nMore…"}};
  EXPECT_THAT(refusal(), HasSubstr("https://vault.test:8200 did not answer: curl: (60) SSL certificate problem"));
  EXPECT_THAT(refusal(), HasSubstr("`ca` of the store"));
  EXPECT_THAT(refusal(), Not(HasSubstr("More")));
  web_.answers = {{28, "\n000", "curl: (28) Operation timed out"}};
  EXPECT_THAT(refusal(), HasSubstr("did not answer within 30 s"));
}

TEST_F(VaultTest, LogsInOnceByItsRole) {
  variables_["SECRET_ID"] = "canary-secret-id";
  store_.role = config::VaultStore::Role{"approle", "web", {"SECRET_ID", ""}};
  web_.answer(200, R"({"auth": {"client_token": "hvs.1", "lease_duration": 60}})");
  web_.answer(200, R"({"data": {"data": {"a": "1"}, "metadata": {"version": 1}}})");
  EXPECT_TRUE(read("one"));
  EXPECT_TRUE(read("two"));
  ASSERT_EQ(web_.asked.size(), 3U);
  EXPECT_THAT(web_.asked[0], HasSubstr("/v1/auth/approle/login\"\n"));
  EXPECT_THAT(web_.asked[0], HasSubstr(R"(data-raw = "{\"role_id\":\"web\",\"secret_id\":\"canary-secret-id\"}")"));
  EXPECT_THAT(web_.asked[0], Not(HasSubstr("X-Vault-Token")));
  EXPECT_THAT(web_.asked[2], HasSubstr("X-Vault-Token: hvs.1"));
  EXPECT_THAT(web_.said, Not(HasSubstr("canary")));
}

TEST_F(VaultTest, ALoginThatFailsIsNotTriedAgain) {
  variables_["SECRET_ID"] = "old";
  store_.role = config::VaultStore::Role{"approle", "web", {"SECRET_ID", ""}};
  web_.answer(400, R"({"errors": ["invalid role or secret ID"]})");
  EXPECT_THAT(refusal("one"), HasSubstr("the login by AppRole failed with 400: invalid role or secret ID"));
  EXPECT_FALSE(read("two"));
  EXPECT_EQ(web_.asked.size(), 1U);
}

TEST_F(VaultTest, TakesTheTokenFromWhereItIs) {
  web_.answer(200, R"({"data": {"data": {"a": "1"}, "metadata": {"version": 1}}})");
  const auto token = [&](const std::string& wanted) {
    Vault vault(store_, around_);
    const auto read = vault.read({"vault", "db", ""});
    if (!read) return read.error().summary();
    return web_.asked.back().find("X-Vault-Token: " + wanted + "\"") == std::string::npos ? web_.asked.back() : wanted;
  };
  EXPECT_EQ(token("canary-token"), "canary-token");
  variables_.erase("VAULT_TOKEN");
  EXPECT_THAT(token(""), HasSubstr("there is no token for the vault"));
  folder_.write(".vault-token", "of-a-file\n");
  EXPECT_EQ(token("of-a-file"), "of-a-file");
  variables_["BAO_TOKEN"] = "of-bao";
  EXPECT_EQ(token("of-bao"), "of-bao");
  store_.token = config::LoginSource{"", "ci/token"};
  folder_.write("ci/token", "of-ci\r\n");
  EXPECT_EQ(token("of-ci"), "of-ci");
  folder_.write("ci/token", "two words\n");
  EXPECT_THAT(token(""), HasSubstr("ci/token is no login for a vault"));
  store_.token = config::LoginSource{"NONE", ""};
  EXPECT_THAT(token(""), HasSubstr("$NONE holds no login"));
}

TEST_F(VaultTest, ATokenGoesNowhereWithoutEncryption) {
  store_.url.clear();
  variables_.erase("VAULT_ADDR");
  EXPECT_THAT(refusal(), HasSubstr("nothing says where the vault is"));
  variables_["BAO_ADDR"] = "http://vault.test:8200";
  EXPECT_THAT(refusal(), HasSubstr("plain http is for this machine alone"));
  EXPECT_TRUE(web_.asked.empty());
  for (const char* url : {"http://127.0.0.1:8200", "http://localhost", "http://[::1]:8200/", "https://vault.test"})
    EXPECT_TRUE(config::is_safe_vault_url(url)) << url;
  for (const char* url : {"http://127.0.0.1.evil.test", "http://localhost:x@evil.test", "http://localhost@evil.test",
                          "ftp://localhost", "vault.test", "http://"})
    EXPECT_FALSE(config::is_safe_vault_url(url)) << url;
}

TEST_F(VaultTest, ATokenGoesNowhereThatOnlyTheProjectNames) {
  web_.answer(200, R"({"data": {"data": {"a": "1"}, "metadata": {"version": 1}}})");
  variables_["VAULT_ADDR"] = "https://vault.test:8200/";
  EXPECT_TRUE(read("db"));
  web_.asked.clear();
  for (const char* other : {"", "https://vault.test", "https://vault.test:8200.evil.test"}) {
    variables_["VAULT_ADDR"] = other;
    EXPECT_EQ(read("db").error().code(), Code::kTokenGoesElsewhere) << other;
  }
  EXPECT_THAT(refusal(), HasSubstr("export VAULT_ADDR=https://vault.test:8200"));
  EXPECT_TRUE(web_.asked.empty());
  variables_["BAO_ADDR"] = "https://vault.test:8200";
  EXPECT_TRUE(read("db"));
  store_.url = "https://127.0.0.1:8200";
  EXPECT_TRUE(read("db")) << "of this machine";
}

TEST_F(VaultTest, ATokenGoesWhereTheMachineSays) {
  web_.answer(200, R"({"data": {"data": {"a": "1"}, "metadata": {"version": 1}}})");
  around_.restrict_vaults(std::vector<std::string>{"https://other.test"});
  EXPECT_EQ(read("db").error().code(), Code::kTokenGoesElsewhere) << "whatever VAULT_ADDR says";
  around_.restrict_vaults(std::vector<std::string>{"https://other.test", "https://vault.test:8200/"});
  variables_.erase("VAULT_ADDR");
  EXPECT_TRUE(read("db"));
}

TEST_F(VaultTest, ATokenGoesNowhereWhereNobodyCanReadWhatTheMachineSays) {
  around_.restrict_vaults(fail(Code::kMachineTrust, "/etc/plumb/trust.yaml is no YAML"));
  EXPECT_EQ(read("db").error().code(), Code::kMachineTrust);
  EXPECT_THAT(refusal(), HasSubstr("/etc/plumb/trust.yaml is no YAML"));
  EXPECT_TRUE(web_.asked.empty());
}

TEST_F(VaultTest, WritesAFieldAndLeavesTheOthers) {
  web_.answer(200, R"({"data": {"data": {"user": "u", "password": "old"}, "metadata": {"version": 7}}})");
  web_.answer(200, R"({"data": {"version": 8}})");
  ASSERT_TRUE(vault_.write({"vault", "db", "password"}, "canary-new"));
  ASSERT_EQ(web_.asked.size(), 2U);
  EXPECT_THAT(web_.asked[1], HasSubstr("request = \"POST\"\n"));
  EXPECT_THAT(web_.asked[1],
              HasSubstr(R"({\"data\":{\"password\":\"canary-new\",\"user\":\"u\"},\"options\":{\"cas\":7}})"));
  EXPECT_THAT(web_.said, Not(HasSubstr("canary")));
}

TEST_F(VaultTest, WritesTheFirstFieldOfAPlace) {
  web_.answer(404, R"({"errors": []})");
  web_.answer(200, R"({"data": {"version": 1}})");
  ASSERT_TRUE(vault_.write({"vault", "db", "password"}, "new"));
  EXPECT_THAT(web_.asked[1], HasSubstr(R"(\"options\":{\"cas\":0}})"));
}

TEST_F(VaultTest, SaysThatSomebodyElseWroteInBetween) {
  web_.answer(200, R"({"data": {"data": {"password": "old"}, "metadata": {"version": 7}}})");
  web_.answer(400, R"({"errors": ["check-and-set parameter did not match the current version"]})");
  const auto written = vault_.write({"vault", "db", "password"}, "new");
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().summary(), HasSubstr("written by somebody else"));
}

}  // namespace
}  // namespace plumb::secrets
