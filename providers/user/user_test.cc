#include "providers/user/user.h"

#include <chrono>

#include "engine/base/sealed.h"
#include "engine/base/time_text.h"
#include "providers/sdk/account_files.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::user {
namespace {

constexpr std::string_view kPasswd =
    "root:x:0:0:root:/root:/bin/bash\n"
    "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
    "\n# a remark\n+::::::\nbroken:x:y:z:::\n"
    "deploy:x:1500:1500:Deploy,,,:/home/deploy:/bin/bash\n";
constexpr std::string_view kGroup =
    "root:x:0:\ndaemon:x:1:\n\nadm:x:4:deploy,root\nsudo:x:27:deploy\ndeploy:x:1500:\nweb:x:33:\n";
constexpr std::string_view kShadow =
    "root:*:19000:0:99999:7:::\ndeploy:!$6$salt$hash:19000:0:99999:7::20818:\ndaemon:*:1::::::\n";

class User : public ProviderTest<UserProvider> {
 protected:
  User() {
    system.make_file("/etc/passwd", kPasswd);
    system.make_file("/etc/group", kGroup);
    system.make_file("/etc/shadow", kShadow, 0640);
    system.make_file("/bin/bash", "");
    system.make_directory("/home/deploy");
  }
  Desired want(Json attributes) {
    Desired desired = wanted("user", "name", std::move(attributes));
    if (desired.has("password_hash")) desired.sensitive = {"password_hash"};
    return desired;
  }
  Json set(const Desired& desired) { return std::get<EditDatabase>(look(desired).change.operations.at(0)).set; }
};

TEST_F(User, NothingButTheNameOfAnExistingUserIsNoChange) {  // U02
  for (const char* name : {"root", "daemon", "deploy"})
    EXPECT_TRUE(look(want({{"name", name}})).change.empty()) << name;
}

TEST_F(User, ANewUserGetsWhatIsGivenAndAHome) {  // U01, U13, U05, U16
  const Change change = look(want({{"name", "app"}, {"uid", 1600}, {"groups", {"web", "adm"}}})).change;
  EXPECT_EQ(to_json(change), Json::parse(R"({"op":"create","before":{},
    "after":{"uid":1600,"groups":["adm","web"],"create_home":true},
    "operations":[{"edit_database":{"database":"user","verb":"create","name":"app",
      "set":{"uid":1600,"groups":["adm","web"],"create_home":true}}}]})"));
  EXPECT_EQ(set(want({{"name", "svc"}, {"system", true}})), (Json{{"system", true}, {"create_home", false}}));
  EXPECT_EQ(set(want({{"name", "svc"}, {"create_home", false}})), (Json{{"create_home", false}}));
}

TEST_F(User, OnlyWhatChangesIsSet) {
  const Desired desired = want({{"name", "deploy"}, {"uid", 1500}, {"shell", "/bin/bash"}, {"comment", "Déploy"}});
  const Change change = look(desired).change;
  EXPECT_EQ(change.op, Op::kUpdate);
  EXPECT_EQ(change.before, (Json{{"comment", "Deploy,,,"}}));
  EXPECT_EQ(set(desired), (Json{{"comment", "Déploy"}}));
}

TEST_F(User, AUidOfAnotherIsRefused) {  // U03
  EXPECT_EQ(obstacle(want({{"name", "app"}, {"uid", 1500}})), "uid 1500 belongs to deploy already");
  EXPECT_EQ(obstacle(want({{"name", "deploy"}, {"uid", 1}})), "uid 1 belongs to daemon already");
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"uid", 1500}})).change.empty());
}

TEST_F(User, AChangedUidSaysThatFilesKeepTheOldOne) {  // U06
  EXPECT_EQ(look(want({{"name", "deploy"}, {"uid", 1501}})).change.note, "files of the old uid 1500 keep that number");
}

