#include "testdata/meet/systems.h"

#include <algorithm>

#include "testdata/meet/container_words.h"

namespace plumb::meet {
namespace {

SystemWord unit(const char* file, Json attributes) {
  return {"systemd_unit", "/etc/systemd/system/" + std::string(file), "", std::move(attributes)};
}

// Answers to the questions of packages, of each sort.
void add_answers(std::vector<SystemWord>& words) {
  for (const char* type : {"string", "boolean", "select", "multiselect", "password", "note", "text", "title"})
    words.push_back({"debconf", "app/q", "", {{"type", type}, {"value", "true"}, {"seen", true}}});
  words.push_back({"debconf", "app/q", "", {{"package", "app"}, {"state", "absent"}}});
}

// Where packages come from, in its parts and places.
void add_repositories(std::vector<SystemWord>& words) {
  const Json flags = {{"enabled", true},
                      {"gpgcheck", true},
                      {"repo_gpgcheck", true},
                      {"module_hotfixes", true},
                      {"skip_if_unavailable", true},
                      {"sslverify", true}};
  Json whole = {{"baseurl", {"https://a.example"}},
                {"description", "x"},
                {"gpgkey", {"https://a.example/key"}},
                {"exclude", {"a"}},
                {"includepkgs", {"b"}},
                {"priority", 9},
                {"cost", 500},
                {"proxy", "_none_"},
                {"username", "me"},
                {"metadata_expire", "1h"},
                {"file", "more"},
                {"follow", true}};
  whole.update(flags);
  words.push_back({"yum_repository", "app", "", std::move(whole)});
  words.push_back({"yum_repository", "app", "sslcacert", {{"mirrorlist", "https://a.example"}, {"backup", true}}});
  words.push_back({"yum_repository", "app", "sslclientcert", {{"metalink", "https://a.example"}}});
  words.push_back({"yum_repository", "app", "sslclientkey", {{"options", {{"a", 1}}}, {"remove", {"priority"}}}});
  words.push_back({"yum_repository", "app", "", {{"state", "absent"}}});
}

void add_selinux(std::vector<SystemWord>& words) {
  for (const char* mode : {"enforce", "complain", "disable"})
    words.push_back({"apparmor_profile", "usr.bin.tool", "", {{"mode", mode}, {"reload_on", {"file:*"}}}});
  words.push_back({"selinux_mode", "permissive", "", {{"policy", "targeted"}}});
  words.push_back({"selinux_boolean", "httpd_enable_cgi", "", {{"value", true}, {"persistent", true}}});
  for (const char* protocol : {"udp", "dccp", "sctp"})
    words.push_back({"selinux_port", "8080", "", {{"type", "http_port_t"}, {"protocol", protocol}}});
  words.push_back({"selinux_port", "8080", "", {{"state", "absent"}}});
}

void add_python(std::vector<SystemWord>& words) {
  words.push_back({"pip", "app", "virtualenv", {{"version", "1.0"}, {"site_packages", true}, {"user", "web"}}});
  words.push_back({"pip", "app", "", {{"state", "latest"}, {"python", "python3"}, {"extra_args", {"--no-index"}}}});
  words.push_back({"pip", "app", "virtualenv", {{"requirements", "OTHER"}, {"timeout", 60}}});
  words.push_back({"pip", "app", "virtualenv", {{"state", "absent"}}});
}

// What programs of the host make and change, none of which an image of a test has.
void add_made_by_programs(std::vector<SystemWord>& words) {
  const Json gone = {{"state", "absent"}};
  const Json owned = {{"owner", "web"}, {"group", "www"}, {"mode", "0640"}};
  const auto add = [&](const char* kind, Json attributes, bool is_owned = false) {
    if (is_owned) attributes.update(owned);
    words.push_back({kind, "", "", std::move(attributes)});
  };
  for (const char* kind : {"private_key", "ssh_keypair"}) {
    add(kind, {{"type", "ecdsa"}, {"bits", 384}, {"replace", true}}, true);
    add(kind, {{"type", "rsa"}, {"bits", 2048}});
    add(kind, {{"type", "ed25519"}});
    add(kind, gone);
  }
  words.push_back({"private_key", "", "", {{"passphrase", "geheim"}}});
  words.push_back({"ssh_keypair", "", "", {{"comment", "web@host"}}});
  add("ssh_keypair", gone);
  for (const char* kind : {"certificate", "certificate_request"}) {
    add(kind,
        {{"key", "OTHER"},
         {"common_name", "a.example"},
         {"subject", {{"O", "x"}}},
         {"ca", true},
         {"path_length", 0},
         {"digest", "sha384"}},
        true);
    add(kind, {{"key", "OTHER"},
               {"passphrase", "geheim"},
               {"names", {"a.example"}},
               {"key_usage", {"digitalSignature"}},
               {"extended_key_usage", {"serverAuth"}},
               {"digest", "sha512"}});
    add(kind, gone);
  }
  add("certificate", {{"key", "OTHER"},
                      {"names", {"a.example"}},
                      {"ca_certificate", "/srv/ca.pem"},
                      {"ca_key", "/srv/ca.key"},
                      {"ca_passphrase", "geheim"},
                      {"days", 90},
                      {"renew_within", 86400}});
  for (const char* hash : {"sha256", "apr1", "bcrypt"})
    words.push_back({"htpasswd", "web", "path", {{"password", "geheim"}, {"hash", hash}}});
  words.push_back({"htpasswd", "web", "path", gone});
  words.push_back({"apache_module", "ssl", "", Json::object()});
  words.push_back({"apache_module", "ssl", "", {{"state", "absent"}, {"force", true}}});
  words.push_back({"npm", "app", "path", {{"version", "1.0.0"}, {"registry", "https://a.example"}, {"user", "web"}}});
  words.push_back({"npm", "app", "", {{"state", "latest"}, {"extra_args", {"--offline"}}, {"timeout", 60}}});
  words.push_back({"npm", "app", "path", {{"dependencies", true}, {"production", true}}});
  words.push_back({"npm", "app", "path", gone});
  words.push_back({"gem", "app", "path", {{"version", "1.0.0"}, {"source", "https://a.example"}, {"user", "web"}}});
  words.push_back({"gem", "app", "", {{"state", "latest"}, {"prerelease", true}, {"program", "gem"}}});
  words.push_back({"gem", "app", "path", {{"extra_args", {"--", "--x"}}, {"timeout", 60}}});
  words.push_back({"gem", "app", "path", gone});
  add("sync", {{"source", "OTHER"}, {"delete", true}, {"exclude", {"x"}}, {"checksum", true}});
  add("sync", {{"source", "OTHER"}, {"owners", true}, {"hard_links", true}});
  words.push_back({"volume_group",
                   "data",
                   "",
                   {{"devices", {"/dev/vdb"}}, {"extent_size", 4194304}, {"options", {"--addtag", "x"}}}});
  words.push_back({"logical_volume", "data/www", "", {{"size", 4194304}, {"options", {"--addtag", "x"}}}});
  words.push_back({"logical_volume", "data/www", "", {{"share", "50%VG"}}});
  for (const char* type : {"ext4", "ext3", "ext2", "xfs", "btrfs", "vfat", "f2fs"})
    add("filesystem", {{"type", type}, {"label", "x"}, {"options", {"-v"}}, {"grow", true}, {"destroy", true}});
}

// What asks others, and restarts: nothing of it is done for an image.
void add_what_waits(std::vector<SystemWord>& words) {
  const Json bounds = {{"within", 0}, {"every", 1}, {"timeout", 1}, {"stable", 2}};
  const auto wait = [&](Json attributes, const char* place = "") {
    attributes.update(bounds);
    words.push_back({"wait", "it comes", place, std::move(attributes)});
  };
  wait({{"tcp", "localhost:9"}, {"state", "absent"}, {"via", "controller"}});
  wait(
      {{"http", "http://localhost:9/"}, {"host", "a.example"}, {"status", {200, 204}}, {"body", "x"}, {"via", "host"}});
  wait({{"command", {"/bin/true"}}, {"expect", {0, 1}}, {"run_on", {"file:*"}}});
  wait({{"contains", "x"}}, "path");
  words.push_back({"reboot", "at last", "when_exists", {{"within", 60}, {"notice", "x"}}});
  words.push_back({"reboot", "at last", "", {{"unless", {"/bin/true"}}}});
  words.push_back({"reboot", "at last", "", {{"run_on", {"file:*"}}}});
  const Json login = {
      {"username", "me"}, {"password", "x"}, {"headers", {{"A", "b"}}}, {"proxy", "http://a.example:1"}};
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "HEAD"}) {
    Json call = {{"url", "https://localhost:9/"}, {"method", method}, {"unless", {{"status", 200}}}};
    if (std::string_view(method) == "POST") {
      call.update(login);
      call.update({{"body", "x"}, {"status", 201}, {"contains", "y"}, {"timeout", 1}, {"validate_certs", true}});
      call["via"] = "host";
    }
    words.push_back({"http", "call", std::string_view(method) == "PUT" ? "ca_file" : "", std::move(call)});
  }
  words.push_back(
      {"http", "call", "", {{"url", "https://localhost:9/"}, {"run_on", {"file:*"}}, {"via", "controller"}}});
}

