// Changes of accounts that are cut off: the process is killed in front of every single system call that writes.
// Whatever is there then must give nobody more than was asked for; the next apply completes it, and one that asks for
// the opposite withdraws it.
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/exec/interpreter/database.h"
#include "engine/testing/scratch_folder.h"
#include "providers/sdk/account_files.h"
#include "providers/sdk/builtin.h"
#include "testdata/meet/cut_short.h"

namespace plumb {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHash = "$5$abcdefgh$sI6g8tHKrJ6RX7w.YoN9B7a/5wK5jYEOMmMnt3tPl0/";

// True where the work was killed in front of its call number `at`, false where it came to its end.
bool kill_at(int at, const std::function<void()>& work) {
  const meet::Cut cut{meet::Fault::kKill, static_cast<std::uint64_t>(at)};
  const meet::Traced traced = meet::run_cut_short(
      [&] {
        work();
        return 0;
      },
      cut);
  EXPECT_TRUE(traced.cut || (WIFEXITED(traced.status) && WEXITSTATUS(traced.status) == 0)) << "the work itself failed";
  return traced.cut;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// A host in a folder.
class Host {
 public:
  Host() {
    write("/etc/passwd",
          "root:x:0:0:root:/root:/bin/sh\nold:x:1000:1000:Old:/home/old:/bin/sh\nnext:x:1001:33::/home/next:/bin/sh\n");
    write("/etc/shadow", "root:*:1::::::\nold:$1$hash:1:0:99999:7:::\nnext:!:1::::::\n");
    write("/etc/group",
          "root:x:0:\nshadow:x:42:\nsudo:x:27:web\nwww:x:33:old\nadm:x:4:old\nold:x:1000:\nfree:x:1005:old\n");
    write("/etc/gshadow", "root:*::\nshadow:*::\nsudo:*::web\nwww:*::old\nadm:*::old\nold:!::\nfree:!::old\n");
    write("/etc/subuid", "old:100000:65536\n");
    write("/etc/subgid", "old:100000:65536\n");
    write("/etc/login.defs", "HOME_MODE 0750\nUSERGROUPS_ENAB yes\n");
    write("/etc/skel/.profile", "profile");
    write("/etc/skel/deep/er/file", "deep");
    fs::create_symlink("/etc/outside", folder_ / "etc/skel/link");
    for (const char* file : {"home/old/a", "home/old/b/c", "home/old/b/d/e"}) folder_.write(file, file);
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path() / "home/old")) own(entry.path(), 1000);
    own(folder_.path() / "home/old", 1000);
    write("/var/mail/old", "mail");
    own(folder_.path() / "var/mail/old", 1000);
    write("/srv/app/kept", "kept");
    for (const char* file : {"/bin/sh", "/bin/bash"}) write(file, "");
  }

  void write(const std::string& path, const std::string& bytes) const { folder_.write(path.substr(1), bytes); }
  std::string read(const std::string& path) const { return folder_.read(path.substr(1)); }
  std::string root() const { return folder_.path().string(); }

  // Observes, decides and acts as an apply does; false where there was nothing to do.
  bool apply(const Desired& desired) const {
    exec::LocalSystem system(exec::RootFiles::at(root()).value());
    static const Registry kinds = builtin_kinds();
    const Provider& provider = *kinds.provider(desired.address.kind);
    const Desired* one = &desired;
    const std::vector<Result<Observed>> found = provider.observe({&one, 1}, system);
    if (!found[0] || found[0]->obstacle) ::_exit(2);
    const Change change = provider.diff(desired, *found[0]);
    for (const Operation& operation : change.operations) {
      const Result<> done = exec::edit_database(system, std::get<EditDatabase>(operation));
      if (done) continue;
      (void)!::write(2, done.error().summary().data(), done.error().summary().size());
      ::_exit(1);
    }
    return !change.empty();
  }