TEST_F(User, PrimaryGroupByNameAndNumber) {  // U07, U08
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"group", "deploy"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"group", "1500"}})).change.empty());
  EXPECT_EQ(set(want({{"name", "deploy"}, {"group", "web"}})), (Json{{"group", "web"}})) << "the others stay";
  EXPECT_EQ(look(want({{"name", "app"}, {"group", "nope"}, {"groups", {"nada", "adm"}}})).observed->missing,
            (std::vector<Missing>{{{"", "group", "nope"}, "group"}, {{"", "group", "nada"}, "groups"}}));  // U11
}

TEST_F(User, GroupsByNumberAreTheGroupsOfThatNumber) {
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"groups", {"27", "adm"}}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"groups", {"27", "sudo", "4"}}})).change.empty()) << "one of them twice";
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"groups", {"4"}}, {"append", true}})).change.empty());
  EXPECT_EQ(look(want({{"name", "deploy"}, {"groups", {"33"}}})).change.before, (Json{{"groups", {"adm", "sudo"}}}));
  EXPECT_EQ(look(want({{"name", "deploy"}, {"group", "4777"}, {"groups", {"4778"}}})).observed->missing,
            (std::vector<Missing>{{{"", "group", "4777"}, "group"}, {{"", "group", "4778"}, "groups"}}));
}

TEST_F(User, WhatTheNameServiceHasIsSeen) {
  system.add_user({"ldap", 5000, 5000, "", "/home/ldap", "/bin/sh"});
  system.add_group({"staff", 5000, {}});
  system.add_group({"app", 5001, {}});
  EXPECT_EQ(obstacle(want({{"name", "new"}, {"uid", 5000}})), "uid 5000 belongs to ldap already");
  EXPECT_EQ(obstacle(want({{"name", "deploy"}, {"uid", 5000}})), "uid 5000 belongs to ldap already");
  EXPECT_EQ(obstacle(want({{"name", "app"}})),
            "a group app comes from the name service, so a new user gets none of that name");
  EXPECT_EQ(obstacle(want({{"name", "deploy"}, {"groups", {"staff"}}})),
            "the group staff comes from the name service, where its members are kept");
  EXPECT_EQ(obstacle(want({{"name", "deploy"}, {"groups", {"5000"}}})),
            "the group 5000 comes from the name service, where its members are kept");
  EXPECT_EQ(set(want({{"name", "deploy"}, {"group", "staff"}})), (Json{{"group", "staff"}}));
  system.make_file("/etc/passwd", "deploy:x:1500:5000::/home/deploy:/bin/bash\n");
  for (const char* group : {"staff", "5000"})
    EXPECT_TRUE(look(want({{"name", "deploy"}, {"group", group}})).change.empty()) << group;
}

TEST_F(User, SupplementaryGroupsInFullOrAppended) {  // U09
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"groups", {"sudo", "adm"}}})).change.empty());
  EXPECT_EQ(set(want({{"name", "deploy"}, {"groups", {"web"}}})), (Json{{"groups", {"web"}}}));
  EXPECT_EQ(set(want({{"name", "deploy"}, {"groups", {"web"}}, {"append", true}})),
            (Json{{"groups", {"adm", "sudo", "web"}}}));
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"groups", {"adm"}}, {"append", true}})).change.empty());
  EXPECT_EQ(set(want({{"name", "deploy"}, {"groups", Json::array()}})), (Json{{"groups", Json::array()}}));
}

TEST_F(User, HomeFolders) {  // U17, U19
  system.own("/home/deploy", 1500, 1500);
  system.remove("/home/deploy");
  EXPECT_TRUE(look(want({{"name", "deploy"}})).change.empty());
  EXPECT_EQ(set(want({{"name", "deploy"}, {"create_home", true}})), (Json{{"create_home", true}}));
  system.make_directory("/data/deploy");
  system.own("/data/deploy", 1500, 1500);
  system.make_link("/home/deploy", "/data/deploy");
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"create_home", true}})).change.empty());
  system.remove("/home/deploy");
  system.make_file("/home/deploy", "");
  EXPECT_EQ(obstacle(want({{"name", "deploy"}, {"create_home", true}})),
            "/home/deploy is to be a home folder and is no directory");
  system.make_file("/home/app", "");
  EXPECT_EQ(obstacle(want({{"name", "app"}})), "/home/app is to be a home folder and is no directory");
  EXPECT_EQ(obstacle(want({{"name", "app"}, {"create_home", false}})), "none");
  EXPECT_EQ(obstacle(want({{"name", "app"}, {"home", "/home/deploy/app"}})),
            "/home/deploy is not a directory, so /home/deploy/app cannot be in it");
}

