#include "providers/block/block.h"

#include "engine/base/digest.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::block {
namespace {

class Block : public ProviderTest<BlockProvider> {
 protected:
  static Desired want(Json attributes) { return wanted("block", "path", std::move(attributes)); }
};

TEST_F(Block, TheChangeIsOfTheBlockAlone) {
  system.make_file("/etc/x", "x\n# BEGIN plumb managed block\na\n# END plumb managed block\n");
  const Desired desired = want({{"path", "/etc/x"}, {"content", "b\nc\n"}});
  const Change change = look(desired).change;
  EXPECT_EQ(change.op, Op::kUpdate);
  EXPECT_EQ(change.before, Json({{"content", "a"}}));
  EXPECT_EQ(change.after, Json({{"content", "b\nc"}}));
  converge(desired);
  EXPECT_EQ(system.content("/etc/x"), "x\n# BEGIN plumb managed block\nb\nc\n# END plumb managed block\n");
}

TEST_F(Block, ABlockOfAnotherToolIsTakenOver) {
  system.make_file("/etc/x", "# BEGIN ANSIBLE MANAGED BLOCK\na\n# END ANSIBLE MANAGED BLOCK\n");
  Json attributes = {{"path", "/etc/x"}, {"content", "a"}, {"marker", "# {mark} ANSIBLE MANAGED BLOCK"}};
  EXPECT_TRUE(look(want(attributes)).change.empty());
  attributes["state"] = "absent";
  converge(want(attributes));
  EXPECT_EQ(system.content("/etc/x"), "");
}

TEST_F(Block, AMissingFileIsMissingUnlessItIsToBeMade) {  // B10
  system.make_directory("/etc");
  Json attributes = {{"path", "/etc/x"}, {"name", "n"}, {"content", "a"}};
  EXPECT_EQ(look(want(attributes)).observed->missing.at(0).what.str(), "file:/etc/x");
  attributes["create"] = true;
  converge(want(attributes));
  EXPECT_EQ(system.content("/etc/x"), "# BEGIN plumb managed block n\na\n# END plumb managed block n\n");
}

TEST_F(Block, RemovingFromAMissingFileIsNoChange) {  // B07
  EXPECT_TRUE(look(want({{"path", "/etc/x"}, {"state", "absent"}})).change.empty());
}

TEST_F(Block, AMarkerAloneIsAnObstacle) {  // B12
  system.make_file("/etc/x", "# BEGIN plumb managed block\na\n");
  const std::string why = "/etc/x: `# BEGIN plumb managed block` stands in line 1 without an end";
  EXPECT_EQ(obstacle(want({{"path", "/etc/x"}, {"content", "a"}})), why);
  EXPECT_EQ(obstacle(want({{"path", "/etc/x"}, {"state", "absent"}})), why);
}

TEST_F(Block, UndoPutsTheOldOneBack) {
  system.make_file("/etc/x", "x\n");
  const Desired first = want({{"path", "/etc/x"}, {"content", "a"}});
  const Observed before = *look(first).observed;
  converge(first);
  const Desired second = want({{"path", "/etc/x"}, {"content", "b\nc"}});
  const Observed between = *look(second).observed;
  converge(second);
  converge(*provider.restore(second, between));
  EXPECT_EQ(system.content("/etc/x"), "x\n# BEGIN plumb managed block\na\n# END plumb managed block\n");
  converge(*provider.restore(first, before));
  EXPECT_EQ(system.content("/etc/x"), "x\n");
  EXPECT_FALSE(provider.restore(want({{"path", "/etc/x"}, {"state", "absent"}}), between));
}

TEST_F(Block, ASensitiveOneIsSealedAndWhatOthersFindBesideItIsToo) {
  const std::string key(64, 'a');
  system.set_key(key);
  system.make_file("/etc/x", "# BEGIN plumb managed block 2\nb\n# END plumb managed block 2\n");
  Desired secret = want({{"path", "/etc/x"}, {"name", "1"}, {"content", "pw\n"}});
  secret.sensitive = {"content"};
  const Desired other = want({{"path", "/etc/x"}, {"name", "2"}, {"content", "c"}});
  const std::vector<const Desired*> batch = {&secret, &other};
  const auto found = provider.observe(batch, system);
  EXPECT_EQ(found[0]->attributes["wanted"], keyed_digest(key, "pw"));
  EXPECT_EQ(found[1]->attributes["content"], keyed_digest(key, "b"));
  Desired unknown = secret;
  unknown.attributes["content"] = keyed_digest(key, "pw\n");
  EXPECT_EQ(coded_obstacle(unknown).substr(0, 6), code_name(Code::kSecretUnresolved));
}

}  // namespace
}  // namespace plumb::providers::block
