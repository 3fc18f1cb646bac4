// Packages of a host with dnf: what is there, what would come and go, and what is made of it.
#include "engine/base/digest.h"
#include "providers/package/dnf/testing/dnf_host.h"

namespace plumb::providers::package::dnf {
namespace {

// As dnf 4.14 prints it where nobody watches.
constexpr std::string_view kInstall = R"(Last metadata expiration check: 0:00:01 ago on Mon Nov 30 00:51:59 2026.
Dependencies resolved.
================================================================================
 Package              Arch    Version                            Repository Size
================================================================================
Installing:
 postgresql-server    x86_64  13.14-1.el9_3                      appstream 5.7 M
 redis                x86_64  6.2.7-1.el9                        appstream 1.3 M
Installing dependencies:
 postgresql           x86_64  13.14-1.el9_3                      appstream 1.5 M
 postgresql-private-libs
                      x86_64  13.14-1.el9_3                      appstream 134 k
Installing weak dependencies:
 redis-doc            noarch  6.2.7-1.el9                        appstream 600 k

Transaction Summary
================================================================================
Install  5 Packages

Total download size: 9.0 M
Operation aborted.
)";
constexpr std::string_view kDetails = R"(@postgresql-server x86_64
postgresql-server = 13.14-1.el9_3
-
postgresql(x86-64) = 13.14-1.el9_3
@postgresql x86_64
postgresql = 13.14-1.el9_3
postgresql(x86-64) = 13.14-1.el9_3
-
libpq-private.so.5()(64bit)
@postgresql-private-libs x86_64
libpq-private.so.5()(64bit)
-
@redis x86_64
redis = 6.2.7-1.el9
-
redis-doc
@redis-doc noarch
redis-doc = 6.2.7-1.el9
-
)";
std::string table(std::string_view rows) {
  return "Dependencies resolved.\n=====\n Package Architecture Version Repository Size\n=====\n" + std::string(rows) +
         "\nTransaction Summary\n=====\nOperation aborted.\n";
}

TEST_F(DnfPackage, WhatIsThereNeedsNoQuestion) {
  for (const char* name : {"jq", "glibc", "glibc:i686", "nginx", "webserver"}) {
    const Seen seen = look(want({{"name", name}}));
    ASSERT_TRUE(seen.observed) << seen.problem->summary;
    EXPECT_TRUE(seen.change.empty()) << name << to_json(seen.change).dump();
  }
  EXPECT_TRUE(look(want({{"name", "nothing"}, {"state", "absent"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "webserver"}, {"state", "absent"}})).change.empty());
  EXPECT_EQ(look(want({{"name", "glibc"}})).observed->attributes["version"], "2.34-100.el9");
  EXPECT_EQ(look(want({{"name", "glibc:i686"}})).observed->attributes["version"], "2.34-60.el9");
  EXPECT_EQ(look(want({{"name", "nginx"}})).observed->attributes["version"], "1:1.20.1-14.el9");
  EXPECT_EQ(look(want({{"name", "kernel-core"}})).observed->attributes["version"], "5.14.0-427.el9") << "the newest";
  for (const std::string& ran : system.ran()) EXPECT_EQ(ran.find("--assumeno"), std::string::npos) << ran;
}

TEST_F(DnfPackage, AllPackagesAreOneQuestionToRpm) {
  const Desired a = want({{"name", "jq"}});
  const Desired b = want({{"name", "nginx"}});
  const Desired c = want({{"name", "glibc:i686"}});
  const Desired* const all[] = {&a, &b, &c};
  (void)provider.observe(all, system);
  ASSERT_EQ(system.ran().size(), 2U);
  EXPECT_TRUE(system.ran()[0].ends_with("-- glibc jq nginx")) << system.ran()[0];
  EXPECT_TRUE(system.ran()[1].ends_with("-- glibc.i686 jq nginx")) << system.ran()[1];
}

