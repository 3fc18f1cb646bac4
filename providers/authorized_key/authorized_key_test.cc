#include "providers/authorized_key/authorized_key.h"

#include <gmock/gmock.h>

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::authorized_key {
namespace {

class AuthorizedKey : public ProviderTest<AuthorizedKeyProvider> {
 protected:
  AuthorizedKey() {
    system.add_user({"deploy", 1500, 1600, "", "/srv/deploy", "/bin/sh"});
    system.make_directory("/srv/deploy");
  }
  static Desired want(Json attributes = Json::object()) {
    Json whole = {{"user", "deploy"}, {"key", "ssh-ed25519 AAAA me"}};
    whole.update(attributes);
    return wanted("authorized_key", "user", std::move(whole));
  }

  const std::string folder = "/srv/deploy/.ssh";
  const std::string file = folder + "/authorized_keys";
};

TEST_F(AuthorizedKey, FolderAndFileAreMadeForTheUser) {  // U32
  const Seen seen = look(want());
  EXPECT_EQ(seen.change.note, "makes /srv/deploy/.ssh");
  converge(want());
  EXPECT_EQ(system.content(file), "ssh-ed25519 AAAA me\n");
  for (const std::string& path : {folder, file}) {
    const auto info = *system.stat(path, false);
    EXPECT_EQ(info->uid, 1500U) << path;
    EXPECT_EQ(info->gid, 1600U) << path;
    EXPECT_EQ(info->mode, path == folder ? 0700U : 0600U) << path;
  }
  EXPECT_THAT(provider.own_paths(want(), seen.observed->attributes), ::testing::ElementsAre(file, folder));
}

TEST_F(AuthorizedKey, ALinkInThePlaceOfTheFolderIsRefused) {
  system.make_directory("/root/.ssh");
  system.make_link(folder, "/root/.ssh");
  EXPECT_EQ(obstacle(want()), "/srv/deploy/.ssh is a symbolic link to /root/.ssh");
}

TEST_F(AuthorizedKey, TheSameKeyWithOtherWordsIsOneLine) {  // U34
  system.make_file(file, "# c\nssh-rsa BBBB you\nfrom=\"10.*\" ssh-ed25519 AAAA old\nssh-ed25519 AAAA\n");
  converge(want({{"options", {"restrict", "command=\"a b\""}}}));
  EXPECT_EQ(system.content(file), "# c\nssh-rsa BBBB you\nrestrict,command=\"a b\" ssh-ed25519 AAAA me\n");
  converge(want({{"key", "ssh-ed25519 AAAA"}}));
  EXPECT_EQ(system.content(file), "# c\nssh-rsa BBBB you\nssh-ed25519 AAAA\n");
  converge(want({{"comment", "new one"}}));
  EXPECT_EQ(system.content(file), "# c\nssh-rsa BBBB you\nssh-ed25519 AAAA new one\n");
  EXPECT_TRUE(look(want({{"key", "ssh-ed25519 AAAA"}})).change.empty()) << "any comment will do";
  converge(want({{"state", "absent"}}));
  EXPECT_EQ(system.content(file), "# c\nssh-rsa BBBB you\n");
}

TEST_F(AuthorizedKey, OneThatIsExclusiveLeavesThoseOfOtherResources) {
  system.make_file(file, "# c\nssh-rsa BBBB you\nssh-rsa CCCC\n");
  std::vector<Desired> all = {want({{"exclusive", true}}), want({{"key", "ssh-rsa BBBB"}})};
  all[1].address.identity = "deploy#2";
  provider.complete(all[0], all, {});
  converge(all[0]);
  EXPECT_EQ(system.content(file), "# c\nssh-rsa BBBB you\nssh-ed25519 AAAA me\n");
}

TEST_F(AuthorizedKey, APathOfItsOwnIsLeftAsItIs) {
  system.make_directory("/etc/keys");
  const Desired desired = want({{"path", "/etc/keys/deploy"}});
  converge(desired);
  EXPECT_EQ(system.content("/etc/keys/deploy"), "ssh-ed25519 AAAA me\n");
  EXPECT_EQ(look(want({{"path", "/etc/none/x"}})).observed->missing.at(0).what.str(), "directory:/etc/none");
}

TEST_F(AuthorizedKey, AUserThatIsNotThereIsMissing) {
  const Desired other = want({{"user", "other"}});
  const auto missing = look(other).observed->missing;
  ASSERT_FALSE(missing.empty());
  EXPECT_EQ(missing[0].what.str(), "user:other");
  EXPECT_EQ(provider.path(other), "/home/other/.ssh/authorized_keys");
  EXPECT_EQ(provider.path(want({{"user", "root"}})), "/root/.ssh/authorized_keys");
}

TEST_F(AuthorizedKey, UndoPutsTheOldLineBack) {
  system.make_file(file, "restrict ssh-ed25519 AAAA old\n");
  const Observed before = *look(want()).observed;
  converge(want());
  converge(*provider.restore(want(), before));
  EXPECT_EQ(system.content(file), "restrict ssh-ed25519 AAAA old\n");
}

}  // namespace
}  // namespace plumb::providers::authorized_key
