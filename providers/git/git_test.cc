#include "providers/git/git.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::git {
namespace {

const std::string kOld(40, '1');
const std::string kNew(40, '2');
const char* const kRemote = "https://g.example/app.git";

// A working copy at /srv/app, answers of git, and a remote that is one commit further.
class GitCopy : public ProviderTest<GitProvider> {
 protected:
  GitCopy() {
    system.make_directory("/srv");
    system.add_program("git");
    system.add_user({"owner", 1000, 1000, "", "/home/owner", "/bin/sh"});
    answer("ls-remote --quiet -- https://g.example/app.git refs/heads/main", kNew + "\trefs/heads/main\n");
  }
  void answer(const std::string& words, const std::string& output, int code = 0) {
    system.script("git " + words, {code, output, code == 0 ? "" : "fatal: no", false});
  }
  void make_copy() {
    system.make_directory("/srv/app/.git");
    system.own("/srv/app", 1000, 1000);
    answer("-C /srv/app rev-parse*", kOld + "\n");
    answer("-C /srv/app config --get remote.origin.url", std::string(kRemote) + "\n");
    answer("-C /srv/app symbolic-ref --quiet HEAD", "refs/heads/main\n");
    answer("-C /srv/app status*", "");
    answer("-C /srv/app rev-list*", "");
  }
  Desired want(Json attributes) {
    attributes.emplace("path", "/srv/app");
    attributes.emplace("repository", kRemote);
    return wanted("git", "path", std::move(attributes));
  }
};

TEST_F(GitCopy, ThePlanNamesTheCommitThatTheRemoteHas) {  // V18
  const Seen seen = look(want({{"branch", "main"}}));
  EXPECT_EQ(seen.change.after.at("commit"), kNew);
  EXPECT_EQ(std::get<plumb::Run>(seen.change.operations.back()).argv.back(), kNew);
  EXPECT_EQ(seen.change.fidelity, Fidelity::kExact);
}

TEST_F(GitCopy, TheOwnBranchOfTheRepositoryIsAskedFor) {
  answer("ls-remote --quiet --symref -- https://g.example/app.git HEAD",
         "ref: refs/heads/trunk\tHEAD\n" + kNew + "\tHEAD\n");
  const Seen seen = look(want({}));
  EXPECT_EQ(seen.change.after, (Json{{"branch", "trunk"}, {"commit", kNew}, {"repository", kRemote}}));
}

TEST_F(GitCopy, AnAnnotatedTagIsTheCommitThatItNames) {
  answer("ls-remote --quiet -- https://g.example/app.git refs/tags/v1 refs/tags/v1^{}",
         kOld + "\trefs/tags/v1\n" + kNew + "\trefs/tags/v1^{}\n");
  EXPECT_EQ(look(want({{"tag", "v1"}})).change.after.at("commit"), kNew);
}

TEST_F(GitCopy, WhatTheRemoteDoesNotHaveIsToldAtPlan) {
  answer("ls-remote --quiet -- https://g.example/app.git refs/heads/none", "");
  EXPECT_EQ(obstacle(want({{"branch", "none"}})), "https://g.example/app.git has no refs/heads/none");
  answer("ls-remote --quiet -- https://g.example/app.git refs/heads/main", "", 128);
  const Seen seen = look(want({{"branch", "main"}}));
  ASSERT_TRUE(seen.problem);
  EXPECT_EQ(seen.problem->summary, "git cannot ask https://g.example/app.git: fatal: no");
}

TEST_F(GitCopy, ItIsAskedAsItsOwner) {  // V17
  make_copy();
  const Seen seen = look(want({{"branch", "main"}}));
  EXPECT_EQ(seen.change.before, (Json{{"commit", kOld}}));
  for (const ProcessRequest& request : system.requests()) {
    EXPECT_EQ(request.user, "1000");
    EXPECT_TRUE(request.changes_nothing);
    EXPECT_EQ(request.env.at("GIT_TERMINAL_PROMPT"), "0");
  }
  for (const Operation& operation : seen.change.operations) EXPECT_EQ(std::get<plumb::Run>(operation).user, "1000");
}

TEST_F(GitCopy, ItIsAskedAndToldAsWhoeverIsNamed) {
  system.add_user({"deploy", 1000, 1000, "", "/home/deploy", "/bin/sh"});
  system.own("/srv", 1000, 1000);
  const Seen seen = look(want({{"branch", "main"}, {"as", "deploy"}}));
  ASSERT_TRUE(seen.observed.has_value());
  EXPECT_FALSE(seen.observed->obstacle.has_value());
  ASSERT_FALSE(system.requests().empty());
  for (const ProcessRequest& request : system.requests()) EXPECT_EQ(request.user, "1000");
  ASSERT_FALSE(seen.change.operations.empty());
  for (const Operation& operation : seen.change.operations) EXPECT_EQ(std::get<plumb::Run>(operation).user, "1000");
}

TEST_F(GitCopy, WhereItCannotBeThatUserIsToldAtPlan) {
  EXPECT_EQ(look(want({{"branch", "main"}, {"as", "deploy"}})).observed->missing.at(0).what.str(), "user:deploy");
  system.add_user({"deploy", 1001, 1001, "", "/home/deploy", "/bin/sh"});
  EXPECT_EQ(obstacle(want({{"branch", "main"}, {"as", "deploy"}})),
            "deploy may not write to /srv, where the working copy is to come");
  system.make_directory("/srv/app");
  system.own("/srv/app", 1001, 1001);
  EXPECT_EQ(obstacle(want({{"branch", "main"}, {"as", "deploy"}})), "none");
  make_copy();
  EXPECT_EQ(obstacle(want({{"branch", "main"}, {"as", "deploy"}})),
            "/srv/app is a working copy of owner, and git is to run as deploy");
}

TEST_F(GitCopy, WhoeverItRunsAsHasToGetThere) {
  system.add_user({"deploy", 1001, 1001, "", "/home/deploy", "/bin/sh"});
  system.make_directory("/srv/a");
  system.make_directory("/srv/a/site");
  system.own("/srv/a/site", 1001, 1001);
  Desired desired = want({{"branch", "main"}});
  desired.attributes["path"] = "/srv/a/site";
  EXPECT_EQ(obstacle(desired), "none");
  ASSERT_TRUE(system.apply(SetAttributes{"/srv/a", {{}, {}, "0750"}, false}));
  EXPECT_EQ(obstacle(desired), "deploy may not enter /srv/a, and git is to run as that one in /srv/a/site");
  system.set_beyond_mode("/srv/a", {"user:deploy:r-x", false});
  EXPECT_EQ(obstacle(desired), "none");
}

TEST_F(GitCopy, AnAccessListLetsThoseMakeItThatItNames) {
  system.add_user({"deploy", 1001, 1001, "", "/home/deploy", "/bin/sh"});
  ASSERT_TRUE(system.apply(SetAttributes{"/srv", {{}, {}, "0775"}, false}));
  const Desired desired = want({{"branch", "main"}, {"as", "deploy"}});
  system.set_beyond_mode("/srv", {"user:4242:rwx", false});
  EXPECT_EQ(obstacle(desired), "deploy may not write to /srv, where the working copy is to come");
  system.set_beyond_mode("/srv", {"user:4242:rwx,user:deploy:rwx", false});
  EXPECT_EQ(obstacle(desired), "none");
}

TEST_F(GitCopy, LocalChangesAreRefusedUnlessForced) {  // V05
  make_copy();
  answer("-C /srv/app status*", " M a.txt\nM  b.txt\n");
  EXPECT_EQ(obstacle(want({{"branch", "main"}})), "/srv/app has local changes: a.txt and 1 more");
  EXPECT_EQ(obstacle(want({{"branch", "main"}, {"force", true}})), "none");
  EXPECT_EQ(obstacle(want({{"state", "absent"}})), "/srv/app has local changes: a.txt and 1 more");
  answer("-C /srv/app status*", "");
  answer("-C /srv/app rev-list*", kOld + "\n");
  EXPECT_EQ(obstacle(want({{"branch", "main"}})), "/srv/app has commits that no remote has");
}

TEST_F(GitCopy, CommitsOfABranchThatBeginsAnewAreRefusedToo) {
  make_copy();
  answer("ls-remote --quiet -- https://g.example/app.git refs/heads/next", kNew + "\trefs/heads/next\n");
  const std::string mine(40, 'c');
  answer("-C /srv/app rev-parse --verify --quiet refs/heads/next", mine + "\n");
  answer("-C /srv/app rev-list --max-count=1 HEAD " + mine + " --not --remotes --tags", mine + "\n");
  EXPECT_EQ(obstacle(want({{"branch", "next"}})), "/srv/app has commits that no remote has");
  EXPECT_EQ(obstacle(want({{"branch", "next"}, {"force", true}})), "none");
  answer("-C /srv/app rev-list --max-count=1 HEAD --branches --not --remotes --tags", mine + "\n");
  EXPECT_EQ(obstacle(want({{"state", "absent"}})), "/srv/app has commits that no remote has");
}

TEST_F(GitCopy, LocalChangesOfOneThatIsWhereItIsToBeStay) {
  make_copy();
  answer("-C /srv/app status*", " M a.txt\n");
  const Desired desired = want({{"commit", kOld}});
  EXPECT_TRUE(look(desired).change.empty());
  EXPECT_EQ(system.ran().size(), 4U) << "the remote is not asked about a commit that is there";
}

TEST_F(GitCopy, OneThatIsLeftAloneIsNotAskedAbout) {
  make_copy();
  EXPECT_TRUE(look(want({{"update", false}})).change.empty());
}

TEST_F(GitCopy, SubmodulesThatAreNotWhereTheyAreToBeCount) {  // V09
  make_copy();
  answer("ls-remote*", kOld + "\trefs/heads/main\n");
  answer("-C /srv/app submodule status --recursive", " " + kOld + " a (v1)\n");
  EXPECT_TRUE(look(want({{"branch", "main"}, {"submodules", true}})).change.empty());
  answer("-C /srv/app submodule status --recursive", "-" + kOld + " a\n");
  EXPECT_EQ(look(want({{"branch", "main"}, {"submodules", true}})).change.after, (Json{{"stale_submodules", false}}));
}

TEST_F(GitCopy, SomethingElseInItsPlaceIsRefused) {  // V16
  system.make_file("/srv/app/x", "");
  EXPECT_EQ(obstacle(want({{"branch", "main"}})), "/srv/app is a folder that is not empty, and no repository");
  system.remove("/srv/app/x");
  EXPECT_EQ(obstacle(want({{"branch", "main"}})), "none") << "an empty folder may be there";
  system.remove("/srv/app");
  system.make_file("/srv/app", "");
  EXPECT_EQ(obstacle(want({{"branch", "main"}})), "/srv/app is there and is no folder");
  system.remove("/srv/app");
  system.make_link("/srv/app", "/srv/none");
  EXPECT_EQ(obstacle(want({{"branch", "main"}})), "/srv/app is a symbolic link to /srv/none, which is not there");
}

TEST_F(GitCopy, WhatComesIntoAFolderIsItsOwners) {
  system.make_directory("/srv/app");
  system.own("/srv/app", 1000, 1000);
  const Seen seen = look(want({{"branch", "main"}}));
  ASSERT_EQ(seen.change.op, Op::kCreate);
  for (const Operation& operation : seen.change.operations) EXPECT_EQ(std::get<plumb::Run>(operation).user, "1000");
  system.own("/srv/app", 0, 0);
  for (const Operation& operation : look(want({{"branch", "main"}})).change.operations)
    EXPECT_EQ(std::get<plumb::Run>(operation).user, "");
}

TEST_F(GitCopy, NobodysFolderIsRefused) {
  system.make_directory("/srv/app");
  system.own("/srv/app", 4242, 4242);
  EXPECT_EQ(obstacle(want({{"branch", "main"}})),
            "/srv/app belongs to 4242, which is no account, so git cannot be run as its owner");
}

TEST(GitPrograms, WithoutGitItsPackageIsMissing) {
  FakeSystem system;
  system.make_directory("/srv");
  Desired desired;
  desired.address = {"", "git", "/srv/app"};
  desired.attributes = {{"path", "/srv/app"}, {"repository", kRemote}, {"branch", "main"}};
  const GitProvider provider;
  const Seen seen = see(provider, desired, system);
  ASSERT_EQ(seen.observed->missing.size(), 1U);
  EXPECT_EQ(seen.observed->missing[0].what.str(), "package:git");
  EXPECT_EQ(seen.change.fidelity, Fidelity::kBounded);
  system.set_image(true);
  EXPECT_EQ(see(provider, desired, system).observed->obstacle->summary, "programs of an image are not run");
}

TEST_F(GitCopy, UndoChecksTheOldCommitOut) {
  make_copy();
  const Seen seen = look(want({{"branch", "main"}}));
  const std::optional<Desired> again = provider.restore(want({{"branch", "main"}}), *seen.observed);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->text("commit"), kOld);
  EXPECT_TRUE(wants_absent(*provider.restore(want({{"branch", "main"}}), Observed())));
}

}  // namespace
}  // namespace plumb::providers::git
