#include "engine/config/secret_stores.h"

#include <gtest/gtest.h>

namespace plumb::config {
namespace {

TEST(SecretReference, HasAStoreAPathAndPerhapsAField) {
  const auto whole = parse_secret_reference("secret://vault/db/web-1.txt");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->store, "vault");
  EXPECT_EQ(whole->path, "db/web-1.txt");
  EXPECT_EQ(whole->field, "");
  const auto field = parse_secret_reference("secret://files/prod.yaml#db.password");
  ASSERT_TRUE(field);
  EXPECT_EQ(field->path, "prod.yaml");
  EXPECT_EQ(field->field, "db.password");
  EXPECT_EQ(field->version, 0);
  const auto older = parse_secret_reference("secret://vault/db?version=3#password");
  ASSERT_TRUE(older);
  EXPECT_EQ(older->path, "db");
  EXPECT_EQ(older->version, 3);
  for (const auto* reference : {&*whole, &*field, &*older})
    EXPECT_EQ(parse_secret_reference(reference->str())->str(), reference->str());
  EXPECT_EQ(older->str(), "secret://vault/db?version=3#password");
}

TEST(SecretReference, NamesWhatTheStoreHas) {
  const SecretReference older{"a", "b", "", 2};
  const SecretReference whole{"a", "b", ""};
  const SecretReference field{"a", "b", "c"};
  const SecretReference deeper{"a", "b/d", ""};
  VaultStore vault;
  EXPECT_EQ(why_not_read({{}, vault}, older), "");
  EXPECT_NE(why_not_written({{}, vault}, older), "");
  EXPECT_NE(why_not_written({{}, vault}, whole), "") << "it keeps fields";
  EXPECT_EQ(why_not_written({{}, vault}, field), "");
  vault.version = 1;
  EXPECT_EQ(why_not_read({{}, vault}, older), "keeps no versions");
  const SecretStore credentials{{}, FileStore{FileStore::Form::kCredential, "", ""}};
  EXPECT_EQ(why_not_read(credentials, whole), "");
  EXPECT_NE(why_not_read(credentials, deeper), "");
  EXPECT_EQ(why_not_written(credentials, whole), "is only read");
  const SecretStore sealed{{}, FileStore{FileStore::Form::kSealed, "secrets", ""}};
  EXPECT_EQ(why_not_written(sealed, field), "");
  CommandStore command{{"get", "{path}"}, "", 30};
  EXPECT_NE(why_not_written({{}, command}, whole), "");
  command.write = {"put", "{path}"};
  EXPECT_EQ(why_not_written({{}, command}, whole), "");
  EXPECT_NE(why_not_written({{}, command}, field), "") << "nothing tells it which field";
  command.write.emplace_back("{field}");
  EXPECT_EQ(why_not_written({{}, command}, field), "");
}

// Paths become arguments and names of files.
TEST(SecretReference, LeadsNowhereElse) {
  for (const char* text : {"secret://",
                           "secret://vault",
                           "secret://vault/",
                           "secret:///path",
                           "secret://vault/../key",
                           "secret://vault/a//b",
                           "secret://vault/./a",
                           "secret://vault/-rf",
                           "secret://vault/a b",
                           "secret://vault/a#",
                           "secret://vault/a#b..c",
                           "secret://vault/a\n",
                           "secret://va ult/a",
                           "secret://vault/a?version=",
                           "secret://vault/a?version=0",
                           "secret://vault/a?version=x",
                           "secret://vault/a?versions=2",
                           "secret://vault/a?version=2&x=1",
                           "secret://vault/a#b?version=2",
                           "secret://vault/?version=2"}) {
    const auto reference = parse_secret_reference(text);
    ASSERT_FALSE(reference) << text;
    EXPECT_EQ(reference.error().code(), Code::kBadValue) << text;
  }
  EXPECT_FALSE(parse_secret_reference("secret://vault/" + std::string(2000, 'a')));
}

TEST(SecretReference, IsToldFromOtherTexts) {
  EXPECT_TRUE(is_secret_reference(Json("secret://vault/a")));
  EXPECT_FALSE(is_secret_reference(Json("a secret://vault/a")));
  EXPECT_FALSE(is_secret_reference(Json(1)));
  for (const char* near : {" secret://a/b", "Secret://a/b", "\tSECRET://a/b"}) {
    EXPECT_TRUE(means_a_secret(near)) << near;
    EXPECT_FALSE(refers_to_secret(near)) << near;
  }
  EXPECT_FALSE(means_a_secret("secret:/"));
  EXPECT_FALSE(means_a_secret("  "));
}

}  // namespace
}  // namespace plumb::config