TEST_F(User, AHomeMovesWhereThatIsAsked) {
  const Desired desired = want({{"name", "deploy"}, {"home", "/srv/deploy"}, {"move_home", true}});
  system.make_directory("/home/deploy");
  system.own("/home/deploy", 1500, 1500);
  system.make_directory("/srv");
  const Seen seen = look(desired);
  EXPECT_EQ(set(desired), (Json{{"home", "/srv/deploy"}, {"move_home", true}}));
  EXPECT_EQ(seen.change.note, "its home folder /home/deploy goes there with all that is in it");
  EXPECT_EQ(provider.restore(desired, *seen.observed)->attributes,
            (Json{{"home", "/home/deploy"}, {"move_home", true}, {"name", "deploy"}, {"state", "present"}}));
  EXPECT_EQ(set(want({{"name", "deploy"}, {"home", "/srv/deploy"}})), (Json{{"home", "/srv/deploy"}}));
  EXPECT_EQ(set(want({{"name", "deploy"}, {"home", "/srv/deploy"}, {"move_home", true}, {"create_home", true}})),
            (Json{{"home", "/srv/deploy"}, {"move_home", true}}))
      << "it is not made beside";
  const auto why = [&](const Desired& one) {
    const std::string text = obstacle(one);
    return text.substr(text.find(": ") + 2);
  };
  system.make_directory("/srv/deploy");
  EXPECT_EQ(why(desired), "something is there");
  system.remove("/srv/deploy");
  EXPECT_EQ(why(want({{"name", "deploy"}, {"home", "/home/deploy/in"}, {"move_home", true}})), "that lies in it");
  system.own("/home/deploy", 0, 0);
  EXPECT_EQ(why(desired), "it does not belong to deploy");
  system.remove("/home/deploy");
  EXPECT_EQ(set(desired), (Json{{"home", "/srv/deploy"}})) << "it is there already, or nowhere";
}

TEST_F(User, AHomeThatIsThereBecomesTheUsersOwn) {
  const Desired desired = want({{"name", "deploy"}, {"create_home", true}});
  system.own("/home/deploy", 0, 0);
  const Change change = look(desired).change;
  EXPECT_EQ(change.before, (Json{{"home_owner", "root"}}));
  EXPECT_EQ(change.after, (Json{{"home_owner", "deploy"}}));
  EXPECT_EQ(change.note, "its home folder is there and becomes its own; what is in it keeps its owners");
  EXPECT_EQ(set(desired), (Json{{"create_home", true}, {"take_home", true}}));
  EXPECT_FALSE(provider.restore(desired, *look(desired).observed)) << "nobody keeps whose it was";
  EXPECT_TRUE(look(want({{"name", "deploy"}})).change.empty()) << "nobody asked for a home";
  system.make_directory("/home/app");
  system.own("/home/app", 4711, 0);
  EXPECT_EQ(set(want({{"name", "app"}})), (Json{{"create_home", true}, {"take_home", true}}));
  EXPECT_TRUE(look(want({{"name", "app"}})).change.before.empty()) << "there was no such user";
  EXPECT_EQ(set(want({{"name", "app"}, {"uid", 4711}})), (Json{{"uid", 4711}, {"create_home", true}}));
}