  // All that there is: of each path its type, mode, owner, group and content.
  std::map<std::string, std::string> state() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
      const std::string path = entry.path().string().substr(root().size());
      if (path == "/etc/.pwd.lock") continue;
      struct stat info {};
      ::lstat(entry.path().c_str(), &info);
      std::string text =
          std::to_string(info.st_mode) + " " + std::to_string(info.st_uid) + " " + std::to_string(info.st_gid) + " ";
      if (S_ISREG(info.st_mode)) text += read(path);
      if (S_ISLNK(info.st_mode)) text += fs::read_symlink(entry.path()).string();
      all[path] = std::move(text);
    }
    return all;
  }

  AccountFiles accounts() const {
    exec::LocalSystem system(exec::RootFiles::at(root()).value());
    return read_account_files(system, true).value();
  }

 private:
  static void own(const fs::path& path, uid_t uid) { EXPECT_EQ(::lchown(path.c_str(), uid, uid), 0); }

  testing::ScratchFolder folder_;
};

Desired wanted(const std::string& kind, Json attributes) {
  Desired desired;
  desired.address = {"", kind, attributes.at("name").get<std::string>()};
  desired.attributes = std::move(attributes);
  return desired;
}

// What somebody may do who gets in as this user: his row, and the groups that he is in, by name.
struct Rights {
  std::string row;
  std::string primary;
  std::set<std::string> groups;
  auto operator<=>(const Rights&) const = default;
};

std::map<std::string, Rights> rights_on(const Host& host) {
  const AccountFiles files = host.accounts();
  std::map<std::string, Rights> all;
  for (const Account& user : files.users) {
    if (unfinished_group(user.comment)) continue;
    const GroupAccount* primary = files.group(user.gid);
    Rights rights{std::to_string(user.uid) + ":" + user.home + ":" + user.shell + ":" + files.shadow.at(user.name).hash,
                  primary == nullptr ? "" : primary->name,
                  {}};
    for (const GroupAccount& group : files.groups) {
      if (std::find(group.members.begin(), group.members.end(), user.name) != group.members.end())
        rights.groups.insert(group.name);
    }
    all[user.name] = std::move(rights);
  }
  return all;
}

void expect_whole_rows(const Host& host, const std::string& path, std::size_t fields) {
  for (const std::string& line : lines_of(host.read(path))) {
    EXPECT_EQ(static_cast<std::size_t>(std::count(line.begin(), line.end(), ':')), fields - 1) << path << ": " << line;
  }
}

// Nobody is more than he was or is to be, and no number can be given away that something still belongs to.
void expect_safe(const Host& host, const std::map<std::string, Rights>& before,
                 const std::map<std::string, Rights>& after, bool keeps_home) {
  expect_whole_rows(host, "/etc/passwd", 7);
  expect_whole_rows(host, "/etc/shadow", 9);
  expect_whole_rows(host, "/etc/group", 4);
  expect_whole_rows(host, "/etc/gshadow", 4);
  const AccountFiles files = host.accounts();
  for (const auto& [name, rights] : rights_on(host)) {
    const auto was = before.find(name);
    const auto becomes = after.find(name);
    if (was == before.end()) {
      ASSERT_NE(becomes, after.end()) << name;
      EXPECT_EQ(rights, becomes->second) << name << " is there before it is whole";
      continue;
    }
    std::set<std::string> groups = was->second.groups;
    std::set<std::string> primaries{was->second.primary};
    if (becomes != after.end()) {
      groups.insert(becomes->second.groups.begin(), becomes->second.groups.end());
      primaries.insert(becomes->second.primary);
    }
    EXPECT_TRUE(primaries.contains(rights.primary)) << name << " is in " << rights.primary;
    EXPECT_TRUE(std::includes(groups.begin(), groups.end(), rights.groups.begin(), rights.groups.end())) << name;
  }
  if (keeps_home || !fs::exists(host.root() + "/home")) return;
  for (const auto& home : fs::directory_iterator(host.root() + "/home")) {
    struct stat info {};
    ::lstat(home.path().c_str(), &info);
    EXPECT_TRUE(info.st_uid == 0 || files.user(info.st_uid) != nullptr) << home << " may become another's";
  }
}

