// What each kind finds on a host that somebody has worked on by hand; and that its own provider finds nothing to do
// about what it found.
#include "providers/sdk/survey.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/host_text.h"
#include "providers/sdk/builtin.h"
#include "providers/sdk/fake_system.h"

namespace plumb {
namespace {

constexpr const char* kKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJxq alice@desk";

class SurveyOfAHost : public ::testing::Test {
 protected:
  SurveyOfAHost() {
    system_.add_program("apt-get");
    system_.make_file("/etc/login.defs", "UID_MIN 1000\nUID_MAX 60000\n");
    system_.make_file(
        "/etc/passwd",
        "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n"
        "daemon-of-package:x:101:101::/:/usr/sbin/nologin\nalice:x:1500:1500:Alice:/home/alice:/bin/bash\n"
        "runner:x:998:998::/srv/runner:/usr/sbin/nologin\n");
    system_.make_file(
        "/etc/group",
        "root:x:0:\nsudo:x:27:alice\nwww-data:x:33:\nalice:x:1500:\nrunner:x:998:\nweb:x:1600:www-data\n");
    system_.make_file("/etc/shadow", "root:*:19000::::::\nalice:$6$salt$" + std::string(86, 'a') +
                                         ":19000:0:99999:7:::\nrunner:!:19000::::::\n");
    system_.make_file("/etc/hosts", "127.0.0.1 localhost\n::1 ip6-localhost\n192.0.2.7 db db.example\n");
    add_packages();
    packaged_ = *(*kinds_.managers().packages_of(system_))->packaged(system_);
  }

  void add_packages() {
    system_.make_file(
        "/var/lib/dpkg/status",
        "Package: base\nStatus: install ok installed\nPriority: required\nArchitecture: amd64\nVersion: 1\n\n"
        "Package: nginx\nStatus: install ok installed\nPriority: optional\nArchitecture: amd64\nVersion: 1\n"
        "Depends: libx (>= 1), common | other\nConffiles:\n /etc/nginx/nginx.conf " +
            md5_of("as it came\n") + "\n /etc/nginx/mime.types " + md5_of("types\n") + "\n /etc/nginx/gone.conf " +
            md5_of("x") +
            "\n\n"
            "Package: libx\nStatus: install ok installed\nPriority: optional\nArchitecture: amd64\nVersion: 1\n\n"
            "Package: jq\nStatus: hold ok installed\nPriority: optional\nArchitecture: amd64\nVersion: 1\n\n"
            "Package: asked\nStatus: install ok installed\nPriority: optional\nArchitecture: amd64\nVersion: 1\n\n");
    system_.make_file("/var/lib/apt/extended_states", "Package: asked\nArchitecture: amd64\nAuto-Installed: 1\n\n");
    system_.make_file("/var/lib/dpkg/info/nginx.list",
                      "/.\n/etc\n/etc/nginx\n/etc/nginx/nginx.conf\n/etc/nginx/mime.types\n");
    system_.make_file("/var/lib/dpkg/info/nginx.postinst", "#!/bin/sh\nadduser --system daemon-of-package\n");
    system_.make_file("/var/lib/dpkg/info/nginx.md5sums", md5_of("a template\n") + "  usr/share/nginx/template\n");
    system_.make_file("/etc/nginx/nginx.conf", "changed\n");
    system_.make_file("/etc/nginx/mime.types", "types\n");
  }

  Survey look(const std::string& kind) {
    Survey survey;
    kinds_.find(kind)->adoption.look({system_, kinds_.managers(), packaged_.get()}, survey);
    return survey;
  }
  // {"name": {attributes}} of what it finds.
  Json found(const std::string& kind) {
    Json all = Json::object();
    for (const FoundThing& thing : look(kind).things) all[thing.name] = thing.attributes;
    return all;
  }
  // The kind's own provider has nothing to do about what it finds.
  void expect_settled(const std::string& kind_name) {
    const Kind& kind = *kinds_.find(kind_name);
    const std::string identity = kind.schema.json()["x-identity"];
    for (const FoundThing& thing : look(kind_name).things) {
      Desired desired;
      desired.address = {"", kind_name, thing.name};
      desired.attributes = thing.attributes;
      desired.attributes[identity] = thing.name;
      for (const ContentAttribute& content : kind.contents) {
        if (desired.has(content.content))
          desired.attributes[content.content] = digest(bytes_of_text(desired.text(content.content)));
      }
      const Seen seen = see(*kind.provider, desired, system_);
      EXPECT_FALSE(seen.problem) << kind_name << " " << thing.name << ": " << seen.problem->summary;
      EXPECT_TRUE(seen.change.empty()) << kind_name << " " << thing.name << ": " << to_json(seen.change).dump(2);
    }
  }

