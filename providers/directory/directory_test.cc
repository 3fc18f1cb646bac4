#include "providers/directory/directory.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::directory {
namespace {

class Directory : public ProviderTest<DirectoryProvider> {
 protected:
  Desired want(Json attributes) { return wanted("directory", "path", std::move(attributes)); }
  unsigned mode(const std::string& path) { return (*system.stat(path, false))->mode; }
};

TEST_F(Directory, IsMadeOnce) {  // D01
  system.make_directory("/srv");
  const Desired desired = want({{"path", "/srv/www"}, {"mode", "0750"}});
  EXPECT_EQ(to_json(look(desired).change), Json::parse(R"({"op":"create","before":{},"after":{"mode":"0750"},
    "operations":[{"make_directory":{"path":"/srv/www","mode":"0750"}}]})"));
  converge(desired);
}

TEST_F(Directory, MissingParentsAreMadeWhenAskedForAndToldWhenNot) {  // D02
  system.make_directory("/srv");
  EXPECT_EQ(look(want({{"path", "/srv/a/b/c"}})).observed->missing,
            (std::vector<Missing>{{{"", "directory", "/srv/a/b"}, "path"}}));
  const Desired desired = want({{"path", "/srv/a/b/c"}, {"parents", true}, {"mode", "0700"}});
  EXPECT_TRUE(look(desired).observed->missing.empty());
  EXPECT_EQ(
      provider.provides(desired),
      (std::vector<Address>{{"", "directory", "/srv/a/b"}, {"", "directory", "/srv/a"}, {"", "directory", "/srv"}}));
  converge(desired);
  EXPECT_EQ(mode("/srv/a"), 0755U) << "the mode is for the last one";
  EXPECT_EQ(mode("/srv/a/b/c"), 0700U);
}

TEST_F(Directory, NothingLiesBelowALinkToNothing) {
  system.make_link("/srv", "/nowhere");
  EXPECT_EQ(obstacle(want({{"path", "/srv/a/b"}, {"parents", true}})),
            "/srv is a symbolic link to /nowhere, which is not there, so /srv/a/b cannot be in it");
}

TEST_F(Directory, NothingIsGivenBelowALinkThatIsNotFollowed) {
  system.make_directory("/real");
  system.make_link("/srv", "/real");
  EXPECT_EQ(obstacle(want({{"path", "/srv"}, {"recurse", true}, {"owner", "root"}})),
            "/srv is a symbolic link to /real");
  EXPECT_EQ(obstacle(want({{"path", "/srv"}, {"purge", true}})), "/srv is a symbolic link to /real");
}

TEST_F(Directory, ModeWithoutRecursionDoesNotTouchWhatIsInside) {  // D04, D03
  system.make_file("/srv/f", "x", 0644);
  converge(want({{"path", "/srv"}, {"mode", "0644"}}));
  EXPECT_EQ(mode("/srv"), 0644U) << "execute bits are not added unasked";
  system.make_directory("/srv", 0755);
  EXPECT_EQ(mode("/srv/f"), 0644U);
}

TEST_F(Directory, RecursionSetsWhatDiffersAndSaysHowMany) {  // D05, D08
  system.add_user({"www", 33, 33, "", "/", ""});
  system.make_file("/srv/a/f", "x", 0600);
  system.make_file("/srv/a/run", "x", 0700);
  system.make_file("/srv/done", "x", 0644);
  system.own("/srv/done", 33, 0);
  system.own("/srv", 33, 0);
  system.make_link("/srv/out", "/etc");
  system.make_fifo("/srv/pipe");
  const Desired desired = want({{"path", "/srv"}, {"owner", "www"}, {"mode", "u=rwX,go=rX"}, {"recurse", true}});
  const Seen seen = look(desired);
  EXPECT_EQ(seen.change.note, "sets attributes of 4 entries below");
  EXPECT_EQ(seen.change.after, (Json{{"recurse", true}}));
  EXPECT_EQ(seen.change.before,
            (Json{{"recurse", false}, {"differ", {"/srv/a", "/srv/a/f", "/srv/a/run", "/srv/pipe"}}}));
  converge(desired);
  EXPECT_EQ(mode("/srv/a"), 0755U);
  EXPECT_EQ(mode("/srv/a/f"), 0644U);
  EXPECT_EQ(mode("/srv/a/run"), 0755U);
}

TEST_F(Directory, AnOctalModeIsTheFoldersOwnEvenWithRecursion) {
  system.make_file("/srv/f", "x", 0600);
  system.make_directory("/srv", 0700);
  converge(want({{"path", "/srv"}, {"mode", "0755"}, {"recurse", true}}));
  EXPECT_EQ(mode("/srv/f"), 0600U);
}

TEST_F(Directory, AbsentRemovesTheTreeAndThePlanSaysHowMuch) {  // D09
  system.make_file("/srv/a/f", "x");
  system.make_file("/srv/g", "x");
  const Desired desired = want({{"path", "/srv"}, {"state", "absent"}});
  const Change change = look(desired).change;
  EXPECT_EQ(change.note, "with 2 files and 1 directory in it: /srv/a/, /srv/a/f, /srv/g");
  EXPECT_EQ(change.before.at("removes"), (Json{"/srv/a/", "/srv/a/f", "/srv/g"}));
  EXPECT_EQ(to_json(change.operations.at(0)), Json::parse(R"({"remove":{"path":"/srv","recursive":true}})"));
  EXPECT_EQ(change.after, Json::object());
  converge(desired);
  EXPECT_FALSE(provider.restore(desired, *look(desired).observed)->flag("recurse", false));
}

TEST_F(Directory, AbsentOnALinkRemovesTheLink) {  // D10
  system.make_file("/real/f", "x");
  system.make_link("/srv", "/real");
  const Desired desired = want({{"path", "/srv"}, {"state", "absent"}});
  EXPECT_EQ(to_json(look(desired).change.operations.at(0)), Json::parse(R"({"remove":{"path":"/srv"}})"));
  converge(desired);
  EXPECT_EQ(system.content("/real/f"), "x");
}

TEST_F(Directory, ALinkToADirectoryIsOnlyChangedThroughWhenAskedFor) {  // D13, D07
  system.make_directory("/real", 0700);
  system.make_link("/srv", "real");
  EXPECT_TRUE(look(want({{"path", "/srv"}})).change.empty());
  EXPECT_EQ(coded_obstacle(want({{"path", "/srv"}, {"mode", "0755"}})), "PL4105 /srv is a symbolic link to real");
  converge(want({{"path", "/srv"}, {"mode", "0755"}, {"follow", true}}));
  EXPECT_EQ(mode("/real"), 0755U);
  system.make_link("/gone", "/nowhere");
  EXPECT_EQ(coded_obstacle(want({{"path", "/gone"}})),
            "PL2005 /gone is a symbolic link to /nowhere, which is not there");
}

TEST_F(Directory, ThroughALinkNothingIsRemovedThatIsDeclaredNoMore) {
  system.make_directory("/real");
  system.make_link("/srv", "real");
  const Desired going = want({{"path", "/srv"}, {"follow", true}, {"state", "absent"}, {"prune", true}});
  EXPECT_TRUE(look(going).change.empty());
  EXPECT_NE(provider.why_passed_over(going, *look(going).observed), "");
}

TEST_F(Directory, SomethingElseIsInTheWay) {
  system.make_file("/srv", "x");
  EXPECT_EQ(coded_obstacle(want({{"path", "/srv"}})), "PL2005 /srv is there and is no directory");
  EXPECT_EQ(coded_obstacle(want({{"path", "/srv"}, {"state", "absent"}})), "PL2005 /srv is no directory");
  EXPECT_EQ(coded_obstacle(want({{"path", "/srv/a/b"}, {"parents", true}})),
            "PL2005 /srv is not a directory, so /srv/a/b cannot be in it");
}

TEST_F(Directory, PurgeRemovesWhatNothingManages) {  // G20, D21
  system.make_file("/srv/kept", "x");
  system.make_file("/srv/sub/deep/kept", "x");
  system.make_file("/srv/sub/extra", "x");
  system.make_file("/srv/old/a", "x");
  system.make_link("/srv/link", "/etc");
  system.make_file("/srv/mounted/data", "x");
  system.mount("/srv/mounted");
  system.make_file("/srv/other/own", "x");
  system.make_file("/srv/kept.plumb-20260101T000000Z-0a1b", "x");
  PathsInUse paths;
  paths.managed = {"/srv", "/srv/kept", "/srv/sub/deep/kept", "/srvx"};
  paths.implied = {"/srv/other", "/srv/*.wants/x.service"};
  system.make_link("/srv/multi.wants/x.service", "/lib/x.service");
  Desired desired = want({{"path", "/srv"}, {"purge", true}});
  ASSERT_TRUE(provider.looks_at_paths(desired));
  provider.see_paths(desired, paths);
  EXPECT_EQ(desired.attribute("keep"),
            (Json{"/srv/*.wants/x.service", "/srv/kept", "/srv/other", "/srv/sub/deep/kept"}));
  const Change change = look(desired).change;
  EXPECT_EQ(change.note, "removes 4 entries that nothing manages: /srv/link, /srv/old/, /srv/old/a, /srv/sub/extra");
  EXPECT_EQ(change.before.at("removes"), (Json{"/srv/link", "/srv/old/", "/srv/old/a", "/srv/sub/extra"}));
  EXPECT_EQ(to_json(change)["operations"], Json::parse(R"([{"remove":{"path":"/srv/link"}},
    {"remove":{"path":"/srv/old","recursive":true}},{"remove":{"path":"/srv/sub/extra"}}])"));
  converge(desired);
  EXPECT_EQ(system.content("/srv/other/own"), "x");
  EXPECT_EQ(system.content("/srv/mounted/data"), "x");
}

// What is there by its turn, when a package brought it, is to be found as it was planned.
TEST_F(Directory, WhatIsMadeIsPurgedAndDressedBelowToo) {
  system.add_user({"www", 33, 33, "", "/", ""});
  const Desired desired = want({{"path", "/srv"}, {"owner", "www"}, {"purge", true}, {"recurse", true}});
  const Json planned = look(desired).change.after;
  EXPECT_EQ(planned, (Json{{"mode", "0755"}, {"owner", "www"}, {"purge", true}, {"recurse", true}}));
  system.make_file("/srv/brought", "x");
  const Json now = look(desired).change.after;
  for (const auto& [name, after] : now.items()) EXPECT_EQ(planned.value(name, Json()), after) << name;
  converge(desired);
  EXPECT_FALSE(*system.stat("/srv/brought", false));
}

TEST_F(Directory, PurgeSparesWhatAGlobMeansInTheFolderItself) {
  system.make_link("/srv/multi.wants/x.service", "/lib/x.service");
  system.make_link("/srv/multi.wants/old.service", "/lib/old.service");
  PathsInUse paths;
  paths.implied = {"/srv/*.wants/x.service", "/srv/*.requires/x.service"};
  Desired desired = want({{"path", "/srv/multi.wants"}, {"purge", true}});
  provider.see_paths(desired, paths);
  EXPECT_EQ(look(desired).change.before.at("removes"), (Json{"/srv/multi.wants/old.service"}));
}

TEST_F(Directory, RecursionPassesOverWhatOthersDecideOn) {
  system.make_file("/srv/key", "x", 0600);
  system.make_file("/srv/key.plumb-20260101T000000Z-0a1b", "x", 0600);
  system.make_file("/srv/home/web/x", "x", 0600);
  system.make_file("/srv/other", "x", 0600);
  PathsInUse paths;
  paths.managed = {"/srv", "/srv/key"};
  paths.whole = {"/srv/home/web"};
  Desired desired = want({{"path", "/srv"}, {"mode", "u=rwX,go=rX"}, {"recurse", true}});
  provider.see_paths(desired, paths);
  EXPECT_EQ(look(desired).change.before.at("differ"), (Json{"/srv/other"}));
  converge(desired);
  EXPECT_EQ(mode("/srv/key"), 0600U);
}

TEST_F(Directory, WhatLiesBelowHasWhatItDoesNotSayItself) {
  const std::vector<Desired> spreading = {
      want({{"path", "/srv"}, {"owner", "app"}, {"mode", "u=rwX,go="}, {"recurse", true}}),
      want({{"path", "/srv/in"}, {"group", "staff"}, {"mode", "0755"}, {"recurse", true}})};
  Desired inner = spreading[1];
  provider.inherit(inner, spreading);
  EXPECT_EQ(inner.text("owner"), "app");
  EXPECT_EQ(inner.text("mode"), "0755") << "it says that itself";
  Desired deeper = want({{"path", "/srv/in/x"}});
  provider.inherit(deeper, spreading);
  EXPECT_EQ(deeper.text("owner"), "app");
  EXPECT_EQ(deeper.text("group"), "staff");
  EXPECT_FALSE(deeper.has("mode")) << "an octal mode is the folder's own";
  Desired outer = spreading[0];
  provider.inherit(outer, spreading);
  EXPECT_EQ(outer.attribute("leave_whole"), (Json{"/srv/in"}));
}

TEST_F(Directory, UndoMakesAttributesAgainButNoLostTree) {
  system.make_directory("/srv", 0700);
  const Desired desired = want({{"path", "/srv"}, {"mode", "0755"}});
  EXPECT_EQ(provider.restore(desired, *look(desired).observed)->attribute("mode"), "0700");
  const Desired fresh = want({{"path", "/new"}});
  EXPECT_EQ(provider.restore(fresh, *look(fresh).observed)->attribute("state"), "absent");
  const Desired gone = want({{"path", "/srv"}, {"state", "absent"}});
  EXPECT_TRUE(provider.restore(gone, *look(gone).observed)) << "there is nothing in it";
  system.make_file("/srv/f", "x");
  EXPECT_FALSE(provider.restore(gone, *look(gone).observed));
}

TEST_F(Directory, TheRootIsADirectoryLikeAnyOther) {
  EXPECT_TRUE(look(want({{"path", "/"}})).change.empty());
}

TEST_F(Directory, ProgramsLoseTheRightsOfAnOwnerThatChanges) {
  system.add_user({"deploy", 1000, 1000, "", "/", ""});
  for (const char* path : {"/srv/a", "/srv/b", "/srv/c", "/srv/d"}) {
    system.make_file(path, "x", 06755);
    system.own(path, 1000, 0);
  }
  system.make_file("/srv/roots", "x", 04755);
  system.make_directory("/srv/shared", 02775);
  system.own("/srv/shared", 1000, 0);
  const Desired desired = want({{"path", "/srv"}, {"owner", "root"}, {"recurse", true}});
  EXPECT_EQ(look(desired).change.note,
            "sets attributes of 5 entries below; takes setuid and setgid from /srv/a, /srv/b, /srv/c and 1 other");
  converge(desired);
  EXPECT_EQ(mode("/srv/a"), 0755U);
  EXPECT_EQ(mode("/srv/roots"), 04755U) << "root's it was before";
  EXPECT_EQ(mode("/srv/shared"), 02775U) << "a folder's setgid gives nobody a right";
  // As a symbolic mode adds to what is left, not to what was there.
  system.make_file("/srv/a", "x", 04711);
  system.own("/srv/a", 1000, 0);
  converge(want({{"path", "/srv"}, {"owner", "root"}, {"mode", "go+r"}, {"recurse", true}}));
  EXPECT_EQ(mode("/srv/a"), 0755U);
}

TEST_F(Directory, AccessListsGoWhereThatIsAsked) {
  system.make_file("/srv/f", "x");
  system.set_beyond_mode("/srv", {"default:user:deploy:rwx", false});
  system.set_beyond_mode("/srv/f", {"user:deploy:rw-", false});
  EXPECT_TRUE(look(want({{"path", "/srv"}})).change.empty());
  const Desired desired = want({{"path", "/srv"}, {"acl", "none"}, {"recurse", true}});
  const Change change = look(desired).change;
  EXPECT_EQ(change.before, (Json{{"acl", "default:user:deploy:rwx"}, {"recurse", false}, {"differ", {"/srv/f"}}}));
  EXPECT_EQ(change.after, (Json{{"acl", "none"}, {"recurse", true}}));
  converge(desired);
}

TEST_F(Directory, AccessListsAreGivenToAllBelow) {
  system.make_file("/srv/f", "x");
  system.make_file("/srv/run", "x", 0755);
  system.add_user({"deploy", 1500, 1500, "", "/", "/bin/sh"});
  const Json list = {"default:user:deploy:rwx", "user:deploy:r-X"};
  const Desired desired = want({{"path", "/srv"}, {"acl", list}, {"recurse", true}});
  converge(desired);
  const auto given = [&](const char* path) { return system.beyond_mode(path, false)->access_list; };
  EXPECT_EQ(given("/srv"), "default:user:deploy:rwx,user:deploy:r-x");
  EXPECT_EQ(given("/srv/f"), "user:deploy:r--") << "nothing is made in a file";
  EXPECT_EQ(given("/srv/run"), "user:deploy:r-x");
  system.set_beyond_mode("/srv/f", {"user:deploy:rw-", false});
  EXPECT_EQ(look(desired).change.before["differ"], Json::array({"/srv/f"}));
}

TEST_F(Directory, WhatIsMountedOrForbiddenIsToldInThePlan) {
  system.make_directory("/mnt/disk/below");
  system.mount("/mnt/disk/below");
  const auto refused = [&](Json attributes) {
    const Seen seen = look(want(std::move(attributes)));
    return seen.observed->obstacle ? seen.observed->obstacle->summary : "";
  };
  EXPECT_EQ(refused({{"path", "/mnt/disk"}, {"state", "absent"}}),
            "/mnt/disk/below is a mount, and what is mounted is not removed");
  system.set_limits("/mnt/disk/below", {.mount = true});
  EXPECT_EQ(refused({{"path", "/mnt/disk/below"}, {"state", "absent"}}),
            "/mnt/disk/below is a mount of its own, so it can be neither replaced nor removed");
  EXPECT_EQ(refused({{"path", "/mnt/disk/below"}, {"mode", "0700"}}), "") << "its mode is its own";
  system.make_directory("/boot/efi/EFI");
  system.set_limits("/boot/efi", {.modeless = "vfat"});
  EXPECT_EQ(refused({{"path", "/boot/efi/new"}}), "");
  EXPECT_EQ(refused({{"path", "/boot/efi/new"}, {"mode", "0700"}}),
            "/boot/efi/new is on a vfat file system, which keeps no mode");
  EXPECT_EQ(refused({{"path", "/boot/efi/EFI"}, {"mode", "0755"}}), "") << "that is what it has";
  system.make_file("/ro/f", "x");
  system.set_limits("/ro", {.read_only = true});
  EXPECT_EQ(refused({{"path", "/ro/new"}}), "/ro/new is on a file system that is mounted read-only");
  system.set_limits("/srv", {.immutable = true});
  system.make_directory("/srv");
  EXPECT_EQ(refused({{"path", "/srv"}, {"mode", "0700"}}), "/srv is immutable");
  EXPECT_EQ(refused({{"path", "/srv/new"}}), "/srv is immutable, so nothing in it can change");
}

class Tree : public Directory {
 protected:
  Desired tree(Json more = Json::object()) {
    Json entries = Json::array({{{"path", "css"}, {"folder", true}},
                                {{"path", "css/a b.css"}, {"content", system.blob("a")}},
                                {{"path", "latest"}, {"link", "css"}},
                                {{"path", "run"}, {"content", system.blob("r")}, {"executable", true}}});
    Json attributes = {{"path", "/srv/www"}, {"entries", std::move(entries)}};
    attributes.update(more);
    return want(std::move(attributes));
  }
};

TEST_F(Tree, IsMadeWithItsDirectoryAndOnlyOnce) {
  system.make_directory("/srv");
  const Change change = look(tree()).change;
  EXPECT_EQ(change.note, "makes 4 entries of the source");
  EXPECT_EQ(change.after, Json({{"mode", "0755"}, {"tree", true}}));
  converge(tree());
  EXPECT_EQ(system.content("/srv/www/css/a b.css"), "a");
  EXPECT_EQ(mode("/srv/www/css/a b.css"), 0644U);
  EXPECT_EQ(mode("/srv/www/run"), 0755U) << "it is executable in the project";
  EXPECT_EQ((*system.stat("/srv/www/latest", false))->link_target, "css");
}

TEST_F(Tree, OnlyWhatDiffersIsWritten) {
  system.make_directory("/srv");
  converge(tree());
  system.make_file("/srv/www/css/a b.css", "other", 0600);
  system.make_file("/srv/www/more", "x");
  const Change change = look(tree()).change;
  EXPECT_EQ(change.before, Json({{"tree", false}, {"differs", {"css/a b.css"}}}));
  EXPECT_EQ(change.note, "changes 1 entry of the source");
  ASSERT_EQ(change.operations.size(), 1U);
  EXPECT_EQ(to_json(change.operations[0]),
            Json({{"write_file", {{"path", "/srv/www/css/a b.css"}, {"content", system.blob("a")}}}}));
  converge(tree());
  EXPECT_EQ(mode("/srv/www/css/a b.css"), 0600U) << "nobody asked for a mode";
  EXPECT_EQ(system.content("/srv/www/more"), "x") << "what is not of the source stays";
}

TEST_F(Tree, FilesAndDirectoriesHaveModesOfTheirOwn) {
  system.add_user({"www", 33, 33, "", "/", ""});
  system.make_directory("/srv");
  const Desired desired =
      tree({{"mode", "0700"}, {"owner", "www"}, {"file_mode", "0640"}, {"directory_mode", "u=rwX,g=rX,o="}});
  converge(desired);
  EXPECT_EQ(mode("/srv/www"), 0700U);
  EXPECT_EQ(mode("/srv/www/css"), 0750U);
  EXPECT_EQ(mode("/srv/www/run"), 0640U);
  EXPECT_EQ((*system.stat("/srv/www/css/a b.css", false))->uid, 33U);
  system.make_file("/srv/www/run", "r", 0644);
  EXPECT_EQ(to_json(look(desired).change.operations.at(0)),
            Json({{"set_attributes", {{"path", "/srv/www/run"}, {"mode", "0640"}}}}));
}

TEST_F(Tree, NothingIsWrittenThroughALink) {
  system.make_directory("/srv/www");
  system.make_directory("/etc");
  system.make_link("/srv/www/css", "/etc");
  EXPECT_EQ(obstacle(tree()), "/srv/www/css is a symbolic link to /etc");
}

TEST_F(Tree, WhatIsAnotherThingIsAnObstacle) {
  system.make_directory("/srv/www/run");
  EXPECT_EQ(obstacle(tree()), "/srv/www/run is there and is no regular file");
}

TEST_F(Tree, PurgeTakesWhatIsNotOfTheSourceAndLeavesWhatIsExcluded) {
  system.make_directory("/srv");
  converge(tree());
  system.make_file("/srv/www/css/old.css", "x");
  system.make_file("/srv/www/css/a.bak", "x");
  system.make_file("/srv/www/kept/deep/b.bak", "x");
  system.make_file("/srv/www/kept/c", "x");
  system.make_file("/srv/www/cache/d", "x");
  Desired desired = tree({{"purge", true}, {"exclude", {"*.bak", "/cache"}}});
  PathsInUse paths;
  for (std::string& path : provider.manages_paths(desired)) paths.managed.insert(std::move(path));
  provider.see_paths(desired, paths);
  EXPECT_EQ(look(desired).change.before.at("removes"), (Json{"/srv/www/css/old.css", "/srv/www/kept/c"}));
  converge(desired);
  EXPECT_EQ(system.content("/srv/www/kept/deep/b.bak"), "x");
  EXPECT_EQ(system.content("/srv/www/css/a b.css"), "a");
}

TEST_F(Tree, WhatNobodyDeclaresAnyMoreGoesWithWhatCameWithItAlone) {
  system.make_directory("/srv");
  converge(tree());
  const Desired gone = tree({{"state", "absent"}, {"prune", true}});
  EXPECT_EQ(look(gone).change.note,
            "with 3 files and 1 directory in it: /srv/www/css/, /srv/www/css/a b.css, /srv/www/latest, /srv/www/run");
  system.make_file("/srv/www/css/mine", "x");
  EXPECT_EQ(obstacle(gone), "/srv/www holds what is not this project's: /srv/www/css/mine");
  system.remove("/srv/www/css/mine");
  converge(gone);
}

TEST_F(Tree, UndoTakesAwayWhatItMadeAndNoOldContentIsPromised) {
  system.make_directory("/srv");
  std::optional<Desired> undo = provider.restore(tree(), *look(tree()).observed);
  ASSERT_TRUE(undo);
  converge(tree());
  undo->attributes["prune"] = true;
  undo->address = tree().address;
  converge(*undo);
  EXPECT_FALSE((*system.stat("/srv/www", false)).has_value());
  system.make_file("/srv/www/run", "old");
  EXPECT_FALSE(provider.restore(tree(), *look(tree()).observed));
}

TEST_F(Tree, OthersAreToldOfWhatItManages) {
  EXPECT_EQ(provider.manages_paths(tree()),
            (std::vector<std::string>{"/srv/www", "/srv/www/css", "/srv/www/css/a b.css", "/srv/www/latest",
                                      "/srv/www/run"}));
  EXPECT_EQ(provider.provides(tree()), (std::vector<Address>{{"", "directory", "/srv/www/css"}}));
}

}  // namespace
}  // namespace plumb::providers::directory