// Rules in files, and what of them other managers alone have, which is refused in an image.
void add_firewalls(std::vector<SystemWord>& words) {
  const auto add = [&words](const char* name, Json attributes) {
    words.push_back({"firewall", name, "", std::move(attributes)});
  };
  add("443/tcp", {{"manager", "nftables"}});
  add("443/tcp", {{"manager", "nftables"}, {"action", "deny"}, {"order", "first"}, {"log", true}, {"comment", "x"}});
  add("443/tcp", {{"state", "absent"}});
  add("web", {{"port", {80, "8000-8010"}}, {"protocol", "tcp"}, {"source", "10.0.0.0/8"}, {"action", "limit"}});
  add("web", {{"service", "https"}, {"destination", "::1"}, {"interface", "eth0"}, {"states", {"new"}}});
  add("web", {{"source_port", 68}, {"direction", "out"}, {"action", "reject"}, {"order", "last"}, {"family", "ipv4"}});
  add("lan", {{"direction", "forward"}, {"interface", "a"}, {"out_interface", "b"}, {"persistent", true}});
  add("lan", {{"family", "ipv6"}, {"protocol", "icmp"}});
  for (const char* chain : {"output", "forward", "prerouting", "postrouting"})
    add("own", {{"chain", chain}, {"expression", "counter"}});
  add("policy", {{"incoming", "deny"}, {"outgoing", "allow"}, {"forwarded", "deny"}});
  add("policy", {{"incoming", "allow"}, {"outgoing", "deny"}, {"forwarded", "allow"}});
  add("policy", {{"state", "absent"}});
  for (const char* level : {"off", "low", "medium", "high", "full"})
    add("policy", {{"manager", "ufw"}, {"incoming", "reject"}, {"enabled", true}, {"logging", level}});
  add("policy", {{"manager", "firewalld"}, {"outgoing", "reject"}, {"forwarded", "reject"}, {"zone", "dmz"}});
}

