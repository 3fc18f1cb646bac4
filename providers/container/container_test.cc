#include "providers/container/container.h"

#include "engine/base/digest.h"
#include "providers/container/asked.h"
#include "providers/container/image.h"
#include "providers/container/image_name.h"
#include "providers/container/images.h"
#include "providers/container/kinds.h"
#include "providers/container/testing/answers.h"

namespace plumb::providers::container {
namespace {

std::string line_of(const Operation& operation) {
  std::string line;
  for (const std::string& word : std::get<plumb::Run>(operation).argv) line += (line.empty() ? "" : " ") + word;
  return line;
}

std::vector<std::string> lines_of(const Change& change) {
  std::vector<std::string> lines;
  for (const Operation& one : change.operations) lines.push_back(line_of(one));
  return lines;
}

// What podman 4.3 tells, as far as it matters.
constexpr const char* kPodmanContainer = R"([{"Name": "web", "Path": "/bin/sh", "Args": ["-c", "sleep 100"],
  "State": {"Status": "running"}, "Image": "1111111111111111111111111111111111111111111111111111111111111111",
  "ImageDigest": "sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd", "ImageName": "localhost/app:1",
  "Mounts": [{"Type": "volume", "Name": "data", "Source": "/s/volumes/data/_data", "Destination": "/data", "RW": false},
             {"Type": "bind", "Source": "/srv/www", "Destination": "/www/", "RW": true}],
  "NetworkSettings": {"Networks": {"front": {}}},
  "Config": {"Hostname": "hh", "User": "0:0", "Env": ["PATH=/bin", "TZ=UTC", "container=podman"], "Cmd": ["sleep 100"],
    "Image": "localhost/app:1", "WorkingDir": "/bin", "Entrypoint": "/bin/sh -c",
    "Labels": {"team": "web", "plumbline.asked": "{\"dns\":[\"192.0.2.53\"],\"image\":\"app:1\"}"},
    "Healthcheck": {"Test": ["CMD-SHELL", "true"], "Interval": 10000000000, "Timeout": 30000000000, "Retries": 3}},
  "HostConfig": {"NetworkMode": "bridge", "Privileged": false, "ReadonlyRootfs": false, "Memory": 67108864, "NanoCpus": 500000000,
    "PortBindings": {"53/udp": [{"HostIp": "", "HostPort": "33285"}], "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8099"}]},
    "RestartPolicy": {"Name": "always", "MaximumRetryCount": 0}}}])";

// What docker 20.10 tells.
constexpr const char* kDockerContainer = R"([{"Name": "/web", "Path": "/bin/sh", "Args": ["-c", "sleep 100"],
  "State": {"Status": "exited"}, "Image": "sha256:1111111111111111111111111111111111111111111111111111111111111111",
  "Mounts": [{"Type": "volume", "Name": "data", "Source": "/d/volumes/data/_data", "Destination": "/data", "Mode": "ro", "RW": false},
             {"Type": "volume", "Name": "6666666666666666666666666666666666666666666666666666666666666666", "Destination": "/own", "RW": true},
             {"Type": "bind", "Source": "/srv/www", "Destination": "/www", "RW": true}],
  "NetworkSettings": {"Networks": {"back": {}, "front": {}}},
  "Config": {"Hostname": "hh", "User": "0:0", "Env": ["TZ=UTC"], "Cmd": ["-c", "sleep 100"], "Image": "app:1", "WorkingDir": "/bin",
    "Entrypoint": ["/bin/sh"], "Labels": {"team": "web"},
    "Healthcheck": {"Test": ["CMD", "curl", "-f"], "Interval": 10000000000}},
  "HostConfig": {"NetworkMode": "front", "Privileged": false, "Memory": 67108864, "NanoCpus": 500000000,
    "PortBindings": {"53/udp": [{"HostIp": "", "HostPort": ""}], "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8099"}]},
    "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}}}])";

