#include "engine/secrets/store_client.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "engine/testing/scratch_folder.h"

namespace plumb::secrets {
namespace {

class StoreClientTest : public ::testing::Test {
 protected:
  Result<std::string> read(const std::string& text) {
    const auto reference = config::parse_secret_reference(text);
    if (!reference) return reference.error();
    return client_.read(*reference);
  }
  void add(const std::string& name, decltype(config::SecretStore::what) what) {
    stores_.emplace(name, config::SecretStore{{}, std::move(what)});
  }
  // A program that adds a line to `asked` each time.
  std::string program(const std::string& body) {
    return folder_.write("bin/store", "#!/bin/sh\necho once >>" + (folder_ / "asked") + "\n" + body + "\n", 0755);
  }

  testing::ScratchFolder folder_;
  config::SecretStores stores_;
  std::map<std::string, std::string> variables_;
  StoreClient client_{stores_, folder_.path(),
                      [this](const std::string& name) -> std::optional<std::string> {
                        const auto found = variables_.find(name);
                        return found == variables_.end() ? std::nullopt : std::optional(found->second);
                      },
                      std::string(64, 'a'), -1};
};

TEST_F(StoreClientTest, VariablesOfWhoeverRunsIt) {
  add("env", config::EnvironmentStore{"APP_"});
  variables_["APP_DB"] = "s3cret";
  EXPECT_EQ(*read("secret://env/DB"), "s3cret");
  const auto missing = read("secret://env/CACHE");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::kNoSuchSecret);
  EXPECT_EQ(missing.error().summary(), "the environment has no variable `APP_CACHE`");
}

TEST_F(StoreClientTest, FilesLessTheirLastLineBreak) {
  add("files", config::FileStore{config::FileStore::Form::kPlain, "secrets", ""});
  folder_.write("secrets/db/password", "one\ntwo\n");
  folder_.write("secrets/empty", "\n");
  EXPECT_EQ(*read("secret://files/db/password"), "one\ntwo");
  EXPECT_EQ(read("secret://files/none").error().code(), Code::kNoSuchSecret);
  EXPECT_EQ(read("secret://files/db").error().code(), Code::kNoSuchSecret) << "a folder";
  EXPECT_EQ(read("secret://files/empty").error().code(), Code::kNoSuchSecret);
}

TEST_F(StoreClientTest, FieldsOfJsonAndYaml) {
  add("files", config::FileStore{config::FileStore::Form::kPlain, "", ""});
  folder_.write("a.json", R"({"db": {"password": "p\"w", "port": 5432}, "none": null})");
  folder_.write("a.yaml", "db:\n  password: 'it''s'\n  hosts: [a, b]\n");
  folder_.write("text", "just a text");
  EXPECT_EQ(*read("secret://files/a.json#db.password"), "p\"w");
  EXPECT_EQ(*read("secret://files/a.json#db.port"), "5432");
  EXPECT_EQ(*read("secret://files/a.yaml#db.password"), "it's");
  EXPECT_EQ(*read("secret://files/a.yaml#db.hosts"), R"(["a","b"])");
  for (const char* missing : {"secret://files/a.json#db.user", "secret://files/a.json#none", "secret://files/text#a",
                              "secret://files/a.json#db.password.x"}) {
    const auto none = read(missing);
    ASSERT_FALSE(none) << missing;
    EXPECT_EQ(none.error().code(), Code::kNoSuchSecret) << missing;
    EXPECT_EQ(none.error().summary().find("p\\\"w"), std::string::npos) << none.error().summary();
  }
}

TEST_F(StoreClientTest, AnEmptyFieldIsNone) {
  add("files", config::FileStore{config::FileStore::Form::kPlain, "", ""});
  folder_.write("a.json", R"({"password": ""})");
  EXPECT_EQ(read("secret://files/a.json#password").error().code(), Code::kNoSuchSecret);
}

TEST_F(StoreClientTest, WhatSomebodyForgotToEncryptIsNotTold) {
  add("age", config::FileStore{config::FileStore::Form::kAge, "", ""});
  folder_.write("plain", "canary\n");
  const auto plain = read("secret://age/plain");
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().code(), Code::kSecretStore);
  EXPECT_EQ(plain.error().summary(), "`plain` of the store `age` is no file that age encrypted");
}