// Servers, which images have none of.
void add_databases(std::vector<SystemWord>& words) {
  const Json login = {{"as", "web"}, {"socket", "/run/x"}, {"login_file", "/srv/login"}};
  const auto add = [&](const char* kind, Json attributes) {
    words.push_back({kind, "app", "", std::move(attributes)});
  };
  const auto add_here = [&](const char* kind, Json attributes) {
    attributes.update(login);
    if (std::string_view(kind).starts_with("postgresql")) attributes["port"] = 5433;
    add(kind, std::move(attributes));
  };
  add_here("postgresql_database", {{"owner", "web"},
                                   {"encoding", "UTF8"},
                                   {"lc_collate", "C"},
                                   {"lc_ctype", "C"},
                                   {"template", "template0"},
                                   {"tablespace", "fast"},
                                   {"connection_limit", 9}});
  add_here("postgresql_role", {{"password", "x"},
                               {"update_password", "on_create"},
                               {"login", true},
                               {"superuser", true},
                               {"createdb", true},
                               {"createrole", true},
                               {"replication", true},
                               {"bypassrls", true},
                               {"inherit", true},
                               {"connection_limit", 9},
                               {"expires", "never"},
                               {"member_of", {"web"}},
                               {"append", true}});
  add("postgresql_role", {{"password_hash", "md53175bce1d3201d16594cebf9d7eb3f9d"}});
  for (const char* type : {"database", "schema", "table", "sequence", "function", "type"}) {
    Json grant = {{"role", "web"}, {"database", "app"}, {"type", type}, {"privileges", {"ALL"}}};
    const std::string_view name = type;
    if (name != "database") grant["schema"] = "public";
    if (name == "sequence") grant.update({{"default", true}, {"owner_role", "web"}});
    if (name != "database" && name != "schema" && name != "sequence") grant["objects"] = {"ALL"};
    if (name == "table") grant.update({{"grant_option", true}, {"exact", true}});
    add_here("postgresql_grant", std::move(grant));
  }
  add_here("postgresql_extension", {{"database", "app"}, {"schema", "public"}, {"version", "1.0"}, {"cascade", true}});
  words.push_back({"postgresql_setting", "work_mem", "", {{"value", "64MB"}, {"restart", true}}});
  words.back().attributes.update(login);
  words.back().attributes["port"] = 5433;
  words.push_back({"postgresql_setting", "work_mem", "", {{"state", "absent"}}});
  add_here("mysql_database", {{"encoding", "utf8mb4"}, {"collation", "utf8mb4_bin"}});
  for (const char* require : {"none", "tls", "certificate"}) {
    add_here("mysql_user", {{"host", "%"},
                            {"password", "x"},
                            {"update_password", "on_create"},
                            {"plugin", "mysql_native_password"},
                            {"require", require},
                            {"connection_limit", 9},
                            {"locked", true}});
  }
  add("mysql_user", {{"password_hash", "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19"}});
  add_here("mysql_grant", {{"user", "web"},
                           {"host", "%"},
                           {"database", "app"},
                           {"table", "t"},
                           {"privileges", {"ALL"}},
                           {"grant_option", true},
                           {"exact", true}});
  add("postgresql_grant", {{"role", "web"}, {"database", "app"}, {"type", "database"}, {"state", "absent"}});
  add("postgresql_extension", {{"database", "app"}, {"state", "absent"}});
  add("mysql_grant", {{"user", "web"}, {"database", "app"}, {"state", "absent"}});
  for (const char* kind : {"postgresql_database", "postgresql_role", "mysql_database", "mysql_user"})
    add(kind, {{"state", "absent"}});
}

