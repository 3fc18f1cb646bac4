#include "providers/file/file.h"

#include "engine/base/digest.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::file {
namespace {

class File : public ProviderTest<FileProvider> {
 protected:
  Desired want(Json attributes) {
    if (attributes.contains("content")) attributes["content"] = system.blob(attributes["content"].get<std::string>());
    return wanted("file", "path", std::move(attributes));
  }
};

TEST_F(File, ANewFileHasAnEmptyBeforeAndItsModeIsShown) {  // G07, F10
  system.make_directory("/etc");
  const Desired desired = want({{"path", "/etc/motd"}, {"content", "hi\n"}});
  const Seen seen = look(desired);
  EXPECT_EQ(to_json(seen.change), Json::parse(R"({"op":"create","before":{},"after":{"content":")" + digest("hi\n") +
                                              R"(","mode":"0644"},"operations":[{"write_file":{"path":"/etc/motd",
      "content":")" + digest("hi\n") + R"(","mode":"0644"}}]})"));
  EXPECT_TRUE(seen.observed->missing.empty());
  converge(desired);
  EXPECT_EQ(system.content("/etc/motd"), "hi\n");
}

TEST_F(File, EmptyContentMakesAnEmptyFile) {  // F18
  system.make_directory("/etc");
  converge(want({{"path", "/etc/empty"}, {"content", ""}}));
  EXPECT_EQ(system.content("/etc/empty"), "");
  EXPECT_TRUE((*system.stat("/etc/empty", false)).has_value());
}

TEST_F(File, OldTextComesWithADifference) {
  system.make_file("/etc/motd", "old\n", 0600);
  const Desired desired = want({{"path", "/etc/motd"}, {"content", "new\n"}, {"mode", "0644"}});
  const Seen seen = look(desired);
  EXPECT_EQ(seen.observed->content_text, "old\n");
  EXPECT_EQ(seen.change.before, (Json{{"content", digest("old\n")}, {"mode", "0600"}}));
  EXPECT_EQ(seen.change.after, (Json{{"content", digest("new\n")}, {"mode", "0644"}}));
  converge(desired);
  EXPECT_FALSE(look(desired).observed->content_text) << "equal content is not sent";
}

TEST_F(File, OldTextIsNotShownWhereItIsSecretBinaryOrLarge) {  // G08
  system.make_file("/a", "secret");
  Desired secret = want({{"path", "/a"}, {"content", "x"}});
  secret.sensitive = {"content"};
  EXPECT_FALSE(look(secret).observed->content_text);
  system.make_file("/b", std::string("a\0b", 3));
  EXPECT_FALSE(look(want({{"path", "/b"}, {"content", "x"}})).observed->content_text);
  system.make_file("/c", "\xff\xfe");
  EXPECT_FALSE(look(want({{"path", "/c"}, {"content", "x"}})).observed->content_text);
  system.make_file("/d", std::string((256 << 10) + 1, 'a'));
  EXPECT_FALSE(look(want({{"path", "/d"}, {"content", "x"}})).observed->content_text);
}

TEST_F(File, OneThatIsToExistIsMadeOnceAndThenKeepsWhatItHolds) {  // F40, F02
  system.make_directory("/etc");
  const Desired bare = want({{"path", "/etc/seen"}, {"state", "exists"}, {"mode", "0600"}});
  EXPECT_TRUE(look(bare).observed->missing.empty());
  EXPECT_EQ(look(bare).change.after, (Json{{"mode", "0600"}}));
  converge(bare);
  EXPECT_EQ(system.content("/etc/seen"), "");
  const Desired filled = want({{"path", "/etc/conf"}, {"state", "exists"}, {"content", "first\n"}});
  converge(filled);
  EXPECT_EQ(system.content("/etc/conf"), "first\n");
  system.make_file("/etc/conf", "mine\n", 0600);
  EXPECT_TRUE(look(filled).change.empty()) << "neither content nor mode is anybody's business";
  EXPECT_FALSE(look(filled).observed->content_text);
  const Desired moded = want({{"path", "/etc/conf"}, {"state", "exists"}, {"content", "first\n"}, {"mode", "0644"}});
  EXPECT_EQ(to_json(look(moded).change.operations.at(0)),
            Json({{"set_attributes", {{"path", "/etc/conf"}, {"mode", "0644"}}}}));
  system.make_fifo("/etc/fifo");
  EXPECT_EQ(obstacle(want({{"path", "/etc/fifo"}, {"state", "exists"}})),
            "/etc/fifo is a device, socket or named pipe, not a regular file");
}