TEST_F(StoreClientTest, AProgramIsAskedOnceForEachPath) {
  const std::string store = program(R"(printf '{"data": {"data": {"user": "u", "password": "p-%s"}}}\n' "$2")");
  add("vault", config::CommandStore{{store, "get", "kv/{path}"}, "data.data", 30});
  EXPECT_EQ(*read("secret://vault/db#password"), "p-kv/db");
  EXPECT_EQ(*read("secret://vault/db#user"), "u");
  EXPECT_EQ(folder_.read("asked"), "once\n");
  EXPECT_EQ(*read("secret://vault/web#password"), "p-kv/web");
  EXPECT_EQ(folder_.read("asked"), "once\nonce\n");
}

// Each of the two programs waits for the other one to have begun.
TEST_F(StoreClientTest, SeveralThingsAreAskedForAtOnce) {
  const std::string store = program("cd " + folder_.path().string() + R"(
touch "began-$1"
for i in $(seq 100); do
  [ -e began-one ] && [ -e began-two ] && echo "both, $1" && exit 0
  sleep 0.1
done
exit 1)");
  add("slow", config::CommandStore{{store, "{path}"}, "", 30});
  const std::vector<config::SecretReference> references = {
      {"slow", "one", ""}, {"slow", "two", ""}, {"slow", "one", ""}, {"none", "one", ""}};
  client_.ask(references);
  EXPECT_EQ(*read("secret://slow/one"), "both, one");
  EXPECT_EQ(*read("secret://slow/two"), "both, two");
  EXPECT_EQ(folder_.read("asked"), "once\nonce\n");
}

TEST(StoreClient, AProgramIsLookedForOnce) {
  struct CountingFiles : FilesOver {
    using FilesOver::FilesOver;
    bool has_program(const std::string& name) const override {
      ++looked;
      return FilesOver::has_program(name);
    }
    mutable int looked = 0;
  };
  const CountingFiles files(disk_files());
  const config::SecretStores stores = {{"echo", {{}, config::CommandStore{{"echo", "{path}"}, "", 30}}}};
  StoreClient client(stores, Folder(files, "/"), {}, "", -1);
  EXPECT_EQ(*client.read({"echo", "one", ""}), "one");
  EXPECT_EQ(*client.read({"echo", "two", ""}), "two");
  EXPECT_EQ(files.looked, 1);
}

TEST_F(StoreClientTest, AProgramThatFailsIsToldByItsErrorsAndNotItsAnswer) {
  add("store", config::CommandStore{
                   {program("echo canary; echo first >&2; echo 'permission denied' >&2; exit 3"), "{path}"}, "", 30});
  add("none", config::CommandStore{{"no-such-program-here", "{path}"}, "", 30});
  add("slow", config::CommandStore{{"sleep", "30", "{path}"}, "", 1});
  const auto failed = read("secret://store/db");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), Code::kSecretStore);
  EXPECT_NE(failed.error().summary().find("ended with 3: first; permission denied"), std::string::npos);
  EXPECT_EQ(failed.error().summary().find("canary"), std::string::npos);
  EXPECT_EQ(read("secret://none/db").error().code(), Code::kSecretStore);
  EXPECT_FALSE(read("secret://slow/1"));
}

TEST_F(StoreClientTest, ANameWithDotsIsAFieldOfItsOwnFirst) {
  add("files", config::FileStore{config::FileStore::Form::kPlain, "", ""});
  folder_.write("a.yaml", "tls.crt: whole\ntls: {crt: deeper, key: below}\n");
  EXPECT_EQ(*read("secret://files/a.yaml#tls.crt"), "whole");
  EXPECT_EQ(*read("secret://files/a.yaml#tls.key"), "below");
}

TEST_F(StoreClientTest, CredentialsOfTheUnit) {
  add("unit", config::FileStore{config::FileStore::Form::kCredential, "", ""});
  EXPECT_EQ(read("secret://unit/token").error().code(), Code::kSecretStore) << "no unit runs this";
  const auto deeper = read("secret://unit/a/token");
  ASSERT_FALSE(deeper);
  EXPECT_NE(deeper.error().summary().find("have no `/`"), std::string::npos);
}

TEST_F(StoreClientTest, CredentialsOfTheUnitThatRunsUs) {
  add("unit", config::FileStore{config::FileStore::Form::kCredential, "", ""});
  folder_.write("given/token", "s3cret");
  variables_["CREDENTIALS_DIRECTORY"] = folder_ / "given";
  EXPECT_EQ(*read("secret://unit/token"), "s3cret");
  EXPECT_EQ(read("secret://unit/none").error().code(), Code::kNoSuchSecret);
}

