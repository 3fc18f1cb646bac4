#include "providers/link/link.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::link {
namespace {

class Link : public ProviderTest<LinkProvider> {
 protected:
  Desired want(Json attributes) { return wanted("link", "path", std::move(attributes)); }
  std::string target(const std::string& path) { return (*system.stat(path, false))->link_target; }
};

TEST_F(Link, TheTextIsExactlyWhatIsGiven) {  // L01, L04, L18
  system.make_file("/usr/lib/x", "x");
  system.make_link("/lib", "usr/lib");
  const Desired desired = want({{"path", "/etc/x"}, {"target", "../lib/x"}});
  system.make_directory("/etc");
  converge(desired);
  EXPECT_EQ(target("/etc/x"), "../lib/x");
  EXPECT_EQ(look(want({{"path", "/etc/x"}, {"target", "../usr/lib/x"}})).change.op, Op::kUpdate)
      << "the same file by another text is another link";
}

TEST_F(Link, AnotherTargetShowsBoth) {  // L02
  system.make_link("/l", "a");
  const Desired desired = want({{"path", "/l"}, {"target", "b"}});
  EXPECT_EQ(to_json(look(desired).change), Json::parse(R"({"op":"update","before":{"target":"a"},"after":{"target":"b"},
    "operations":[{"make_link":{"path":"/l","target":"b","replace":true}}]})"));
  converge(desired);
}

TEST_F(Link, AFileIsOnlyReplacedByForce) {  // L06
  system.make_file("/l", "x");
  EXPECT_EQ(obstacle(want({{"path", "/l"}, {"target", "b"}})), "/l is there and is no link to replace");
  const Desired forced = want({{"path", "/l"}, {"target", "b"}, {"force", true}});
  EXPECT_EQ(look(forced).change.op, Op::kReplace);
  EXPECT_FALSE(provider.restore(forced, *look(forced).observed));
  converge(forced);
}

TEST_F(Link, OnlyAnEmptyDirectoryCanBeReplaced) {  // L07
  system.make_file("/full/x", "x");
  system.make_directory("/empty");
  EXPECT_EQ(obstacle(want({{"path", "/full"}, {"target", "b"}, {"force", true}})),
            "/full is a directory that is not empty");
  EXPECT_EQ(obstacle(want({{"path", "/empty"}, {"target", "b"}})), "/empty is there and is no link to replace");
  converge(want({{"path", "/empty"}, {"target", "b"}, {"force", true}}));
}

TEST_F(Link, AbsentRemovesADanglingLinkAndNothingElse) {  // L12
  system.make_link("/l", "/nowhere");
  system.make_file("/f", "x");
  const Desired desired = want({{"path", "/l"}, {"state", "absent"}});
  EXPECT_EQ(look(desired).change.before, (Json{{"target", "/nowhere"}, {"type", "link"}}));
  EXPECT_EQ(provider.restore(desired, *look(desired).observed)->attribute("target"), "/nowhere");
  converge(desired);
  EXPECT_TRUE(look(want({{"path", "/none"}, {"state", "absent"}})).change.empty());
  EXPECT_EQ(obstacle(want({{"path", "/f"}, {"state", "absent"}})), "/f is no symbolic link; it is not removed");
}

TEST_F(Link, TheFolderHasToBeThere) {  // L13
  EXPECT_EQ(look(want({{"path", "/a/b/l"}, {"target", "x"}})).observed->missing,
            (std::vector<Missing>{{{"", "directory", "/a/b"}, "path"}}));
}

TEST_F(Link, HardLinks) {  // L16
  const Desired desired = want({{"path", "/b"}, {"target", "/a"}, {"hard", true}});
  EXPECT_EQ(look(desired).observed->missing, (std::vector<Missing>{{{"", "file", "/a"}, "target"}}));
  system.make_file("/a", "x");
  EXPECT_EQ(look(desired).change.after, (Json{{"target", "/a"}, {"type", "hard link"}}));
  converge(desired);
  EXPECT_EQ((*system.stat("/a", false))->inode, (*system.stat("/b", false))->inode);
  system.make_directory("/d");
  EXPECT_EQ(obstacle(want({{"path", "/c"}, {"target", "/d"}, {"hard", true}})),
            "/d is a directory, and /c cannot be a hard link to it");
  system.make_file("/other", "y");
  EXPECT_EQ(obstacle(want({{"path", "/other"}, {"target", "/a"}, {"hard", true}})),
            "/other is there and is no link to replace");
  EXPECT_EQ(provider.infers(desired), (std::vector<Address>{{"", "dpkg_divert", "/b"}, {"", "file", "/a"}}));
}

TEST_F(Link, AHardLinkStaysOnItsFileSystem) {
  system.make_file("/a", "x");
  system.make_directory("/mnt");
  system.mount("/mnt");
  EXPECT_EQ(obstacle(want({{"path", "/mnt/b"}, {"target", "/a"}, {"hard", true}})),
            "/a is on another file system than /mnt/b, so a hard link is not possible");
}

// Those of an overlay that has layers on several disks, as live systems have.
TEST_F(Link, FilesOfOneOverlayMayLieOnSeveralDevices) {
  system.make_file("/a", "x");
  system.mount("/a");
  const Desired desired = want({{"path", "/b"}, {"target", "/a"}, {"hard", true}});
  EXPECT_EQ(obstacle(desired), "none");
  system.set_limits("/a", {.mount = true});
  EXPECT_EQ(obstacle(desired), "/a is on another file system than /b, so a hard link is not possible");
}

// A link is made anew, and is root's then.
TEST_F(Link, UndoGivesALinkBackToItsOwner) {
  system.make_link("/l", "/old");
  system.own("/l", 4242, 4243);
  for (const Json& asked : {Json{{"path", "/l"}, {"target", "/new"}}, Json{{"path", "/l"}, {"state", "absent"}}}) {
    const Desired desired = want(asked);
    const std::optional<Desired> back = provider.restore(desired, *look(desired).observed);
    ASSERT_TRUE(back);
    Observed left;
    left.exists = desired.has("target");
    if (left.exists) left.attributes = {{"type", "link"}, {"target", "/new"}};
    const Change change = provider.diff(*back, left);
    const Operation made = MakeLink{"/l", "/old", false, left.exists};
    const Operation given = SetAttributes{"/l", {"4242", "4243", {}}, false};
    EXPECT_EQ(change.operations, (std::vector<Operation>{made, given}));
    left.exists = true;
    left.attributes = {{"type", "link"}, {"target", "/old"}};
    EXPECT_EQ(provider.diff(*back, left).operations, std::vector<Operation>{given});
    EXPECT_TRUE(look(*back).change.empty());
  }
}

TEST_F(Link, ACircleIsRefused) {
  EXPECT_EQ(obstacle(want({{"path", "/l"}, {"target", "/l"}})), "/l is to be a link to /l, which leads back to it");
  system.make_directory("/d");
  system.make_link("/d/b", "../a");
  EXPECT_EQ(obstacle(want({{"path", "/a"}, {"target", "d/b"}})), "/a is to be a link to d/b, which leads back to it");
  EXPECT_EQ(obstacle(want({{"path", "/c"}, {"target", "d/b"}})), "none");
}

}  // namespace
}  // namespace plumb::providers::link
