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
}

// Paths become arguments and names of files.
TEST(SecretReference, LeadsNowhereElse) {
  for (const char* text :
       {"secret://", "secret://vault", "secret://vault/", "secret:///path", "secret://vault/../key",
        "secret://vault/a//b", "secret://vault/./a", "secret://vault/-rf", "secret://vault/a b", "secret://vault/a#",
        "secret://vault/a#b..c", "secret://vault/a\n", "secret://va ult/a", "secret://vault/a?version=2"}) {
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
