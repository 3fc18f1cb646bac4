#include "providers/container/host_engine.h"

#include <algorithm>
#include <array>

#include <unistd.h>

#include "engine/base/ascii.h"
#include "providers/sdk/asked_programs.h"
#include "providers/sdk/is_there.h"
#include "providers/sdk/json_answer.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::container {
namespace {

constexpr std::size_t kLongestAnswer = std::size_t{16} << 20;
constexpr auto kLongestQuestion = std::chrono::seconds(120);
constexpr std::size_t kMostWaits = 64;

constexpr std::array<std::string_view, 5> kDockerPackages = {"docker.io", "docker-ce", "docker-ce-cli", "moby-engine",
                                                             "docker"};

bool brings_docker(const std::string& package) {
  return std::find(kDockerPackages.begin(), kDockerPackages.end(), package) != kDockerPackages.end();
}

// podman without a service of its own writes even when it is only asked: locks, and what it finds out on the way. Who
// observes may write nothing, so somebody else has to run it: podman's own service, or the host's.
void find_ways_to_podman(const Desired& desired, const std::string& uid, System& system, Engine& engine) {
  engine.asking = {"podman"};
  if (desired.env.contains("CONTAINER_HOST")) return;
  if (shows("/run/systemd/system", system)) {
    engine.asking = {"systemd-run", "--quiet", "--pipe", "--wait", "--collect"};
    if (!engine.user.empty()) engine.asking.push_back("--uid=" + engine.user);
    std::map<std::string, std::string> variables = desired.env;
    variables.insert(engine.env.begin(), engine.env.end());
    for (const auto& [name, value] : variables) engine.asking.push_back("--setenv=" + name + "=" + value);
    engine.asking.emplace_back("podman");
  }
  const std::string socket = (uid == "0" ? "/run/podman" : "/run/user/" + uid + "/podman") + "/podman.sock";
  if (!shows(socket, system)) return;
  engine.otherwise = std::move(engine.asking);
  engine.asking = {"podman", "--remote", "--url", "unix://" + socket};
}

// Whether all that the engine complains of is that some of the names are nobody's.
bool only_misses(const std::string& errors) {
  bool any = false;
  for (std::size_t at = 0; at < errors.size();) {
    const std::size_t end = std::min(errors.find('\n', at), errors.size());
    std::string line = errors.substr(at, end - at);
    at = end + 1;
    if (line.empty() || line.find("level=") != std::string::npos) continue;
    line = lowered(line);
    const bool misses = line.find("no such") != std::string::npos || line.find("not found") != std::string::npos ||
                        line.find("not known") != std::string::npos || line.find("failed to find") != std::string::npos;
    if (!misses || line.find("no such file") != std::string::npos) return false;
    any = true;
  }
  return any;
}

}  // namespace

Engine find_engine(const Desired& desired, System& system) {
  Engine engine;
  const std::string asked = desired.text("engine", desired.text("engine_of_host"));
  const bool podman = !system.find_program("podman").empty();
  const bool docker = !system.find_program("docker").empty();
  if (!asked.empty()) {
    engine.name = asked;
  } else if (!podman && docker) {
    engine.name = "docker";
  }
  engine.is_there = engine.is_podman() ? podman : docker;
  engine.user = desired.text("as");
  std::string uid = std::to_string(::geteuid());
  if (!engine.user.empty()) {
    if (is_number(engine.user)) {
      uid = engine.user;
    } else if (const std::optional<Account> account = system.user_by_name(engine.user)) {
      uid = std::to_string(account->uid);
    }
    if (uid != "0") engine.env["XDG_RUNTIME_DIR"] = "/run/user/" + uid;
  }
  engine.asking = {"docker"};
  if (engine.is_podman()) find_ways_to_podman(desired, uid, system, engine);
  return engine;
}

Address package_of(const Desired& desired, const Engine& engine) {
  if (engine.is_podman()) return {"", "package", "podman"};
  return {"", "package", desired.text("engine_package", "docker.io")};
}