TEST_F(DnfPackage, OnlyItsDatabaseMakesItTheManager) {  // K29
  EXPECT_TRUE(*back_end().manages(system));
  system.add_program("zypper");
  EXPECT_TRUE(*back_end().manages(system)) << "a program that somebody put there";
  system.make_file("/etc/zypp/zypp.conf", "");
  EXPECT_FALSE(*back_end().manages(system)) << "a host of SUSE's";
  FakeSystem debian;
  debian.add_program("dnf");
  EXPECT_FALSE(*back_end().manages(debian));
}

TEST_F(DnfPackage, WhatComesAlongIsSaidOfThePackageThatBringsIt) {
  dnf_says("*install -- redis postgresql-server", kInstall);
  dnf_says("*repoquery --qf *", kDetails, 0);
  const Desired redis = want({{"name", "redis"}});
  const Desired postgresql = want({{"name", "postgresql-server"}});
  const Desired* const both[] = {&redis, &postgresql};
  const auto results = provider.observe(both, system);
  const Change one = provider.diff(redis, *results[0]);
  EXPECT_EQ(one.after, (Json{{"state", "present"}, {"version", "6.2.7-1.el9"}}));
  EXPECT_EQ(one.note, "brings redis-doc 6.2.7-1.el9");
  EXPECT_EQ(provider.diff(postgresql, *results[1]).note,
            "brings postgresql 13.14-1.el9_3, postgresql-private-libs 13.14-1.el9_3");
  EXPECT_EQ(transaction(one).manager, "dnf");
  EXPECT_EQ(transaction(one).install, (std::vector<PackageRequest>{{"redis", "6.2.7-1.el9"}}));
  EXPECT_TRUE(system.ran().back().find("redis-6.2.7-1.el9.x86_64") != std::string::npos) << system.ran().back();
}

TEST_F(DnfPackage, NothingIsWrittenWhileItIsAsked) {
  dnf_says("*install -- redis", table("Installing:\n redis x86_64 6.2.7-1 appstream 1 M\n"));
  (void)look(want({{"name", "redis"}}));
  for (const ProcessRequest& request : system.requests()) EXPECT_TRUE(request.changes_nothing) << request.argv.front();
}

TEST_F(DnfPackage, VersionsAreRpms) {  // K04, K06
  EXPECT_TRUE(look(want({{"name", "nginx"}, {"version", "1.20.1"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "nginx"}, {"version", "1:1.20.*"}})).change.empty());
  dnf_says("*install -- jq-1.5", table("Downgrading:\n jq x86_64 1.5-12.el9 appstream 186 k\n"));
  const Change older = look(want({{"name", "jq"}, {"version", "1.5"}})).change;
  EXPECT_EQ(older.before, (Json{{"version", "1.6-17.el9"}}));
  EXPECT_EQ(older.after, (Json{{"version", "1.5-12.el9"}}));
  EXPECT_EQ(older.note, "an older version");
  dnf_says("*install -- jq-9", "No match for argument: jq-9\nError: Unable to find a match: jq-9\n");
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"version", "9"}})), "PL2006 jq is not available in version 9");
  dnf_says("*install -- nosuch", "No match for argument: nosuch\nError: Unable to find a match: nosuch\n");
  EXPECT_EQ(coded_obstacle(want({{"name", "nosuch"}})), "PL2006 no package is called nosuch");
}

TEST_F(DnfPackage, ComparisonsAreRpms) {
  for (const char* fits : {">=1:1.20", "<2:0", ">1:1.20.1-13.el9"})
    EXPECT_TRUE(look(want({{"name", "nginx"}, {"version", fits}})).change.empty()) << fits;
  dnf_says("*upgrade -- jq", table("Upgrading:\n jq x86_64 1.7-1.el9 appstream 186 k\n"));
  EXPECT_EQ(look(want({{"name", "jq"}, {"version", ">=1.7"}})).change.after, (Json{{"version", "1.7-1.el9"}}));
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"version", ">=1.8"}})),
            "PL2006 jq would be 1.7-1.el9, and not >=1.8");
}

