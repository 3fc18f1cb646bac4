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

TEST_F(Sync, WhatOthersPutThereStays) {
  PathsInUse paths;
  paths.managed = {"/srv/to", "/srv/to/a*b", "/srv/to/in/deep", "/srv/too"};
  paths.edited = {"/srv/to/edited"};
  Desired desired = want({{"delete", true}});
  provider.see_paths(desired, paths);
  says("*deleting   old\n");
  EXPECT_EQ(std::get<plumb::Run>(look(desired).change.operations.at(0)).argv,
            (std::vector<std::string>{"rsync", "--archive", "--delete", "--omit-dir-times", "--filter=P /a\\*b",
                                      "--filter=P /edited", "--filter=P /in", "--filter=P /in/deep", "--", "/srv/from/",
                                      "/srv/to/"}));
  desired = want(Json::object());
  provider.see_paths(desired, {});
  EXPECT_EQ(desired.attributes, want(Json::object()).attributes);
}

TEST_F(Sync, OneInTheOtherIsRefused) {
  EXPECT_EQ(obstacle(want({{"path", "/srv/from/deep"}})), "one of /srv/from and /srv/from/deep lies in the other");
}

TEST_F(Sync, LinksLeadFromOneToTheOtherAsWell) {
  system.make_link("/srv/link", "/srv/from");
  EXPECT_EQ(obstacle(want({{"path", "/srv/link/new"}})), "one of /srv/from and /srv/link/new lies in the other");
  EXPECT_EQ(obstacle(want({{"path", "/srv/from/new"}, {"source", "/srv/link"}})),
            "one of /srv/link and /srv/from/new lies in the other");
  EXPECT_EQ(obstacle(want({{"path", "/srv/link"}})), "/srv/from and /srv/link are one folder");
  says("");
  system.make_link("/srv/away", "/srv/to");
  EXPECT_TRUE(look(want({{"path", "/srv/away"}})).change.empty());
}

}  // namespace
}  // namespace plumb::providers::sync