  FakeSystem system_;
  Registry kinds_ = described_builtin_kinds();
  std::shared_ptr<const Packaged> packaged_;
};

TEST_F(SurveyOfAHost, PackagesThatSomebodyAskedFor) {
  EXPECT_EQ(found("package"), (Json{{"nginx", Json::object()}, {"jq", {{"hold", true}}}}));
}

TEST_F(SurveyOfAHost, PackagesThatOnlyWhatTheyBroughtNeedsStand) {
  std::string status = *system_.read_file("/var/lib/dpkg/status", 1 << 20);
  const auto add = [&](const char* name, const char* needs) {
    status += std::string("Package: ") + name +
              "\nStatus: install ok installed\nPriority: optional\nArchitecture: amd64\n" +
              "Version: 1\nDepends: " + needs + "\n\n";
  };
  add("db-server", "base");
  add("db-plugin", "db-server (>= 1)");  // came along, as what the server recommends
  add("timer", "base");
  add("rotator", "timer | other-timer | base");  // has one of the others
  add("web", "web-parts");
  add("web-parts", "web-data");
  add("web-data", "base");
  system_.make_file("/var/lib/dpkg/status", status);
  system_.make_file("/var/lib/apt/extended_states",
                    "Package: asked\nArchitecture: amd64\nAuto-Installed: 1\n\nPackage: db-plugin\nArchitecture: "
                    "amd64\nAuto-Installed: 1\n\nPackage: web-parts\nArchitecture: amd64\nAuto-Installed: 1\n\n");
  const Json all = found("package");
  for (const char* name : {"db-server", "timer", "rotator", "web"}) EXPECT_TRUE(all.contains(name)) << name;
  for (const char* name : {"db-plugin", "web-parts", "web-data", "base"}) EXPECT_FALSE(all.contains(name)) << name;
}

TEST_F(SurveyOfAHost, FilesThatSomebodyChangedAddedOrTookAway) {
  system_.make_file("/etc/app/app.conf", "mine\n", 0640);
  system_.make_file("/etc/app/copy", "a template\n");
  system_.make_file("/etc/app/old.conf.dpkg-old", "x");
  system_.make_file("/etc/app/secret", "x", 0600);
  system_.make_file("/etc/ssl/own.key", "x");
  system_.make_file("/etc/machine-id", "0123");
  const Json all = found("file");
  EXPECT_EQ(all["/etc/nginx/nginx.conf"], (Json{{"content", "changed\n"}}));
  EXPECT_EQ(all["/etc/nginx/gone.conf"], (Json{{"state", "absent"}}));
  EXPECT_EQ(all["/etc/app/app.conf"], (Json{{"content", "mine\n"}, {"mode", "0640"}}));
  EXPECT_EQ(all["/etc/app/secret"], (Json{{"mode", "0600"}}));
  EXPECT_EQ(all["/etc/ssl/own.key"], Json::object());
  for (const char* other : {"/etc/nginx/mime.types", "/etc/app/copy", "/etc/app/old.conf.dpkg-old", "/etc/machine-id",
                            "/etc/passwd", "/etc/shadow"})
    EXPECT_FALSE(all.contains(other)) << other;
  EXPECT_EQ(found("directory"), (Json{{"/etc/app", Json::object()}, {"/etc/ssl", Json::object()}}));
  expect_settled("file");
  expect_settled("directory");
}

TEST_F(SurveyOfAHost, WithoutPackagesNothingTellsWhatAFileIs) {
  packaged_ = nullptr;
  EXPECT_EQ(found("file"), Json::object());
  ASSERT_EQ(look("file").left_out.size(), 1);
  EXPECT_EQ(look("file").left_out[0].what, "/etc");
}

TEST_F(SurveyOfAHost, ServicesThatStartWithAHostOfAnotherManager) {
  system_.make_file("/run/openrc/softlevel", "default\n");
  system_.make_file("/etc/init.d/nginx", "#!/sbin/openrc-run\n", 0755);
  system_.make_link("/etc/runlevels/default/nginx", "/etc/init.d/nginx");
  system_.make_directory("/etc/runlevels/boot");
  EXPECT_EQ(found("service"), (Json{{"nginx", {{"enabled", true}}}}));
  expect_settled("service");
  system_.remove("/run/openrc");
  system_.remove("/etc/runlevels");
  system_.make_directory("/run/runit");
  system_.make_file("/etc/sv/sshd/run", "#!/bin/sh\n", 0755);
  system_.make_link("/var/service/sshd", "/etc/sv/sshd");
  system_.make_link("/var/service/agetty-tty1", "/etc/sv/agetty-tty1");
  EXPECT_EQ(found("service"), (Json{{"sshd", {{"enabled", true}}}}));
  expect_settled("service");
}

TEST_F(SurveyOfAHost, AccountsThatSomebodyMadeWithoutTheirPasswords) {
  EXPECT_EQ(
      found("user"),
      (Json{{"alice", {{"uid", 1500}, {"groups", {"sudo"}}, {"shell", "/bin/bash"}, {"comment", "Alice"}}},
            {"runner", {{"uid", 998}, {"home", "/srv/runner"}, {"shell", "/usr/sbin/nologin"}, {"system", true}}}}));
  EXPECT_EQ(found("group"), (Json{{"web", {{"gid", 1600}, {"members", {"www-data"}}}}}));
  system_.make_file("/var/lib/systemd/linger/runner", "");
  EXPECT_EQ(found("user")["runner"]["linger"], true);
  for (const FoundThing& user : look("user").things)
    EXPECT_EQ(user.withheld.size(), user.name == "alice" ? 1 : 0) << user.name;
  system_.make_file("/home/alice/.ssh/authorized_keys",
                    std::string("# mine\nfrom=\"192.0.2.1, x\",no-pty ") + kKey + "\n");
  EXPECT_EQ(found("authorized_key"),
            (Json{{"alice", {{"key", kKey}, {"options", {"from=\"192.0.2.1, x\"", "no-pty"}}}}}));
}

TEST_F(SurveyOfAHost, TablesOfCron) {
  system_.make_file("/etc/cron.d/named", "MAILTO=root\n# plumb: clean up\n5 4 * * * root /usr/bin/clean\n");
  system_.make_file("/etc/cron.d/plain", "5 4 * * * root /usr/bin/clean\n");
  EXPECT_EQ(found("cron"),
            (Json{{"MAILTO", {{"file", "named"}, {"value", "root"}}},
                  {"clean up",
                   {{"file", "named"}, {"minute", "5"}, {"hour", "4"}, {"user", "root"}, {"job", "/usr/bin/clean"}}}}));
  expect_settled("cron");
  EXPECT_TRUE(found("file").contains("/etc/cron.d/plain"));
  EXPECT_TRUE(look("cron").left_out.empty());
  system_.make_file("/var/spool/cron/crontabs/alice", "5 4 * * * /usr/bin/clean\n");
  ASSERT_EQ(look("cron").left_out.size(), 1);
  EXPECT_EQ(look("cron").left_out[0].what, "/var/spool/cron/crontabs/alice");
}

TEST_F(SurveyOfAHost, ValuesOfTheKernelAndItsModules) {
  system_.make_file("/etc/sysctl.d/50-own.conf", "# mine\nnet.ipv4.ip_forward=1\n-kernel.none = 2\n");
  system_.make_file("/etc/sysctl.d/60-globs.conf", "net.ipv4.conf.*.x = 1\n");
  system_.make_file("/proc/sys/net/ipv4/ip_forward", "0\n");
  system_.make_file("/etc/modules-load.d/br_netfilter.conf", "br_netfilter\n");
  system_.make_file("/proc/modules", "br_netfilter 1 0 - Live 0x0\n");
  EXPECT_EQ(found("sysctl"),
            (Json{{"net.ipv4.ip_forward", {{"file", "/etc/sysctl.d/50-own.conf"}, {"value", "1"}, {"live", false}}},
                  {"kernel.none", {{"file", "/etc/sysctl.d/50-own.conf"}, {"value", "2"}, {"optional", true}}}}));
  EXPECT_EQ(found("kernel_module"), (Json{{"br_netfilter", {{"persistent", true}, {"state", "present"}}}}));
}

TEST_F(SurveyOfAHost, LinesOfTheSystemsOwnFiles) {
  system_.make_file("/etc/fstab",
                    "UUID=1 / ext4 defaults 0 1\n/dev/vdb /srv ext4 noatime 0 2\n/swapfile none swap sw,pri=5 0 0\n");
  system_.make_file("/etc/environment", "EDITOR=vim\nLANGUAGE=\"en de\"\n");
  system_.make_file("/etc/security/limits.d/app.conf", "app soft nofile 4096 # many\n");
  system_.make_file("/etc/hostname", "web1\n");
  system_.make_link("/etc/localtime", "/usr/share/zoneinfo/Europe/Berlin");
  system_.make_file("/etc/locale.gen", "# de_DE.UTF-8 UTF-8\nen_GB.UTF-8 UTF-8\n");
  system_.make_file("/etc/default/locale", "LANG=en_GB.UTF-8\n");
  system_.make_file("/etc/sudoers.d/deploy", "deploy ALL=(root) NOPASSWD: /usr/bin/a, /usr/bin/b x\n", 0440);
  system_.make_file("/etc/sudoers.d/two", "a ALL=(ALL) ALL\nb ALL=(ALL) ALL\n", 0440);
  system_.make_file("/etc/ssh/ssh_known_hosts", "git.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJxq\n");
  EXPECT_EQ(
      found("mount"),
      (Json{
          {"/srv",
           {{"source", "/dev/vdb"}, {"type", "ext4"}, {"options", {"noatime"}}, {"pass", 2}, {"state", "present"}}}}));
  EXPECT_EQ(found("swap"), (Json{{"/swapfile", {{"priority", 5}, {"state", "present"}}}}));
  EXPECT_EQ(found("environment"), (Json{{"EDITOR", {{"value", "vim"}}}, {"LANGUAGE", {{"value", "en de"}}}}));
  EXPECT_EQ(found("limits"),
            (Json{{"app soft nofile", {{"path", "/etc/security/limits.d/app.conf"}, {"value", "4096"}}}}));
  EXPECT_EQ(found("hostname"), (Json{{"web1", Json::object()}}));
  EXPECT_EQ(found("timezone"), (Json{{"Europe/Berlin", Json::object()}}));
  EXPECT_EQ(found("locale"), (Json{{"en_GB.UTF-8", {{"default", true}}}}));
  EXPECT_EQ(found("host_entry"), (Json{{"db", {{"address", "192.0.2.7"}, {"aliases", {"db.example"}}}}}));
  EXPECT_EQ(found("sudoers"), (Json{{"deploy",
                                     {{"user", "deploy"},
                                      {"run_as", "root"},
                                      {"nopassword", true},
                                      {"commands", {"/usr/bin/a", "/usr/bin/b x"}}}}}));
  EXPECT_EQ(found("known_host"), (Json{{"git.example", {{"key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJxq"}}}}));
  expect_settled("environment");
  system_.make_file("/etc/environment", "API_TOKEN=0123456789\n");
  EXPECT_EQ(found("environment"), (Json{{"API_TOKEN", Json::object()}}));
  EXPECT_EQ(look("environment").things.at(0).withheld.at(0).attribute, "value");
  expect_settled("host_entry");
  expect_settled("known_host");
  expect_settled("sudoers");
}

TEST_F(SurveyOfAHost, UnitsAndWhatAddsToThem) {
  system_.make_file("/etc/systemd/system/app.service",
                    "[Unit]\nDescription=App\n[Service]\nExecStart=/bin/a\nEnvironment=A=1\nEnvironment=B=2\n");
  system_.make_file("/etc/systemd/system/nginx.service.d/own.conf", "[Service]\nRestart=always\n");
  system_.make_link("/etc/systemd/system/noise.service", "/dev/null");
  system_.make_directory("/run/systemd/system");
  system_.add_program("systemctl");
  system_.script("systemctl list-unit-files*",
                 {0, "app.service enabled enabled\ncron.service disabled enabled\nssh.service enabled enabled\n", {}});
  system_.script("systemctl list-units*", {0, "app.service loaded active running App\n", {}});
  EXPECT_EQ(found("systemd_unit"),
            (Json{{"/etc/systemd/system/app.service",
                   {{"Unit", {{"Description", "App"}}},
                    {"Service", {{"ExecStart", "/bin/a"}, {"Environment", {"A=1", "B=2"}}}}}},
                  {"/etc/systemd/system/nginx.service.d/own.conf", {{"Service", {{"Restart", "always"}}}}}}));
  expect_settled("systemd_unit");
  EXPECT_EQ(found("service"), (Json{{"app", {{"enabled", true}, {"state", "running"}}},
                                    {"cron", {{"enabled", false}}},
                                    {"noise", {{"masked", true}}}}));
}

TEST_F(SurveyOfAHost, RepositoriesWithTheirKeysButTheDistributionsOwn) {
  system_.make_file("/etc/apt/sources.list.d/debian.sources",
                    "Types: deb\nURIs: http://deb.debian.org/debian\nSuites: bookworm\nComponents: main\n");
  system_.make_file("/etc/apt/sources.list.d/vendor.sources",
                    "Types: deb\nURIs: https://vendor.example/apt\nSuites: stable\nComponents: main\n"
                    "Signed-By: /etc/apt/keyrings/vendor.asc\n");
  system_.make_file("/etc/apt/keyrings/vendor.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n");
  const Survey survey = look("apt_repository");
  ASSERT_EQ(survey.things.size(), 1);
  EXPECT_EQ(survey.things[0].name, "vendor");
  EXPECT_EQ(survey.things[0].attributes["key"], "-----BEGIN PGP PUBLIC KEY BLOCK-----\n");
  EXPECT_EQ(survey.things[0].covers,
            (std::vector<std::string>{"/etc/apt/sources.list.d/vendor.sources", "/etc/apt/keyrings/vendor.asc"}));
  EXPECT_EQ(survey.settled, (std::vector<std::string>{"/etc/apt/sources.list.d/debian.sources"}));
}

TEST_F(SurveyOfAHost, ChosenProgramsAndDiversions) {
  system_.make_file("/var/lib/dpkg/alternatives/editor", "manual\n/usr/bin/editor\n\n/usr/bin/vim\n50\n\n");
  system_.make_file("/var/lib/dpkg/alternatives/pager", "auto\n/usr/bin/pager\n\n/usr/bin/less\n50\n\n");
  system_.make_link("/etc/alternatives/editor", "/usr/bin/vim");
  system_.make_file("/var/lib/dpkg/diversions", "/usr/bin/a\n/usr/bin/a.distrib\n:\n/usr/bin/b\n/usr/bin/b.x\ndash\n");
  EXPECT_EQ(found("alternatives"), (Json{{"editor", {{"path", "/usr/bin/vim"}}}}));
  EXPECT_EQ(found("dpkg_divert"), (Json{{"/usr/bin/a", Json::object()}}));
}

TEST_F(SurveyOfAHost, ContainersBeyondWhatTheirImagesBring) {
  system_.add_program("docker");
  const Json image = {{"Id", "sha256:11"}, {"Config", {{"Env", {"PATH=/bin", "LANG=C"}}, {"Cmd", {"/bin/app"}}}}};
  const Json mine = {
      {"Name", "/web"},
      {"Image", "sha256:11"},
      {"State", {{"Status", "running"}}},
      {"Config",
       {{"Image", "app:1"},
        {"Env", {"PATH=/bin", "LANG=C", "MODE=live"}},
        {"Cmd", {"/bin/app", "-v"}},
        {"Labels", Json::object()}}},
      {"HostConfig",
       {{"NetworkMode", "bridge"},
        {"RestartPolicy", {{"Name", "always"}}},
        {"PortBindings", {{"80/tcp", {{{"HostIp", ""}, {"HostPort", "8080"}}}}}}}},
      {"Mounts", Json::array({{{"Type", "volume"}, {"Name", "data"}, {"Destination", "/data"}, {"RW", true}}})},
      {"NetworkSettings", {{"Networks", {{"bridge", Json::object()}}}}}};
  Json composed = mine;
  composed["Name"] = "/composed";
  composed["Config"]["Labels"] = {{"com.docker.compose.project", "shop"}};
  system_.script("docker ps*", {0, "web\ncomposed\n", {}});
  system_.script("docker *inspect*", {0, Json::array({image}).dump(), {}});
  system_.script("docker container inspect*", {0, Json::array({mine, composed}).dump(), {}});
  system_.script("docker volume ls*", {0, std::string(64, 'a') + "\ndata\n", {}});
  system_.script("docker images*", {0, "docker.io/library/app:1\n<none>:<none>\n", {}});
  system_.script("docker network ls*", {0, "bridge\nhost\nfront\n", {}});
  EXPECT_EQ(found("container"), (Json{{"web",
                                       {{"image", "app:1"},
                                        {"command", {"/bin/app", "-v"}},
                                        {"env", {{"MODE", "live"}}},
                                        {"ports", {"8080:80/tcp"}},
                                        {"volumes", {"data:/data"}},
                                        {"restart", "always"}}}}));
  EXPECT_EQ(look("container").left_out.size(), 1);
  EXPECT_EQ(found("container_image"), (Json{{"docker.io/library/app:1", Json::object()}}));
  EXPECT_EQ(found("container_volume"), (Json{{"data", Json::object()}}));
  EXPECT_EQ(found("container_network"), (Json{{"front", Json::object()}}));
}

TEST_F(SurveyOfAHost, WhatUsersHaveInAPodmanOfTheirOwn) {
  system_.add_program("podman");
  system_.make_directory("/run/systemd/system");
  system_.add_user({"alice", 1500, 1500, "Alice", "/home/alice", "/bin/bash"});
  system_.script("systemd-run*podman*", {0, "", {}});
  system_.script("systemd-run*--uid=alice*podman volume ls*", {0, "data\n", {}});
  EXPECT_EQ(found("container_volume"), Json::object());
  system_.make_file("/var/lib/systemd/linger/alice", "");
  EXPECT_EQ(found("container_volume"), Json::object()) << "who has no containers is not asked";
  system_.make_directory("/home/alice/.local/share/containers/storage");
  EXPECT_EQ(found("container_volume"), (Json{{"data", {{"as", "alice"}}}}));
}

TEST_F(SurveyOfAHost, WhatServersOfDatabasesHaveWithoutPasswords) {
  system_.add_program("psql");
  system_.add_program("mysql");
  system_.add_user({"postgres", 120, 120, "", "/var/lib/postgresql", "/bin/sh"});
  EXPECT_EQ(found("postgresql_role"), Json::object());
  EXPECT_TRUE(look("postgresql_role").left_out.empty());
  system_.make_file("/run/postgresql/.s.PGSQL.5433", "");
  system_.make_file("/run/mysqld/mysqld.sock", "");
  system_.script("psql*", {0, R"({"name": "shop", "hash": true, "a": {"login": null, "connection_limit": 50}})", {}});
  EXPECT_EQ(found("postgresql_role"), (Json{{"shop", {{"connection_limit", 50}, {"port", 5433}}}}));
  EXPECT_NE(system_.requests().back().stdin_text.find("SET search_path = '';\n"), std::string::npos);
  const Survey roles = look("postgresql_role");
  ASSERT_EQ(roles.things.size(), 1);
  ASSERT_EQ(roles.things[0].withheld.size(), 1);
  EXPECT_EQ(roles.things[0].withheld[0].attribute, "password_hash");
  system_.script("mysql*",
                 {0,
                  "{\"user\": \"blog\", \"host\": \"%\"}\nGRANT USAGE ON *.* TO `blog`@`%` IDENTIFIED BY "
                  "PASSWORD '*0'\nGRANT SELECT, INSERT ON "
                  "`blog`.* TO `blog`@`%` WITH GRANT OPTION\nGRANT ALL PRIVILEGES ON `a.``b`.`c` TO "
                  "`blog`@`%`\nGRANT EXECUTE ON PROCEDURE `blog`.`p` TO `blog`@`%`\nGRANT `reader`@`%` TO `blog`@`%`\n",
                  {}});
  EXPECT_EQ(found("mysql_grant"),
            (Json{{"blog@%: blog",
                   {{"user", "blog"},
                    {"host", "%"},
                    {"database", "blog"},
                    {"privileges", {"INSERT", "SELECT"}},
                    {"grant_option", true}}},
                  {"blog@%: a.`b.c",
                   {{"user", "blog"}, {"host", "%"}, {"database", "a.`b"}, {"table", "c"}, {"privileges", {"ALL"}}}}}));
  ASSERT_EQ(look("mysql_grant").left_out.size(), 2);
  EXPECT_EQ(look("mysql_grant").left_out[0].what, "that blog@% is in `reader`@`%`");
  system_.script("psql*", {2, "", "no such role"});
  EXPECT_EQ(found("postgresql_role"), Json::object());
  ASSERT_EQ(look("postgresql_role").left_out.size(), 1);
}

TEST_F(SurveyOfAHost, RulesOfUfwWhereItIsTheFirewall) {
  system_.make_file("/usr/sbin/ufw", "", 0755);
  system_.add_program("ufw");
  system_.make_file("/etc/default/ufw", "IPV6=yes\nDEFAULT_INPUT_POLICY=\"DROP\"\nDEFAULT_OUTPUT_POLICY=\"ACCEPT\"\n");
  system_.make_file("/etc/ufw/user.rules",
                    "### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in comment=737368\n"
                    "### tuple ### allow tcp 80 0.0.0.0/0 any 0.0.0.0/0 in comment=776562\n"
                    "### tuple ### allow tcp 443 0.0.0.0/0 any 0.0.0.0/0 in comment=776562\n"
                    "### tuple ### deny any any 0.0.0.0/0 any 192.0.2.0/24 in\n");
  system_.make_file("/etc/ufw/user6.rules",
                    "### tuple ### allow tcp 22 ::/0 any ::/0 in comment=737368\n"
                    "### tuple ### allow tcp 80 ::/0 any ::/0 in comment=776562\n"
                    "### tuple ### allow tcp 443 ::/0 any ::/0 in comment=776562\n");
  system_.make_file("/etc/ufw/ufw.conf", "ENABLED=no\nLOGLEVEL=low\n");
  EXPECT_EQ(found("firewall"), Json::object());
  system_.make_file("/etc/ufw/ufw.conf", "ENABLED=yes\nLOGLEVEL=low\n");
  EXPECT_EQ(found("firewall"),
            (Json{{"ssh", {{"port", {"22"}}, {"protocol", {"tcp"}}}},
                  {"web", {{"port", {"80", "443"}}, {"protocol", {"tcp"}}}},
                  {"deny in from 192.0.2.0/24", {{"action", "deny"}, {"source", {"192.0.2.0/24"}}}},
                  {"policy", {{"incoming", "deny"}, {"outgoing", "allow"}, {"enabled", true}, {"logging", "low"}}}}));
}

TEST_F(SurveyOfAHost, EachKindSurvivesAHostThatHasNothing) {
  FakeSystem empty;
  for (const Kind& kind : kinds_.all()) {
    if (kind.adoption.look == nullptr) continue;
    EXPECT_FALSE(kind.adoption.chapter.empty()) << kind.name;
    Survey survey;
    kind.adoption.look({empty, kinds_.managers(), nullptr}, survey);
    EXPECT_TRUE(survey.things.empty()) << kind.name;
  }
}

}  // namespace
}  // namespace plumb