TEST_F(DnfPackage, LatestIsAskedAsAnUpgrade) {  // K05
  dnf_says("*upgrade -- jq", table("Upgrading:\n jq x86_64 1.7-1.el9 appstream 186 k\n"));
  const Change newer = look(want({{"name", "jq"}, {"state", "latest"}})).change;
  EXPECT_EQ(newer.after, (Json{{"version", "1.7-1.el9"}}));
  EXPECT_EQ(transaction(newer).install, (std::vector<PackageRequest>{{"jq", "1.7-1.el9"}}));
  dnf_says("*upgrade -- jq", "Dependencies resolved.\nNothing to do.\nComplete!\n", 0);
  EXPECT_TRUE(look(want({{"name", "jq"}, {"state", "latest"}})).change.empty());
}

TEST_F(DnfPackage, WhatIsProvidedByAnotherIsInstalledByItsName) {
  dnf_says("*install -- smtpd", table("Installing:\n postfix x86_64 2:3.5.9-24.el9 appstream 1 M\n"));
  dnf_says("*repoquery --qf *", "@postfix x86_64\npostfix = 2:3.5.9-24.el9\nsmtpd\n-\n", 0);
  const Change change = look(want({{"name", "smtpd"}})).change;
  EXPECT_EQ(transaction(change).install, (std::vector<PackageRequest>{{"postfix", "2:3.5.9-24.el9"}}));
  EXPECT_EQ(change.note, "postfix provides it");
}

TEST_F(DnfPackage, WhatNobodyDeclaredDoesNotGo) {
  dnf_says("*--allowerasing install -- gojq", table("Installing:\n gojq x86_64 1-1 appstream 1 M\nRemoving dependent "
                                                    "packages:\n jq x86_64 1.6-17.el9 @base 1 k\n"));
  EXPECT_EQ(coded_obstacle(want({{"name", "gojq"}})), "PL2011 installing gojq would remove jq");
  const Change allowed = look(want({{"name", "gojq"}, {"allow_removal", {"jq"}}})).change;
  EXPECT_EQ(transaction(allowed).remove, (std::vector<std::string>{"jq"}));
  // One takes the place of another.
  dnf_says("*--allowerasing install -- gojq",
           table("Installing:\n gojq x86_64 1-1 appstream 1 M\n     replacing  jq.x86_64 1.6-17.el9\n"));
  EXPECT_EQ(coded_obstacle(want({{"name", "gojq"}})), "PL2011 installing gojq would remove jq");
  dnf_says("*remove -- jq", table("Removing:\n jq x86_64 1.6-17.el9 @base 1 k\nRemoving dependent packages:\n tool "
                                  "noarch 2-1 @base 1 k\n"));
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"state", "absent"}})), "PL2011 removing jq would remove tool");
}

TEST_F(DnfPackage, WhatDnfCannotDoIsItsWords) {
  dnf_says("*install -- broken", R"(Error: 
 Problem: conflicting requests
  - nothing provides nobody-has-this needed by broken-1-1.noarch
(try to add '--skip-broken' to skip uninstallable packages)
)");
  EXPECT_EQ(coded_obstacle(want({{"name", "broken"}})),
            "PL2005 dnf cannot do this: nothing provides nobody-has-this needed by broken-1-1.noarch");
}

TEST_F(DnfPackage, WhatCameAlongIsKeptOnceItIsDeclared) {  // K17
  dnf_says("*repoquery --installed*", "jq x86_64 dependency\nglibc i686 dependency\nglibc x86_64 user\n", 0);
  const Change change = look(want({{"name", "jq"}})).change;
  EXPECT_EQ(change.before, (Json{{"automatic", true}}));
  EXPECT_EQ(transaction(change).manual, (std::vector<std::string>{"jq"}));
  EXPECT_TRUE(look(want({{"name", "glibc"}})).change.empty());
  EXPECT_FALSE(look(want({{"name", "glibc:i686"}})).change.empty());
}

