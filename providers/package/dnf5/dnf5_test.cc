// What is other with dnf 5, by what it prints on Fedora.
#include <algorithm>

#include "providers/package/dnf/answer.h"
#include "providers/package/dnf/testing/dnf_host.h"

namespace plumb::providers::package::dnf5 {

const BackEnd& back_end();

namespace {

class Dnf5Package : public ProviderTest<PackageProvider> {
 protected:
  Dnf5Package() {
    system.add_program("dnf5");
    system.add_program("dnf");
    system.make_file("/usr/lib/sysimage/rpm/rpmdb.sqlite", "");
    system.make_file("/var/cache/libdnf5/fedora-0123456789abcdef/repodata/repomd.xml", "");
    system.script("rpm -q --whatprovides *", {2, std::string(dnf::kThere), "", false});
    system.script("*repoquery --installed*",
                  {0, "jq x86_64 Weak Dependency\nglibc x86_64 User\nnginx x86_64 Dependency\n", "", false});
  }
  Desired want(Json attributes) { return wanted("package", "name", std::move(attributes)); }
};

TEST_F(Dnf5Package, ItIsTheManagerWhereItIs) {
  EXPECT_TRUE(*back_end().manages(system));
  EXPECT_FALSE(*dnf::back_end().manages(system));
}

TEST_F(Dnf5Package, ItsTablesSayTheSame) {
  const dnf::Answer removal = dnf::parse_answer(R"(Package      Arch   Version       Repository      Size
Removing:
 restic      x86_64 0.18.1-1.fc42 updates     45.3 MiB
Removing unused dependencies:
 fuse        x86_64 2.9.9-23.fc42 fedora     222.5 KiB
 fuse-common x86_64 3.16.2-6.fc42 updates     38.0   B

Transaction Summary:
 Removing:           3 packages

After this operation, 46 MiB will be freed (install 0 B, remove 46 MiB).
Operation aborted by the user.
)");
  EXPECT_TRUE(removal.ended);
  EXPECT_EQ(removal.simulation.removes, (std::set<std::string>{"fuse", "fuse-common", "restic"}));
  EXPECT_EQ(removal.simulation.versions.at("fuse"), "2.9.9-23.fc42");
  const dnf::Answer upgrade = dnf::parse_answer(R"(Package   Arch   Version     Repository      Size
Upgrading:
 jq      x86_64 1.7-1.fc42  updates     45.3 KiB
   replacing jq x86_64 1.6-17.el9 fedora 40.0 KiB
Installing:
 new     noarch 0:2-1       updates     45.3 KiB
   replacing old noarch 1-1 fedora 40.0 KiB

Transaction Summary:
 Upgrading:          1 package
Operation aborted by the user.
)");
  EXPECT_EQ(upgrade.simulation.installs, (std::map<std::string, std::string>{{"jq", "1.7-1.fc42"}, {"new", "2-1"}}));
  EXPECT_EQ(upgrade.simulation.removes, (std::set<std::string>{"old"}));
  EXPECT_EQ(upgrade.takes_place, (std::set<std::string>{"new"}));
  EXPECT_EQ(upgrade.simulation.versions.at("jq"), "1.6-17.el9");
  const dnf::Answer broken = dnf::parse_answer(
      "Failed to resolve the transaction:\nProblem: conflicting requests\n  - nothing provides x needed by "
      "a-1-1.noarch "
      "from y\nYou can try to add to command line:\n  --skip-broken to skip uninstallable packages\n");
  EXPECT_EQ(broken.simulation.errors, (std::vector<std::string>{"nothing provides x needed by a-1-1.noarch from y"}));
  EXPECT_EQ(dnf::parse_answer("Cache-only enabled but no cache for repository \"vendor\"\n").unread,
            (std::set<std::string>{"vendor"}));
}

TEST_F(Dnf5Package, ItsOwnWordsAndPlaces) {
  const Change change = look(want({{"name", "jq"}})).change;
  EXPECT_EQ(change.before, (Json{{"automatic", true}}));
  EXPECT_FALSE(look(want({{"name", "nginx"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "glibc"}})).change.empty());
  const auto transaction = std::get<PackageTransaction>(change.operations.at(0));
  EXPECT_EQ(transaction.manager, "dnf5");
  const std::vector<std::string> argv = back_end().steps(transaction).at(0).program.argv;
  EXPECT_EQ(argv.front(), "dnf5");
  EXPECT_EQ(std::vector<std::string>(argv.end() - 3, argv.end()), (std::vector<std::string>{"mark", "user", "jq"}));
  system.make_file("/etc/dnf/versionlock.toml",
                   "version = \"1.0\"\n\n[[packages]]\nname = \"glibc\"\n[[packages.conditions]]\nkey = \"evr\"\n");
  EXPECT_EQ(coded_obstacle(want({{"name", "glibc"}, {"state", "absent"}})), "PL2005 glibc is held at 2.34-100.el9");
  EXPECT_TRUE(look(want({{"name", "glibc"}, {"hold", true}})).change.empty());
}

}  // namespace
}  // namespace plumb::providers::package::dnf5