bool can_ask(const Desired& desired, const Engine& engine, System& system, Observed& observed) {
  observed.open_until = texts_in(desired.attribute("waits_for"));
  if (system.is_image()) {
    observed.obstacle = image_runs_nothing();
    return false;
  }
  const std::string& user = engine.user;
  if (!user.empty() && !is_number(user) && !system.user_by_name(user)) {
    observed.missing.push_back({{"", "user", user}, "as"});
    return false;
  }
  if (!engine.is_there) observed.missing.push_back({package_of(desired, engine), "engine"});
  return engine.is_there;
}

Result<ProcessResult> ask_program(const Engine& engine, std::vector<std::string> words, System& system) {
  ProcessRequest request;
  // The host's service manager has been told who and with what.
  if (words.front() != "systemd-run") {
    request.user = engine.user;
    request.env = engine.env;
  }
  request.argv = std::move(words);
  request.timeout = kLongestQuestion;
  request.output_limit = kLongestAnswer;
  return system.run(request);
}

Result<ProcessResult> ask_engine(const Engine& engine, const std::vector<std::string>& words, System& system) {
  const auto behind = [&words](std::vector<std::string> all) {
    all.insert(all.end(), words.begin(), words.end());
    return all;
  };
  Result<ProcessResult> answer = ask_program(engine, behind(engine.asking), system);
  // A socket may be left of a service that is gone.
  const bool nobody = answer && answer->exit_code != 0 && !engine.otherwise.empty() &&
                      answer->errors.find("unable to connect to Podman") != std::string::npos;
  return nobody ? ask_program(engine, behind(engine.otherwise), system) : std::move(answer);
}

Result<Json> inspect(const Engine& engine, const std::string& type, const std::vector<std::string>& names,
                     System& system) {
  if (names.empty()) return Json::array();
  std::vector<std::string> words = {type, "inspect"};
  words.insert(words.end(), names.begin(), names.end());
  PLUMB_TRY_ASSIGN(const ProcessResult answer, ask_engine(engine, words, system));
  Json found = json_answer(answer.output);
  const bool well = answer.exit_code == 0;
  if (!well && !only_misses(answer.errors))
    return fail(Code::kCannotObserve, engine.name + " cannot tell of its " + type + "s: " + said_by(answer))
        .hint(engine.is_podman() ? "podman is asked through podman.socket, or the host's systemd"
                                 : "is the service docker running, and may this account use it?");
  if (found.is_array()) return found;
  if (well) return fail(Code::kCannotObserve, engine.name + " tells of its " + type + "s what is no JSON");
  return Json::array();
}

std::vector<Result<Observed>> by_engine(std::span<const Desired* const> desired, System& system, const Look& look) {
  std::vector<std::optional<Result<Observed>>> found(desired.size());
  std::map<std::vector<std::string>, std::vector<std::size_t>> groups;
  std::vector<Engine> engines;
  for (std::size_t i = 0; i < desired.size(); ++i) {
    engines.push_back(find_engine(*desired[i], system));
    Observed observed;
    if (!can_ask(*desired[i], engines[i], system, observed)) {
      // What is to go, and whose engine is not there, is gone.
      if (wants_absent(*desired[i])) observed.missing.clear();
      note_engine(engines[i], observed);
      found[i] = std::move(observed);
      continue;
    }
    std::vector<std::string> group = engines[i].asking;
    group.push_back(engines[i].user);
    groups[std::move(group)].push_back(i);
  }
  for (const auto& [group, members] : groups) {
    std::vector<const Desired*> together;
    for (const std::size_t i : members) together.push_back(desired[i]);
    std::vector<Result<Observed>> results = look(engines[members.front()], together, system);
    for (std::size_t k = 0; k < members.size(); ++k) {
      const std::size_t i = members[k];
      if (results[k]) {
        note_engine(engines[i], *results[k]);
        results[k]->open_until = texts_in(desired[i]->attribute("waits_for"));
      } else if (!texts_in(desired[i]->attribute("waits_for")).empty()) {
        // It may answer once what it waits for has had its turn.
        Observed observed;
        observed.obstacle = results[k].error().diagnostic();
        observed.open_until = texts_in(desired[i]->attribute("waits_for"));
        note_engine(engines[i], observed);
        results[k] = std::move(observed);
      }
      found[i] = std::move(results[k]);
    }
  }
  std::vector<Result<Observed>> results;
  for (std::optional<Result<Observed>>& one : found) results.push_back(std::move(*one));
  return results;
}

