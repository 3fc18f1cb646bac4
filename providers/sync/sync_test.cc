#include "providers/sync/sync.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::sync {
namespace {

class Sync : public ProviderTest<SyncProvider> {
 protected:
  Sync() {
    system.add_program("rsync");
    system.make_directory("/srv/from");
    system.make_directory("/srv/to");
  }
  static Desired want(Json attributes) {
    attributes.emplace("path", "/srv/to");
    attributes.emplace("source", "/srv/from");
    return wanted("sync", "path", std::move(attributes));
  }
  void says(const std::string& text) {
    ProcessResult answer;
    answer.output = text;
    system.script("rsync *--dry-run*", answer);
  }
};

TEST_F(Sync, NamesWhatDiffers) {
  says("");
  EXPECT_TRUE(look(want(Json::object())).change.empty());
  says("*deleting   old\n>f+++++++++ a file\n.d..t...... ./\n");
  EXPECT_EQ(look(want({{"delete", true}})).change.before, (Json{{"removes", {"old"}}, {"changed", {"a file", "./"}}}));
}

TEST_F(Sync, ManyNamesAreCutShort) {
  std::string all;
  for (int i = 0; i < 50; ++i) all += ">f+++++++++ file" + std::to_string(i) + "\n";
  says(all);
  const Change change = look(want(Json::object())).change;
  EXPECT_EQ(change.before["changed"].size(), 21U);
  EXPECT_EQ(change.before["changed"].back(), "and more");
}

TEST_F(Sync, OneInTheOtherIsRefused) {
  EXPECT_EQ(obstacle(want({{"path", "/srv/from/deep"}})), "one of /srv/from and /srv/from/deep lies in the other");
}

}  // namespace
}  // namespace plumb::providers::sync