TEST_F(User, AFolderOfAnothersBecomesNobodysHome) {
  EXPECT_EQ(obstacle(want({{"name", "app"}, {"home", "/etc"}})),
            "the home folder /etc cannot be given to app: it is a folder of the system");
  system.own("/home/deploy", 1500, 1500);
  system.add_user({"deploy", 1500, 1500, "", "/home/deploy", "/bin/bash"});
  EXPECT_EQ(obstacle(want({{"name", "app"}, {"home", "/home/deploy"}})),
            "the home folder /home/deploy cannot be given to app: it belongs to deploy");
  system.make_directory("/srv/data");
  system.make_link("/home/app", "/srv/data");
  EXPECT_EQ(obstacle(want({{"name", "app"}})),
            "the home folder /home/app cannot be given to app: it is /srv/data, behind a link");
}

TEST_F(User, ALinkToNothingIsNoPlaceForAHome) {
  system.make_link("/home/app", "/nowhere");
  EXPECT_EQ(obstacle(want({{"name", "app"}})),
            "/home/app is to be a home folder and is a link to /nowhere, where there is none");
}

TEST_F(User, AGroupThatIsDeclaredDoesNotGoWithItsUser) {
  Desired desired = want({{"name", "deploy"}, {"state", "absent"}});
  Desired group;
  group.address = {"", "group", "deploy"};
  provider.complete(desired, std::vector<Desired>{desired, group}, {});
  EXPECT_EQ(set(desired), (Json{{"keep_group", true}}));
}

TEST_F(User, OnlyWhatAChangeMakesIsCountedOn) {
  const Address group{"", "group", "deploy"};
  const Address home{"", "directory", "/home/deploy"};
  const Desired plain = want({{"name", "deploy"}, {"uid", 1501}});
  const Desired with_home = want({{"name", "deploy"}, {"create_home", true}});
  const Observed there = *look(plain).observed;
  EXPECT_FALSE(provider.makes(plain, there, group));
  EXPECT_FALSE(provider.makes(plain, there, home));
  EXPECT_TRUE(provider.makes(with_home, there, home));
  EXPECT_TRUE(provider.makes(plain, Observed(), group));
}

TEST_F(User, GroupsOfOneNumberAreToldByName) {
  system.make_file("/etc/group", "app:x:1501:\nweb:x:1501:deploy\n");
  system.make_file("/etc/passwd", "deploy:x:1500:1501::/home/deploy:/bin/bash\n");
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"group", "app"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"group", "web"}})).change.empty());
  EXPECT_EQ(look(want({{"name", "deploy"}, {"groups", {"app"}}})).change.before, (Json{{"groups", {"web"}}}));
}

TEST_F(User, ADirectoryThatIsDeclaredDecidesWhoseTheHomeIs) {
  system.own("/home/deploy", 0, 0);
  Desired desired = want({{"name", "deploy"}, {"create_home", true}});
  Desired folder;
  folder.address = {"", "directory", "/home/deploy"};
  const std::vector<Desired> host = {desired, folder};
  provider.complete(desired, host, {});
  EXPECT_TRUE(look(desired).change.empty());
}

TEST_F(User, AShellThatIsNotThereIsMissing) {  // U20
  EXPECT_EQ(look(want({{"name", "deploy"}, {"shell", "/usr/bin/zsh"}})).observed->missing,
            (std::vector<Missing>{{{"", "file", "/usr/bin/zsh"}, "shell"}}));
}

TEST_F(User, TheHashIsOnlyReadWhereItIsAskedFor) {  // U22, U23
  EXPECT_FALSE(look(want({{"name", "deploy"}, {"locked", true}})).observed->attributes.contains("password_hash"));
  const Seen seen = look(want({{"name", "deploy"}, {"password_hash", "!$6$salt$hash"}}));
  EXPECT_TRUE(seen.change.empty());
}

TEST_F(User, LockingKeepsTheHash) {  // U24, U25
  const Desired both = want({{"name", "deploy"}, {"password_hash", "$6$salt$hash"}, {"locked", true}});
  EXPECT_TRUE(look(both).change.empty()) << to_json(look(both).change).dump();
  EXPECT_EQ(set(want({{"name", "deploy"}, {"locked", false}})), (Json{{"locked", false}}));
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"locked", true}})).change.empty());
  EXPECT_EQ(set(want({{"name", "root"}, {"locked", true}})), (Json{{"locked", true}}));
}