TEST_F(File, AFileOfTheHostIsCopiedByItsDigest) {
  system.make_file("/usr/share/app.conf", "example\n");
  system.make_file("/etc/app.conf", "old\n", 0640);
  const Desired desired = want({{"path", "/etc/app.conf"}, {"remote_source", "/usr/share/app.conf"}});
  const Seen seen = look(desired);
  EXPECT_EQ(seen.change.before, (Json{{"content", digest("old\n")}}));
  EXPECT_EQ(seen.change.after, (Json{{"content", digest("example\n")}}));
  EXPECT_EQ(
      to_json(seen.change.operations.at(0)),
      Json({{"fetch",
             {{"path", "/etc/app.conf"}, {"url", "file:///usr/share/app.conf"}, {"digest", digest("example\n")}}}}));
  system.make_file("/etc/app.conf", "example\n");
  EXPECT_TRUE(look(desired).change.empty());
  EXPECT_TRUE(provider.diff(desired, provider.as_declared(desired)).empty());
  system.remove("/usr/share/app.conf");
  EXPECT_EQ(look(desired).observed->missing,
            (std::vector<Missing>{{{"", "file", "/usr/share/app.conf"}, "remote_source"}}));
  EXPECT_FALSE(look(desired).change.empty()) << "what is missing is told";
}

TEST_F(File, WhatIsNoTextIsToldByItsForm) {
  system.make_file("/a", std::string("a\0b", 3));
  EXPECT_EQ(look(want({{"path", "/a"}, {"content", "x"}})).change.note, "what is there is binary");
  system.make_file("/b",
                   "Stra\xdf"
                   "e");
  EXPECT_EQ(look(want({{"path", "/b"}, {"content", "x"}})).change.note,
            "what is there is in another encoding than UTF-8");
}

TEST_F(File, AMissingFileWithoutContentIsMissingItself) {  // F02
  system.make_directory("/tmp");
  const Desired desired = want({{"path", "/tmp/ghost"}, {"mode", "0600"}});
  const Seen seen = look(desired);
  ASSERT_EQ(seen.observed->missing.size(), 1U);
  EXPECT_EQ(seen.observed->missing[0].what.str(), "file:/tmp/ghost");
  EXPECT_NE(provider.remedy(desired, seen.observed->missing[0]).find("create: true"), std::string::npos);
  // Where another resource makes it first, what was planned is right.
  system.make_file("/tmp/ghost", "made\n");
  ASSERT_TRUE(system.apply(seen.change.operations));
  EXPECT_TRUE(look(desired).change.empty());
}

TEST_F(File, AbsentOnAMissingFileIsNoChange) {  // F03
  system.make_file("/etc/passwd", "");
  EXPECT_TRUE(look(want({{"path", "/etc/none"}, {"state", "absent"}})).change.empty());
  EXPECT_TRUE(look(want({{"path", "/etc/passwd/x"}, {"state", "absent"}})).change.empty());
}

