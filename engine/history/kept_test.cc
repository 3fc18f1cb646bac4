// What runs have replaced: kept by digest, once, and within a budget.
#include "engine/history/kept.h"

#include <gtest/gtest.h>

#include "engine/base/packed.h"
#include "engine/history/store.h"
#include "engine/history/test_support.h"

namespace plumb::history {
namespace {

class KeptTest : public ::testing::Test {
 protected:
  SqliteHistory open() { return must(SqliteHistory::open(file_)); }

  ScratchFolder folder_;
  std::filesystem::path file_ = folder_.path() / "history.db";
};

TEST_F(KeptTest, BytesComeBackByTheirDigest) {
  const std::string bytes("\0\xff binary", 9);
  SqliteHistory history = open();
  {
    const std::unique_ptr<RunWriter> run = must(history.begin(a_run("r1")));
    must(run->keep(digest(bytes), bytes));
    must(run->keep(digest(bytes), bytes));
  }
  EXPECT_EQ(must(history.kept(digest(bytes))), bytes);
  EXPECT_EQ(must(must(SqliteHistory::open_read_only(file_)).kept(digest(bytes))), bytes);
  EXPECT_FALSE(must(history.kept(digest("another"))).has_value());
  EXPECT_FALSE(must(history.verify()).broken.has_value());
}

TEST_F(KeptTest, TheOldestGoForNewerOnes) {
  const std::shared_ptr<Store> store = must(open_store(file_));
  const auto keep = [&](const std::string& bytes) {
    must(keep_content(store->database, 1, digest(bytes), static_cast<std::int64_t>(bytes.size()), bytes, 25));
  };
  keep("0123456789");
  keep("abcdefghij");
  keep("0123456789");  // once more: the other one is older now
  keep("ABCDEFGHIJ");
  EXPECT_TRUE(must(kept_content(store->database, digest("0123456789"))).has_value());
  EXPECT_FALSE(must(kept_content(store->database, digest("abcdefghij"))).has_value());
  EXPECT_TRUE(must(kept_content(store->database, digest("ABCDEFGHIJ"))).has_value());
}

TEST_F(KeptTest, WhatIsNoLongerWhatItWasIsNotGiven) {
  const std::shared_ptr<Store> store = must(open_store(file_));
  must(keep_content(store->database, 1, digest("as it was"), 9, "as it is!", kMostKept));
  EXPECT_FALSE(must(kept_content(store->database, digest("as it was"))).has_value());
}

TEST_F(KeptTest, AHostIsForgottenButForItsRuns) {
  SqliteHistory history = open();
  must(must(history.begin(a_run("r1")))->finish({RunOutcome::kOk, "2026-03-01T12:00:01.000Z"}));
  must(history.store_facts({{"web1", Json::object()}, {"web2", Json::object()}}, "2026-03-01T12:00:00.000Z"));
  EXPECT_TRUE(must(history.forget_host("web1")));
  EXPECT_FALSE(must(history.forget_host("web1")));
  EXPECT_EQ(must(history.facts()).size(), 1U);
  EXPECT_EQ(must(history.runs(10)).size(), 1U);
}

TEST_F(KeptTest, TheFirstKeyOfAHostForSecretsStays) {
  SqliteHistory history = open();
  EXPECT_EQ(must(history.sealing_key("web1", "")), std::nullopt);
  EXPECT_EQ(must(history.keep_sealing_key("web1", "", "age1one", "2026-01-02T03:04:05Z")), "age1one");
  EXPECT_EQ(must(history.keep_sealing_key("web1", "", "age1two", "2026-01-02T03:04:06Z")), "age1one");
  EXPECT_EQ(must(history.keep_sealing_key("web1", "root", "age1two", "2026-01-02T03:04:06Z")), "age1two");
  EXPECT_EQ(must(history.sealing_key("web1", "")), "age1one");
  EXPECT_EQ(must(history.sealing_key("web2", "")), std::nullopt);
  EXPECT_TRUE(must(history.forget_host("web1")));
  EXPECT_EQ(must(history.sealing_key("web1", "root")), std::nullopt);
  EXPECT_EQ(must(history.keep_sealing_key("web1", "", "age1two", "2026-01-02T03:04:07Z")), "age1two");
}

}  // namespace
}  // namespace plumb::history