TEST_F(User, AHashBehindALockThatNobodySpeaksOfIsAsAskedFor) {
  Desired desired = want({{"name", "deploy"}, {"password_hash", "$6$salt$hash"}});
  EXPECT_TRUE(look(desired).change.empty());
  system.set_key("key");
  desired.attributes["password_hash"] = Sealed::of("key", "$6$salt$hash").encode();
  EXPECT_EQ(look(desired).observed->text("password_hash"), "$6$salt$hash");
  EXPECT_EQ(set(want({{"name", "deploy"}, {"password_hash", "$6$salt$other"}})),
            (Json{{"password_hash", "$6$salt$other"}}));
}

TEST_F(User, APasswordThatIsGivenOnceIsLeftToTheUser) {
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"password_hash", "$6$salt$other"}, {"update_password", "on_create"}}))
                  .change.empty());
  EXPECT_EQ(set(want({{"name", "nobody-yet"}, {"password_hash", "$6$salt$other"}, {"update_password", "on_create"}}))
                .value("password_hash", ""),
            "$6$salt$other");
}

TEST_F(User, NoPasswordAndALock) {
  const auto settled = [this](const char* written, Json more) {
    system.make_file("/etc/shadow", "deploy:" + std::string(written) + ":1::::::\n", 0640);
    more["name"] = "deploy";
    return look(want(more)).change.empty();
  };
  EXPECT_TRUE(settled("!*", {{"password_hash", "*"}, {"locked", true}}));
  EXPECT_TRUE(settled("!*", {{"password_hash", "*"}}));
  EXPECT_TRUE(settled("*", {{"password_hash", "*"}, {"locked", false}}));
  EXPECT_FALSE(settled("!", {{"password_hash", "*"}}));
  EXPECT_TRUE(settled("!", {{"password_hash", "!"}}));
  EXPECT_TRUE(settled("!", {{"password_hash", "!"}, {"locked", true}}));
  EXPECT_TRUE(settled("*", {{"password_hash", "!"}, {"locked", false}}));
  EXPECT_FALSE(settled("", {{"password_hash", "!"}}));
  EXPECT_FALSE(settled("", {{"password_hash", "*"}}));
}

TEST_F(User, ExpiryDates) {  // U27
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"expires", "2026-12-31"}})).change.empty());
  EXPECT_EQ(set(want({{"name", "deploy"}, {"expires", "never"}})), (Json{{"expires", "never"}}));
  EXPECT_TRUE(look(want({{"name", "root"}, {"expires", "never"}})).change.empty());
  EXPECT_EQ(expiry_date(""), "never");
  EXPECT_EQ(expiry_date("-1"), "never");
  EXPECT_EQ(expiry_date("-99999"), "never");
  EXPECT_EQ(expiry_date("0"), "1970-01-01");
  EXPECT_EQ(expiry_date("11016"), "2000-02-29");
  system.remove("/etc/shadow");
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"expires", "never"}})).change.empty()) << "no shadow entry at all";
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"locked", true}})).change.empty()) << "nobody comes in without one";
  EXPECT_EQ(look(want({{"name", "deploy"}, {"locked", false}})).change.op, Op::kUpdate);
}

TEST_F(User, HowOldAPasswordMayBe) {
  system.make_file("/etc/shadow", "deploy:*:19000:0:99999:7:::\n", 0640);
  const Desired held = want({{"name", "deploy"},
                             {"password_min_days", 1},
                             {"password_max_days", 365},
                             {"password_warn_days", 7},
                             {"password_inactive_days", 45}});
  const Change change = look(held).change;
  EXPECT_EQ(change.before,
            (Json{{"password_min_days", 0}, {"password_max_days", 99999}, {"password_inactive_days", -1}}));
  EXPECT_EQ(change.after, (Json{{"password_min_days", 1}, {"password_max_days", 365}, {"password_inactive_days", 45}}));
  system.make_file("/etc/shadow", "deploy:*:19000:1:365:7:45::\n", 0640);
  EXPECT_TRUE(look(held).change.empty());
  EXPECT_EQ(set(want({{"name", "deploy"}, {"password_inactive_days", -1}})), (Json{{"password_inactive_days", -1}}));
  // Without a row nothing bounds it.
  system.remove("/etc/shadow");
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"password_max_days", -1}})).change.empty());
}

