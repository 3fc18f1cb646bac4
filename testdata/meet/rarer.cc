#include "testdata/meet/rarer.h"

#include <algorithm>

namespace plumb::meet {
namespace {

// What an entry has beyond its mode. A host of these has no SELinux, and says so; nor does the memory that it lies in
// take attributes of users everywhere.
void of_beyond_mode(Json& attributes, Random& random) {
  if (random.one_in(10)) attributes["xattrs"] = {{"user.a", false}};
  if (random.one_in(16)) attributes["selinux"] = {{"type", "etc_t"}};
}

void of_file(Json& attributes, const Words& words, Random& random) {
  of_beyond_mode(attributes, random);
  if (random.one_in(6)) attributes["in_place"] = true;
  if (random.one_in(10)) attributes["acl"] = "none";
  if (attributes.contains("content") && random.one_in(4)) {
    attributes.erase("content");
    const std::size_t draw = random.below(4);
    if (draw < 2) attributes[draw == 0 ? "source" : "template"] = "one.txt";
    if (draw == 2) attributes["fragments"] = {"one.txt", "tree"};
    if (draw == 3) attributes["remote_source"] = random.one_in(2) ? "/usr/bin/test" : random.of(words.paths);
  }
  if (random.one_in(8)) attributes["state"] = "exists";
}

void of_directory(Json& attributes, Random& random) {
  of_beyond_mode(attributes, random);
  if (random.one_in(10)) attributes["acl"] = "none";
  if (attributes.contains("recurse") || !random.one_in(5)) return;
  attributes["source"] = "tree";
  if (random.one_in(3)) attributes["exclude"] = {random.of({"*.txt", "/inner", "c*"})};
  if (random.one_in(3)) attributes["file_mode"] = random.of({"0600", "u=rwX,go=rX"});
  if (random.one_in(3)) attributes["directory_mode"] = random.of({"0700", "g+w"});
}

void of_line(Json& attributes, Random& random) {
  const bool absent = attributes.contains("state");
  if (attributes.contains("match") && random.one_in(3)) attributes["first"] = true;
  if (absent && attributes.contains("match") && random.one_in(2)) attributes.erase("text");
  if (!absent && attributes.contains("match") && random.one_in(4)) {
    attributes["match"] = "^(a)=.*";
    attributes["back_references"] = true;
    attributes["text"] = random.of({"\\1=5", "\\1=1", "b=\\1"});
  }
  if (!absent && !attributes.contains("place") && random.one_in(3))
    attributes[random.one_in(2) ? "insert_after" : "insert_before"] = random.of({"^a=", "^one", "^z"});
  if (random.one_in(10)) attributes["validate"] = "test -e %s";
}

void of_replace(Json& attributes, Random& random) {
  if (random.one_in(4)) {
    attributes["match"] = "^(a|c)=.*$";
    attributes["back_references"] = true;
    attributes["text"] = random.of({"\\1=5", "\\0", "b=\\1"});
  }
  if (random.one_in(8)) attributes["unless"] = random.of({"b", "^a", "=5$"});
  if (random.one_in(8)) attributes["backup"] = true;
  if (random.one_in(8)) attributes["validate"] = "test -e %s";
}

void of_block(Json& attributes, Random& random) {
  if (random.one_in(6)) {
    attributes["marker"] = "; {mark}";
    attributes["marker_begin"] = "<";
    attributes["marker_end"] = ">";
  }
  if (!attributes.contains("place") && random.one_in(3)) {
    attributes[random.one_in(2) ? "insert_after" : "insert_before"] = random.of({"^a=", "^one", "^z"});
    attributes["first"] = random.one_in(2);
  }
  if (random.one_in(8)) attributes["validate"] = "test -e %s";
}

void of_command(Resource& command, const Words& words, Random& random) {
  Json& attributes = command.attributes;
  // What else a program's answer depends on nobody can foretell.
  for (const char* guard : {"creates", "removes"}) {
    if (random.one_in(12) && !attributes.contains(guard)) attributes[guard] = random.of(words.paths);
  }
  // What a program's answer depends on otherwise nobody can foretell; and what says only when to run runs every time.
  const bool lasts = attributes.contains("creates") || attributes.contains("removes") ||
                     attributes.contains("unless") || attributes.contains("read");
  if (lasts && random.one_in(6)) attributes["only_if"] = {"test", "-e", random.one_in(2) ? "/tmp" : "/tmp/none"};
  // Beside it `removes` is a condition, and the program that takes the path away all the same is nobody's to foretell.
  if (lasts && random.one_in(10) && !attributes.contains("unless") && !attributes.contains("removes"))
    attributes["unless"] = {"test", "-e", "/tmp/none"};
  if (random.one_in(10)) attributes["env"] = {{"LANG", "C"}};
  if (random.one_in(10)) attributes["stdin"] = "one\n";
  if (random.one_in(10)) attributes["timeout"] = 20;
  if (random.one_in(10)) attributes["expect"] = {0, 1};
}

void of_user(Json& attributes, const Words& words, Random& random) {
  // An account that is to linger needs programs of the host behind it, of which nobody here can tell what they do.
  if (attributes.contains("state")) {
    if (random.one_in(8)) attributes["linger"] = true;
    return;
  }
  if (random.one_in(12)) attributes["password_hash"] = "$6$salt$" + std::string(86, 'x');
  if (attributes.contains("password_hash") && random.one_in(3))
    attributes["update_password"] = random.one_in(2) ? "on_create" : "always";
  if (random.one_in(12)) attributes["groups"] = {words.groups.front(), words.groups.back()};
  if (random.one_in(16)) attributes["expires"] = "1971-01-01";
  if (random.one_in(16)) attributes["comment"] = "";
  for (const char* limit : {"password_min_days", "password_max_days", "password_warn_days", "password_inactive_days"}) {
    if (random.one_in(16)) attributes[limit] = random.of({-1, 7, 99999});
  }
}

void of_package(Resource& package, const Words& words, Random& random) {
  Json& attributes = package.attributes;
  if (random.one_in(10)) {
    package.kind = "upgrade";
    package.name = random.of({"safe", "full"});
    for (const char* its : {"state", "version", "allow_removal"}) attributes.erase(its);
    if (random.one_in(2)) attributes["autoremove"] = true;
    if (random.one_in(3)) attributes["refresh"] = 3600;
    if (random.one_in(3)) attributes["conffiles"] = random.of({"keep", "new"});
    return;
  }
  const std::string state = attributes.value("state", "present");
  if (state == "present" && package.name == "tool" && random.one_in(5)) attributes["file"] = random.of(words.paths);
  if (state == "absent" && random.one_in(12)) {
    attributes = {{"manager", "brew"}, {"state", "absent"}};
    return;
  }
  if (state == "absent" && random.one_in(3)) attributes["state"] = "purged";
  if (state != "absent" && random.one_in(4)) attributes["refresh"] = 3600;
  if (random.one_in(6)) attributes["recommends"] = random.one_in(3);
  if (random.one_in(6)) attributes["conffiles"] = random.of({"keep", "new"});
  if (random.one_in(4)) attributes["hold"] = state == "present" && random.one_in(2);
}

// Units of managers that the host has not are none, and nothing is asked of them.
void of_service(Json& attributes, Random& random) {
  if (random.one_in(4)) attributes[random.one_in(2) ? "restart_on" : "reload_on"] = {"file:*"};
  if (random.one_in(12)) attributes["manager"] = "systemd";
  if (random.one_in(12)) attributes["scope"] = "host";
  if (random.one_in(24)) attributes = {{"scope", "user"}, {"as", "web"}, {"enabled", false}};
  if (random.one_in(24)) attributes = {{"manager", random.of({"openrc", "runit"})}, {"enabled", false}};
  if (random.one_in(24)) attributes = {{"manager", "supervisor"}, {"state", "stopped"}};
}

bool is_file(const Entry& entry) {
  return entry.type == EntryType::kFile;
}

}  // namespace

void add_rarer(Resource& resource, const Words& words, Random& random) {
  const bool gone = resource.attributes.value("state", "") == "absent";
  if (resource.kind == "file" && !gone) of_file(resource.attributes, words, random);
  if (resource.kind == "directory" && !gone) of_directory(resource.attributes, random);
  const bool edits = resource.kind == "line" || resource.kind == "replace" || resource.kind == "block";
  if (edits && random.one_in(6)) resource.attributes["in_place"] = true;
  if (resource.kind == "line") of_line(resource.attributes, random);
  if (resource.kind == "replace") of_replace(resource.attributes, random);
  if (resource.kind == "block") of_block(resource.attributes, random);
  if (resource.kind == "command") of_command(resource, words, random);
  if (resource.kind == "user") of_user(resource.attributes, words, random);
  if (resource.kind == "package") of_package(resource, words, random);
  if (resource.kind == "service") of_service(resource.attributes, random);
}

void add_rarer(Start& start, const Words& words, Random& random) {
  for (Entry& entry : start.entries) {
    const bool lists = is_file(entry) || entry.type == EntryType::kDirectory;
    if (lists && random.one_in(12)) entry.access_list = true;
  }
  for (std::string& package : start.packages) {
    if (!package.ends_with("auto") && random.one_in(6)) package += " held";
  }
  const auto has_rival = [](const std::string& package) { return package.starts_with("rival"); };
  if (std::none_of(start.packages.begin(), start.packages.end(), has_rival) && random.one_in(8))
    start.packages.emplace_back("rival 1.0 left");
  if (random.one_in(8)) start.packages.emplace_back("lists old");
  const auto file = std::find_if(start.entries.begin(), start.entries.end(), is_file);
  if (file != start.entries.end() && random.one_in(6)) {
    const std::string path = random.of(words.paths);
    const bool taken =
        std::any_of(start.entries.begin(), start.entries.end(), [&](const Entry& entry) { return entry.path == path; });
    Entry name;
    name.path = path;
    name.type = EntryType::kName;
    name.text = file->path;
    if (!taken) start.entries.push_back(std::move(name));
  }
  if (random.one_in(10)) start.passwd.push_back("twin:x:1500:1500::/nonexistent:/bin/sh");
  if (random.one_in(10)) start.group.push_back("twins:x:1500:nobody,twin");
  for (std::string& row : start.shadow) {
    const std::size_t mark = row.find(":!:");
    if (mark != std::string::npos && random.one_in(6))
      row.replace(mark, 3, random.of({":!$6$salt$abc:", ":$6$salt$abc:", "::", ":!!:"}));
  }
}

}  // namespace plumb::meet