TEST_F(StoreClientTest, ASealedFileKeepsOneTextOrFields) {
  add("team", config::FileStore{config::FileStore::Form::kSealed, "secrets", ""});
  const auto write = [&](const std::string& text, const std::string& value) {
    return client_.write(*config::parse_secret_reference(text), value);
  };
  EXPECT_EQ(read("secret://team/db#password").error().code(), Code::kNoSuchSecret);
  ASSERT_TRUE(write("secret://team/db#password", "one"));
  ASSERT_TRUE(write("secret://team/db#admin.password", "two"));
  EXPECT_EQ(*read("secret://team/db#password"), "one") << "what was asked for before is read anew";
  EXPECT_EQ(*read("secret://team/db#admin.password"), "two");
  EXPECT_EQ(folder_.read("secrets/db").find("one"), std::string::npos);
  ASSERT_TRUE(write("secret://team/smtp", "three"));
  EXPECT_EQ(*read("secret://team/smtp"), "three");
  EXPECT_FALSE(write("secret://team/smtp#password", "four")) << "one text has no fields";
  EXPECT_FALSE(write("secret://team/db#password.more", "four")) << "no map is in the way";
}

TEST_F(StoreClientTest, AProgramTakesAValueOnItsInputAlone) {
  const std::string read_it = program("cat \"" + (folder_ / "kept") + "-$1\" 2>/dev/null || exit 1");
  const std::string write_it = folder_.write(
      "bin/write", "#!/bin/sh\necho \"$*\" >>" + (folder_ / "said") + "\ncat >" + (folder_ / "kept") + "-$1\n", 0755);
  add("pass", config::CommandStore{{read_it, "{path}"}, "", 30, {write_it, "{path}"}});
  add("strict", config::CommandStore{{read_it, "{path}"}, "", 30, {write_it, "{path}"}, 1});
  EXPECT_EQ(read("secret://pass/none").error().code(), Code::kSecretStore);
  EXPECT_EQ(read("secret://strict/none").error().code(), Code::kNoSuchSecret);
  add("liar", config::CommandStore{{"echo", "{path}"}, "", 30, {"true", "{path}"}});
  ASSERT_TRUE(client_.write({"pass", "db", ""}, "canary"));
  EXPECT_EQ(*read("secret://pass/db"), "canary");
  EXPECT_EQ(folder_.read("said"), "db\n");
  const auto lied = client_.write({"liar", "db", ""}, "canary");
  ASSERT_FALSE(lied);
  EXPECT_EQ(lied.error().code(), Code::kSecretGenerate);
  EXPECT_EQ(lied.error().summary().find("canary"), std::string::npos);
}

TEST_F(StoreClientTest, StoresThatAreOnlyRead) {
  add("env", config::EnvironmentStore{""});
  const auto written = client_.write({"env", "DB", ""}, "value");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), Code::kSecretGenerate);
  EXPECT_EQ(written.error().summary(), "the store `env` is only read");
}

TEST_F(StoreClientTest, AKeyOfTheKernelIsFoundByItsDescription) {
  folder_.write("bin/keyctl", R"(#!/bin/sh
[ "$*" = "search @u user app:db" ] && { echo 4711; exit; }
[ "$*" = "pipe 4711" ] && { printf 's3cret\n'; exit; }
echo 'keyctl_search: Required key not available' >&2
exit 1
)",
                0755);
  const std::string path = std::string(std::getenv("PATH"));
  ::setenv("PATH", ((folder_ / "bin") + ":" + path).c_str(), 1);
  add("kernel", config::KeyringStore{"@u", "app:"});
  EXPECT_EQ(*read("secret://kernel/db"), "s3cret");
  const auto none = read("secret://kernel/none");
  ::setenv("PATH", path.c_str(), 1);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), Code::kNoSuchSecret);
  EXPECT_NE(none.error().summary().find("Required key not available"), std::string::npos);
}

TEST_F(StoreClientTest, AStoreThatIsNotDeclared) {
  add("vault", config::EnvironmentStore{""});
  const auto missing = read("secret://valut/db");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().diagnostic().hint, "did you mean `vault`?");
}

}  // namespace
}  // namespace plumb::secrets
