#include "testdata/meet/generate.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "testdata/meet/getting.h"
#include "testdata/meet/random.h"
#include "testdata/meet/rarer.h"
#include "testdata/meet/systems.h"
#include "testdata/meet/text_kinds.h"

namespace plumb::meet {
namespace {

using Texts = std::vector<std::string>;

const Texts kUnits = {"app", "web"};
const Texts kAccounts = {"web", "app", "ops"};
const Texts kGroups = {"web", "app", "www"};

// Each a folder tree of its own, with some paths that only links lead to.
const std::vector<Texts> kPlaces = {
    {"/srv/a", "/srv/a/b", "/srv/a/b/c", "/srv/l", "/srv/a/x"},
    {"/srv/d", "/srv/d/x", "/srv/d/y", "/srv/e", "/srv/e/x"},
    {"/home", "/home/web", "/home/web/.ssh", "/home/web/.ssh/keys", "/home/app"},
    {"/home/web", "/home/web/x", "/srv/home", "/srv/home/x", "/home/web/.profile"},
    {"/etc/app", "/etc/app/app.conf", "/etc/app/conf.d", "/etc/app/conf.d/one", "/opt/l"},
    {"/etc/apt/sources.list.d", "/etc/apt/sources.list.d/x.list", "/etc/tool.conf", "/opt/l", "/opt/d"},
    {"/etc/systemd/system", "/etc/systemd/system/app.service", "/etc/systemd/system/web.service",
     "/etc/systemd/system/app.service.d", "/etc/systemd/system/app.service.d/x.conf"},
};

const Texts kContents = {"one\n", "two\n", "", "a=1\nb=2\n", "no end"};
const Texts kUnitContents = {"[Service]\nExecStart=/usr/bin/true\n",
                             "[Service]\nExecStart=/usr/bin/true\n[Install]\nWantedBy=multi-user.target\n",
                             "[Service]\nType=oneshot\nExecStart=/usr/bin/true\n[Install]\nWantedBy=default.target\n"};
const Texts kModes = {"0644", "0600", "0755", "0750", "4755", "2775", "0444", "u+x", "u=rwX,go=rX", "go-w"};

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed), paths_(random_.of(kPlaces)) {
    if (random_.one_in(4)) {
      for (const std::string& path : random_.of(kPlaces)) paths_.push_back(path);
    }
    const std::size_t accounts = 1 + random_.below(2);
    for (std::size_t i = 0; i < accounts; ++i) accounts_.push_back(random_.of(kAccounts));
    // Those whose homes are among the paths.
    if (paths_.front().starts_with("/home")) accounts_.push_back("web");
    groups_ = {random_.of(kGroups), accounts_.front()};
    units_ = paths_.front().starts_with("/etc/systemd");
    packages_ = paths_.front().starts_with("/etc/apt");
  }

  Case run() {
    one_.live = maybe(2);
    calm_ = !maybe(4);
    start();
    const std::size_t count = 2 + random_.below(5);
    std::set<std::string> addresses;
    for (std::size_t tries = 0; one_.resources.size() < count && tries < 40; ++tries) {
      Resource made = resource();
      if (maybe(3)) add_rarer(made, {paths_, accounts_, groups_}, random_);
      // The same address twice is an error that says nothing of how two meet; two kinds at one path are one soon.
      if (addresses.contains(made.address() + key_of(made))) continue;
      if (is_taken(made) && !maybe(8)) continue;
      if (calm_ && takes_others_away(made) && !maybe(6)) continue;
      addresses.insert(made.address() + key_of(made));
      if (made.kind == "command" || (gets(made) && !maybe(8))) one_.live = true;
      order(made);
      one_.resources.push_back(std::move(made));
    }
    if (calm_) settle();
    // What is a kernel's is the machine's.
    if (std::any_of(one_.resources.begin(), one_.resources.end(), is_of_kernel)) {
      one_.live = false;
      std::erase_if(one_.resources, [](const Resource& one) { return one.kind == "command"; });
    }
    if (maybe(3)) add_rarer(one_.start, {paths_, accounts_, groups_}, random_);
    return std::move(one_);
  }

 private:
  static bool is_absent(const Resource& resource) { return resource.attributes.value("state", "") == "absent"; }