TEST_F(File, AbsentRemovesAFileOrALinkButNoDirectory) {
  system.make_file("/etc/a", "a");
  system.make_link("/etc/l", "/etc/keep");
  system.make_file("/etc/keep", "k");
  system.make_directory("/etc/d");
  const Desired file = want({{"path", "/etc/a"}, {"state", "absent"}, {"backup", true}});
  EXPECT_EQ(to_json(look(file).change.operations.at(0)), Json::parse(R"({"remove":{"path":"/etc/a","backup":true}})"));
  EXPECT_EQ(look(file).change.before["content"], digest("a"));
  EXPECT_EQ(look(file).change.after, Json::object());
  converge(file);
  converge(want({{"path", "/etc/l"}, {"state", "absent"}}));
  EXPECT_EQ(system.content("/etc/keep"), "k");
  EXPECT_EQ(coded_obstacle(want({{"path", "/etc/d"}, {"state", "absent"}})),
            "PL2005 /etc/d is a directory, which a file resource does not remove");
}

TEST_F(File, ModesOctalAndSymbolic) {  // F04, F06
  system.make_file("/f", "x", 0600);
  const Desired octal = want({{"path", "/f"}, {"mode", "2750"}});
  EXPECT_EQ(to_json(look(octal).change.operations.at(0)),
            Json::parse(R"({"set_attributes":{"path":"/f","mode":"2750"}})"));
  converge(octal);
  const Desired symbolic = want({{"path", "/f"}, {"mode", "u=rw,go=r"}});
  EXPECT_EQ(look(symbolic).change.after["mode"], "0644");
  converge(symbolic);
  converge(want({{"path", "/f"}, {"mode", "u+x"}}));
  EXPECT_EQ((*system.stat("/f", false))->mode, 0744U);
}

TEST_F(File, ASymbolicModeOfANewFileStartsFromTheDefault) {
  const Desired desired = want({{"path", "/new"}, {"content", ""}, {"mode", "g+w"}});
  EXPECT_EQ(look(desired).change.after["mode"], "0664");
  converge(desired);
}

TEST_F(File, OwnersByNameAndByNumber) {  // F11
  system.make_file("/f", "x");
  const Desired number = want({{"path", "/f"}, {"owner", "1234"}, {"group", "4321"}});
  EXPECT_TRUE(look(number).observed->missing.empty()) << "a number needs no entry";
  converge(number);
  system.add_user({"deploy", 1234, 4321, "", "/", "/bin/sh"});
  EXPECT_TRUE(look(want({{"path", "/f"}, {"owner", "deploy"}})).change.empty());
}

TEST_F(File, WhatItNeedsAndTheHostLacksIsToldAsMissing) {
  system.make_directory("/etc");
  const Seen seen = look(want({{"path", "/etc/nginx/x.conf"}, {"content", "x"}, {"owner", "www"}, {"group", "web"}}));
  EXPECT_EQ(seen.observed->missing, (std::vector<Missing>{{{"", "user", "www"}, "owner"},
                                                          {{"", "group", "web"}, "group"},
                                                          {{"", "directory", "/etc/nginx"}, "path"}}));
  EXPECT_EQ(seen.change.op, Op::kCreate);
}

TEST_F(File, AFileWhereTheFolderShouldBe) {
  system.make_file("/etc/passwd", "");
  EXPECT_EQ(coded_obstacle(want({{"path", "/etc/passwd/x"}, {"content", "x"}})),
            "PL2005 /etc/passwd is not a directory, so /etc/passwd/x cannot be in it");
}

TEST_F(File, ALinkIsOnlyWrittenThroughWhenAskedFor) {  // F13, F14
  system.make_file("/real/f", "old", 0600);
  system.make_link("/etc/f", "/real/f");
  EXPECT_EQ(coded_obstacle(want({{"path", "/etc/f"}, {"content", "new"}})),
            "PL4105 /etc/f is a symbolic link to /real/f");
  EXPECT_FALSE(look(want({{"path", "/etc/f"}, {"content", "new"}})).observed->content_text);
  EXPECT_TRUE(look(want({{"path", "/etc/f"}, {"content", "old"}})).change.empty()) << "nothing to write, no harm";
  const Desired followed = want({{"path", "/etc/f"}, {"content", "new"}, {"mode", "0644"}, {"follow", true}});
  converge(followed);
  EXPECT_EQ(system.content("/real/f"), "new");
  EXPECT_EQ((*system.stat("/etc/f", false))->type, FileType::kLink);
}

