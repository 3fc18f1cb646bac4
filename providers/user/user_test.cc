#include "providers/user/user.h"

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

TEST_F(User, SupplementaryGroupsInFullOrAppended) {  // U09
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"groups", {"sudo", "adm"}}})).change.empty());
  EXPECT_EQ(set(want({{"name", "deploy"}, {"groups", {"web"}}})), (Json{{"groups", {"web"}}}));
  EXPECT_EQ(set(want({{"name", "deploy"}, {"groups", {"web"}}, {"append", true}})),
            (Json{{"groups", {"adm", "sudo", "web"}}}));
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"groups", {"adm"}}, {"append", true}})).change.empty());
  EXPECT_EQ(set(want({{"name", "deploy"}, {"groups", Json::array()}})), (Json{{"groups", Json::array()}}));
}

TEST_F(User, HomeFolders) {  // U17, U19
  system.remove("/home/deploy");
  EXPECT_TRUE(look(want({{"name", "deploy"}})).change.empty());
  EXPECT_EQ(set(want({{"name", "deploy"}, {"create_home", true}})), (Json{{"create_home", true}}));
  system.make_directory("/data/deploy");
  system.make_link("/home/deploy", "/data/deploy");
  EXPECT_TRUE(look(want({{"name", "deploy"}, {"create_home", true}})).change.empty());
  system.remove("/home/deploy");
  system.make_file("/home/deploy", "");
  EXPECT_EQ(obstacle(want({{"name", "deploy"}, {"create_home", true}})),
            "/home/deploy is to be a home folder and is no directory");
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
  const Change change = look(want({{"name", "deploy"}, {"state", "absent"}, {"remove_home", true}})).change;
  EXPECT_EQ(change.op, Op::kDelete);
  EXPECT_EQ(change.after, Json::object());
  EXPECT_EQ(change.note, "with its home folder /home/deploy");
  EXPECT_EQ(to_json(change.operations.at(0)), Json::parse(R"({"edit_database":{"database":"user","verb":"delete",
    "name":"deploy","set":{"remove_home":true}}})"));
  EXPECT_TRUE(look(want({{"name", "none"}, {"state", "absent"}})).change.empty());
  EXPECT_EQ(obstacle(want({{"name", "root"}, {"state", "absent"}})), "root has uid 0 and is not removed");
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
  EXPECT_EQ(provider.restore(fresh, *look(fresh).observed)->attributes, (Json{{"name", "app"}, {"state", "absent"}}));
}

}  // namespace
}  // namespace plumb::providers::user