class Containers : public ProviderTest<ContainerProvider> {
 protected:
  void with_podman(const std::string& containers, const std::string& images) {
    system.add_program("podman");
    system.make_file("/run/podman/podman.sock", "");
    system.script(ask + "container inspect *", answer(containers));
    system.script(ask + "image inspect *", answer(images));
    system.script(ask + "network inspect *", answer(R"([{"name": "front"}])"));
  }
  void with_docker(const std::string& containers, const std::string& images) {
    system.add_program("docker");
    system.script("docker container inspect *", answer(containers));
    system.script("docker image inspect *", answer(images));
    system.script("docker network inspect *", answer(R"([{"Name": "front"}, {"Name": "back"}])"));
  }
  static Desired want(Json attributes) {
    attributes.emplace("name", "web");
    attributes.emplace("image", "localhost/app:1");
    attributes.emplace("pull", "missing");
    return wanted("container", "name", std::move(attributes));
  }
  static Json all_of_it() {
    return {{"command", {"sleep 100"}},
            {"entrypoint", {"/bin/sh", "-c"}},
            {"env", {{"TZ", "UTC"}}},
            {"ports", {"127.0.0.1:8099:80", "53/udp"}},
            {"volumes", {"data:/data:ro", "/srv/www/:/www"}},
            {"hostname", "hh"},
            {"user", "0:0"},
            {"workdir", "/bin"},
            {"labels", {{"team", "web"}}},
            {"privileged", false},
            {"memory", 67108864},
            {"cpus", "0.50"}};
  }
  const std::string ask = "podman --remote --url unix:///run/podman/podman.sock ";
};

TEST_F(Containers, WhatPodmanTellsIsWhatWasAskedFor) {
  with_podman(kPodmanContainer, image_named("localhost/app:1", kOne));
  system.make_directory("/srv/www");
  Json asked = all_of_it();
  asked.update(Json{{"networks", {"front"}},
                    {"restart", "unless-stopped"},
                    {"dns", {"192.0.2.53"}},
                    {"health", {{"command", "true"}, {"interval", 10}, {"retries", 3}}}});
  const Seen seen = look(want(asked));
  EXPECT_TRUE(seen.change.empty()) << to_json(seen.change).dump(2);
  EXPECT_TRUE(seen.observed->missing.empty());
}

// The programs that give containers of users a network of their own are no networks.
TEST_F(Containers, WhatUsersHaveInThePlaceOfANetworkIsSeen) {
  for (const char* mode : {"slirp4netns", "pasta", "host"}) {
    Json told = Json::parse(kPodmanContainer);
    told[0]["NetworkSettings"]["Networks"] = nullptr;
    told[0]["HostConfig"]["NetworkMode"] = mode;
    with_podman(told.dump(), image_named("localhost/app:1", kOne));
    const Seen seen = look(want({{"networks", {mode}}}));
    EXPECT_TRUE(seen.observed->missing.empty()) << mode;
    EXPECT_TRUE(seen.change.empty()) << mode << to_json(seen.change).dump(2);
    EXPECT_FALSE(look(want({{"networks", {"front"}}})).change.empty()) << mode;
  }
}

// Whose the engine is may make its store say anything.
TEST_F(Containers, NumbersThatNoEngineHasAreNone) {
  for (const char* told : {"\"NanoCpus\": -999999999, ", "\"NanoCpus\": 18446744073709551615, ",
                           "\"CpuQuota\": -1, \"CpuPeriod\": 100000, "}) {
    std::string container = kPodmanContainer;
    const std::string there = "\"NanoCpus\": 500000000,";
    container.replace(container.find(there), there.size(), told);
    with_podman(container, image_named("localhost/app:1", kOne));
    const Seen seen = look(want({{"cpus", "0.50"}}));
    EXPECT_EQ(seen.observed->text("cpus"), "0.00") << told;
  }
}

TEST_F(Containers, WhatDockerTellsIsWhatWasAskedFor) {
  with_docker(kDockerContainer, image_named("app:1", kOne));
  Json asked = all_of_it();
  asked.update(Json{{"image", "app:1"},
                    {"networks", {"front", "back"}},
                    {"restart", "on-failure:3"},
                    {"state", "stopped"},
                    {"health", {{"command", "curl -f"}, {"interval", 10}}}});
  const Seen seen = look(want(asked));
  EXPECT_TRUE(seen.change.empty()) << to_json(seen.change).dump(2);
}

// Each for itself is why the container is replaced.
TEST_F(Containers, EachDifferenceIsAReason) {
  with_podman(kPodmanContainer, image_named("localhost/app:1", kOne));
  system.make_directory("/srv/www");
  const std::vector<std::pair<std::string, Json>> others = {{"command", {"sleep 1"}},
                                                            {"entrypoint", {"/bin/sleep"}},
                                                            {"env", {{"TZ", "CET"}}},
                                                            {"env", {{"NEW", "x"}}},
                                                            {"ports", {"127.0.0.1:8099:80"}},
                                                            {"ports", {"8099:80", "53/udp"}},
                                                            {"volumes", {"data:/data"}},
                                                            {"volumes", {"data:/data", "/srv/www:/www"}},
                                                            {"networks", {"host"}},
                                                            {"networks", {"bridge"}},
                                                            {"hostname", "other"},
                                                            {"user", "1"},
                                                            {"workdir", "/"},
                                                            {"labels", {{"team", "db"}}},
                                                            {"restart", "no"},
                                                            {"health", {{"command", "false"}}},
                                                            {"memory", 6291456},
                                                            {"cpus", "0.51"},
                                                            {"privileged", true},
                                                            {"read_only", true},
                                                            {"dns", {"192.0.2.54"}},
                                                            {"sysctls", {{"a", "1"}}}};
  for (const auto& [attribute, value] : others) {
    const Change change = look(want({{attribute, value}})).change;
    EXPECT_EQ(change.op, Op::kReplace) << attribute << value;
    ASSERT_TRUE(change.after.contains(attribute)) << attribute;
    EXPECT_EQ(change.after, (Json{{attribute, value}}));
  }
}