class AccountKills : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "giving homes to their users needs root";
  }

  // `opposite`: what takes back what `desired` does, where that leads to what was there.
  void check(const Desired& desired, const Desired* opposite = nullptr, bool keeps_home = false) {
    const Host untouched;
    const Host done;
    ASSERT_TRUE(done.apply(desired));
    ASSERT_FALSE(done.apply(desired)) << "twice is once";
    const auto before = rights_on(untouched);
    const auto after = rights_on(done);
    int at = 1;
    for (;; ++at) {
      SCOPED_TRACE("killed at its call " + std::to_string(at));
      const Host host;
      const bool killed = kill_at(at, [&] { host.apply(desired); });
      expect_safe(host, before, after, keeps_home);
      host.apply(desired);
      EXPECT_EQ(host.state(), done.state()) << "not completed";
      EXPECT_FALSE(host.apply(desired)) << "never at rest";
      if (!killed || HasFailure()) break;
      if (opposite == nullptr) continue;
      const Host back;
      kill_at(at, [&] { back.apply(desired); });
      back.apply(*opposite);
      EXPECT_FALSE(back.apply(*opposite)) << "never at rest";
      EXPECT_EQ(rights_on(back), before) << "not withdrawn";
      EXPECT_EQ(back.accounts().users.size(), untouched.accounts().users.size());
      EXPECT_FALSE(fs::exists(back.root() + "/home/.plumb-home-web")) << "not withdrawn";
      EXPECT_FALSE(fs::exists(back.root() + "/home/web")) << "not withdrawn";
    }
    EXPECT_GT(at, 8);
  }
};

TEST_F(AccountKills, ANewUser) {
  const Desired gone = wanted("user", {{"name", "web"}, {"state", "absent"}, {"remove_home", true}});
  check(wanted("user", {{"name", "web"}, {"groups", {"adm", "www"}}, {"password_hash", kHash}, {"shell", "/bin/bash"}}),
        &gone);
  check(wanted("user", {{"name", "web"}}), &gone);
}

TEST_F(AccountKills, ANewSystemUser) {
  const Desired gone = wanted("user", {{"name", "web"}, {"state", "absent"}});
  check(wanted("user", {{"name", "web"}, {"system", true}, {"group", "www"}, {"uid", 120}, {"locked", true}}), &gone);
}

TEST_F(AccountKills, ANewUserWhoseHomeIsThere) {
  check(wanted("user", {{"name", "web"}, {"home", "/srv/app"}}));
}

TEST_F(AccountKills, AUserWhoseHomeMoves) {
  check(wanted("user", {{"name", "old"}, {"home", "/srv/homes/old"}, {"move_home", true}, {"groups", {"free"}}}));
}

TEST_F(AccountKills, AUserThatChanges) {
  check(wanted("user", {{"name", "old"},
                        {"uid", 1500},
                        {"group", "www"},
                        {"groups", {"free"}},
                        {"shell", "/bin/bash"},
                        {"home", "/home/new"},
                        {"create_home", true},
                        {"locked", true},
                        {"password_hash", kHash},
                        {"expires", "2030-01-01"}}),
        nullptr, true);
}

TEST_F(AccountKills, AUserThatGoes) {
  check(wanted("user", {{"name", "old"}, {"state", "absent"}, {"remove_home", true}}));
}

TEST_F(AccountKills, AUserThatGoesWithoutItsHome) {
  check(wanted("user", {{"name", "old"}, {"state", "absent"}}), nullptr, true);
}

TEST_F(AccountKills, Groups) {
  const Desired none = wanted("group", {{"name", "team"}, {"state", "absent"}});
  check(wanted("group", {{"name", "team"}, {"gid", 1800}, {"members", {"old", "next"}}}), &none);
  check(wanted("group", {{"name", "free"}, {"state", "absent"}}));
  check(wanted("group", {{"name", "free"}, {"members", {"next"}}}));
}

TEST_F(AccountKills, AGroupThatGetsAnotherNumber) {
  const Desired as_before = wanted("group", {{"name", "www"}, {"gid", 33}, {"members", {"old"}}});
  check(wanted("group", {{"name", "www"}, {"gid", 1700}, {"members", {"next"}}}), &as_before);
}

}  // namespace
}  // namespace plumb