TEST_F(File, ThroughALinkNothingIsRemovedThatIsDeclaredNoMore) {
  system.make_file("/real/f", "x");
  system.make_link("/etc/f", "/real/f");
  Json going = {{"path", "/etc/f"}, {"follow", true}, {"state", "absent"}, {"prune", true}};
  EXPECT_TRUE(look(want(going)).change.empty());
  EXPECT_EQ(provider.why_passed_over(want(going), *look(want(going)).observed),
            "/etc/f is a symbolic link, and what was declared lies where it leads");
  going["path"] = "/real/f";
  converge(want(going));
  EXPECT_FALSE((*system.stat("/real/f", false)).has_value());
}

TEST_F(File, ADanglingLinkFollowedMakesItsTarget) {
  system.make_directory("/real");
  system.make_link("/etc/f", "../real/f");
  converge(want({{"path", "/etc/f"}, {"content", "x"}, {"follow", true}}));
  EXPECT_EQ(system.content("/real/f"), "x");
  EXPECT_EQ(coded_obstacle(want({{"path", "/etc/g"}, {"content", "x"}})), "none");
}

TEST_F(File, DirectoriesAndPipesAreInTheWay) {  // F30, F31
  system.make_directory("/d");
  system.make_fifo("/p");
  EXPECT_EQ(coded_obstacle(want({{"path", "/d"}, {"content", "x"}})), "PL2005 /d is a directory, not a regular file");
  EXPECT_EQ(coded_obstacle(want({{"path", "/d"}, {"mode", "0700"}})), "PL2005 /d is a directory, not a regular file");
  EXPECT_EQ(coded_obstacle(want({{"path", "/p"}, {"content", "x"}})),
            "PL2005 /p is a device, socket or named pipe, not a regular file");
  EXPECT_TRUE(look(want({{"path", "/p"}, {"mode", "0600"}})).change.empty()) << "its attributes can be managed";
}

TEST_F(File, BackupAndValidateGoWithTheWrite) {  // F35
  system.make_file("/etc/sudoers", "a");
  const Desired desired =
      want({{"path", "/etc/sudoers"}, {"content", "b"}, {"backup", true}, {"validate", "visudo -cf %s"}});
  const auto write = std::get<WriteFile>(look(desired).change.operations.at(0));
  EXPECT_TRUE(write.backup);
  EXPECT_EQ(write.validate, "visudo -cf %s");
  converge(desired);
  EXPECT_EQ(system.content("/etc/sudoers.plumb-kept"), "a");
}

TEST_F(File, OddPathsAreJustPaths) {  // G11
  for (const char* path : {"/t/foo t'e~m\\plated", "/t/a:b#c%d", "/t/\xc3\xa4\"x", "/t/ lead"}) {
    system.make_directory("/t");
    converge(want({{"path", path}, {"content", "x"}}));
    EXPECT_EQ(system.content(path), "x");
  }
}

TEST_F(File, EdgesNameFoldersAboveOwnerAndGroup) {
  const auto edges = provider.infers(want({{"path", "/a/b/c"}, {"owner", "deploy"}, {"group", "33"}}));
  EXPECT_EQ(edges, (std::vector<Address>{{"", "dpkg_divert", "/a/b/c"},
                                         {"", "directory", "/a/b"},
                                         {"", "link", "/a/b"},
                                         {"", "mount", "/a/b"},
                                         {"", "git", "/a/b"},
                                         {"", "directory", "/a"},
                                         {"", "link", "/a"},
                                         {"", "mount", "/a"},
                                         {"", "git", "/a"},
                                         {"", "user", "deploy"}}));
  EXPECT_TRUE(provider.infers(want({{"path", "/a/b/c"}, {"state", "absent"}})).empty());
}

