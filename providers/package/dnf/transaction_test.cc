// Transactions of dnf, upgrades, and what is made of its answers.
#include "providers/package/dnf/testing/dnf_host.h"

namespace plumb::providers::package::dnf {
namespace {

std::vector<std::string> commands(const PackageTransaction& transaction) {
  std::vector<std::string> out;
  for (const Step& step : back_end().steps(transaction)) {
    std::string line;
    for (const std::string& word : step.program.argv) line += (line.empty() ? "" : " ") + word;
    // Names stand in front, since only those that are there go.
    const bool those_there = line.starts_with("sh -c set -f");
    std::string names;
    if (those_there) {
      const std::size_t begin = line.find(" plumb ") + 7;
      names = line.substr(begin, line.find(" -- ", begin) - begin);
      line = line.substr(line.find(" -- ", begin) + 4) + ' ' + names;
    }
    if (step.preview) {
      const std::size_t at = line.find("--assumeno ");
      line = "? " + (at == std::string::npos ? line.substr(line.rfind(' ') + 1) : line.substr(at + 11));
      EXPECT_TRUE(step.program.changes_nothing);
    }
    constexpr std::string_view kDnf = "dnf -y --setopt=*.metadata_expire=-1 ";
    if (line.starts_with(kDnf)) line = line.substr(kDnf.size());
    constexpr std::string_view kClean = "--setopt=clean_requirements_on_remove=0 ";
    if (const std::size_t at = line.find(kClean); at != std::string::npos) line.erase(at, kClean.size());
    out.push_back(line);
  }
  return out;
}

TEST_F(DnfPackage, OneTransactionIsOneCommand) {
  EXPECT_EQ(commands({"dnf", {{"a", "1-1"}, {"b", ""}, {"c:i686", "2:1-1"}}, {}, false, false}),
            (std::vector<std::string>{"? install -- a-1-1 b c-2:1-1.i686", "install -- a-1-1 b c-2:1-1.i686"}));
  EXPECT_EQ(commands({"dnf", {{"a", "1"}}, {}, true, true}),
            (std::vector<std::string>{"--setopt=*.skip_if_unavailable=0 --refresh makecache",
                                      "find /var/cache/dnf -path */repodata/repomd.xml -exec touch -c {} +",
                                      "? install -- a-1", "install -- a-1"}));
  EXPECT_EQ(commands({"dnf", {{"a", ""}}, {"b"}, false, false}),
            (std::vector<std::string>{"? --allowerasing install -- a", "--allowerasing install -- a", "? remove -- b",
                                      "remove -- b"}));
  EXPECT_EQ(commands({.manager = "dnf",
                      .install = {{"a", "1", "/srv/a.rpm"}},
                      .manual = {"c"},
                      .without_recommends = true,
                      .release = {"b"},
                      .hold = {"a"}}),
            (std::vector<std::string>{
                "versionlock delete b", "? /srv/a.rpm", "? --setopt=install_weak_deps=0 install -- /srv/a.rpm",
                "--setopt=install_weak_deps=0 install -- /srv/a.rpm", "mark install c", "versionlock add a"}));
  EXPECT_EQ(commands({.manager = "dnf", .install = {{"a", "2-1"}}, .remove = {"b"}, .upgrade = "full"}),
            (std::vector<std::string>{"? --allowerasing upgrade -- a-2-1", "--allowerasing upgrade -- a-2-1",
                                      "? remove -- b", "remove -- b"}));
}

TEST_F(DnfPackage, WhatItSaysWhenItFails) {
  const PackageTransaction transaction{"dnf", {{"a", ""}}, {"b"}, false, false};
  const std::vector<Step> steps = back_end().steps(transaction);
  const auto judged = [&](std::size_t step, const ProcessResult& result, const std::string& holder = {}) {
    const Result<> judgement = back_end().judge(transaction, steps[step], result, holder);
    return judgement ? std::string("fine") : code_name(judgement.error().code()) + " " + judgement.error().summary();
  };
  const std::string summary = "\nTransaction Summary\nOperation aborted.\n";
  EXPECT_EQ(judged(1, {0, "Complete!\n", "", false}), "fine");
  EXPECT_EQ(
      judged(0, {1, "Installing:\n a noarch 1-1 x 1 k\nRemoving dependent packages:\n b noarch 1 @x 1 k\n" + summary,
                 "", false}),
      "fine");
  EXPECT_EQ(
      judged(0, {1, "Installing:\n a noarch 1-1 x 1 k\nRemoving dependent packages:\n c noarch 1 @x 1 k\n" + summary,
                 "", false}),
      "PL2011 changing packages would remove c too, which nobody asked for");
  EXPECT_EQ(judged(2, {0, "No match for argument: b\nNo packages marked for removal.\nNothing to do.\n", "", false}),
            "fine")
      << "it made room before";
  EXPECT_EQ(judged(0, {1, "", "No match for argument: a\nError: Unable to find a match: a\n", false}),
            "PL2006 no package is called a");
  EXPECT_EQ(judged(0, {1, "", "Config error\n", false}), "PL4108 while asking what would change: Config error");
  EXPECT_EQ(
      judged(
          1,
          {1,
           "RPM: error: can't create transaction lock on /var/lib/rpm/.rpm.lock (Resource temporarily unavailable)\n",
           "Error: Could not run transaction.\n", false},
          "rpm (process 7)"),
      "PL4107 the package database is locked by rpm (process 7)");
  EXPECT_EQ(judged(1, {1,
                       "  Running scriptlet: a-1-1.noarch    1/1 \nit does not want to\n"
                       "error: %prein(a-1-1.noarch) scriptlet failed, exit status 1\n",
                       "Error: Transaction failed\n", false}),
            "PL4108 while changing packages (exit code 1): it does not want to; error: %prein(a-1-1.noarch) scriptlet "
            "failed, exit status 1; Error: Transaction failed");
  EXPECT_EQ(judged(1, {0, "", "", true}), "PL4108 while changing packages: dnf did not end in time");
}

TEST_F(DnfPackage, AFileThatIsNoLongerThatOfThePlanIsRefused) {
  const PackageTransaction transaction{.manager = "dnf", .install = {{"a", "1-1", "/srv/a.rpm"}}};
  const Step step = back_end().steps(transaction).front();
  EXPECT_TRUE(back_end().judge(transaction, step, {0, "a\t0\t1-1\tnoarch\t\n", "", false}, ""));
  EXPECT_EQ(back_end().judge(transaction, step, {0, "a\t0\t2-1\tnoarch\t\n", "", false}, "").error().summary(),
            "/srv/a.rpm is a 2-1, and not a 1-1");
}

TEST_F(DnfPackage, AnUpgradeOfAllIsListed) {
  const UpgradeProvider upgrade;
  Desired desired = wanted("upgrade", "extent", {{"extent", "full"}, {"autoremove", true}});
  dnf_says("*--allowerasing upgrade", R"(Upgrading:
 jq x86_64 1.7-1.el9 base 1 k
 nginx x86_64 1:1.24-1.el9 base 1 k
Installing:
 new noarch 1-1 base 1 k
     replacing  old.noarch 1-1

Transaction Summary
Operation aborted.
)");
  dnf_says("*autoremove", "Removing:\n leaf noarch 3-1 @base 1 k\n\nTransaction Summary\nOperation aborted.\n");
  const Seen seen = see(upgrade, desired, system);
  ASSERT_TRUE(seen.observed) << seen.problem->summary;
  EXPECT_EQ(seen.change.before["pending"], (Json{"jq 1.6-17.el9 → 1.7-1.el9", "leaf 3-1 goes", "new 1-1 comes",
                                                 "nginx 1:1.20.1-14.el9 → 1:1.24-1.el9", "old 1-1 goes"}));
  const auto transaction = std::get<PackageTransaction>(seen.change.operations.at(0));
  EXPECT_EQ(transaction.remove, (std::vector<std::string>{"leaf", "old"}));
  // What would take the place of others stays away where none is to go.
  desired.attributes["extent"] = "safe";
  desired.attributes["autoremove"] = false;
  dnf_says("*=0 upgrade",
           "Upgrading:\n jq x86_64 1.7-1.el9 base 1 k\nInstalling:\n new noarch 1-1 base 1 k\n     replacing  "
           "old.noarch 1-1\n"
           "\nTransaction Summary\nOperation aborted.\n");
  dnf_says("*--exclude=new *upgrade",
           "Upgrading:\n jq x86_64 1.7-1.el9 base 1 k\n\nTransaction Summary\nOperation aborted.\n");
  EXPECT_EQ(see(upgrade, desired, system).change.before["pending"], (Json{"jq 1.6-17.el9 → 1.7-1.el9"}));
  dnf_says("*upgrade", "Dependencies resolved.\nNothing to do.\nComplete!\n", 0);
  EXPECT_TRUE(see(upgrade, desired, system).change.empty());
}

TEST_F(DnfPackage, WhatGoesWithAPackage) {
  system.script("rpm -q --qf *fflags* -- a",
                {0, " /srv/a\n /srv/a/file\ncn /etc/a.conf\n /srv/shared\ng /var/log/a\n", "", false});
  system.script("rpm -q -f *", {0, "a /srv/a\na /srv/a/file\na /srv/shared\nother /srv/shared\n", "", false});
  const auto gone = back_end().goes_with(
      {"a"}, [](const std::string&) { return true; }, system);
  EXPECT_EQ(*gone, (std::vector<std::string>{"/srv/a", "/srv/a/file"}));
}

}  // namespace
}  // namespace plumb::providers::package::dnf