TEST_F(Containers, TheNewOneIsCreatedBeforeTheOldOneGoes) {
  with_podman(kPodmanContainer, image_named("localhost/app:1", kTwo));
  const Change change = look(want(Json::object())).change;
  EXPECT_EQ(change.op, Op::kReplace);
  EXPECT_EQ(change.before, (Json{{"digest", "sha256:" + std::string(64, 'd')}}));
  EXPECT_EQ(change.after, (Json{{"digest", "sha256:" + kTwo}}));
  EXPECT_EQ(
      lines_of(change),
      (std::vector<std::string>{
          "podman rm --force web-plumb-next",
          R"(podman create --name web-plumb-next --label plumbline.asked={"image":"localhost/app:1"} localhost/app:1)",
          "podman stop web", "podman rm web", "podman rename web-plumb-next web", "podman start web"}));
}

TEST_F(Containers, AnImageThatIsNotThereIsPulledByWhatItsNameMeans) {
  with_podman("[]", "[]");
  system.script(ask + "container inspect *", answer("[]", "Error: no such container \"web\"\n", 125));
  system.script(ask + "manifest inspect *",
                answer(R"({"manifests": [{"digest": "sha256:)" + kTwo + R"(", "platform": {"architecture": "none"}},
                          {"digest": "sha256:)" +
                       kOne + R"(", "platform": {"os": "linux", "architecture": ")" + std::string(own_architecture()) +
                       R"("}}]})"));
  const Change change = look(want({{"image", "r.example.com:5000/app:1"}})).change;
  EXPECT_EQ(change.fidelity, Fidelity::kExact);
  EXPECT_EQ(change.after["digest"], "sha256:" + kOne);
  EXPECT_EQ(lines_of(change)[0], "podman pull --quiet r.example.com:5000/app@sha256:" + kOne);
  EXPECT_EQ(lines_of(change)[1], "podman tag r.example.com:5000/app@sha256:" + kOne + " r.example.com:5000/app:1");
  system.script(ask + "manifest inspect *", answer("", "Error: denied\n", 125));
  EXPECT_EQ(look(want(Json::object())).change.fidelity, Fidelity::kBounded);
}

TEST_F(Containers, OfATagThatIsFollowedTheRegistryIsAsked) {
  system.add_program("skopeo");
  with_podman(kPodmanContainer, image_named("r.example.com/app:1", kOne, kTwo));
  const Desired desired = want({{"image", "r.example.com/app:1"}, {"pull", "always"}});
  system.script("skopeo inspect *", answer("sha256:" + kTwo + "\n"));
  EXPECT_TRUE(look(desired).change.empty());
  system.script("skopeo inspect *", answer("sha256:" + std::string(64, '3') + "\n"));
  EXPECT_EQ(look(desired).change.after, (Json{{"digest", "sha256:" + std::string(64, '3')}}));
  system.script("skopeo inspect *", answer("", "denied", 1));
  system.script(ask + "manifest inspect *", answer("", "denied", 1));
  EXPECT_NE(look(desired).problem->summary.find("nothing tells what r.example.com/app:1 means"), std::string::npos);
}

TEST_F(Containers, WherePodmanTellsOneManifestTheImageItselfIsCompared) {
  with_podman(kPodmanContainer, image_named("r.example.com/app:1", kOne, kTwo));
  const Desired desired = want({{"image", "r.example.com/app:1"}, {"pull", "always"}});
  const auto quoted = [](const std::string& id) {
    return answer("",
                  R"(Error: parsing manifest blob "{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:)" + id +
                      R"(\"}}" as a "application/vnd.oci.image.manifest.v1+json": not implemented)",
                  125);
  };
  system.script(ask + "manifest inspect *", quoted(kOne));
  EXPECT_TRUE(look(desired).change.empty());
  system.script(ask + "manifest inspect *", quoted(std::string(64, '3')));
  const Change change = look(desired).change;
  EXPECT_EQ(change.after, (Json{{"digest", "sha256:" + std::string(64, '3')}}));
  EXPECT_EQ(change.fidelity, Fidelity::kBounded);
  EXPECT_EQ(lines_of(change)[1], "podman pull --quiet r.example.com/app:1");
}

