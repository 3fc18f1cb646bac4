#include "testdata/meet/situations.h"

#include <utility>

#include "testdata/meet/getting.h"
#include "testdata/meet/start.h"

namespace plumb::meet {
namespace {

const char* const kUnit = "[Service]\nExecStart=/usr/bin/true\n[Install]\nWantedBy=multi-user.target\n";
const char* const kUnits = "/etc/systemd/system/";
const Json kGone = {{"state", "absent"}};

class Situations {
 public:
  // What follows is of this one. `live`: on a host, where programs run; else in an image.
  Situations& on(std::string name, bool live, End end = End::kHeld) {
    all_.push_back({std::move(name), {live, {}, {}}, end});
    return *this;
  }
  Situations& has_user(const std::string& name, unsigned id) {
    Start& start = all_.back().one.start;
    add_user(start, name, id, id, "/home/" + name);
    add_group(start, name, id, "");
    return has_folder("/home/" + name, id).has_file("/home/" + name + "/notes", "mine\n", id);
  }
  Situations& has_folder(std::string path, uid_t owner = 0, mode_t mode = 0755) {
    return has({std::move(path), EntryType::kDirectory, mode, owner, owner, ""});
  }
  Situations& has_file(std::string path, std::string text, uid_t owner = 0) {
    return has({std::move(path), EntryType::kFile, 0644, owner, owner, std::move(text)});
  }
  Situations& has_link(std::string path, std::string target, uid_t owner = 0) {
    return has({std::move(path), EntryType::kLink, 0777, owner, owner, std::move(target)});
  }
  Situations& has_packages(std::vector<std::string> packages) {
    all_.back().one.start.packages = std::move(packages);
    return *this;
  }
  Situations& asks(std::string kind, std::string name, Json attributes = Json::object()) {
    all_.back().one.resources.push_back({std::move(kind), std::move(name), std::move(attributes)});
    return *this;
  }

  // It is taken back in the end, and all is as it was then.
  Situations& taken_back() {
    all_.back().taken_back = true;
    return *this;
  }

  std::vector<Situation> take() { return std::move(all_); }

 private:
  Situations& has(Entry entry) {
    all_.back().one.start.entries.push_back(std::move(entry));
    return *this;
  }