TEST_F(DnfPackage, HoldsAreLocksOfVersions) {
  EXPECT_EQ(transaction(look(want({{"name", "jq"}, {"hold", true}})).change).hold, (std::vector<std::string>{"jq"}));
  system.make_file("/etc/dnf/plugins/versionlock.list",
                   "\n# Added lock\njq-0:1.6-17.el9.*\n!nginx-0:1.20.1-14.el9.*\n");
  EXPECT_TRUE(look(want({{"name", "jq"}, {"hold", true}})).change.empty());
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"version", "1.7"}})), "PL2005 jq is held at 1.6-17.el9");
  EXPECT_EQ(look(want({{"name", "jq"}, {"version", "1.7"}})).observed->obstacle->hint,
            "release it with `hold: false`, or `dnf versionlock delete jq`");
  dnf_says("*--disableplugin=versionlock*install -- jq-1.7", table("Upgrading:\n jq x86_64 1.7-1.el9 appstream 1 k\n"));
  const Change moved = look(want({{"name", "jq"}, {"hold", true}, {"version", "1.7"}})).change;
  EXPECT_EQ(transaction(moved).release, (std::vector<std::string>{"jq"}));
  EXPECT_EQ(transaction(moved).hold, (std::vector<std::string>{"jq"}));
  dnf_says("*remove -- nginx", table("Removing:\n nginx x86_64 1:1.20.1-14.el9 @base 1 k\n"));
  EXPECT_FALSE(look(want({{"name", "nginx"}, {"state", "absent"}})).observed->obstacle) << "it is excluded, not held";
  system.remove("/etc/dnf/plugins/versionlock.conf");
  EXPECT_EQ(coded_obstacle(want({{"name", "nginx"}, {"hold", true}})),
            "PL2005 dnf holds packages by its plugin versionlock, which is not there");
}

TEST_F(DnfPackage, PurgedIsNothingThatRpmCanSay) {
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"state", "purged"}})),
            "PL2005 rpm keeps configuration that somebody changed, as a file with .rpmsave behind its name");
  EXPECT_TRUE(look(want({{"name", "nothing"}, {"state", "purged"}})).change.empty());
}

TEST_F(DnfPackage, OldListsAreReadFirst) {  // K16
  dnf_says("*install -- redis", table("Installing:\n redis x86_64 6.2.7-1 appstream 1 M\n"));
  system.script("find /var/cache/dnf * -mmin -60", {0, "", "", false});
  system.script("find /var/cache/dnf * -mmin -1440", {0, "/var/cache/dnf/x/repodata/repomd.xml\n", "", false});
  EXPECT_FALSE(transaction(look(want({{"name", "redis"}, {"refresh", 86400}})).change).refresh);
  EXPECT_TRUE(transaction(look(want({{"name", "redis"}, {"refresh", 3600}})).change).refresh);
  system.remove("/var/cache/dnf/base-0123456789abcdef");
  const Seen never = look(want({{"name", "redis"}}));
  EXPECT_TRUE(transaction(never.change).refresh);
  EXPECT_EQ(never.change.after, (Json{{"state", "present"}}));
}

TEST_F(DnfPackage, ASourceOfTheSameProjectMayHaveIt) {
  dnf_says("*install -- vendor", "No match for argument: vendor\nError: Unable to find a match: vendor\n");
  dnf_says("*repolist", "repo id repo name\nbase base\n", 0);
  Desired desired = want({{"name", "vendor"}});
  Desired source;
  source.address = {"", "yum_repository", "vendor"};
  provider.complete(desired, std::span(&source, 1), {});
  EXPECT_EQ(look(desired).observed->missing, (std::vector<Missing>{{{"", "package", "vendor"}, "name"}}));
  dnf_says("*repolist", "Error: Cache-only enabled but no cache for 'vendor'\nIgnoring repositories: vendor\n", 0);
  const Seen seen = look(desired);
  EXPECT_TRUE(seen.observed->missing.empty());
  EXPECT_TRUE(transaction(seen.change).refresh);
}

TEST_F(DnfPackage, AnImageIsNotRead) {
  system.set_image(true);
  EXPECT_EQ(look(want({{"name", "jq"}})).problem->summary,
            "programs of an image are not run, so what rpm has there is not known");
  EXPECT_TRUE(system.ran().empty());
}