TEST_F(Containers, SensitiveVariablesAreNoArguments) {
  with_docker("[]", image_named("app:1", kOne));
  Desired desired = want({{"image", "app:1"}, {"env", "hmac-sha256:" + kOne}});
  desired.sensitive = {"env"};
  provider.complete(desired, std::span<const Desired>(&desired, 1), [](const std::string&) {
    return Json{{"PASSWORD", "geheim"}, {"USER", "app"}};
  });
  Observed observed;
  observed.attributes["engine"] = "docker";
  const Change change = provider.diff(desired, observed);
  const auto& run = std::get<plumb::Run>(change.operations[0]);
  EXPECT_NE(line_of(run).find("--env PASSWORD --env USER"), std::string::npos) << line_of(run);
  EXPECT_EQ(run.sealed_env, "hmac-sha256:" + kOne);
  EXPECT_EQ(to_json(change).dump().find("geheim"), std::string::npos);
}

// As to whoever takes a run back.
TEST_F(Containers, SensitiveVariablesThatNobodyHereKnowsAreNotCompared) {
  with_podman(kPodmanContainer, image_named("localhost/app:1", kOne));
  Desired desired = want({{"name", "web"}, {"image", "app:1"}, {"env", "hmac-sha256:" + kOne}});
  desired.sensitive = {"env"};
  EXPECT_TRUE(look(desired).change.empty());
  desired.attributes["env"] = Json{{"TZ", "CET"}};
  EXPECT_EQ(look(desired).change.before, (Json{{"env", {{"TZ", "UTC"}}}}));
}

TEST_F(Containers, WhatTheEngineItselfReadsCannotBeSensitive) {
  with_docker("[]", image_named("app:1", kOne));
  Desired desired = want({{"image", "app:1"}, {"env", {{"LD_PRELOAD", "x"}}}});
  desired.sensitive = {"env"};
  EXPECT_EQ(obstacle(desired), "`env` is sensitive, and LD_PRELOAD means something to docker itself");
}

TEST_F(Containers, WhatItNeedsIsToldAtPlan) {
  EXPECT_EQ(look(want(Json::object())).observed->missing,
            (std::vector<Missing>{{{"", "package", "podman"}, "engine"}}));
  with_podman("[]", image_named("localhost/app:1", kOne));
  EXPECT_EQ(look(want({{"networks", {"back"}}, {"volumes", {"/srv/a:/a", "v:/v"}}})).observed->missing,
            (std::vector<Missing>{{{"", "container_network", "back"}, "networks"},
                                  {{"", "directory", "/srv/a"}, "volumes"}}));
}

TEST_F(Containers, TheEngineIsThatOfTheHostOrOfItsPackages) {
  system.add_program("docker");
  EXPECT_EQ(look(want({{"state", "absent"}, {"engine", "podman"}})).observed->text("engine"), "podman");
  system.script("docker container inspect *", answer("", "Error: No such container: web\n", 1));
  EXPECT_EQ(look(want({{"state", "absent"}})).observed->text("engine"), "docker");
  Desired package;
  package.address = {"", "package", "docker-ce"};
  package.attributes = {{"name", "docker-ce"}};
  Desired service;
  service.address = {"", "service", "docker"};
  service.attributes = {{"name", "docker"}};
  const Desired all[] = {package, service, want(Json::object())};
  Desired desired = all[2];
  provider.complete(desired, all, nullptr);
  EXPECT_EQ(desired.text("engine_of_host"), "docker");
  EXPECT_EQ(desired.attribute("waits_for"), (Json{"service:docker"}));
}

