#include "testdata/meet/container_words.h"

namespace plumb::meet {
namespace {

constexpr const char* kImageName = "localhost/app:1";

void add_container(std::vector<SystemWord>& words) {
  const auto add = [&words](Json attributes) {
    if (attributes.value("state", "") != "absent") attributes["image"] = kImageName;
    words.push_back({"container", "web", "", std::move(attributes)});
  };
  add({{"state", "absent"}});
  add({{"state", "stopped"}, {"pull", "always"}, {"engine", "docker"}});
  add({{"state", "present"}, {"pull", "never"}, {"engine", "podman"}, {"as", "web"}, {"timeout", 60}});
  add({{"command", {"sleep", "1"}},
       {"entrypoint", {"/bin/sh"}},
       {"env", {{"A", "b"}}},
       {"ports", {"8080:80"}},
       {"volumes", {"/srv/p:/data:ro", "data:/var"}},
       {"tmpfs", {"/run"}},
       {"networks", {"front"}},
       {"hostname", "web1"},
       {"user", "1000"},
       {"workdir", "/srv"},
       {"labels", {{"a", "b"}}},
       {"restart", "always"},
       {"health", {{"command", "true"}, {"interval", 10}}}});
  add({{"memory", "64M"},
       {"cpus", "0.5"},
       {"shm_size", "1M"},
       {"pids_limit", 9},
       {"privileged", true},
       {"read_only", true}});
  add({{"init", true},
       {"tty", true},
       {"interactive", true},
       {"add_capabilities", {"NET_ADMIN"}},
       {"drop_capabilities", {"ALL"}}});
  add({{"security", {"no-new-privileges"}},
       {"devices", {"/dev/fuse"}},
       {"ulimits", {{"nofile", "9"}}},
       {"sysctls", {{"a", "1"}}}});
  add({{"dns", {"192.0.2.1"}},
       {"hosts", {{"a", "192.0.2.2"}}},
       {"log_driver", "none"},
       {"log_options", {{"tag", "x"}}}});
  add({{"stop_signal", "SIGQUIT"}, {"stop_timeout", 1}, {"pid", "host"}, {"ipc", "host"}, {"userns", "keep-id"}});
  add({{"options", {"--cgroupns=host"}}, {"restart_on", {"file:*"}}});
}

void add_image(std::vector<SystemWord>& words) {
  const auto add = [&words](Json attributes, const char* place = "") {
    words.push_back({"container_image", kImageName, place, std::move(attributes)});
  };
  add({{"state", "absent"}, {"engine", "podman"}});
  add({{"pull", "always"}, {"engine", "docker"}, {"timeout", 60}});
  add({{"digest", "sha256:" + std::string(64, 'a')}, {"as", "web"}});
  add({{"build", {{"path", "/srv/p"}}}, {"rebuild_on", {"file:*"}}});
  add(Json::object(), "archive");
}

}  // namespace

void add_containers(std::vector<SystemWord>& words) {
  const Json gone = {{"state", "absent"}, {"engine", "podman"}};
  const Json theirs = {
      {"engine", "docker"}, {"as", "web"}, {"timeout", 60}, {"labels", {{"a", "b"}}}, {"options", {{"c", "d"}}}};
  add_container(words);
  add_image(words);
  Json network = {{"driver", "bridge"},
                  {"subnet", {"10.89.0.0/24"}},
                  {"gateway", {"10.89.0.1"}},
                  {"ip_range", {"10.89.0.0/25"}},
                  {"ipam_driver", "default"},
                  {"internal", true},
                  {"ipv6", true},
                  {"attachable", true}};
  network.update(theirs);
  words.push_back({"container_network", "front", "", std::move(network)});
  words.push_back({"container_network", "front", "", gone});
  Json volume = {{"driver", "local"}};
  volume.update(theirs);
  words.push_back({"container_volume", "data", "", std::move(volume)});
  words.push_back({"container_volume", "data", "", gone});
  words.push_back({"container_registry",
                   "r.example",
                   "",
                   {{"username", "me"}, {"password", "geheim"}, {"engine", "docker"}, {"as", "web"}, {"timeout", 60}}});
  words.push_back({"container_registry", "r.example", "", gone});
  words.push_back(
      {"compose",
       "",
       "",
       {{"project", "app"}, {"files", {"a.yaml"}}, {"profiles", {"x"}}, {"pull", "always"}, {"build", true}}});
  words.push_back({"compose",
                   "",
                   "",
                   {{"state", "stopped"},
                    {"env_files", {"OTHER"}},
                    {"remove_orphans", true},
                    {"engine", "docker"},
                    {"restart_on", {"file:*"}}}});
  words.push_back(
      {"compose",
       "",
       "",
       {{"state", "absent"}, {"remove_volumes", true}, {"engine", "podman"}, {"as", "web"}, {"timeout", 60}}});
}

}  // namespace plumb::meet