TEST_F(File, UndoAsksForWhatWasThere) {
  system.make_file("/f", "old", 0600);
  const Desired desired = want({{"path", "/f"}, {"content", "new"}, {"mode", "0644"}});
  const auto again = provider.restore(desired, *look(desired).observed);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->attributes,
            (Json{{"path", "/f"}, {"state", "present"}, {"content", digest("old")}, {"mode", "0600"}}))
      << "whose it is, the run did not change";
  const Desired fresh = want({{"path", "/g"}, {"content", "new"}});
  EXPECT_EQ(provider.restore(fresh, *look(fresh).observed)->attributes, (Json{{"path", "/g"}, {"state", "absent"}}));
  const Desired gone = want({{"path", "/f"}, {"state", "absent"}});
  EXPECT_TRUE(provider.restore(gone, *look(gone).observed));
  system.set_beyond_mode("/f", {.access_list = "user:deploy:rw-"});
  EXPECT_FALSE(provider.restore(gone, *look(gone).observed)) << "its access list would not come back";
  EXPECT_TRUE(provider.restore(desired, *look(desired).observed)) << "it stays beside another content";
  Desired secret = desired;
  secret.sensitive = {"content"};
  EXPECT_FALSE(provider.restore(secret, *look(secret).observed));
  // A content that stays needs no coming back.
  system.make_file("/key", "same", 0644);
  Desired key = want({{"path", "/key"}, {"content", "same"}, {"mode", "0600"}});
  key.sensitive = {"content"};
  EXPECT_EQ(provider.restore(key, *look(key).observed)->attributes,
            (Json{{"path", "/key"}, {"state", "present"}, {"mode", "0644"}}));
}

TEST_F(File, OldBytesAreAskedForByTheirDigestWhateverTheyAre) {
  system.make_file("/large", std::string((std::size_t{256} << 10U) + 1, 'a'));
  system.make_file("/binary", std::string("\0\xff", 2));
  for (const char* path : {"/large", "/binary"}) {
    const Desired changed = want({{"path", path}, {"content", "new"}});
    const std::string old = digest(system.content(path));
    EXPECT_EQ(provider.restore(changed, *look(changed).observed)->attribute("content"), old) << path;
    const Desired gone = want({{"path", path}, {"state", "absent"}});
    EXPECT_EQ(provider.restore(gone, *look(gone).observed)->attribute("content"), old) << path;
    const Desired mode = want({{"path", path}, {"mode", "0600"}});
    EXPECT_TRUE(provider.restore(mode, *look(mode).observed)) << path;
  }
}

TEST_F(File, ABatchAnswersInOrder) {
  system.make_file("/a", "1");
  const Desired a = want({{"path", "/a"}, {"content", "1"}});
  const Desired b = want({{"path", "/b"}, {"content", "1"}});
  const Desired* const both[] = {&b, &a};
  const auto results = provider.observe(both, system);
  ASSERT_EQ(results.size(), 2U);
  EXPECT_FALSE(results[0]->exists);
  EXPECT_TRUE(results[1]->exists);
}

TEST_F(File, SetuidIsNamedAndGoesWithTheOwnerOrTheContent) {
  system.add_user({"deploy", 1000, 1000, "", "/", ""});
  const auto plant = [&] {
    system.make_file("/srv/sh", "x", 04755);
    system.own("/srv/sh", 1000, 0);
  };
  plant();
  const Desired owned = want({{"path", "/srv/sh"}, {"owner", "root"}});
  const Change change = look(owned).change;
  EXPECT_EQ(change.before, (Json{{"owner", "deploy"}, {"mode", "4755"}}));
  EXPECT_EQ(change.after, (Json{{"owner", "root"}, {"mode", "0755"}}));
  EXPECT_EQ(change.note, "it has setuid or setgid, which do not outlast the change");
  converge(owned);
  plant();
  converge(want({{"path", "/srv/sh"}, {"content", "new"}}));
  EXPECT_EQ((*system.stat("/srv/sh", false))->mode, 0755U);
  plant();
  converge(want({{"path", "/srv/sh"}, {"owner", "root"}, {"mode", "g+w"}}));
  EXPECT_EQ((*system.stat("/srv/sh", false))->mode, 0775U);
  plant();
  converge(want({{"path", "/srv/sh"}, {"owner", "root"}, {"mode", "4755"}}));
  EXPECT_EQ((*system.stat("/srv/sh", false))->mode, 04755U) << "that was asked for";
  EXPECT_TRUE(look(want({{"path", "/srv/sh"}, {"owner", "root"}})).change.empty());
  system.own("/srv/sh", 1000, 0);
  system.make_file("/srv/sh", "x", 0755);
  system.set_beyond_mode("/srv/sh", {"", true});
  EXPECT_EQ(look(owned).change.note, "its capabilities do not outlast the change");
}