TEST_F(Containers, AnEngineThatDoesNotAnswerIsAnError) {
  system.add_program("docker");
  system.script("docker *", answer("", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\n", 1));
  EXPECT_NE(look(want(Json::object())).problem->summary.find("Cannot connect to the Docker daemon"), std::string::npos);
  Desired desired = want(Json::object());
  desired.attributes["waits_for"] = Json::array({"service:docker"});
  const Seen seen = look(desired);
  EXPECT_EQ(seen.observed->open_until, std::vector<std::string>{"service:docker"});
  EXPECT_TRUE(seen.observed->obstacle);
}

TEST_F(Containers, WithoutAServiceOfPodmansTheHostsRunsIt) {
  system.add_program("podman");
  system.make_directory("/run/systemd/system");
  system.script("systemd-run --quiet --pipe --wait --collect podman container inspect web",
                answer("[]", "Error: no such container web\n", 125));
  EXPECT_FALSE(look(want({{"state", "absent"}})).observed->exists);
  EXPECT_EQ(system.ran().back(), "systemd-run --quiet --pipe --wait --collect podman container inspect web");
}

TEST_F(Containers, ASocketBehindWhichNobodyListensIsNoWay) {
  with_podman("[]", "[]");
  system.make_directory("/run/systemd/system");
  system.script(ask + "*", answer("", "Error: unable to connect to Podman socket: connection refused\n", 125));
  system.script("systemd-run *", answer("[]", "Error: no such container web\n", 125));
  EXPECT_FALSE(look(want({{"state", "absent"}})).observed->exists);
}

TEST_F(Containers, OneThatRestartsInVainDoesNotRun) {
  Json told = Json::parse(kPodmanContainer);
  told[0]["State"]["Status"] = "restarting";
  with_podman(told.dump(), image_named("localhost/app:1", kOne));
  EXPECT_EQ(lines_of(look(want(Json::object())).change), std::vector<std::string>{"podman restart web"});
  told[0]["State"]["Status"] = "paused";
  with_podman(told.dump(), image_named("localhost/app:1", kOne));
  EXPECT_EQ(lines_of(look(want(Json::object())).change), std::vector<std::string>{"podman unpause web"});
  EXPECT_EQ(lines_of(look(want({{"state", "stopped"}})).change),
            (std::vector<std::string>{"podman unpause web", "podman stop web"}));
  EXPECT_TRUE(look(want({{"state", "present"}})).change.empty());
}

TEST_F(Containers, WhatItWasCreatedFromIsWhatUndoAsksFor) {
  with_podman(kPodmanContainer, image_named("localhost/app:1", kTwo));
  const Desired desired = want({{"dns", {"192.0.2.9"}}});
  const auto again = provider.restore(desired, *look(desired).observed);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->attributes,
            (Json{{"name", "web"}, {"dns", {"192.0.2.53"}}, {"image", "sha256:" + kOne}, {"state", "running"}}));
  EXPECT_EQ(provider.restore(desired, Observed())->text("state"), "absent");
}

TEST_F(Containers, PortsAndVolumesAreReadAsTheEnginesDo) {
  EXPECT_EQ(port_texts("127.0.0.1:8000-8001:80-81/udp"),
            (std::vector<PortText>{{"127.0.0.1", "8000", "80/udp"}, {"127.0.0.1", "8001", "81/udp"}}));
  EXPECT_EQ(port_texts("[::1]:53:53"), (std::vector<PortText>{{"::1", "53", "53/tcp"}}));
  EXPECT_EQ(port_texts("0.0.0.0:1:2"), (std::vector<PortText>{{"", "1", "2/tcp"}}));
  EXPECT_EQ(port_texts("127.0.0.1::80"), (std::vector<PortText>{{"127.0.0.1", "", "80/tcp"}}));
  EXPECT_EQ(port_texts("80"), (std::vector<PortText>{{"", "", "80/tcp"}}));
  EXPECT_TRUE(volume_text("/a/:/b/:z,ro").read_only);
  EXPECT_EQ(volume_text("/a/:/b/").target, "/b");
  EXPECT_EQ(volume_text("/only").source, "");
}

TEST_F(Containers, NamesOfImagesAreReadAsTheEnginesDo) {
  EXPECT_EQ(image_name("nginx"), (ImageName{"docker.io/library/nginx", "latest", "", ""}));
  EXPECT_EQ(image_name("index.docker.io/nginx:1"), (ImageName{"docker.io/library/nginx", "1", "", ""}));
  EXPECT_EQ(image_name("grafana/grafana"), (ImageName{"docker.io/grafana/grafana", "latest", "", ""}));
  EXPECT_EQ(image_name("localhost:5000/a"), (ImageName{"localhost:5000/a", "latest", "", ""}));
  EXPECT_EQ(image_name("r.io/a:2@sha256:" + kOne), (ImageName{"r.io/a", "", "sha256:" + kOne, ""}));
  EXPECT_EQ(image_name("sha256:" + kOne), (ImageName{"", "", "", kOne}));
  EXPECT_EQ(registry_of("localhost:5000/a:1"), "localhost:5000");
}

}  // namespace
}  // namespace plumb::providers::container