  // Another resource decides on all of the path.
  bool is_taken(const Resource& made) const {
    return std::any_of(one_.resources.begin(), one_.resources.end(), [&](const Resource& other) {
      // A program makes a file, which a plan cannot know.
      const auto made_another = [](const Resource& one, const Resource& program) {
        return program.attributes.value("creates", "") == one.name && (one.kind == "directory" || one.kind == "link");
      };
      if (made_another(made, other) || made_another(other, made)) return true;
      if (other.name != made.name || made.name.front() != '/') return false;
      const auto is_part = [](const Resource& one) { return is_edit(one); };
      const auto leaves_it = [](const Resource& one) {
        return one.kind == "file" && !one.attributes.contains("content");
      };
      return !(is_part(made) && (is_part(other) || leaves_it(other))) && !(is_part(other) && leaves_it(made));
    });
  }

  // It or another one removes what the other is about.
  bool takes_others_away(const Resource& made) const {
    return std::any_of(one_.resources.begin(), one_.resources.end(), [&](const Resource& other) {
      const auto above = [](const Resource& a, const Resource& b) {
        return is_absent(a) && (b.name.starts_with(a.name + "/") || b.attributes.value("owner", "") == a.name ||
                                b.attributes.value("group", "") == a.name);
      };
      return above(made, other) || above(other, made);
    });
  }

  // Most of what would keep a resource from being planned by itself is put right in the start.
  void settle() {
    for (Resource& resource : one_.resources) {
      if (maybe(8)) continue;
      settle_accounts(resource);
      if (resource.name.front() == '/') settle_path(resource);
    }
  }

  bool declares(const char* kind, const std::string& name) const {
    return std::any_of(one_.resources.begin(), one_.resources.end(), [&](const Resource& other) {
      return other.kind == kind && other.name == name && !is_absent(other);
    });
  }
  void need_user(const std::string& name) {
    if (name.empty() || name == "root" || std::isdigit(static_cast<unsigned char>(name.front())) != 0) return;
    if (has_row(one_.start.passwd, name) || declares("user", name)) return;
    const unsigned uid = 1510 + static_cast<unsigned>(one_.start.passwd.size());
    add_user(one_.start, name, uid, uid, "/home/" + name);
  }
  void need_group(const std::string& name) {
    if (name.empty() || name == "root" || std::isdigit(static_cast<unsigned char>(name.front())) != 0) return;
    if (has_row(one_.start.group, name) || declares("group", name) || declares("user", name)) return;
    add_group(one_.start, name, 1610 + static_cast<unsigned>(one_.start.group.size()), "");
  }
  void settle_accounts(const Resource& resource) {
    const Json& attributes = resource.attributes;
    need_user(attributes.value("owner", ""));
    need_user(attributes.value("as", ""));
    if (resource.kind == "cron") need_user(attributes.value("user", ""));
    if (resource.kind == "authorized_key") need_user(resource.name);
    need_group(attributes.value("group", ""));
    for (const Json& group : attributes.value("groups", Json::array())) need_group(group.get<std::string>());
    for (const Json& member : attributes.value("members", Json::array())) need_user(member.get<std::string>());
  }

  void erase_from(const std::string& path) {
    std::erase_if(one_.start.entries,
                  [&](const Entry& entry) { return entry.path == path || entry.path.starts_with(path + "/"); });
    std::erase_if(made_, [&](const auto& entry) { return entry.first == path || entry.first.starts_with(path + "/"); });
  }
  void settle_path(Resource& resource) {
    const std::string& path = resource.name;
    for (std::string above = parent_of(path); above != "/"; above = parent_of(above)) {
      const auto found = made_.find(above);
      if (found != made_.end() && found->second != EntryType::kDirectory && !maybe(6)) erase_from(above);
    }
    if (!declares("directory", parent_of(path)) && !resource.attributes.contains("parents"))
      (void)has_folder(parent_of(path));
    const bool folder = resource.kind == "directory" || resource.kind == "archive" || resource.kind == "git";
    const EntryType wanted = folder                    ? EntryType::kDirectory
                             : resource.kind == "link" ? EntryType::kLink
                                                       : EntryType::kFile;
    if (const auto found = made_.find(path); found != made_.end() && found->second != wanted) {
      const bool follows = resource.attributes.value("follow", false) && found->second == EntryType::kLink;
      const bool replaces = resource.attributes.value("force", false) && found->second == EntryType::kFile;
      if (!follows && !replaces) erase_from(path);
    }
    const bool missing = !made_.contains(path) && !is_absent(resource);
    if (resource.kind == "file" && missing && !resource.attributes.contains("content"))
      resource.attributes["content"] = random_.of(kContents);
    if (resource.attributes.value("hard", false)) settle_hard(resource);
  }
  void settle_hard(const Resource& resource) {
    const std::string target = resource.attributes.value("target", "");
    if (target == resource.name || declares("file", target) || !has_folder(parent_of(target))) return;
    if (const auto found = made_.find(target); found != made_.end() && found->second != EntryType::kFile)
      erase_from(target);
    add_entry(target, EntryType::kFile);
  }