  std::vector<Situation> all_;
};

void add_accounts(Situations& all) {
  all.on("a home that is purged with the homes of others", true)
      .has_user("web", 1500)
      .has_folder("/home/old")
      .asks("directory", "/home", {{"purge", true}})
      .asks("user", "web");
  all.on("a user that goes, and its home too", true)
      .has_user("web", 1500)
      .asks("user", "web", kGone)
      .asks("directory", "/home/web", kGone);
  all.on("a user that goes with the home that is declared", true, End::kRefused)
      .has_user("web", 1500)
      .asks("directory", "/home/web", {{"mode", "0750"}})
      .asks("user", "web", {{"state", "absent"}, {"remove_home", true}});
  all.on("a home with a mode of its own", true)
      .asks("user", "web", {{"create_home", true}})
      .asks("directory", "/home/web", {{"owner", "web"}, {"group", "web"}, {"mode", "0711"}});
  all.on("jobs of a user that goes", true, End::kRefused)
      .has_user("web", 1500)
      .asks("user", "web", kGone)
      .asks("cron", "job", {{"user", "web"}, {"job", "/bin/true"}, {"special", "daily"}});
  all.on("jobs that go with their user", true)
      .has_user("web", 1500)
      .has_file("/var/spool/cron/crontabs/web", "#Ansible: job\n@daily /bin/true\n", 1500)
      .asks("cron", "job", {{"user", "web"}, {"state", "absent"}})
      .asks("user", "web", {{"state", "absent"}, {"remove_home", true}});
  all.on("a group that goes while it is somebody's first", true, End::kRefused)
      .has_user("web", 1500)
      .asks("user", "web", {{"group", "web"}})
      .asks("group", "web", kGone);
  all.on("a new number for a user whose files are declared", true)
      .has_user("web", 1500)
      .asks("user", "web", {{"uid", 1600}})
      .asks("directory", "/home/web", {{"owner", "web"}, {"recurse", true}});
  all.on("keys in a home that comes", true)
      .asks("user", "web", {{"create_home", true}})
      .asks("authorized_key", "web", {{"key", "ssh-ed25519 AAAAC3Nza me"}, {"exclusive", true}})
      .asks("directory", "/home/web/.ssh", {{"owner", "web"}, {"group", "web"}, {"mode", "0700"}});
  all.on("rights of a group that comes, in a folder that is purged", true)
      .has_file("/etc/sudoers.d/old", "old ALL=(ALL) ALL\n")
      .asks("directory", "/etc/sudoers.d", {{"purge", true}})
      .asks("group", "admins")
      .asks("sudoers", "admins", {{"group", "admins"}, {"commands", "ALL"}});
}

void add_services(Situations& all) {
  const std::string unit = std::string(kUnits) + "app.service";
  all.on("drop-ins below a folder that is purged", true)
      .has_file(unit, kUnit)
      .has_folder(unit + ".d")
      .has_file(unit + ".d/old.conf", "[Service]\nNice=1\n")
      .asks("directory", unit + ".d", {{"purge", true}})
      .asks("systemd_unit", unit + ".d/x.conf", {{"Service", {{"Nice", "5"}}}})
      .asks("service", "app", {{"enabled", true}});
  all.on("what enables a unit, in a folder that is purged", true)
      .has_folder(std::string(kUnits) + "multi-user.target.wants")
      .has_link(std::string(kUnits) + "multi-user.target.wants/old.service", "/dev/null")
      .asks("file", unit, {{"content", kUnit}})
      .asks("directory", std::string(kUnits) + "multi-user.target.wants", {{"purge", true}})
      .asks("service", "app", {{"enabled", true}});
  all.on("the unit of a package, enabled in one plan", true)
      .asks("package", "app")
      .asks("service", "app", {{"enabled", true}});
  all.on("a folder that is purged, and the package that brings it with a file in it", true)
      .asks("package", "app")
      .asks("directory", "/etc/conf.d", {{"purge", true}});
  all.on("the same with a file that is asked for, and owners", true)
      .has_user("web", 1500)
      .asks("package", "app")
      .asks("directory", "/etc/conf.d", {{"purge", true}, {"recurse", true}, {"owner", "web"}})
      .asks("file", "/etc/conf.d/own", {{"content", "own\n"}});
  all.on("a folder that is purged before the package that puts a file into it is declared", true)
      .has_folder("/etc/conf.d")
      .has_file("/etc/conf.d/old", "old\n")
      .asks("directory", "/etc/conf.d", {{"purge", true}})
      .asks("file", "/srv/note", {{"content", "beside\n"}})
      .asks("package", "app");
  all.on("a folder of a package that is purged, and another package that puts a file into it", true)
      .has_folder("/etc/conf.d")
      .has_file("/etc/conf.d/old", "old\n")
      .asks("package", "app")
      .asks("directory", "/etc/conf.d", {{"purge", true}});
  all.on("what a program leaves in a folder that is purged", true)
      .asks("command", "fill it", {{"run", "mkdir -p /srv/d && touch /srv/d/brought"}, {"creates", "/srv/d/brought"}})
      .asks("directory", "/srv/d", {{"purge", true}});
  all.on("what a program leaves beside its mark, in a folder that is purged", true)
      .asks("command", "fill it", {{"run", "mkdir -p /srv/d && touch /srv/d/one /srv/mark"}, {"creates", "/srv/mark"}})
      .asks("directory", "/srv/d", {{"purge", true}, {"after", {"command:fill it"}}});
  all.on("a unit whose package goes", true, End::kRefused)
      .has_packages({"lib 1.0", "app 1.0"})
      .asks("package", "app", kGone)
      .asks("service", "app", {{"enabled", true}});
  all.on("a unit that is not to start, and whose package goes", true)
      .has_packages({"lib 1.0", "app 1.0"})
      .asks("service", "app", {{"enabled", false}})
      .asks("package", "app", kGone);
  all.on("a line that takes a unit's [Install] away", true, End::kRefused)
      .has_file(unit, kUnit)
      .asks("line", unit, {{"text", "[Install]"}, {"state", "absent"}})
      .asks("service", "app", {{"enabled", true}});
  all.on("an option that brings a unit's [Install]", true)
      .has_file(unit, "[Service]\nExecStart=/usr/bin/true\n")
      .asks("ini", unit, {{"section", "Install"}, {"options", {{"WantedBy", "multi-user.target"}}}})
      .asks("service", "app", {{"enabled", true}});
  all.on("an option that brings no [Install]", true, End::kRefused)
      .has_file(unit, "[Service]\nExecStart=/usr/bin/true\n")
      .asks("ini", unit, {{"section", "Service"}, {"options", {{"Nice", "5"}}}})
      .asks("service", "app", {{"enabled", true}});
  all.on("a unit without [Install], and something that goes from what adds to it", true, End::kRefused)
      .asks("file", unit, {{"content", "[Service]\nExecStart=/usr/bin/true\n"}})
      .asks("block", unit + ".d/x.conf", kGone)
      .asks("service", "app", {{"enabled", true}});
  all.on("a unit without [Install], and settings of another section that add to it", true, End::kRefused)
      .asks("file", unit, {{"content", "[Service]\nExecStart=/usr/bin/true\n"}})
      .asks("directory", unit + ".d")
      .asks("systemd_unit", unit + ".d/x.conf", {{"Service", {{"Nice", "5"}}}})
      .asks("service", "app", {{"enabled", true}});
  all.on("a unit without [Install], which comes with what adds to it", true)
      .asks("file", unit, {{"content", "[Service]\nExecStart=/usr/bin/true\n"}})
      .asks("directory", unit + ".d")
      .asks("systemd_unit", unit + ".d/x.conf", {{"Install", {{"WantedBy", "multi-user.target"}}}})
      .asks("service", "app", {{"enabled", true}});
  all.on("a unit that somebody masked, and what adds to it", true, End::kRefused)
      .has_link(unit, "/dev/null")
      .has_folder(unit + ".d")
      .asks("file", unit + ".d/x.conf", {{"content", kUnit}})
      .asks("service", "app", {{"enabled", true}});
  all.on("a unit that can be enabled by what comes, in a folder with a group", true, End::kRefused)
      .has_user("web", 1500)
      .has_file(unit, "[Service]\nExecStart=/usr/bin/true\n")
      .has_folder(unit + ".d")
      .asks("file", unit + ".d/x.conf", {{"content", kUnit}})
      .asks("directory", "/etc/systemd/system", {{"group", "web"}, {"recurse", true}})
      .asks("service", "app", {{"enabled", true}});
  all.on("somebody's link among what adds to a unit", true)
      .has_folder(unit + ".d")
      .has_link(unit + ".d/x.conf", "/root", 1501)
      .asks("file", unit, {{"content", kUnit}})
      .asks("service", "app");
  all.on("somebody's link among what adds to a unit that is to start with the host", true, End::kRefused)
      .has_folder(unit + ".d")
      .has_link(unit + ".d/x.conf", "/root", 1501)
      .asks("file", unit, {{"content", kUnit}})
      .asks("service", "app", {{"enabled", true}});
  all.on("somebody's link in the place of what adds to a unit that is to start with the host", false, End::kRefused)
      .has_link(unit + ".d", "/etc/systemd/system", 4242)
      .asks("file", unit, {{"content", kUnit}})
      .asks("service", "app", {{"enabled", true}});
  all.on("a folder that keeps a unit from being enabled", true, End::kRefused)
      .has_file(unit, "[Service]\nExecStart=/usr/bin/true\n")
      .has_folder(unit + ".d")
      .has_folder(unit + ".d/x.conf")
      .asks("file", unit, {{"content", kUnit}})
      .asks("service", "app", {{"enabled", true}});
  all.on("a mask where a unit is declared", true, End::kRefused)
      .asks("file", unit, {{"content", kUnit}})
      .asks("service", "app", {{"masked", true}});
}

void add_files(Situations& all) {
  all.on("a folder's modes, and a key in it with its own", false)
      .has_folder("/srv/d")
      .has_file("/srv/d/key", "secret\n")
      .has_file("/srv/d/page", "page\n")
      .asks("directory", "/srv/d", {{"recurse", true}, {"mode", "u=rwX,go=rX"}})
      .asks("file", "/srv/d/key", {{"mode", "0600"}});
  all.on("a link in the place of a folder", false, End::kRefused)
      .has_folder("/srv/current")
      .has_file("/srv/current/x", "x\n")
      .has_folder("/srv/v2")
      .asks("link", "/srv/current", {{"target", "/srv/v2"}});
  all.on("a folder in the place of a link to nothing", false, End::kRefused)
      .has_link("/srv/current", "/srv/v1")
      .asks("directory", "/srv/current");
  all.on("a link in the place of a file, beside a command", true, End::kRefused)
      .has_link("/srv/current", "/srv/v1")
      .asks("command", "take it", {{"run", "rm /srv/current && touch /srv/taken"}, {"creates", "/srv/taken"}})
      .asks("file", "/srv/current", {{"content", "new\n"}});
  all.on("a link in the place of a file, which a command takes away before", true)
      .has_link("/srv/current", "/srv/v1")
      .asks("command", "take it", {{"run", "rm /srv/current && touch /srv/taken"}, {"creates", "/srv/taken"}})
      .asks("file", "/srv/current", {{"content", "new\n"}, {"after", {"command:take it"}}});
  all.on("a link whose old target goes", false)
      .has_folder("/srv/v1")
      .has_folder("/srv/v2")
      .has_link("/srv/current", "/srv/v1")
      .asks("link", "/srv/current", {{"target", "/srv/v2"}})
      .asks("directory", "/srv/v1", kGone);
  all.on("a link that leads to what would be in it", false, End::kRefused)
      .asks("link", "/srv/current", {{"target", "/srv/current/v1"}});
  all.on("a folder that goes, with a file that stays", false, End::kRefused)
      .has_folder("/srv/d")
      .has_file("/srv/d/x", "x\n")
      .asks("directory", "/srv/d", kGone)
      .asks("file", "/srv/d/x", {{"content", "x\n"}});
  all.on("a line in a file that comes whole", false, End::kRefused)
      .asks("file", "/etc/app.conf", {{"content", "a=1\n"}})
      .asks("line", "/etc/app.conf", {{"text", "b=2"}});
  all.on("lines, sections and names in files whose mode is declared", false)
      .asks("ini", "/etc/app.ini", {{"section", "a"}, {"options", {{"b", 1}}}, {"create", true}})
      .asks("file", "/etc/app.ini", {{"mode", "0600"}})
      .asks("line", "/etc/app.conf", {{"text", "b=2"}, {"create", true}})
      .asks("file", "/etc/app.conf", {{"mode", "0640"}, {"group", "nogroup"}});
  all.on("the zone as a link of one's own", true, End::kRefused)
      .asks("timezone", "Europe/Berlin")
      .asks("link", "/etc/localtime", {{"target", "/usr/share/zoneinfo/Etc/UTC"}, {"force", true}});
  all.on("names of hosts in a file that comes whole", false, End::kRefused)
      .asks("host_entry", "db", {{"address", "10.0.0.2"}})
      .asks("file", "/etc/hosts", {{"content", "127.0.0.1 localhost\n"}});
}

void add_system(Situations& all) {
  all.on("a mount below a folder that is purged", false)
      .has_file("/srv/old", "old\n")
      .has_file("/etc/fstab", "")
      .asks("directory", "/srv", {{"purge", true}})
      .asks("mount", "/srv/data", {{"source", "UUID=ab"}, {"type", "ext4"}, {"state", "present"}})
      .asks("directory", "/srv/data");
  all.on("a swap file in a folder that is purged", false)
      .has_file("/srv/old", "old\n")
      .has_file("/etc/fstab", "")
      .asks("directory", "/srv", {{"purge", true}})
      .asks("swap", "/srv/swap", {{"size", "1MiB"}, {"state", "present"}});
  all.on("jobs in a folder that is purged", true)
      .has_file("/etc/cron.d/old", "@daily root /bin/true\n")
      .asks("directory", "/etc/cron.d", {{"purge", true}})
      .asks("cron", "job", {{"file", "jobs"}, {"user", "root"}, {"job", "/bin/true"}, {"special", "daily"}});
  all.on("values beside a file that sets them", false)
      .has_file("/etc/sysctl.d/50-own.conf", "vm.swappiness = 60\n")
      .asks("directory", "/etc/sysctl.d", {{"purge", true}})
      .asks("sysctl", "vm.swappiness", {{"value", "10"}});
}

void add_files_of_lines(Situations& all) {
  all.on("a job beside one whose line does not end", true)
      .has_file("/etc/cron.d/jobs", "0 0 * * * root /bin/old")
      .asks("cron", "job", {{"file", "jobs"}, {"user", "root"}, {"job", "/bin/true"}, {"special", "daily"}});
  all.on("a job that another tool made", true)
      .has_file("/etc/cron.d/jobs", "# each night SALT_CRON_IDENTIFIER:job\n0 0 * * * root /bin/old\n")
      .asks("cron", "job", {{"file", "jobs"}, {"user", "root"}, {"job", "/bin/true"}, {"special", "daily"}});
  all.on("who may mount, and what may be run there", false)
      .has_file("/etc/fstab", "/dev/sdb1 /srv/data ext4 exec,user 0 0\n")
      .asks("mount", "/srv/data",
            {{"source", "/dev/sdb1"}, {"type", "ext4"}, {"options", "user,exec"}, {"state", "present"}});
  all.on("a name that another line gives another address", false)
      .has_file("/etc/hosts", "127.0.1.1 web.example web\n")
      .asks("host_entry", "web", {{"address", "10.0.0.1"}});
  all.on("keys that sign those of hosts, one after the other", false)
      .asks("known_host", "*.example",
            {{"path", "/srv/known"}, {"marker", "cert-authority"}, {"key", "ssh-ed25519 AAAAC3Nza one"}})
      .asks(
          "known_host", "*.example",
          {{"id", "next"}, {"path", "/srv/known"}, {"marker", "cert-authority"}, {"key", "ssh-ed25519 AAAAC3Nzb two"}});
  all.on("an option in a line that stands deeper than the one above", false)
      .has_file("/srv/my.cnf", "[mysqld]\nuser = mysql\n  port = 3306\n")
      .asks("ini", "/srv/my.cnf", {{"section", "mysqld"}, {"options", {{"user", "db"}, {"port", 3307}}}});
  all.on("a part of a file of wide characters", false, End::kRefused)
      .has_file("/srv/wide", std::string("\xFF\xFE"
                                         "a\0\n\0",
                                         6))
      .asks("line", "/srv/wide", {{"text", "x"}});
}

void add_what_comes(Situations& all) {
  all.on("a working copy in a folder of somebody's", true)
      .has_user("web", 1500)
      .asks("directory", "/srv/site", {{"owner", "web"}, {"group", "web"}, {"mode", "0750"}})
      .asks("git", "/srv/site", {{"repository", "/usr/share/repository"}, {"branch", "main"}});
  all.on("a working copy that somebody makes", true)
      .asks("user", "web", {{"create_home", true}})
      .asks("git", "/home/web/site", {{"repository", "/usr/share/repository"}, {"branch", "main"}, {"as", "web"}});
  all.on("a working copy behind a folder that is closed to its owner", true, End::kRefused)
      .has_user("web", 1500)
      .has_folder("/srv/a", 0, 0750)
      .has_folder("/srv/a/site", 1500)
      .asks("git", "/srv/a/site", {{"repository", "/usr/share/repository"}, {"branch", "main"}});
  all.on("a working copy in a folder that is purged", true)
      .asks("directory", "/srv/site", {{"purge", true}})
      .asks("git", "/srv/site", {{"repository", "/usr/share/repository"}, {"branch", "main"}});
  all.on("an archive, and a file of one's own in its folder", true)
      .asks("directory", "/srv/app")
      .asks("archive", "/srv/app", {{"file", "/usr/share/one.tar"}})
      .asks("file", "/srv/app/own.conf", {{"content", "a=1\n"}});
  all.on("an archive in a folder that goes by another name", true, End::kRefused)
      .asks("directory", "/srv/v1", kGone)
      .asks("link", "/srv/current", {{"target", "/srv/v1"}})
      .asks("archive", "/srv/current", {{"file", "/usr/share/one.tar"}});
  all.on("an archive by a link that lies in another one", true, End::kRefused)
      .has_folder("/srv/old")
      .has_file("/srv/old/x", "x\n")
      .asks("archive", "/srv/app", {{"file", "/usr/share/one.tar"}})
      .asks("link", "/srv/app/data", {{"target", "/srv/old"}})
      .asks("archive", "/srv/app/data", {{"file", "/usr/share/one.tar"}})
      .asks("directory", "/srv/old", kGone);
  all.on("a working copy that goes, where a program makes something", true, End::kRefused)
      .asks("command", "make it", {{"run", {"touch", "/srv/p"}}, {"creates", "/srv/p"}})
      .asks("git", "/srv/p", kGone);
  all.on("a file that goes where packages' is to be diverted", true)
      .has_file("/srv/p", "old\n")
      .asks("file", "/srv/p", kGone)
      .asks("dpkg_divert", "/srv/p");
  all.on("a folder that is diverted to what an alternative leads to", false, End::kRefused)
      .has_folder("/srv/q")
      .has_link("/srv/p", "/srv/q")
      .asks("alternatives", "tool", {{"path", "/srv/p"}})
      .asks("dpkg_divert", "/srv/q", {{"divert", "/srv/p"}});
  all.on("an archive in a folder with another group", true, End::kRefused)
      .has_user("web", 1500)
      .asks("directory", "/srv/app", {{"recurse", true}, {"group", "root"}})
      .asks("archive", "/srv/app", {{"file", "/usr/share/one.tar"}, {"group", "web"}});
  all.on("an archive whose owner comes with it", true)
      .asks("user", "web", {{"create_home", false}})
      .asks("archive", "/srv/app", {{"file", "/usr/share/one.tar"}, {"owner", "web"}});
  all.on("a package of a repository that comes with it", true)
      .asks("apt_repository", "x", {{"uris", {"http://x"}}, {"suites", {"one"}}, {"components", {"main"}}})
      .asks("package", "extra");
  all.on("repositories in a folder that is purged", true)
      .has_file("/etc/apt/sources.list.d/old.list", "deb http://old one main\n")
      .asks("directory", "/etc/apt/sources.list.d", {{"purge", true}})
      .asks("apt_repository", "x", {{"uris", {"http://x"}}, {"suites", {"one"}}, {"components", {"main"}}});
  all.on("packages that rule each other out", true, End::kRefused).asks("package", "tool").asks("package", "rival");
  all.on("packages that rule each other out, asked for in two ways", true, End::kRefused)
      .asks("package", "tool", {{"recommends", false}})
      .asks("package", "rival");
  all.on("configuration before its package", true)
      .asks("file", "/etc/tool.conf", {{"content", "version=mine\n"}})
      .asks("package", "tool");
  all.on("configuration of a package that goes", true, End::kRefused)
      .has_packages({"lib 1.0", "tool 2.0"})
      .asks("file", "/etc/tool.conf", {{"content", "version=mine\n"}})
      .asks("package", "tool", kGone);
  all.on("a file of a package that goes along with another", true, End::kRefused)
      .has_packages({"lib 1.0 auto", "tool 2.0"})
      .asks("package", "lib", {{"state", "absent"}, {"allow_removal", {"tool"}}})
      .asks("alternatives", "tool", {{"path", "/etc/tool.conf"}});
  all.on("a file of a package that goes after an alternative was to lead to it", true, End::kRefused)
      .has_packages({"lib 1.0", "tool 2.0"})
      .asks("alternatives", "tool", {{"path", "/etc/tool.conf"}})
      .asks("package", "tool", kGone);
  const Json grant = {
      {"role", "web"}, {"database", "app"}, {"type", "database"}, {"privileges", {"ALL"}}, {"exact", true}};
  all.on("rights on a database without a client, beside a package of its name that goes", true, End::kRefused)
      .has_packages({"app 1.0"})
      .asks("package", "app", kGone)
      .asks("postgresql_grant", "app", grant);
  all.on("rights on a database without a client, beside a user of its name", true, End::kRefused)
      .asks("user", "app")
      .asks("postgresql_grant", "app", grant);
}

void add_taken_back(Situations& all) {
  all.on("a link that is somebody's leads elsewhere", false)
      .taken_back()
      .has_link("/srv/current", "/srv/v1", 1500)
      .asks("link", "/srv/current", {{"target", "/srv/v2"}});
  all.on("a link that is somebody's goes", false)
      .taken_back()
      .has_link("/srv/current", "/srv/v1", 1500)
      .asks("link", "/srv/current", kGone);
  all.on("an account without a home, where there is a folder", true)
      .taken_back()
      .has_folder("/home/web")
      .asks("user", "web", {{"system", true}});
  all.on("members of the group that comes with a user", true)
      .taken_back()
      .has_user("ops", 900)
      .asks("user", "web", {{"create_home", false}})
      .asks("group", "web", {{"members", {"ops"}}});
  all.on("a name of the host in a file with remarks", false)
      .taken_back()
      .has_file("/etc/hostname", "# ours\nold\n")
      .asks("hostname", "new");
  all.on("the first name of the host", false).taken_back().asks("hostname", "new");
  all.on("a zone by another way", false)
      .taken_back()
      .has_link("/etc/localtime", "../usr/share/zoneinfo/Etc/UTC")
      .has_file("/etc/timezone", "Etc/UTC # ours\n")
      .asks("timezone", "Europe/Berlin");
  all.on("the first zone", false).taken_back().asks("timezone", "Europe/Berlin");
}

}  // namespace

std::vector<Situation> situations() {
  Situations all;
  add_taken_back(all);
  add_accounts(all);
  add_services(all);
  add_files(all);
  add_system(all);
  add_files_of_lines(all);
  add_what_comes(all);
  return all.take();
}

}  // namespace plumb::meet