TEST_F(User, OnlyLocalAccountsAreManaged) {  // U29
  system.add_user({"ldap", 5000, 5000, "", "/home/ldap", "/bin/sh"});
  EXPECT_EQ(obstacle(want({{"name", "ldap"}})), "ldap is not a local user; it comes from the name service");
}

TEST_F(User, AMacsFilesAreNotItsAccounts) {
  system.add_program("dscl");
  EXPECT_EQ(see(provider, want({{"name", "deploy"}}), system).problem->code, Code::kNoBackEnd);
  system.set_image(true);
  EXPECT_FALSE(see(provider, want({{"name", "deploy"}}), system).problem.has_value());
}

TEST_F(User, Removal) {  // U30, G20
  system.own("/home/deploy", 1500, 1500);
  const Change change = look(want({{"name", "deploy"}, {"state", "absent"}, {"remove_home", true}})).change;
  EXPECT_EQ(change.op, Op::kDelete);
  EXPECT_EQ(change.after, Json::object());
  EXPECT_EQ(change.note, "with its home folder /home/deploy");
  EXPECT_EQ(to_json(change.operations.at(0)), Json::parse(R"({"edit_database":{"database":"user","verb":"delete",
    "name":"deploy","set":{"remove_home":true}}})"));
  EXPECT_TRUE(look(want({{"name", "none"}, {"state", "absent"}})).change.empty());
  EXPECT_EQ(obstacle(want({{"name", "root"}, {"state", "absent"}})), "root has uid 0 and is not removed");
}

TEST_F(User, AForeignHomeIsNotRemovedAndSoTheUserStays) {
  const Desired desired = want({{"name", "deploy"}, {"state", "absent"}, {"remove_home", true}});
  system.own("/home/deploy", 0, 0);
  EXPECT_EQ(obstacle(desired), "the home folder /home/deploy does not belong to deploy and is not removed");
  EXPECT_EQ(obstacle(want({{"name", "deploy"}, {"state", "absent"}})), "none");
  system.own("/home/deploy", 1500, 1500);
  system.make_file("/etc/passwd", std::string(kPasswd) + "twin:x:1600:1600::/home/deploy:/bin/sh\n");
  EXPECT_EQ(obstacle(desired), "the home folder /home/deploy is also that of twin and is not removed");
}

TEST_F(User, WhatWasCutOffIsMadeAnewOrRemoved) {
  system.make_file("/etc/passwd", "app:x:1600:65534:" + unfinished_remark("1601") + ":/home/app:/usr/sbin/nologin\n");
  EXPECT_EQ(look(want({{"name", "app"}})).change.op, Op::kCreate);
  EXPECT_EQ(look(want({{"name", "app"}, {"state", "absent"}})).change.op, Op::kDelete);
  EXPECT_EQ(obstacle(want({{"name", "other"}, {"uid", 1600}})), "uid 1600 belongs to app already");
}

TEST_F(User, EdgesAndWhatItProvides) {
  EXPECT_EQ(provider.infers(want({{"name", "app"}, {"group", "web"}, {"groups", {"adm", "4"}}})),
            (std::vector<Address>{{"", "group", "web"}, {"", "group", "adm"}}));
  EXPECT_EQ(provider.provides(want({{"name", "app"}})),
            (std::vector<Address>{{"", "group", "app"}, {"", "directory", "/home/app"}}));
  EXPECT_TRUE(provider.provides(want({{"name", "app"}, {"group", "web"}, {"system", true}})).empty());
}