TEST_F(File, AnAccessListIsADifferenceOnWhatIsSensitiveOrPrivileged) {
  system.make_file("/etc/key", "x", 0640);
  system.set_beyond_mode("/etc/key", {"user:deploy:r--", false});
  const std::string digest = system.blob("x");
  Desired desired = want({{"path", "/etc/key"}, {"mode", "0640"}});
  EXPECT_TRUE(look(desired).change.empty());
  EXPECT_EQ(look(desired).observed->attributes["acl"], "user:deploy:r--");
  Desired changed = want({{"path", "/etc/key"}, {"mode", "0600"}});
  EXPECT_EQ(look(changed).change.note, "its access list stays: user:deploy:r--");
  desired.sensitive = {"content"};
  EXPECT_EQ(look(desired).change.before, (Json{{"acl", "user:deploy:r--"}}));
  EXPECT_EQ(look(desired).change.after, (Json{{"acl", "none"}}));
  converge(desired);
  system.set_beyond_mode("/etc/key", {"group:dev:r-x", false});
  converge(want({{"path", "/etc/key"}, {"mode", "4755"}}));
  EXPECT_TRUE(look(want({{"path", "/etc/key"}, {"acl", "none"}})).change.empty());
}

TEST_F(File, WhatCannotBeReplacedIsToldInThePlan) {
  system.make_file("/etc/resolv.conf", "x");
  Limits mounted;
  mounted.mount = true;
  system.set_limits("/etc/resolv.conf", mounted);
  EXPECT_EQ(obstacle(want({{"path", "/etc/resolv.conf"}, {"content", "y"}})),
            "/etc/resolv.conf is a mount of its own, so it can be neither replaced nor removed");
  EXPECT_EQ(obstacle(want({{"path", "/etc/resolv.conf"}, {"mode", "0600"}})), "none");
  EXPECT_EQ(obstacle(want({{"path", "/etc/resolv.conf"}, {"content", "x"}})), "none");
  Limits fixed;
  fixed.immutable = true;
  system.set_limits("/etc/resolv.conf", fixed);
  for (const Json& wanted : {Json{{"content", "y"}}, Json{{"mode", "0600"}}, Json{{"state", "absent"}}}) {
    Json attributes = wanted;
    attributes["path"] = "/etc/resolv.conf";
    EXPECT_EQ(obstacle(want(attributes)), "/etc/resolv.conf is immutable") << wanted;
  }
}

