#include "engine/trust/charter.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/json.h"

namespace plumb::trust {
namespace {

constexpr std::string_view kCharterKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";

Charter sample_charter() {
  return {.host = "web1",
          .projects = {"shop", "web"},
          .approvals = 2,
          .signers = {"ana@example.com " + std::string(kCharterKey)},
          .revoked = {},
          .replaces = ""};
}

TEST(Charter, IsReadAsItIsWritten) {
  const std::string text = statement_of(sample_charter());
  EXPECT_EQ(text, R"({"approvals":2,"host":"web1","plumb":"statement/v1","projects":["shop","web"],"replaces":"",)"
                  R"("revoked":[],"signers":["ana@example.com )" +
                      std::string(kCharterKey) + R"("],"type":"charter"})");
  EXPECT_EQ(read_charter(text).value(), sample_charter());
}

TEST(Charter, AnythingElseIsRefused) {
  const Json json = Json::parse(statement_of(sample_charter()));
  for (const auto& [name, unused] : json.items()) {
    Json without = json;
    without.erase(name);
    EXPECT_EQ(read_charter(canonical(without)).error().code(), Code::kCharter) << name;
    for (const Json& value :
         {Json(), Json(7.5), Json(-1), Json(0), Json("x\ny"), Json::object(), Json({1}), Json({""})}) {
      Json other = json;
      other[name] = value;
      EXPECT_FALSE(read_charter(canonical(other))) << name << value;
    }
  }
  for (const auto& [name, value] : {std::pair<const char*, Json>{"also", 1},
                                    {"projects", Json::array()},
                                    {"projects", {"web", "shop"}},
                                    {"projects", {"web", "web"}},
                                    {"signers", Json::array()},
                                    {"signers", {"# nobody"}},
                                    {"signers", {"ana"}},
                                    {"projects", std::vector<std::string>(4097, "web")},
                                    {"revoked", {"no key"}},
                                    {"host", ""},
                                    {"replaces", "sha256:1"},
                                    {"approvals", 1001}}) {
    Json other = json;
    other[name] = value;
    EXPECT_FALSE(read_charter(canonical(other))) << name << value;
  }
  const std::string text = statement_of(sample_charter());
  EXPECT_FALSE(read_charter(json.dump(1)));
  EXPECT_FALSE(read_charter(text + "\n"));
  EXPECT_FALSE(read_charter("[]"));
  EXPECT_FALSE(read_charter(""));
  // Flipped bits are refused, or what they say is another thing, whose digest is another one.
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    std::string changed = text;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    const Result<Charter> read = read_charter(changed);
    EXPECT_FALSE(read && *read == sample_charter()) << bit;
  }
}

// Hosts have time zones of their own, and a charter is one for all of them.
TEST(Charter, TimesAreInUtc) {
  const auto with = [](const std::string& option) {
    Charter charter = sample_charter();
    charter.signers = {"ana@example.com valid-before=\"" + option + "\" " + std::string(kCharterKey)};
    return read_charter(statement_of(charter));
  };
  EXPECT_TRUE(with("20271231Z"));
  EXPECT_NE(with("20271231").error().summary().find("`20271231` is not in UTC"), std::string::npos);
}

TEST(ExecutorChange, IsReadAsItIsWritten) {
  const ExecutorChange change{.executor = digest("new"), .replaces = digest("old")};
  EXPECT_EQ(read_executor_change(statement_of(change)).value(), change);
  EXPECT_FALSE(read_executor_change(statement_of(sample_charter())));
  EXPECT_FALSE(read_charter(statement_of(change)));
  EXPECT_FALSE(read_executor_change(statement_of({.executor = digest("new"), .replaces = ""})));
}

}  // namespace
}  // namespace plumb::trust