  // By a program, which only hosts run.
  static bool gets(const Resource& resource) {
    return resource.kind == "download" || resource.kind == "archive" || resource.kind == "git";
  }

  static bool is_edit(const Resource& resource) { return is_text_kind(resource.kind); }

  static std::string key_of(const Resource& resource) {
    if (resource.kind == "alternatives") return "#" + resource.attributes.value("path", "");
    return is_edit(resource) ? key_of_text_kind(resource) : "";
  }

  uid_t owner() { return random_.of({0U, 0U, 1500U, 1501U, 65534U, 4242U}); }
  mode_t mode(bool folder) {
    if (folder) return random_.of({0755U, 0755U, 0700U, 0750U, 01777U, 02775U, 0000U});
    return random_.of({0644U, 0644U, 0600U, 0755U, 04755U, 06755U, 0444U, 0000U, 0666U});
  }

  // --- what is there at first

  void start() {
    for (const std::string& path : paths_) {
      if (random_.below(10) < 4 || !has_folder(parent_of(path))) continue;
      std::size_t draw = random_.below(20);
      if (calm_ && !maybe(6)) draw = is_inner(path) ? 0 : 9;
      add_entry(path, draw < 9    ? EntryType::kDirectory
                      : draw < 15 ? EntryType::kFile
                      : draw < 19 ? EntryType::kLink
                                  : EntryType::kFifo);
    }
    for (const std::string& account : accounts_) add_account(account);
    for (const char* package : {"tool 2.0", "tool 1.0", "lib 1.0", "rival 1.0", "app 1.0"}) {
      if (random_.one_in(packages_ ? 3 : 8)) add_package(package);
    }
    for (const std::string& group : groups_) {
      if (random_.one_in(3)) continue;
      const unsigned gid = random_.of({1500U, 1501U, 900U, 1600U});
      const std::string members = random_.one_in(3) ? random_.of(accounts_) : "";
      if (has_row(one_.start.group, group) || has_row(one_.start.gshadow, group)) continue;
      if (random_.one_in(8)) {
        one_.start.gshadow.push_back(group + ":!::" + members);  // its half alone
      } else {
        add_group(one_.start, group, gid, members);
      }
    }
  }

  // As the package manager would have it: what is needed came along, and there is no rival.
  void add_package(std::string package) {
    std::vector<std::string>& all = one_.start.packages;
    const auto has = [&](const std::string& name) {
      return std::any_of(all.begin(), all.end(), [&](const std::string& one) { return one.starts_with(name); });
    };
    const std::string name = package.substr(0, package.find(' '));
    if (has(name) || (name == "rival" && has("tool"))) return;
    if (name == "tool") all.emplace_back(maybe(2) ? "lib 1.0 auto" : "lib 1.0");
    all.push_back(std::move(package));
  }

  // Makes it and those above it, unless there is something else.
  bool has_folder(const std::string& path) {
    static const std::set<std::string> given = {
        "/", "/srv", "/home", "/etc", "/opt", "/etc/systemd/system", "/etc/apt", "/etc/apt/sources.list.d"};
    if (given.contains(path)) return true;
    const auto found = made_.find(path);
    if (found != made_.end()) return found->second == EntryType::kDirectory;
    if (!has_folder(parent_of(path))) return false;
    add_entry(path, EntryType::kDirectory);
    return true;
  }