TEST_F(File, WhatARenameCannotReplaceIsWrittenOverWhereThatIsAsked) {
  system.make_file("/etc/hosts", "x");
  Limits mounted;
  mounted.mount = true;
  system.set_limits("/etc/hosts", mounted);
  const Desired plain = want({{"path", "/etc/hosts"}, {"content", "y"}});
  EXPECT_NE(look(plain).observed->obstacle->hint.find("`in_place: true`"), std::string::npos);
  const Desired desired = want({{"path", "/etc/hosts"}, {"content", "y"}, {"in_place", true}});
  EXPECT_EQ(obstacle(desired), "none");
  EXPECT_EQ(look(desired).change.note, "written over in place, which is not atomic");
  const std::uint64_t inode = system.stat("/etc/hosts", false).value()->inode;
  const Observed before = *look(desired).observed;
  converge(desired);
  EXPECT_EQ(system.stat("/etc/hosts", false).value()->inode, inode);
  system.blob("x");
  const Desired back = *provider.restore(desired, before);
  EXPECT_TRUE(back.flag("in_place", false));
  converge(back);
  EXPECT_EQ(system.content("/etc/hosts"), "x");
  EXPECT_EQ(system.stat("/etc/hosts", false).value()->inode, inode);
  // What is only dressed, or is not there yet, is written over by nobody.
  EXPECT_EQ(look(want({{"path", "/etc/hosts"}, {"mode", "0600"}, {"in_place", true}})).change.note, "");
  EXPECT_EQ(look(want({{"path", "/etc/new"}, {"content", "y"}, {"in_place", true}})).change.note, "");
  Limits fixed;
  fixed.immutable = true;
  system.set_limits("/etc/hosts", fixed);
  EXPECT_EQ(obstacle(desired), "/etc/hosts is immutable");
}

TEST_F(File, ALabelIsSetInPartsAndTheRestStays) {
  system.make_file("/sys/fs/selinux/enforce", "1");
  system.make_file("/srv/page", "x");
  BeyondMode labelled;
  labelled.label = "unconfined_u:object_r:var_t:s0:c1,c2";
  system.set_beyond_mode("/srv/page", labelled);
  const Desired desired = want({{"path", "/srv/page"}, {"selinux", {{"type", "httpd_sys_content_t"}}}});
  const Observed before = *look(desired).observed;
  EXPECT_EQ(look(desired).change.before, (Json{{"selinux", "unconfined_u:object_r:var_t:s0:c1,c2"}}));
  EXPECT_EQ(look(desired).change.after, (Json{{"selinux", "unconfined_u:object_r:httpd_sys_content_t:s0:c1,c2"}}));
  converge(desired);
  converge(want({{"path", "/srv/page"}, {"content", "y"}}));
  EXPECT_EQ(system.beyond_mode("/srv/page", false)->label, "unconfined_u:object_r:httpd_sys_content_t:s0:c1,c2");
  converge(*provider.restore(desired, before));
  EXPECT_EQ(system.beyond_mode("/srv/page", false)->label, "unconfined_u:object_r:var_t:s0:c1,c2");
  converge(want({{"path", "/srv/new"}, {"content", "x"}, {"selinux", {{"type", "etc_t"}}}}));
  EXPECT_EQ(system.beyond_mode("/srv/new", false)->label, "system_u:object_r:etc_t:s0");
  converge(want({{"path", "/srv/page"}, {"selinux", "system_u:object_r:etc_t:s0"}}));
  EXPECT_EQ(system.beyond_mode("/srv/page", false)->label, "system_u:object_r:etc_t:s0");
}

TEST_F(File, AHostWithoutLabelsIsTold) {
  system.make_file("/srv/page", "x", 0600);
  const Desired desired = want({{"path", "/srv/page"}, {"selinux", {{"type", "etc_t"}}}});
  EXPECT_TRUE(look(desired).change.empty());
  EXPECT_EQ(provider.why_passed_over(desired, *look(desired).observed),
            "the host has no SELinux, so /srv/page gets no label");
  const Desired moded = want({{"path", "/srv/page"}, {"mode", "0644"}, {"selinux", {{"type", "etc_t"}}}});
  EXPECT_EQ(look(moded).change.note, "the host has no SELinux, so no label is set");
  EXPECT_EQ(look(moded).change.after, (Json{{"mode", "0644"}}));
  // An image is what its own configuration says.
  system.set_image(true);
  system.make_file("/etc/selinux/config", "# x\nSELINUX=enforcing\n");
  EXPECT_EQ(look(desired).change.after, (Json{{"selinux", "system_u:object_r:etc_t:s0"}}));
  system.make_file("/etc/selinux/config", "SELINUX=disabled\n");
  EXPECT_TRUE(look(desired).change.empty());
}

