// What is foreseen of operations is what the interpreter leaves: the same random operations are carried out on a
// scratch root and foreseen on a copy of how it was, and all of both is compared.
#include <random>

#include <gtest/gtest.h>

#include "engine/base/split.h"
#include "engine/exec/accounts.h"
#include "engine/exec/interpreter/interpreter.h"
#include "engine/exec/testing/client.h"
#include "providers/sdk/foreseen_system.h"

namespace plumb::exec {
namespace {

class Scenario {
 public:
  explicit Scenario(std::uint32_t seed)
      : random_(seed),
        before_(must(RootFiles::at(before_root_.path()))),
        after_(must(RootFiles::at(after_root_.path()))),
        blobs_(after_.files()),
        foreseen_(before_, {::geteuid(), ::getegid()}) {
    for (ScratchRoot* root : {&before_root_, &after_root_}) {
      root->write("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nold:x:1000:1000::/home/old:/bin/sh\n");
      root->write("/etc/shadow", "root:*:1::::::\nold:$y$hash:1:0:99999:7:::\n");
      root->write("/etc/group", "root:x:0:\nold:x:1000:\nwww:x:33:old\n");
      root->write("/etc/gshadow", "root:*::\nold:!::\nwww:!::old\n");
      root->write("/etc/subuid", "old:100000:65536\n");
      root->write("/etc/subgid", "old:100000:65536\n");
      root->write("/etc/skel/.profile", "hi");
      root->write("/etc/login.defs", "UID_MIN 1000\nHOME_MODE 0750\nUSERGROUPS_ENAB yes\n");
      root->write("/home/old/kept", "x");
      root->write("/srv/a/one", "1");
      root->write("/srv/a/two", "2");
      root->write("/srv/b/c/deep", "3");
      std::filesystem::create_symlink("/srv/b", root->at("/srv/link"));
      std::filesystem::create_symlink("loop", root->at("/srv/loop"));
      std::filesystem::create_hard_link(root->at("/srv/a/one"), root->at("/srv/same"));
      EXPECT_EQ(::chown(root->at("/home/old").c_str(), 1000, 1000), 0);
    }
    blob("new");
    blob("other");
  }

  // Both or neither.
  void carry_out_one() {
    const Operation operation = any();
    const std::string told = to_json(operation).dump();
    Interpreter interpreter(after_, managers_, blobs_, {}, "00000000");
    std::string output;
    const Result<> done = interpreter.run(operation, {}, output);
    const Result<> foreseen = foreseen_.carry_out(operation, step_++);
    told_ += told + (done ? "\n" : " fails: " + done.error().summary() + "\n");
    ASSERT_EQ(done.has_value(), foreseen.has_value())
        << told_ << (foreseen ? "and succeeds where it is foreseen" : foreseen.error().summary());
    // What an operation that failed left half way is nobody's to foresee.
    if (!done) ended_ = true;
  }

  bool has_ended() const { return ended_; }

  void compare() {
    std::map<std::string, std::string> real;
    std::map<std::string, std::string> seen;
    look_below("/", after_, real);
    look_below("/", foreseen_, seen);
    EXPECT_EQ(real, seen) << told_;
    for (const char* name : {"old", "web", "app", "www"}) {
      const auto user = after_.user_by_name(name);
      const auto foreseen_user = foreseen_.user_by_name(name);
      ASSERT_EQ(user.has_value(), foreseen_user.has_value()) << name << '\n' << told_;
      if (user) {
        EXPECT_EQ(std::pair(user->uid, user->gid), std::pair(foreseen_user->uid, foreseen_user->gid)) << told_;
      }
      const auto group = after_.group_by_name(name);
      const auto foreseen_group = foreseen_.group_by_name(name);
      ASSERT_EQ(group.has_value(), foreseen_group.has_value()) << name << '\n' << told_;
      if (group) {
        EXPECT_EQ(group->gid, foreseen_group->gid) << told_;
      }
    }
  }

 private:
  std::string blob(const std::string& bytes) {
    EXPECT_TRUE(blobs_.add({digest(bytes), bytes, true, false, {}}).has_value());
    return digest(bytes);
  }