  void add_entry(const std::string& path, EntryType type) {
    static const std::set<std::string> given = {"/home", "/etc/systemd/system", "/etc/apt/sources.list.d"};
    if (given.contains(path) || !made_.emplace(path, type).second) return;
    Entry entry;
    entry.path = path;
    entry.type = type;
    const bool folder = type == EntryType::kDirectory;
    entry.mode = random_.one_in(3) ? mode(folder) : folder ? 0755U : 0644U;
    entry.uid = owner();
    entry.gid = random_.one_in(2) ? entry.uid : owner();
    if (type == EntryType::kFile) entry.text = units_ ? random_.of(kUnitContents) : random_.of(kContents);
    if (type == EntryType::kLink) entry.text = target();
    one_.start.entries.push_back(std::move(entry));
  }

  // Of a link: another path of the case, which may be a link that leads back.
  std::string target() {
    const std::string& path = random_.of(paths_);
    if (random_.one_in(6)) return "/dev/null";
    return random_.one_in(4) ? path.substr(path.rfind('/') + 1) : path;
  }

  static bool has_row(const Texts& rows, const std::string& name) {
    return std::any_of(rows.begin(), rows.end(), [&](const std::string& row) { return row.starts_with(name + ":"); });
  }

  void add_account(const std::string& name) {
    if (has_row(one_.start.passwd, name) || has_row(one_.start.shadow, name)) return;
    const unsigned uid = random_.of({1500U, 1501U, 900U, 1502U});
    const unsigned gid = random_.of({uid, uid, 1500U, 65534U, 1777U});
    const std::string home =
        random_.of({"/home/" + name, "/home/" + name, random_.of(paths_), std::string("/nonexistent")});
    switch (random_.below(8)) {
      case 0:
      case 1:
      case 2:
        return;  // it is not there
      case 3:    // half of it is
        one_.start.passwd.push_back(name + ":x:" + std::to_string(uid) + ":" + std::to_string(gid) + "::" + home +
                                    ":/bin/sh");
        return;
      case 4:
        one_.start.shadow.push_back(name + ":!:19000:0:99999:7:::");
        return;
      default:
        add_user(one_.start, name, uid, gid, home);
        if (gid == uid && !has_row(one_.start.group, name)) add_group(one_.start, name, gid, "");
    }
  }

  // --- what is asked for

  Resource resource() {
    if (maybe(12)) return getting({paths_, accounts_, groups_}, random_);
    if ((packages_ || units_) && maybe(packages_ ? 2 : 8)) return package();
    const std::size_t draw = random_.below(units_ ? 24 : 20);
    if (draw < 5) return file();
    if (draw < 9) return directory();
    if (draw < 11) return link();
    if (draw < 13) return edit();
    if (draw < 16) return user();
    if (draw < 18) return group();
    if (draw < 19) return command();
    if (draw < 20) return maybe(2) ? package() : maybe(2) ? command() : system();
    return maybe(4) ? system() : service();
  }

  std::string path_for_file() {
    std::string path = path_for(false);
    while (path == "/home" || path == "/etc/systemd/system") path = path_for(false);
    return path;
  }
  bool is_inner(const std::string& path) const {
    return std::any_of(paths_.begin(), paths_.end(),
                       [&](const std::string& other) { return other.starts_with(path + "/"); });
  }
  // Of a calm case mostly one that is as a folder is, or is not.
  std::string path_for(bool folder) {
    std::string path = random_.of(paths_);
    if (!calm_ || maybe(6)) return path;
    for (int i = 0; i < 8 && is_inner(path) != folder; ++i) path = random_.of(paths_);
    return path;
  }
  bool maybe(std::size_t count) { return random_.one_in(count); }
  void ownership(Json& attributes) {
    if (maybe(3))
      attributes["owner"] = random_.of({random_.of(accounts_), random_.of(accounts_), std::string("root"),
                                        std::string("1500"), std::string("4242")});
    if (maybe(4))
      attributes["group"] =
          random_.of({random_.of(groups_), random_.of(groups_), std::string("root"), std::string("1501")});
    if (maybe(3)) attributes["mode"] = random_.of(kModes);
  }

  Resource file() {
    Resource made{"file", path_for_file()};
    Json& attributes = made.attributes;
    if (maybe(calm_ ? 5 : 3)) {
      attributes["state"] = "absent";
      if (maybe(4)) attributes["backup"] = true;
      return made;
    }
    if (!maybe(5)) attributes["content"] = units_ ? random_.of(kUnitContents) : random_.of(kContents);
    ownership(attributes);
    if (maybe(8)) attributes["backup"] = true;
    if (maybe(8)) attributes["follow"] = true;
    if (maybe(12)) attributes["validate"] = "test -e %s";
    return made;
  }