TEST_F(File, ExtendedAttributesAreThoseThatAreNamed) {
  system.make_file("/srv/f", "x");
  BeyondMode there;
  there.extended = {{"user.a", "1"}, {"user.gone", "2"}, {"user.others", "3"}};
  system.set_beyond_mode("/srv/f", there);
  const Desired desired =
      want({{"path", "/srv/f"}, {"xattrs", {{"user.a", "one"}, {"user.gone", false}, {"user.b", "new"}}}});
  const Observed before = *look(desired).observed;
  EXPECT_EQ(look(desired).change.before, (Json{{"xattrs", {{"user.a", "1"}, {"user.gone", "2"}, {"user.b", false}}}}));
  converge(desired);
  EXPECT_EQ(system.beyond_mode("/srv/f", false)->extended,
            (std::map<std::string, std::string>{{"user.a", "one"}, {"user.b", "new"}, {"user.others", "3"}}));
  converge(*provider.restore(desired, before));
  EXPECT_EQ(system.beyond_mode("/srv/f", false)->extended, there.extended);
  const Desired gone = want({{"path", "/srv/f"}, {"state", "absent"}});
  const Observed whole = *look(gone).observed;
  system.blob("x");
  converge(gone);
  converge(*provider.restore(gone, whole));
  EXPECT_EQ(system.beyond_mode("/srv/f", false)->extended, there.extended) << "what went comes back";
  converge(want({{"path", "/srv/new"}, {"content", ""}, {"xattrs", {{"user.a", "x"}, {"user.none", false}}}}));
}

TEST_F(File, AnAccessListIsGivenAsAWhole) {
  system.make_directory("/etc");
  system.add_user({"deploy", 1500, 1500, "", "/", "/bin/sh"});
  system.add_group({"ops", 1600, {}});
  const Json list = {"user:deploy:rw-", "group:ops:r-X"};
  converge(want({{"path", "/etc/new"}, {"content", "x"}, {"acl", list}}));
  EXPECT_EQ(system.beyond_mode("/etc/new", false)->access_list, "group:ops:r--,user:deploy:rw-");
  EXPECT_EQ(system.stat("/etc/new", false).value()->mode, 0664U) << "what the list gives shows there";
  const Desired changed = want({{"path", "/etc/new"}, {"acl", {"user:deploy:r--"}}});
  const Observed before = *look(changed).observed;
  EXPECT_EQ(look(changed).change.before, (Json{{"acl", "group:ops:r--,user:deploy:rw-"}}));
  converge(changed);
  converge(*provider.restore(changed, before));
  EXPECT_EQ(system.beyond_mode("/etc/new", false)->access_list, "group:ops:r--,user:deploy:rw-");
}

TEST_F(File, AnAccessListGivesNoMoreThanTheModeLetsIt) {
  system.make_directory("/etc");
  system.add_user({"deploy", 1500, 1500, "", "/", "/bin/sh"});
  EXPECT_EQ(obstacle(want({{"path", "/etc/f"}, {"content", "x"}, {"mode", "0600"}, {"acl", {"user:deploy:r--"}}})),
            "`acl` gives more than the mode 0600 lets it");
  converge(want({{"path", "/etc/f"}, {"content", "x"}, {"mode", "0640"}, {"acl", {"user:deploy:r--"}}}));
  EXPECT_EQ(look(want({{"path", "/etc/f"}, {"acl", {"user:nobody2:r--"}}})).observed->missing,
            (std::vector<Missing>{{{"", "user", "nobody2"}, "acl"}}));
}

TEST_F(File, WhatIsMadeBehindALinkThatLedNowhereIsNotTakenBack) {
  system.make_directory("/srv");
  system.make_link("/link", "/srv/there");
  const Desired desired = want({{"path", "/link"}, {"content", "x"}, {"follow", true}});
  EXPECT_EQ(look(desired).change.op, Op::kCreate);
  EXPECT_FALSE(provider.restore(desired, *look(desired).observed));
}

}  // namespace
}  // namespace plumb::providers::file