TEST_F(DnfPackage, WithoutAnySourceNothingIsToBeHad) {
  dnf_says("*install -- vendor", "Error: There are no enabled repositories in \"/etc/yum.repos.d\".\n");
  EXPECT_EQ(coded_obstacle(want({{"name", "vendor"}})), "PL2006 no package is called vendor");
}

TEST_F(DnfPackage, AFileOfTheHostIsAskedForItsName) {
  const Desired desired = want({{"name", "agent"}, {"file", "/srv/agent.rpm"}});
  EXPECT_EQ(look(desired).observed->missing, (std::vector<Missing>{{{"", "file", "/srv/agent.rpm"}, "file"}}));
  system.make_file("/srv/agent.rpm", "");
  system.script("rpm -q -p * /srv/agent.rpm", {0, "agent\t0\t2.1-1\tx86_64\t\n", "", false});
  dnf_says("*install -- /srv/agent.rpm", table("Installing:\n agent x86_64 2.1-1 @commandline 1 M\n"));
  const Change change = look(desired).change;
  EXPECT_EQ(transaction(change).install, (std::vector<PackageRequest>{{"agent", "2.1-1", "/srv/agent.rpm"}}));
  system.script("rpm -q -p * /srv/agent.rpm", {0, "other\t0\t2.1-1\tx86_64\t\n", "", false});
  EXPECT_EQ(coded_obstacle(desired), "PL2005 /srv/agent.rpm is the package other, and not agent");
  system.script("rpm -q -p * /srv/agent.rpm", {1, "", "error: /srv/agent.rpm: not an rpm package\n", false});
  EXPECT_EQ(coded_obstacle(desired), "PL2005 /srv/agent.rpm is no package: error: /srv/agent.rpm: not an rpm package");
  system.make_file("/srv/agent", "");
  EXPECT_EQ(coded_obstacle(want({{"name", "agent"}, {"file", "/srv/agent"}})),
            "PL2005 /srv/agent is no package: its name does not end in .rpm");
}

// For who adopts the host: what somebody asked for, and which files are not as packages brought them.
TEST_F(DnfPackage, WhatIsThereOfSomebodysDoing) {
  system.script("*repoquery --installed*", {0,
                                            "jq x86_64 user\nglibc x86_64 dependency\nglibc i686 group\n"
                                            "oniguruma x86_64 Weak Dependency\ngpg-pubkey (none) user\n",
                                            "", false});
  const std::string came = digest("as it came\n").substr(7);
  system.script("rpm -q -a --qf *", {0,
                                     "cn\t" + came + "\t/etc/nginx/nginx.conf\n\t" + came +
                                         "\t/usr/share/nginx/template\n\t\t/etc/nginx\ncg\t\t/etc/resolv.conf\n",
                                     "", false});
  system.script("rpm -q -a --scripts", {0, "useradd --system nginx\n", "", false});
  const auto packaged = back_end().packaged(system).value();
  const Managers managers;
  const SurveyedHost host{system, managers, packaged.get()};
  Survey survey;
  back_end().survey(host, survey);
  std::vector<std::string> names;
  for (const FoundThing& thing : survey.things) names.push_back(thing.name);
  EXPECT_EQ(names, (std::vector<std::string>{"glibc:i686", "jq"}));
  EXPECT_TRUE(is_as_packaged(host, "/etc/nginx/nginx.conf", "as it came\n"));
  EXPECT_FALSE(is_as_packaged(host, "/etc/nginx/nginx.conf", "changed\n"));
  EXPECT_TRUE(is_as_packaged(host, "/etc/resolv.conf", "anything"));
  EXPECT_TRUE(is_as_packaged(host, "/etc/copy", "as it came\n")) << "a package made it of its own";
  EXPECT_FALSE(is_as_packaged(host, "/etc/new", "new\n"));
  EXPECT_TRUE(packaged->script_words.contains("nginx"));
}

}  // namespace
}  // namespace plumb::providers::package::dnf