std::vector<SystemWord> make_words() {
  const Json gone = {{"state", "absent"}};
  const Json service = {{"ExecStart", "/usr/bin/true"}};
  std::vector<SystemWord> words = {
      unit("app.service", {{"Service", service}}),
      unit("app.service", {{"Unit", {{"Description", "x"}}},
                           {"Service", {{"ExecStart", {"", "/usr/bin/true"}}, {"Type", "exec"}}},
                           {"Install", {{"WantedBy", "multi-user.target"}}},
                           {"backup", true}}),
      unit("app.service", {{"Service", {{"ExecStart", "/usr/bin/true"}, {"Type", "oneshot"}}}}),
      unit("app.service", gone),
      unit("app.service.d/x.conf", {{"Service", {{"Nice", "5"}}}}),
      unit("app.service.d/x.conf", gone),
      unit("web.service", {{"Service", service}, {"Install", {{"WantedBy", "multi-user.target"}}}}),
      unit("x.socket", {{"Socket", {{"ListenStream", "/run/x"}}}}),
      unit("x.timer", {{"Timer", {{"OnCalendar", "daily"}, {"Persistent", "true"}}}}),
      unit("x.path", {{"Path", {{"PathExists", "/srv/p"}}}}),
      unit("srv-p.mount", {{"Mount", {{"What", "/srv/q"}, {"Where", "/srv/p"}}}}),
      unit("srv-p.automount", {{"Automount", {{"Where", "/srv/p"}}}}),
      unit("x.swap", {{"Swap", {{"What", "/srv/q"}}}}),
      unit("x.slice", {{"Slice", {{"CPUQuota", "50%"}}}}),
      unit("x.scope.d/x.conf", {{"Scope", {{"RuntimeMaxSec", "1d"}}}}),
      {"mount", "", "", {{"source", "OTHER"}, {"options", {"bind", "ro"}}, {"pass", 0}, {"dump", 0}}},
      {"mount", "", "", {{"source", "UUID=ab"}, {"type", "ext4"}, {"state", "present"}, {"backup", true}}},
      {"mount", "", "", {{"source", "none"}, {"type", "tmpfs"}, {"state", "unmounted"}, {"remount_on", {"file:*"}}}},
      {"mount", "", "", {{"source", "none"}, {"type", "tmpfs"}, {"state", "ephemeral"}}},
      {"mount", "", "", gone},
      {"swap", "", "", {{"size", "1MiB"}, {"priority", 3}, {"options", "discard"}}},
      {"swap", "", "", {{"state", "present"}, {"backup", true}}},
      {"swap", "", "", {{"state", "inactive"}}},
      {"swap", "", "", {{"size", "1MiB"}, {"state", "absent"}}},
      {"sysctl", "vm.swappiness", "", {{"value", "10"}}},
      {"sysctl", "vm.swappiness", "", {{"value", "20"}, {"live", true}, {"persistent", true}, {"optional", true}}},
      {"sysctl", "kernel.panic", "file", {{"value", "5"}, {"backup", true}}},
      {"sysctl", "kernel.panic", "file", gone},
      {"kernel_module", "loop", "", {{"persistent", true}, {"params", "max_loop=9"}}},
      {"kernel_module", "loop", "", {{"blacklisted", true}, {"state", "absent"}}},
      {"kernel_module", "loop", "", {{"state", "present"}}},
      {"hostname", "web1", "", Json::object()},
      {"timezone", "Etc/UTC", "", Json::object()},
      {"timezone", "Europe/Berlin", "", Json::object()},
      {"locale", "C.UTF-8", "", {{"default", true}}},
      {"locale", "de_DE.UTF-8", "", gone},
      {"alternatives", "tool", "path", {{"link", "/opt/tool"}, {"priority", 9}}},
      {"alternatives", "tool", "path", {{"link", "/opt/tool"}, {"state", "present"}, {"followers", Json::array()}}},
      {"alternatives", "tool", "path", {{"link", "/opt/tool"}, {"state", "absent"}}},
      {"alternatives", "tool", "", {{"state", "auto"}}},
      {"dpkg_divert", "", "", {{"rename", true}}},
      {"dpkg_divert", "", "", {{"divert", "OTHER"}, {"holder", "app"}, {"rename", false}}},
      {"dpkg_divert", "", "", {{"state", "absent"}, {"delete", true}}},
  };
  words.push_back({"capabilities", "", "", {{"capability", "cap_net_raw=ep"}}});
  words.push_back({"capabilities", "", "", {{"state", "absent"}}});
  add_answers(words);
  add_what_waits(words);
  add_firewalls(words);
  add_repositories(words);
  add_selinux(words);
  add_python(words);
  add_containers(words);
  add_databases(words);
  add_made_by_programs(words);
  return words;
}

}  // namespace

Resource SystemWord::make(const std::string& path, const std::string& other) const {
  Resource made{kind, name.empty() ? path : name, attributes};
  if (!place.empty()) made.attributes[place] = path;
  for (Json& value : made.attributes) {
    if (value == "OTHER") value = other;
  }
  return made;
}

const std::vector<SystemWord>& system_words() {
  static const std::vector<SystemWord> all = make_words();
  return all;
}

bool is_of_kernel(const Resource& resource) {
  static const std::vector<std::string> kinds = {"sysctl",   "hostname", "mount",  "swap", "kernel_module",
                                                 "firewall", "wait",     "reboot", "http", "compose"};
  return resource.kind.starts_with("container") || std::find(kinds.begin(), kinds.end(), resource.kind) != kinds.end();
}

}  // namespace plumb::meet