Steps::Steps(const Desired& desired, const Observed& observed)
    : engine_(observed.text("engine", desired.text("engine", desired.text("engine_of_host", "podman")))),
      user_(desired.text("as")) {
  if (const std::string folder = observed.text("runtime_folder"); !folder.empty()) env_["XDG_RUNTIME_DIR"] = folder;
  const Json& timeout = desired.attribute("timeout");
  if (timeout.is_number_integer()) timeout_ = timeout.get<int>();
}

void Steps::add(std::vector<std::string> words, std::string sealed_env) {
  Run run;
  run.argv = {engine_};
  run.argv.insert(run.argv.end(), std::make_move_iterator(words.begin()), std::make_move_iterator(words.end()));
  run.env = env_;
  run.user = user_;
  run.timeout_seconds = timeout_;
  run.sealed_env = std::move(sealed_env);
  steps_.emplace_back(std::move(run));
}

void Steps::add_lenient(std::vector<std::string> words) {
  add(std::move(words));
  std::get<Run>(steps_.back()).expect = {0, 1};
}

void Steps::add_program(std::vector<std::string> argv, std::string stdin_text) {
  Run run;
  run.argv = std::move(argv);
  run.env = env_;
  run.user = user_;
  run.timeout_seconds = timeout_;
  run.stdin_text = std::move(stdin_text);
  steps_.emplace_back(std::move(run));
}

void learn_from_host(Desired& desired, std::span<const Desired> host, const std::string& registry) {
  std::string docker;
  bool podman = false;
  std::vector<std::string> waits;
  bool is_earlier = true;
  for (const Desired& other : host) {
    if (&other == &desired) is_earlier = false;
    const std::string name = other.text("name");
    if (other.address.kind == "package" && !wants_absent(other)) {
      if (name == "podman") podman = true;
      if (docker.empty() && brings_docker(name)) docker = name;
    }
    const bool service = other.address.kind == "service" &&
                         (name.starts_with("docker") || name.starts_with("podman") || name.starts_with("containerd"));
    const bool login = !registry.empty() && other.address.kind == "container_registry" &&
                       other.text("registry") == registry && !wants_absent(other);
    if (is_earlier && (service || login) && waits.size() < kMostWaits) waits.push_back(other.address.str());
  }
  if (!docker.empty()) desired.attributes["engine_package"] = docker;
  if (!docker.empty() && !podman && !desired.has("engine")) desired.attributes["engine_of_host"] = "docker";
  if (!waits.empty()) desired.attributes["waits_for"] = waits;
}

std::vector<Address> engine_edges(const Desired& desired) {
  std::vector<Address> edges;
  if (desired.text("engine") != "docker") edges.push_back({"", "package", "podman"});
  if (desired.text("engine") != "podman") {
    edges.push_back({"", "package", desired.text("engine_package", "docker.io")});
    edges.push_back({"", "service", "docker"});
    edges.push_back({"", "file", "/etc/docker/daemon.json"});
  }
  for (const char* file : {"containers.conf", "registries.conf", "storage.conf"})
    edges.push_back({"", "file", std::string("/etc/containers/") + file});
  if (const std::string user = desired.text("as"); !user.empty() && !is_number(user))
    edges.push_back({"", "user", user});
  return edges;
}

std::string whose(const Desired& desired) {
  std::string text;
  for (const char* attribute : {"engine", "as"}) {
    if (desired.has(attribute)) text += " of " + desired.text(attribute);
  }
  return text;
}

void note_engine(const Engine& engine, Observed& observed) {
  observed.attributes["engine"] = engine.name;
  const auto folder = engine.env.find("XDG_RUNTIME_DIR");
  if (folder != engine.env.end()) observed.attributes["runtime_folder"] = folder->second;
}

void note_change(const std::string& attribute, const Json& found, const Json& wanted, Change& change) {
  if (!found.is_null()) change.before[attribute] = found;
  change.after[attribute] = wanted;
}

std::map<std::string, std::string> texts_by_name(const Json& map) {
  std::map<std::string, std::string> texts;
  if (!map.is_object()) return texts;
  for (const auto& [name, value] : map.items()) {
    if (value.is_string()) texts[name] = value.get<std::string>();
  }
  return texts;
}

}  // namespace plumb::providers::container
