#include "providers/host_entry/host_entry.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::host_entry {
namespace {

class HostEntry : public ProviderTest<HostEntryProvider> {
 protected:
  static Desired want(Json attributes) {
    attributes["name"] = "db.example";
    return wanted("host_entry", "name", std::move(attributes));
  }
};

TEST_F(HostEntry, ANameHasOneLineOfEachFamily) {
  system.make_file("/etc/hosts", "127.0.0.1 localhost\n10.0.0.2\tdb.example old # x\n::2 db.example\n10.0.0.3 db\n");
  converge(want({{"address", "10.0.0.1"}, {"aliases", {"db"}}}));
  EXPECT_EQ(system.content("/etc/hosts"), "127.0.0.1 localhost\n10.0.0.1 db.example db\n::2 db.example\n10.0.0.3 db\n");
  converge(want({{"address", "::1"}}));
  EXPECT_EQ(system.content("/etc/hosts"), "127.0.0.1 localhost\n10.0.0.1 db.example db\n::1 db.example\n10.0.0.3 db\n");
  converge(want({{"state", "absent"}}));
  EXPECT_EQ(system.content("/etc/hosts"), "127.0.0.1 localhost\n10.0.0.3 db\n");
}

TEST_F(HostEntry, BlanksAndACommentAreLeft) {
  system.make_file("/etc/hosts", "10.0.0.1\tdb.example\tdb  # ours\n");
  EXPECT_TRUE(look(want({{"address", "10.0.0.1"}, {"aliases", {"db"}}})).change.empty());
  EXPECT_FALSE(look(want({{"address", "10.0.0.1"}})).change.empty()) << "the aliases are all of them";
}

TEST_F(HostEntry, ANewLineComesBeforeOneThatGivesTheNameToo) {
  system.make_file("/etc/hosts",
                   "127.0.0.1 localhost # db.example\n::1 a db.example\n127.0.1.1\ta.example db.example a\n");
  converge(want({{"address", "10.0.0.1"}}));
  EXPECT_EQ(system.content("/etc/hosts"),
            "127.0.0.1 localhost # db.example\n::1 a db.example\n10.0.0.1 db.example\n"
            "127.0.1.1\ta.example db.example a\n");
}

TEST_F(HostEntry, ALineBehindOneThatGivesTheNameAnotherAddressIsMovedBeforeIt) {
  system.make_file("/etc/hosts", "127.0.0.1 localhost\n127.0.1.1 a db.example\n10.0.0.1\tdb.example # ours\n");
  const Desired desired = want({{"address", "10.0.0.1"}});
  const Change change = look(desired).change;
  EXPECT_EQ(change.before["entry"], "127.0.1.1 a db.example\n10.0.0.1\tdb.example # ours");
  EXPECT_EQ(change.after["entry"], "10.0.0.1\tdb.example # ours\n127.0.1.1 a db.example");
  EXPECT_FALSE(provider.restore(desired, *look(desired).observed)) << "where it stood is not kept";
  converge(desired);
  EXPECT_EQ(system.content("/etc/hosts"), "127.0.0.1 localhost\n10.0.0.1\tdb.example # ours\n127.0.1.1 a db.example\n");
  // A line that gives it the same address says nothing else.
  system.make_file("/etc/hosts", "10.0.0.1 a db.example\n10.0.0.1 db.example\n");
  EXPECT_TRUE(look(desired).change.empty());
}

TEST_F(HostEntry, AFileThatIsMissingIsMade) {
  system.make_directory("/etc");
  converge(want({{"address", "10.0.0.1"}}));
  EXPECT_EQ(system.content("/etc/hosts"), "10.0.0.1 db.example\n");
}

}  // namespace
}  // namespace plumb::providers::host_entry
