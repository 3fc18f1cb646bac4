#include "engine/secrets/store_reader.h"

#include <gtest/gtest.h>

#include "engine/testing/scratch_folder.h"

namespace plumb::secrets {
namespace {

class StoreReaderTest : public ::testing::Test {
 protected:
  Result<std::string> read(const std::string& text) {
    const auto reference = config::parse_secret_reference(text);
    if (!reference) return reference.error();
    return reader_.read(*reference);
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
  StoreReader reader_{stores_, folder_.path(),
                      [this](const std::string& name) -> std::optional<std::string> {
                        const auto found = variables_.find(name);
                        return found == variables_.end() ? std::nullopt : std::optional(found->second);
                      },
                      -1};
};

TEST_F(StoreReaderTest, VariablesOfWhoeverRunsIt) {
  add("env", config::EnvironmentStore{"APP_"});
  variables_["APP_DB"] = "s3cret";
  EXPECT_EQ(*read("secret://env/DB"), "s3cret");
  const auto missing = read("secret://env/CACHE");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::kNoSuchSecret);
  EXPECT_EQ(missing.error().summary(), "the environment has no variable `APP_CACHE`");
}

TEST_F(StoreReaderTest, FilesLessTheirLastLineBreak) {
  add("files", config::FileStore{config::FileStore::Form::kPlain, "secrets", ""});
  folder_.write("secrets/db/password", "one\ntwo\n");
  folder_.write("secrets/empty", "\n");
  EXPECT_EQ(*read("secret://files/db/password"), "one\ntwo");
  EXPECT_EQ(read("secret://files/none").error().code(), Code::kNoSuchSecret);
  EXPECT_EQ(read("secret://files/db").error().code(), Code::kNoSuchSecret) << "a folder";
  EXPECT_EQ(read("secret://files/empty").error().code(), Code::kNoSuchSecret);
}

TEST_F(StoreReaderTest, FieldsOfJsonAndYaml) {
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

TEST_F(StoreReaderTest, AnEmptyFieldIsNone) {
  add("files", config::FileStore{config::FileStore::Form::kPlain, "", ""});
  folder_.write("a.json", R"({"password": ""})");
  EXPECT_EQ(read("secret://files/a.json#password").error().code(), Code::kNoSuchSecret);
}

TEST_F(StoreReaderTest, WhatSomebodyForgotToEncryptIsNotTold) {
  add("age", config::FileStore{config::FileStore::Form::kAge, "", ""});
  folder_.write("plain", "canary\n");
  const auto plain = read("secret://age/plain");
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().code(), Code::kSecretStore);
  EXPECT_EQ(plain.error().summary(), "`plain` of the store `age` is no file that age encrypted");
}

TEST_F(StoreReaderTest, AProgramIsAskedOnceForEachPath) {
  const std::string store = program(R"(printf '{"data": {"data": {"user": "u", "password": "p-%s"}}}\n' "$2")");
  add("vault", config::CommandStore{{store, "get", "kv/{path}"}, "data.data", 30});
  EXPECT_EQ(*read("secret://vault/db#password"), "p-kv/db");
  EXPECT_EQ(*read("secret://vault/db#user"), "u");
  EXPECT_EQ(folder_.read("asked"), "once\n");
  EXPECT_EQ(*read("secret://vault/web#password"), "p-kv/web");
  EXPECT_EQ(folder_.read("asked"), "once\nonce\n");
}

// Each of the two programs waits for the other one to have begun.
TEST_F(StoreReaderTest, SeveralThingsAreAskedForAtOnce) {
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
  reader_.ask(references);
  EXPECT_EQ(*read("secret://slow/one"), "both, one");
  EXPECT_EQ(*read("secret://slow/two"), "both, two");
  EXPECT_EQ(folder_.read("asked"), "once\nonce\n");
}

TEST(StoreReader, AProgramIsLookedForOnce) {
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
  StoreReader reader(stores, Folder(files, "/"), {}, -1);
  EXPECT_EQ(*reader.read({"echo", "one", ""}), "one");
  EXPECT_EQ(*reader.read({"echo", "two", ""}), "two");
  EXPECT_EQ(files.looked, 1);
}

TEST_F(StoreReaderTest, AProgramThatFailsIsToldByItsErrorsAndNotItsAnswer) {
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

TEST_F(StoreReaderTest, AStoreThatIsNotDeclared) {
  add("vault", config::EnvironmentStore{""});
  const auto missing = read("secret://valut/db");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().diagnostic().hint, "did you mean `vault`?");
}

}  // namespace
}  // namespace plumb::secrets