TEST_F(User, UndoAsksForTheOldAttributes) {
  const Desired desired = want({{"name", "deploy"}, {"shell", "/bin/sh"}});
  EXPECT_EQ(provider.restore(desired, *look(desired).observed)->attribute("shell"), "/bin/bash");
  const Desired fresh = want({{"name", "app"}});
  EXPECT_EQ(provider.restore(fresh, *look(fresh).observed)->attributes,
            (Json{{"as_made", true}, {"name", "app"}, {"remove_home", true}, {"state", "absent"}}))
      << "the home that comes with it goes with it";
  const Desired homeless = want({{"name", "app"}, {"create_home", false}});
  EXPECT_EQ(provider.restore(homeless, *look(homeless).observed)->attributes,
            (Json{{"as_made", true}, {"name", "app"}, {"state", "absent"}}));
}

TEST_F(User, APasswordThatStaysDoesNotKeepTheRestFromComingBack) {
  Desired desired = want({{"name", "deploy"}, {"shell", "/bin/zsh"}, {"password_hash", "$y$j9T$abc$def"}});
  Observed before = *look(desired).observed;
  before.attributes["password_hash"] = desired.attribute("password_hash");
  const std::optional<Desired> back = provider.restore(desired, before);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->text("shell"), before.text("shell"));
  EXPECT_FALSE(back->has("password_hash"));
  before.attributes["password_hash"] = "$y$j9T$other$one";
  EXPECT_FALSE(provider.restore(desired, before)) << "nobody kept the old one";
}

TEST_F(User, AnUndoLeavesAHomeThatDidNotComeWithTheAccount) {
  const Desired app = want({{"name", "app"}, {"uid", 1600}, {"groups", {"web"}}});
  EXPECT_TRUE(provider.restore(app, *look(app).observed)->flag("remove_home", false)) << "the run makes it";
  system.make_directory("/home/app");
  system.own("/home/app", 1600, 1600);
  EXPECT_FALSE(provider.restore(app, *look(app).observed)->flag("remove_home", false)) << "it was there";
  // Whoever of the two comes first makes one that a `directory` declares too.
  Desired declared = app;
  declared.attributes["home_is_declared"] = true;
  EXPECT_FALSE(provider.restore(declared, *look(declared).observed)->flag("remove_home", false));
  system.remove("/home/app");
  EXPECT_TRUE(provider.restore(declared, *look(declared).observed)->flag("remove_home", false));
}

TEST_F(User, AnUndoLeavesAHomeInWhichSomebodyWorked) {
  const Desired app = want({{"name", "app"}, {"uid", 1600}, {"groups", {"web"}}});
  Desired undo = *provider.restore(app, *look(app).observed);
  undo.address = app.address;
  system.make_file("/etc/skel/.profile", "hello");
  const std::string accounts = std::string(kPasswd) + "app:x:1600:1600::/home/app:/bin/sh\n";
  system.make_file("/etc/passwd", accounts);
  system.make_file("/etc/group", "web:x:33:app\napp:x:1600:\nadm:x:4:\n");
  system.make_directory("/home/app");
  system.make_file("/home/app/.profile", "hello");
  for (const char* path : {"/home/app", "/home/app/.profile"}) system.own(path, 1600, 1600);
  EXPECT_EQ(set(undo), (Json{{"remove_home", true}}));
  system.make_file("/home/app/.profile", "other");
  EXPECT_EQ(set(undo), Json::object());
  EXPECT_EQ(look(undo).change.note, "its home folder /home/app stays, for it did not come with /home/app/.profile");
  system.make_file("/etc/group", "web:x:33:app\napp:x:1600:\nadm:x:4:app\n");
  ASSERT_TRUE(look(undo).observed->obstacle);
  EXPECT_EQ(look(undo).observed->obstacle->summary, "it was put into other groups since: adm");
  system.make_file("/etc/group", "web:x:33:app\napp:x:1600:eve\nadm:x:4:\n");
  ASSERT_TRUE(look(undo).observed->obstacle);
  EXPECT_EQ(look(undo).observed->obstacle->summary, "its group app has got other members: eve");
}