  Resource directory() {
    Resource made{"directory", path_for(true)};
    Json& attributes = made.attributes;
    if (maybe(calm_ ? 6 : 3)) {
      attributes["state"] = "absent";
      return made;
    }
    ownership(attributes);
    if (maybe(2)) attributes["parents"] = true;
    if (maybe(3)) attributes["recurse"] = true;
    if (maybe(4)) attributes["purge"] = true;
    if (maybe(8)) attributes["follow"] = true;
    return made;
  }

  Resource link() {
    Resource made{"link", path_for_file()};
    Json& attributes = made.attributes;
    if (maybe(6)) {
      attributes["state"] = "absent";
      if (maybe(2)) return made;
    }
    if (maybe(4)) {
      attributes["hard"] = true;
      attributes["target"] = random_.of(paths_);
    } else {
      attributes["target"] = target();
    }
    if (maybe(2)) attributes["force"] = true;
    return made;
  }

  Resource edit() {
    if (maybe(3)) return any_text_kind(path_for_file(), {paths_, accounts_, groups_}, random_);
    if (maybe(2)) return line();
    return maybe(2) ? replace() : block();
  }

  Resource replace() {
    Resource made{"replace", path_for_file()};
    Json& attributes = made.attributes;
    attributes["match"] = random_.of({"^a=", "one", "[12]$", "^#.*\\n", "x"});
    if (!maybe(4)) attributes["text"] = random_.of({"b=", "two", "3", "c=3"});
    if (maybe(5)) attributes[maybe(2) ? "only_after" : "only_before"] = random_.of({"^a", "one"});
    if (maybe(8)) attributes["follow"] = true;
    return made;
  }

  Resource block() {
    Resource made{"block", path_for_file()};
    Json& attributes = made.attributes;
    attributes["content"] = random_.of({"a=1", "one\nc=3\n", ""});
    if (maybe(2)) attributes["name"] = random_.of({"n", "m"});
    if (maybe(4)) attributes["state"] = "absent";
    if (!maybe(5)) attributes["create"] = true;
    if (maybe(5)) attributes["place"] = random_.of({"beginning", "end"});
    if (maybe(8)) attributes["follow"] = true;
    if (maybe(10)) attributes["backup"] = true;
    return made;
  }

  Resource line() {
    Resource made{"line", path_for_file()};
    Json& attributes = made.attributes;
    attributes["text"] = random_.of({"a=1", "a=2", "c=3", "one", "[Install]"});
    if (maybe(3)) attributes["match"] = random_.of({"^a=", "^b=", "one"});
    if (maybe(4)) attributes["state"] = "absent";
    if (!maybe(5)) attributes["create"] = true;
    if (maybe(5)) attributes["place"] = random_.of({"beginning", "end"});
    if (maybe(8)) attributes["follow"] = true;
    if (maybe(10)) attributes["backup"] = true;
    return made;
  }

  Resource user() {
    Resource made{"user", random_.of(accounts_)};
    Json& attributes = made.attributes;
    if (maybe(3)) {
      attributes["state"] = "absent";
      if (maybe(2)) attributes["remove_home"] = true;
      return made;
    }
    if (maybe(3)) attributes["uid"] = random_.of({1500, 1501, 1502});
    if (maybe(4)) attributes["group"] = random_.of({random_.of(groups_), std::string("1500"), std::string("root")});
    if (maybe(4)) {
      attributes["groups"] = Json::array({random_.of(groups_)});
      if (maybe(2)) attributes["append"] = true;
    }
    if (maybe(4))
      attributes["home"] = random_.of({random_.of(paths_), "/home/" + made.name, std::string("/nonexistent")});
    if (maybe(3)) attributes["create_home"] = maybe(2);
    if (maybe(6)) attributes["system"] = true;
    if (maybe(6)) attributes["locked"] = maybe(2);
    if (maybe(8)) attributes["password_hash"] = "*";
    if (maybe(6)) attributes["shell"] = random_.of({"/bin/sh", "/srv/d/x"});
    if (maybe(8)) attributes["comment"] = "somebody";
    if (maybe(8)) attributes["expires"] = random_.of({"never", "2031-01-01"});
    return made;
  }