  template <class T>
  T one_of(std::initializer_list<T> choices) {
    return *(choices.begin() + random_() % choices.size());
  }
  bool maybe() { return random_() % 2 == 0; }
  std::string path() {
    return one_of<const char*>({"/srv/a", "/srv/a/one", "/srv/a/new", "/srv/b", "/srv/b/c", "/srv/b/c/deep",
                                "/srv/link", "/srv/link/c", "/srv/link/fresh", "/srv/loop", "/srv/new", "/srv/new/x",
                                "/srv/same", "/home/web", "/home/old"});
  }
  Ownership ownership() {
    Ownership wanted;
    if (maybe()) wanted.owner = one_of<const char*>({"root", "1234"});
    if (maybe()) wanted.group = one_of<const char*>({"root", "33"});
    if (maybe()) wanted.mode = one_of<const char*>({"0600", "0755", "0750"});
    return wanted;
  }
  Operation any() {
    switch (random_() % 10) {
      case 0:
      case 1:
        return WriteFile{path(), digest(one_of<const char*>({"new", "other"})), ownership(), maybe(), false, ""};
      case 2:
        return MakeDirectory{path(), {{}, {}, "0750"}, maybe()};
      case 3:
        return MakeLink{path(), path(), maybe(), maybe()};
      case 4:
      case 5:
        return Remove{path(), maybe(), false};
      case 6:
        return SetAttributes{path(), ownership(), maybe()};
      default:
        return accounts();
    }
  }
  Operation accounts() {
    const std::string name = one_of<const char*>({"web", "app", "old", "www"});
    const std::string verb = one_of<const char*>({"create", "modify", "delete"});
    Json set = Json::object();
    const bool user = random_() % 3 != 0;
    if (verb != "delete") {
      if (maybe()) set[user ? "uid" : "gid"] = one_of<int>({900, 1000, 1500});
      if (user && maybe()) set["group"] = one_of<const char*>({"www", "old", "app"});
      if (user && maybe()) set["groups"] = Json{"www"};
      if (user && maybe()) set["create_home"] = true;
      if (!user && maybe()) set["members"] = Json{one_of<const char*>({"old", "web"})};
      if (user && maybe()) set["password_hash"] = one_of<const char*>({"$6$one", "!$6$two"});
      if (user && maybe()) set["locked"] = maybe();
      if (user && maybe()) set["expires"] = one_of<const char*>({"never", "2031-02-28"});
      if (user && maybe()) set["password_max_days"] = one_of<int>({-1, 365});
      if (user && maybe()) set["comment"] = one_of<const char*>({"one", "two: three"});
      if (verb == "create" && maybe()) set["system"] = true;
    } else if (user && maybe()) {
      set["remove_home"] = true;
    }
    return EditDatabase{user ? "user" : "group", verb, name, set};
  }

  // The day of the last change is today's, which is not foreseen.
  static std::string without_dates(const std::string& shadow) {
    std::string text;
    for (const std::string& line : split(shadow, '\n')) {
      std::vector<std::string> fields = split(line, ':');
      if (fields.size() > 2) fields[2] = "day";
      for (const std::string& field : fields) text += field + ':';
      text += '\n';
    }
    return text;
  }

  // All of it, in words.
  void look_below(const std::string& folder, System& system, std::map<std::string, std::string>& all) {
    const auto names = system.list(folder);
    ASSERT_TRUE(names) << folder << ": " << names.error().summary() << '\n' << told_;
    for (const std::string& name : *names) {
      if (name == ".pwd.lock") continue;
      const std::string path = (folder == "/" ? "" : folder) + '/' + name;
      const auto info = system.stat(path, false);
      ASSERT_TRUE(info && *info) << path << '\n' << told_;
      const FileInfo& found = **info;
      std::string& text = all[path];
      text = std::to_string(static_cast<int>(found.type)) + ' ' + std::to_string(found.uid) + ':' +
             std::to_string(found.gid);
      if (found.type != FileType::kLink) text += ' ' + std::to_string(found.mode);
      if (found.type == FileType::kLink) text += " -> " + found.link_target;
      if (found.type == FileType::kFile && name == "shadow") {
        text += ' ' + without_dates(system.read_file(path, 100'000).value_or("none"));
      } else if (found.type == FileType::kFile) {
        text += ' ' + system.file_digest(path).value_or("none");
      }
      if (found.type == FileType::kDirectory) look_below(path, system, all);
    }
  }

  std::mt19937 random_;
  ScratchRoot before_root_, after_root_;
  LocalSystem before_, after_;
  BlobStore blobs_;
  const Managers managers_;
  ForeseenSystem foreseen_;
  std::string told_;
  std::size_t step_ = 0;
  bool ended_ = false;
};

TEST(Foreseen, IsWhatTheInterpreterLeaves) {
  if (::geteuid() != 0) GTEST_SKIP() << "giving files to their users needs root";
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Scenario scenario(seed);
    for (int step = 0; step < 6 && !scenario.has_ended() && !::testing::Test::HasFailure(); ++step) {
      scenario.carry_out_one();
      if (!scenario.has_ended() && !::testing::Test::HasFailure()) scenario.compare();
    }
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace plumb::exec