TEST_F(User, WhoLogsInIsNotLockedOut) {
  system.set_reached_by("192.0.2.5 50022 192.0.2.1 22 1500");
  const auto cuts = [&](Json attributes) {
    const Desired desired = want(std::move(attributes));
    return provider.cuts_line(desired, *look(desired).observed);
  };
  EXPECT_EQ(cuts({{"name", "deploy"}, {"state", "absent"}}), "it logs in as deploy");
  EXPECT_EQ(cuts({{"name", "deploy"}, {"shell", "/usr/sbin/nologin"}}), "deploy would get no shell");
  EXPECT_EQ(cuts({{"name", "deploy"}, {"home", "/srv/deploy"}}), "the keys of deploy lie in /home/deploy");
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  for (const std::string& past : {std::string("1970-01-02"), std::string("2026-01-01"), date_text(today)})
    EXPECT_EQ(cuts({{"name", "deploy"}, {"expires", past}}), "deploy would be expired") << past;
  EXPECT_EQ(cuts({{"name", "deploy"}, {"expires", date_text(today + std::chrono::days(2))}}), "");
  EXPECT_EQ(cuts({{"name", "deploy"}, {"expires", "never"}}), "");
  EXPECT_EQ(cuts({{"name", "deploy"}, {"uid", 1501}}), "the keys of deploy belong to its old number");
  EXPECT_EQ(cuts({{"name", "deploy"}, {"password_max_days", 30}}), "deploy would be asked for a new password");
  EXPECT_EQ(cuts({{"name", "deploy"}, {"password_max_days", 99998}}), "");
  EXPECT_EQ(cuts({{"name", "deploy"}, {"locked", true}}), "") << "as it is already";
  system.make_file("/etc/shadow", "deploy:$6$salt$hash:19000:0:99999:7:::\n", 0640);
  EXPECT_EQ(cuts({{"name", "deploy"}, {"locked", true}}),
            "deploy would be locked, and sshd goes by that where it asks no PAM");
  system.make_directory("/etc/pam.d");
  system.make_file("/etc/pam.d/sshd", "");
  EXPECT_EQ(cuts({{"name", "deploy"}, {"locked", true}}), "") << "a key still opens it";
  EXPECT_EQ(cuts({{"name", "deploy"}, {"comment", "Deploy"}}), "");
  EXPECT_EQ(cuts({{"name", "deploy"}, {"groups", {"adm"}}}), "deploy becomes root as a member of sudo");
  EXPECT_EQ(cuts({{"name", "deploy"}, {"groups", {"sudo"}}}), "");
  system.set_reached_by("192.0.2.5 50022 192.0.2.1 22 0");
  EXPECT_EQ(cuts({{"name", "deploy"}, {"state", "absent"}}), "") << "another one";
  system.set_reached_by("");
  EXPECT_EQ(cuts({{"name", "deploy"}, {"state", "absent"}}), "") << "this machine";
}

TEST_F(User, LingersByAMarkThatGoesWithIt) {
  const auto programs = [](const Change& change) {
    std::size_t count = 0;
    for (const Operation& operation : change.operations) count += std::holds_alternative<plumb::Run>(operation) ? 1 : 0;
    return count;
  };
  const Change change = look(want({{"name", "deploy"}, {"linger", true}})).change;
  EXPECT_EQ(change.before, (Json{{"linger", false}}));
  EXPECT_EQ(change.operations.size(), 1U);
  EXPECT_EQ(programs(change), 1U);
  system.make_file("/var/lib/systemd/linger/deploy", "");
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"linger", true}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "deploy"}})).change.empty()) << "left alone where nothing is said";
  EXPECT_EQ(programs(look(want({{"name", "deploy"}, {"state", "absent"}})).change), 1U);
  const Change made = look(want({{"name", "new"}, {"linger", true}})).change;
  EXPECT_EQ(made.op, Op::kCreate);
  EXPECT_TRUE(std::holds_alternative<plumb::Run>(made.operations.back())) << "behind the account";
  EXPECT_FALSE(look(want({{"name", "other-new"}, {"linger", false}})).change.after.contains("linger"));
}

}  // namespace
}  // namespace plumb::providers::user
