#include "providers/group/group.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::group {
namespace {

class Group : public ProviderTest<GroupProvider> {
 protected:
  Group() {
    system.make_file("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\ndeploy:x:1500:1500::/home/deploy:/bin/bash\n");
    system.make_file("/etc/group", "root:x:0:\n\nadm:x:4:root,deploy\ndeploy:x:1500:\n");  // U36
  }
  Desired want(Json attributes) { return wanted("group", "name", std::move(attributes)); }
};

TEST_F(Group, IsMadeOnce) {  // R01
  EXPECT_EQ(to_json(look(want({{"name", "web"}, {"system", true}})).change),
            Json::parse(R"({"op":"create","before":{},"after":{},"operations":[{"edit_database":{"database":"group",
              "verb":"create","name":"web","set":{"system":true}}}]})"));
  EXPECT_TRUE(look(want({{"name", "adm"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "adm"}, {"system", true}})).change.empty());
}

TEST_F(Group, Gids) {  // R02
  EXPECT_TRUE(look(want({{"name", "adm"}, {"gid", 4}})).change.empty());
  EXPECT_EQ(look(want({{"name", "adm"}, {"gid", 40}})).change.note, "files of the old gid 4 keep that number");
  EXPECT_EQ(obstacle(want({{"name", "web"}, {"gid", 4}})), "gid 4 belongs to adm already");
  EXPECT_EQ(obstacle(want({{"name", "adm"}, {"gid", 1500}})), "gid 1500 belongs to deploy already");
}

TEST_F(Group, AChangeOfTheNumberThatWasCutOffIsMadeAgain) {
  system.make_file("/etc/group", "adm:x:4:root\nadm:x:40:root\n");
  for (const int gid : {4, 40})
    EXPECT_EQ(look(want({{"name", "adm"}, {"gid", gid}})).change.after, (Json{{"gid", gid}})) << gid;
}

TEST_F(Group, AGidOfTheNameServiceIsTaken) {
  system.add_group({"ldap", 5000, {}});
  EXPECT_EQ(obstacle(want({{"name", "web"}, {"gid", 5000}})), "gid 5000 belongs to ldap already");
  EXPECT_EQ(provider.provides(want({{"name", "web"}, {"gid", 5001}})), (std::vector<Address>{{"", "group", "5001"}}));
}

TEST_F(Group, MembersAreTheFullListInAnyOrder) {  // R07
  EXPECT_TRUE(look(want({{"name", "adm"}, {"members", {"deploy", "root"}}})).change.empty());
  const Change change = look(want({{"name", "adm"}, {"members", {"root"}}})).change;
  EXPECT_EQ(change.before, (Json{{"members", {"deploy", "root"}}}));
  EXPECT_EQ(change.after, (Json{{"members", {"root"}}}));
  EXPECT_EQ(look(want({{"name", "adm"}, {"members", {"nobody"}}})).observed->missing,
            (std::vector<Missing>{{{"", "user", "nobody"}, "members"}}));
}

TEST_F(Group, Removal) {
  EXPECT_EQ(look(want({{"name", "adm"}, {"state", "absent"}})).change.op, Op::kDelete);
  EXPECT_TRUE(look(want({{"name", "none"}, {"state", "absent"}})).change.empty());
  EXPECT_EQ(obstacle(want({{"name", "deploy"}, {"state", "absent"}})),
            "deploy is the primary group of deploy and is not removed");
}

TEST_F(Group, WhoLogsInStaysInTheGroupByWhichItBecomesRoot) {
  const auto cuts = [&](Json attributes) {
    const Desired desired = want(std::move(attributes));
    return provider.cuts_line(desired, *look(desired).observed);
  };
  system.make_file("/etc/group", "root:x:0:\nsudo:x:27:deploy,alice\nadm:x:4:deploy\ndeploy:x:1500:\n");
  system.set_reached_by("192.0.2.5 50022 192.0.2.1 22 1500");
  EXPECT_EQ(cuts({{"name", "sudo"}, {"state", "absent"}}), "deploy becomes root as a member of sudo");
  EXPECT_EQ(cuts({{"name", "sudo"}, {"members", {"alice"}}}), "deploy becomes root as a member of sudo");
  EXPECT_EQ(cuts({{"name", "sudo"}, {"members", {"deploy"}}}), "");
  EXPECT_EQ(cuts({{"name", "sudo"}}), "");
  EXPECT_EQ(cuts({{"name", "adm"}, {"state", "absent"}}), "");
  EXPECT_FALSE(look(want({{"name", "sudo"}, {"state", "absent"}})).change.before.contains("logs_in"));
  system.set_reached_by("192.0.2.5 50022 192.0.2.1 22 0");
  EXPECT_EQ(cuts({{"name", "sudo"}, {"state", "absent"}}), "") << "another one";
}

TEST_F(Group, TheNameServicesGroupsAreNotManaged) {
  system.add_group({"ldap", 5000, {}});
  EXPECT_EQ(obstacle(want({{"name", "ldap"}})), "ldap is not a local group; it comes from the name service");
}

TEST_F(Group, UndoMakesARemovedGroupAgain) {
  const Desired desired = want({{"name", "adm"}, {"state", "absent"}});
  EXPECT_EQ(provider.restore(desired, *look(desired).observed)->attributes,
            (Json{{"name", "adm"}, {"state", "present"}, {"gid", 4}, {"members", {"deploy", "root"}}}));
}

TEST_F(Group, AnUndoLeavesAGroupThatOthersJoined) {
  const Desired crew = want({{"name", "crew"}, {"members", {"deploy"}}});
  Desired undo = *provider.restore(crew, *look(crew).observed);
  undo.address = crew.address;
  EXPECT_TRUE(look(undo).change.empty());
  system.make_file("/etc/group", "root:x:0:\ncrew:x:900:deploy\n");
  EXPECT_EQ(look(undo).change.op, Op::kDelete);
  system.make_file("/etc/group", "root:x:0:\ncrew:x:900:deploy,root\n");
  EXPECT_EQ(obstacle(undo), "it has got other members since: root");
}

}  // namespace
}  // namespace plumb::providers::group