  Resource group() {
    Resource made{"group", random_.of(groups_)};
    Json& attributes = made.attributes;
    if (maybe(3)) {
      attributes["state"] = "absent";
      return made;
    }
    if (maybe(3)) attributes["gid"] = random_.of({1500, 1501, 1600});
    if (maybe(4)) attributes["members"] = maybe(3) ? Json::array() : Json::array({random_.of(accounts_)});
    if (maybe(6)) attributes["system"] = true;
    return made;
  }

  // Only what its guard says: a program does what it wants, and nobody can foretell that.
  Resource command() {
    const std::string path = path_for_file();
    Resource made{"command", "", {}};
    switch (random_.below(4)) {
      case 0:
        made.name = "make " + path;
        made.attributes = {{"run", {"touch", path}}, {"creates", path}};
        break;
      case 1:
        made.name = "remove " + path;
        made.attributes = {{"run", {"rm", "-rf", path}}, {"removes", path}};
        break;
      case 2:
        made.name = "after others";
        made.attributes = {{"run", {"true"}}, {"run_on", {"*"}}};
        if (!one_.resources.empty()) made.attributes["run_on"] = {random_.of(one_.resources).kind + ":*"};
        break;
      default:
        made.name = "asks";
        made.attributes = {{"run", {"touch", "/tmp/asked"}}, {"unless", {"test", "-e", "/tmp/asked"}}};
        break;
    }
    if (maybe(5)) made.attributes["as"] = random_.of(accounts_);
    if (maybe(5)) made.attributes["cwd"] = random_.of(paths_);
    return made;
  }

  Resource service() {
    Resource made{"service", random_.of(kUnits)};
    if (maybe(3)) made.name += ".service";
    if (!maybe(4)) made.attributes["enabled"] = !maybe(3);
    if (maybe(4)) made.attributes["masked"] = maybe(2);
    if (maybe(4)) made.attributes["state"] = maybe(4) ? "running" : "stopped";
    return made;
  }

  Resource package() {
    Resource made{"package", random_.of({"present", "tool", "tool", "lib", "rival", "app", "extra", "missing"})};
    if (maybe(3)) {
      made.attributes["state"] = "absent";
    } else if (maybe(4)) {
      // What a source has that nobody has read cannot be known.
      made.attributes["version"] = made.name == "extra" ? "1.0" : random_.of({"1.0", "2.*", "3.0"});
    } else if (maybe(4)) {
      made.attributes["state"] = "latest";
    }
    if (maybe(4)) made.attributes["allow_removal"] = Json::array({random_.of({"tool", "rival"})});
    return made;
  }

  // Of units more where there are units.
  Resource system() {
    const SystemWord* word = &random_.of(system_words());
    if (units_ && maybe(2)) {
      while (!word->is_unit()) word = &random_.of(system_words());
    }
    return word->make(path_for_file(), random_.of(paths_));
  }

  void order(Resource& made) {
    if (one_.resources.empty() || !maybe(10)) return;
    const Resource& other = random_.of(one_.resources);
    if (!is_edit(other)) made.attributes[maybe(2) ? "after" : "before"] = Json::array({other.address()});
  }

  Random random_;
  std::map<std::string, EntryType> made_;  // by the start
  Texts paths_;
  Texts accounts_;
  Texts groups_;
  bool units_ = false;
  bool packages_ = false;
  bool calm_ = false;  // folders are where something lies below, as a rule
  Case one_;
};

}  // namespace

void add_user(Start& start, const std::string& name, unsigned uid, unsigned gid, const std::string& home) {
  start.passwd.push_back(name + ":x:" + std::to_string(uid) + ":" + std::to_string(gid) + "::" + home + ":/bin/sh");
  start.shadow.push_back(name + ":!:19000:0:99999:7:::");
}

void add_group(Start& start, const std::string& name, unsigned gid, const std::string& members) {
  start.group.push_back(name + ":x:" + std::to_string(gid) + ":" + members);
  start.gshadow.push_back(name + ":!::" + members);
}

Case generate(std::uint64_t seed) {
  return Generator(seed).run();
}

}  // namespace plumb::meet
