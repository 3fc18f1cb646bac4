#include "testdata/meet/pairs.h"

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

#include "testdata/meet/getting.h"
#include "testdata/meet/start.h"
#include "testdata/meet/systems.h"
#include "testdata/meet/text_kinds.h"

namespace plumb::meet {
namespace {

// What a resource of a pair is about.
struct Thing {
  std::string path;
  std::string other;  // a path beside it: what a link leads to
};

enum class About { kPath, kAccount, kService, kProgram, kPackage, kSystem };

struct Variant {
  About about;
  std::function<Resource(const Thing&)> make;
};

Variant at_path(const char* kind, Json attributes) {
  return {About::kPath, [kind = std::string(kind), attributes = std::move(attributes)](const Thing& thing) {
            Resource made{kind, thing.path, attributes};
            if (kind == "link" && attributes.contains("target")) made.attributes["target"] = thing.other;
            return made;
          }};
}

Variant named(About about, const char* kind, const char* name, Json attributes) {
  return {about, [made = Resource{kind, name, std::move(attributes)}](const Thing&) { return made; }};
}

Variant program(const char* name, const char* guard, Json run) {
  return {
      About::kProgram,
      [name = std::string(name), guard = std::string(guard), run = std::move(run)](const Thing& thing) {
        Resource made{"command", name, {{"run", run}}};
        if (guard == "creates" || guard == "removes") {
          made.attributes["run"].push_back(thing.path);
          made.attributes[guard] = thing.path;
        } else if (guard == "cwd") {
          made.attributes["cwd"] = thing.path;
          made.attributes["creates"] = "/tmp/ran";
        } else if (guard == "unless" || guard == "only_if") {
          made.attributes["cwd"] = thing.path;
          made.attributes[guard] = {"test", "-e", "/tmp/ran"};
          made.attributes.update({{"env", {{"LANG", "C"}}}, {"stdin", "one\n"}, {"timeout", 20}, {"expect", {0, 1}}});
          // What is read beside it says the same.
          const bool makes = guard == "unless";
          made.attributes["read"] = {"sh", "-c",
                                     makes ? "test -e /tmp/ran && echo ran" : "test -e /tmp/ran || echo gone"};
          made.attributes[makes ? "want" : "want_match"] = makes ? "ran" : "^gone";
        } else {
          made.attributes["as"] = "web";
          made.attributes["run_on"] = {"*:*"};
        }
        return made;
      }};
}

const char* const kInstalled = "[Service]\nExecStart=/usr/bin/true\n[Install]\nWantedBy=multi-user.target\n";
const char* const kStatic = "[Service]\nExecStart=/usr/bin/true\n";

void add_getting(std::vector<Variant>& all) {
  for (const Json& one : downloads()) all.push_back(at_path("download", one));
  for (const Json& one : archives()) all.push_back(at_path("archive", one));
  for (const Json& one : working_copies()) all.push_back(at_path("git", one));
  for (const Json& one : repositories()) all.push_back(named(About::kPackage, "apt_repository", "x", one));
}

std::vector<Variant> make_variants() {
  const auto user = [](const char* name, Json attributes) {
    return named(About::kAccount, "user", name, std::move(attributes));
  };
  const auto group = [](const char* name, Json attributes) {
    return named(About::kAccount, "group", name, std::move(attributes));
  };
  const auto package = [](const char* name, Json attributes) {
    return named(About::kPackage, "package", name, std::move(attributes));
  };
  const auto service = [](Json attributes) { return named(About::kService, "service", "app", std::move(attributes)); };
  const Json gone = {{"state", "absent"}};
  std::vector<Variant> all = {
      at_path("file", {{"content", "one\n"}}),
      at_path("file", {{"content", kInstalled}}),
      at_path("file", {{"content", kStatic}, {"owner", "web"}, {"mode", "0600"}}),
      at_path("file", {{"content", "two\n"}, {"group", "www"}, {"backup", true}}),
      at_path("file", {{"mode", "u+x"}}),
      at_path("file", {{"owner", "web"}, {"mode", "4755"}}),
      at_path("file", {{"content", "two\n"}, {"follow", true}, {"in_place", true}}),
      at_path("file", gone),
      at_path("file", {{"state", "absent"}, {"backup", true}}),
      at_path("directory", Json::object()),
      at_path("directory", {{"owner", "web"}, {"mode", "0750"}}),
      at_path("directory", {{"owner", "web"}, {"group", "www"}, {"recurse", true}}),
      at_path("directory", {{"mode", "u=rwX,go=rX"}, {"recurse", true}}),
      at_path("directory", {{"purge", true}}),
      at_path("directory", {{"purge", true}, {"recurse", true}, {"owner", "1500"}}),
      at_path("directory", {{"parents", true}}),
      at_path("directory", {{"follow", true}, {"mode", "0700"}}),
      at_path("directory", gone),
      at_path("link", {{"target", ""}}),
      at_path("link", {{"target", ""}, {"force", true}}),
      at_path("link", {{"target", ""}, {"hard", true}}),
      at_path("link", {{"target", ""}, {"hard", true}, {"force", true}}),
      at_path("link", gone),
      at_path("line", {{"text", "a=1"}}),
      at_path("line", {{"text", "b=2"}, {"match", "^(one|a=)"}, {"create", true}}),
      at_path("line", {{"text", "one"}, {"state", "absent"}}),
      at_path("line", {{"text", "[Install]"}, {"state", "absent"}, {"backup", true}}),
      at_path("line", {{"text", "c=3"}, {"follow", true}, {"create", true}, {"in_place", true}}),
      at_path("file",
              {{"acl", "none"}, {"mode", "0640"}, {"xattrs", {{"user.a", false}}}, {"selinux", {{"type", "etc_t"}}}}),
      at_path("file", {{"source", "one.txt"}, {"validate", "test -e %s"}}),
      at_path("file", {{"template", "one.txt"}, {"mode", "go-w"}}),
      at_path("file", {{"state", "exists"}, {"mode", "0640"}}),
      at_path("file", {{"state", "exists"}, {"content", "two\n"}}),
      at_path("file", {{"fragments", {"one.txt", "tree"}}}),
      at_path("file", {{"remote_source", "/usr/bin/test"}}),
      at_path("directory", {{"source", "tree"}, {"purge", true}, {"exclude", {"*.txt"}}}),
      at_path("directory", {{"source", "tree"}, {"file_mode", "0600"}, {"directory_mode", "0700"}}),
      at_path("directory", {{"acl", "none"},
                            {"recurse", true},
                            {"mode", "g=rX,o="},
                            {"xattrs", {{"user.a", false}}},
                            {"selinux", {{"type", "etc_t"}}}}),
      at_path("line", {{"text", "x=1"}, {"insert_after", "^one"}, {"create", true}}),
      at_path("line", {{"text", "y=1"}, {"insert_before", "^one"}, {"validate", "test -e %s"}}),
      at_path("line", {{"text", "w=1"}, {"place", "end"}, {"create", true}}),
      at_path("line", {{"text", "z=1"}, {"place", "beginning"}, {"create", true}, {"backup", true}}),
      at_path("line", {{"text", "\\1=9"}, {"match", "^(a)=.*"}, {"back_references", true}, {"first", true}}),
      at_path("line", {{"match", "^a="}, {"state", "absent"}}),
      at_path("replace", {{"match", "^a="}, {"text", "b="}}),
      at_path("replace", {{"match", "^a=.*$"}, {"text", "a=1 2"}, {"unless", "2$"}}),
      at_path("replace", {{"match", "one\\n"}, {"follow", true}, {"backup", true}, {"in_place", true}}),
      at_path("replace",
              {{"match", "^(one)$"}, {"text", "\\1 2"}, {"back_references", true}, {"validate", "test -e %s"}}),
      at_path("replace", {{"match", "[a-z]$"}, {"text", "1"}, {"only_after", "^o"}, {"only_before", "^two"}}),
      at_path("block", {{"content", "one\n"}, {"insert_after", "^one"}, {"first", true}}),
      at_path("block",
              {{"content", "a=1"}, {"follow", true}, {"create", true}, {"place", "beginning"}, {"in_place", true}}),
      at_path("block", {{"content", ""}, {"name", "n"}, {"insert_before", "^one"}, {"validate", "test -e %s"}}),
      at_path(
          "block",
          {{"content", "x\n"}, {"marker", "; {mark}"}, {"marker_begin", "<"}, {"marker_end", ">"}, {"place", "end"}}),
      at_path("block", {{"state", "absent"}, {"backup", true}}),
      user("web", Json::object()),
      user("web", {{"uid", 1600}}),
      user("web", {{"group", "www"}}),
      user("web", {{"groups", {"www"}}, {"home", "/srv/p"}, {"move_home", true}}),
      user("web", {{"groups", {"www"}}, {"append", true}}),
      user("web", {{"home", "/srv/p"}, {"create_home", true}}),
      user("web", {{"system", true}, {"create_home", false}}),
      user("web", {{"locked", true}, {"expires", "2031-01-01"}}),
      user("web", {{"password_min_days", 1},
                   {"password_max_days", 365},
                   {"password_warn_days", 14},
                   {"password_inactive_days", -1}}),
      user("web", {{"password_hash", "!"}, {"update_password", "always"}}),
      user("web", {{"state", "absent"}, {"linger", true}, {"allow_lock_out", true}}),
      user("web",
           {{"password_hash", "*"}, {"update_password", "on_create"}, {"comment", "somebody"}, {"shell", "/bin/sh"}}),
      user("web", gone),
      user("web", {{"state", "absent"}, {"remove_home", true}}),
      user("app", {{"uid", 1500}}),
      user("app", {{"uid", 1500}, {"group", "web"}}),
      group("web", Json::object()),
      group("web", {{"gid", 1500}}),
      group("web", {{"gid", 1700}}),
      group("web", gone),
      group("www", Json::object()),
      group("www", {{"system", true}}),
      group("www", {{"members", {"web"}}, {"allow_lock_out", true}}),
      group("www", {{"members", Json::array()}}),
      group("www", {{"gid", 1500}}),
      group("www", gone),
      package("tool", {{"manager", "brew"}, {"state", "absent"}}),
      service({{"enabled", true}}),
      service({{"enabled", false}}),
      service({{"masked", true}}),
      service({{"masked", false}, {"enabled", true}}),
      service({{"state", "stopped"}}),
      named(About::kService, "service", "app.service", {{"enabled", true}, {"restart_on", {"file:*"}}}),
      service({{"enabled", true}, {"reload_on", {"file:*"}}}),
      service({{"state", "running"}}),
      service({{"scope", "user"}, {"as", "web"}, {"enabled", false}}),
      service({{"scope", "host"}, {"manager", "systemd"}, {"enabled", true}}),
      service({{"manager", "openrc"}, {"enabled", false}}),
      service({{"manager", "runit"}, {"enabled", false}}),
      service({{"manager", "supervisor"}, {"state", "stopped"}}),
      package("tool", Json::object()),
      package("tool", {{"version", "1.0"}}),
      package("tool", {{"state", "latest"}, {"conffiles", "new"}}),
      package("tool", gone),
      {About::kPackage, [](const Thing& thing) { return Resource{"package", "tool", {{"file", thing.path}}}; }},
      package("lib", Json::object()),
      package("lib", gone),
      package("lib", {{"state", "absent"}, {"allow_removal", {"tool"}}}),
      package("rival", {{"allow_removal", {"tool"}}}),
      package("rival", {{"recommends", false}}),
      package("rival", {{"state", "purged"}}),
      package("tool", {{"hold", true}, {"version", "2.0"}, {"conffiles", "keep"}}),
      package("tool", {{"hold", false}, {"refresh", 3600}, {"state", "latest"}}),
      package("app", {{"recommends", true}}),
      package("app", gone),
      package("extra", Json::object()),
      named(About::kPackage, "upgrade", "safe", {{"autoremove", true}, {"refresh", 3600}, {"conffiles", "new"}}),
      named(About::kPackage, "upgrade", "full", {{"conffiles", "keep"}}),
      program("make it", "creates", {"touch"}),
      program("make a folder", "creates", {"mkdir"}),
      program("take it away", "removes", {"rm", "-rf"}),
      program("run once in it", "unless", {"touch", "/tmp/ran"}),
      program("run back in it", "only_if", {"rm", "-f", "/tmp/ran"}),
      program("run in it", "cwd", {"touch", "/tmp/ran"}),
      program("run as somebody", "as", {"true"}),
  };
  for (const SystemWord& word : system_words()) {
    const About about = word.is_unit() ? About::kService : word.has_path() ? About::kPath : About::kSystem;
    all.push_back({about, [&word](const Thing& thing) { return word.make(thing.path, thing.other); }});
  }
  add_getting(all);
  return all;
}

Variant of_text_kind(const TextVariant& one) {
  if (*one.name == '\0') return at_path(one.kind, one.attributes);
  // With a path that is "": that of the thing.
  if (!one.attributes.contains("path")) return named(About::kAccount, one.kind, one.name, one.attributes);
  return {About::kPath, [one](const Thing& thing) {
            Resource made{one.kind, one.name, one.attributes};
            made.attributes["path"] = thing.path;
            return made;
          }};
}

const std::vector<Variant>& variants() {
  static const std::vector<Variant> all = [] {
    std::vector<Variant> made = make_variants();
    for (const TextVariant& one : text_variants()) made.push_back(of_text_kind(one));
    return made;
  }();
  return all;
}

struct Relation {
  const char* name;
  Thing first;
  Thing second;
};

const std::vector<Relation>& relations_of(const Variant& first, const Variant& second) {
  static const Thing kThing{"/srv/p", "/srv/q"};
  static const Thing kBelow{"/srv/p/x", "/srv/q"};
  static const std::vector<Relation> paths = {
      {"one path", kThing, kThing},
      {"a path and one below", kThing, kBelow},
      {"a path and the one above", kBelow, kThing},
      {"side by side", {"/srv/p", "/srv/q"}, {"/srv/q", "/srv/p"}},
  };
  static const std::vector<Relation> homes = {
      {"a home", {"/home/web", "/srv/q"}, {"/home/web", "/srv/q"}},
      {"in a home", {"/home/web/x", "/srv/q"}, {"/home/web/x", "/srv/q"}},
      {"owned", kThing, kThing},
  };
  static const std::string kUnits = "/etc/systemd/system";
  static const Thing kUnit{kUnits + "/app.service", "/dev/null"};
  static const Thing kDropIn{kUnits + "/app.service.d", "/srv/q"};
  static const Thing kWants{kUnits + "/multi-user.target.wants/app.service", kUnits + "/app.service"};
  static const Thing kFolder{kUnits, "/srv/q"};
  static const std::vector<Relation> units = {
      {"a unit", kUnit, kUnit},
      {"its drop-ins", kDropIn, kDropIn},
      {"what enables it", kWants, kWants},
      {"its folder", kFolder, kFolder},
  };
  static const Thing kConfiguration{"/etc/tool.conf", "/srv/q"};
  static const Thing kSource{"/etc/apt/sources.list.d/x.list", "/srv/q"};
  static const Thing kFolderOfApp{"/etc/conf.d", "/srv/q"};
  static const std::vector<Relation> packages = {
      {"its file", kConfiguration, kConfiguration},
      {"its source", kSource, kSource},
  };
  static const std::vector<Relation> folders = [] {
    std::vector<Relation> more = packages;
    more.push_back({"its folder", kFolderOfApp, kFolderOfApp});
    return more;
  }();
  static const std::vector<Relation> none = {{"beside", kThing, kThing}};
  const auto either = [&](About about) { return first.about == about || second.about == about; };
  if (either(About::kService)) return either(About::kPath) ? units : none;
  const auto is_folder = [](const Variant& one) { return one.make(kFolderOfApp).kind == "directory"; };
  if (either(About::kPackage) && (is_folder(first) || is_folder(second))) return folders;
  if (either(About::kPackage)) return either(About::kPath) || either(About::kProgram) ? packages : none;
  if (either(About::kAccount)) return either(About::kPath) ? homes : none;
  return paths;
}

// What is there at first: nothing; files; folders; links and half-made accounts.
constexpr std::size_t kStarts = 4;

void add(Start& start, const std::string& path, EntryType type, const std::string& text) {
  Entry entry;
  entry.path = path;
  entry.type = type;
  entry.mode = type == EntryType::kDirectory ? 0755 : 0644;
  entry.text = text;
  start.entries.push_back(std::move(entry));
}

void add_accounts(Start& start, std::size_t how) {
  if (how == 0) return;
  if (how == 3) {
    start.passwd.emplace_back("web:x:1500:1500::/home/web:/bin/sh");
    start.gshadow.emplace_back("www:!::");
    return;
  }
  add_user(start, "web", 1500, 1500, "/home/web");
  add_group(start, "web", 1500, "");
  add_group(start, "www", 1501, how == 2 ? "web" : "");
}

void add_things(Start& start, const std::string& path, std::size_t how) {
  const bool unit = path.starts_with("/etc");
  if (how == 1) add(start, path, EntryType::kFile, unit ? kStatic : "one\n");
  if (how == 2) {
    add(start, path, EntryType::kDirectory, "");
    add(start, path + "/x", EntryType::kFile, unit ? kInstalled : "a=0\n");
    add(start, path + "/old", EntryType::kFile, "old\n");
    start.entries.back().uid = 4242;
    start.entries.back().mode = 04755;
  }
  if (how == 3) add(start, path, EntryType::kLink, "/srv/q");
  if (how == 2) start.entries[start.entries.size() - 2].access_list = true;
}

void add_packages(Start& start, std::size_t how) {
  if (how == 1) start.packages = {"lib 1.0 auto", "tool 2.0", "app 1.0"};
  if (how == 2) start.packages = {"lib 1.0", "rival 1.0"};
  if (how == 3) start.packages = {"lib 1.0", "tool 1.0 held", "rival 1.0 left", "lists old"};
}

Start start_of(const Relation& relation, std::size_t how, bool about_packages) {
  Start start;
  add_accounts(start, how);
  if (about_packages) add_packages(start, how);
  const std::string& first = relation.first.path;
  const std::string& second = relation.second.path;
  const std::string& upper = first.size() <= second.size() ? first : second;
  const std::string above = upper.substr(0, upper.rfind('/'));
  if (above == "/home/web" || above.ends_with(".wants")) {
    if (how == 0) return start;
    add(start, above, EntryType::kDirectory, "");
    if (above == "/home/web") start.entries.back().uid = start.entries.back().gid = 1500;
  }
  if (upper != "/etc/systemd/system") add_things(start, upper, how);
  if (upper.ends_with("/web") && how == 2) {
    for (Entry& entry : start.entries) entry.uid = entry.gid = 1500;
  }
  // What links lead to.
  if (how == 2) add(start, "/srv/q", EntryType::kFile, "b=1\n");
  if (how == 3) add(start, "/srv/q", EntryType::kDirectory, "");
  if (!upper.ends_with("app.service") && upper.starts_with("/etc") && how != 3)
    add(start, "/etc/systemd/system/app.service", EntryType::kFile, kInstalled);
  return start;
}

// One makes again what the other takes away, which is the programs' own matter.
bool take_turns(const Variant& first, const Variant& second) {
  if (first.about != About::kProgram || second.about != About::kProgram) return false;
  const auto run = [](const Variant& one) { return one.make({"/srv/p", "/srv/q"}).attributes.at("run"); };
  const Json makes = {"touch", "/tmp/ran"};
  const Json removes = {"rm", "-f", "/tmp/ran"};
  return (run(first) == makes && run(second) == removes) || (run(first) == removes && run(second) == makes);
}

// By programs, which images have none of.
bool gets(const Resource& one) {
  return one.kind == "download" || one.kind == "archive" || one.kind == "git";
}

struct Place {
  const Variant* first;
  const Variant* second;
  const Relation* relation;
};

const std::vector<Place>& places() {
  static const std::vector<Place> all = [] {
    std::vector<Place> made;
    for (const Variant& first : variants()) {
      for (const Variant& second : variants()) {
        if (&first == &second || take_turns(first, second)) continue;
        for (const Relation& relation : relations_of(first, second)) made.push_back({&first, &second, &relation});
      }
    }
    return made;
  }();
  return all;
}

}  // namespace

std::size_t single_count() {
  return variants().size();
}

Case single(std::size_t variant, std::size_t start, bool live) {
  static const Thing kThing{"/srv/p", "/srv/q"};
  // Of services: beside a unit that is there.
  static const Thing kBeside{"/etc/own.conf", "/srv/q"};
  const Variant& chosen = variants()[variant];
  const Thing& thing = chosen.about == About::kService ? kBeside : kThing;
  const Relation alone{"alone", thing, thing};
  Case made;
  made.resources.push_back(chosen.make(thing));
  made.start = start_of(alone, start, chosen.about == About::kPackage);
  const bool runs = chosen.about == About::kProgram || chosen.about == About::kPackage || gets(made.resources[0]);
  made.live = !is_of_kernel(made.resources[0]) && (runs || live);
  return made;
}

std::size_t pair_count() {
  return places().size() * kStarts;
}

std::size_t pair_starts() {
  return kStarts;
}

Case pair(std::size_t place, std::string& what) {
  // Neighbours in the count differ in the start, so that every so many of them see all starts.
  const Place& chosen = places()[place / kStarts];
  const std::size_t how = place % kStarts;
  Case made;
  made.resources.push_back(chosen.first->make(chosen.relation->first));
  made.resources.push_back(chosen.second->make(chosen.relation->second));
  const auto either = [&](About about) { return chosen.first->about == about || chosen.second->about == about; };
  made.start = start_of(*chosen.relation, how, either(About::kPackage));
  // Services of an image cannot be told from those of a host where systemd does not run; programs and package managers
  // run on hosts alone.
  // What is a kernel's is the machine's, so that is met in images.
  const bool kernels = is_of_kernel(made.resources[0]) || is_of_kernel(made.resources[1]);
  const bool some_get = std::any_of(made.resources.begin(), made.resources.end(), gets);
  made.live = !kernels && (either(About::kProgram) || either(About::kPackage) || some_get || place % 3 == 0);
  what = std::string(made.resources[0].kind) + " and " + made.resources[1].kind + ", " + chosen.relation->name;
  // Images run no programs.
  if (kernels) std::erase_if(made.resources, [](const Resource& one) { return one.kind == "command"; });
  return made;
}

}  // namespace plumb::meet
