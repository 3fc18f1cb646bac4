// compose: the services of a compose file, as one thing.
#include <algorithm>
#include <array>
#include <set>

#include "providers/container/host_engine.h"
#include "providers/container/kinds.h"
#include "providers/sdk/asked_programs.h"
#include "providers/sdk/is_there.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::container {
namespace {

constexpr std::array<const char*, 4> kPluginFolders = {"/usr/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins",
                                                       "/usr/local/lib/docker/cli-plugins",
                                                       "/usr/local/libexec/docker/cli-plugins"};
constexpr std::array<const char*, 4> kUsualFiles = {"compose.yaml", "compose.yml", "docker-compose.yml",
                                                    "docker-compose.yaml"};
constexpr const char* kProjectLabel = "com.docker.compose.project";

// As compose names a project by its folder.
std::string project_of(const Desired& desired) {
  if (desired.has("project")) return desired.text("project");
  const std::string folder = desired.text("path");
  std::string name;
  for (const char c : folder.substr(folder.rfind('/') + 1)) {
    if (c >= 'A' && c <= 'Z') {
      name += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || ((c == '-' || c == '_') && !name.empty())) {
      name += c;
    }
  }
  return name;
}

std::vector<std::string> files_of(const Desired& desired) {
  std::vector<std::string> files;
  for (const std::string& file : texts_in(desired.attribute("files")))
    files.push_back(file.starts_with('/') ? file : desired.text("path") + "/" + file);
  return files;
}

// The words that compose is run by; none where the host has neither docker's plugin nor a program of its own.
std::vector<std::string> program_of(System& system) {
  if (!system.find_program("docker").empty()) {
    for (const char* folder : kPluginFolders) {
      if (shows(std::string(folder) + "/docker-compose", system)) return {"docker", "compose"};
    }
  }
  if (!system.find_program("docker-compose").empty()) return {"docker-compose"};
  return {};
}

// With what says which project it is about.
std::vector<std::string> about_project(std::vector<std::string> words, const Desired& desired) {
  words.insert(words.end(),
               {"--ansi", "never", "--project-directory", desired.text("path"), "--project-name", project_of(desired)});
  for (const std::string& file : files_of(desired)) words.insert(words.end(), {"--file", file});
  for (const std::string& file : texts_in(desired.attribute("env_files")))
    words.insert(words.end(), {"--env-file", file});
  for (const std::string& profile : texts_in(desired.attribute("profiles")))
    words.insert(words.end(), {"--profile", profile});
  return words;
}

std::vector<std::string> words_in(std::string_view line) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t begin = line.find_first_not_of(" \t\r", at);
    if (begin == std::string_view::npos) break;
    at = std::min(line.find_first_of(" \t\r", begin), line.size());
    words.emplace_back(line.substr(begin, at - begin));
  }
  return words;
}

template <class Each>
void each_line(const std::string& text, const Each& each) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    each(std::string_view(text).substr(at, end - at));
    at = end + 1;
  }
}

// What each service of the files would be made from.
Result<Json> wanted_services(const Engine& engine, const std::vector<std::string>& program, const Desired& desired,
                             System& system) {
  std::vector<std::string> words = about_project(program, desired);
  words.insert(words.end(), {"config", "--hash", "*"});
  PLUMB_TRY_ASSIGN(const ProcessResult answer, ask_program(engine, std::move(words), system));
  if (answer.exit_code != 0)
    return fail(Code::kCannotObserve, "compose cannot read " + desired.text("path") + ": " + said_by(answer));
  Json services = Json::object();
  each_line(answer.output, [&](std::string_view line) {
    const std::vector<std::string> parts = words_in(line);
    if (parts.size() == 2) services[parts[0]] = parts[1];
  });
  return services;
}

// The containers of the project, by service.
Result<> note_containers(const Engine& engine, const Desired& desired, System& system, Observed& observed) {
  const std::vector<std::string> words = {
      "ps",         "--all",    "--quiet",
      "--no-trunc", "--filter", "label=" + std::string(kProjectLabel) + "=" + project_of(desired)};
  PLUMB_TRY_ASSIGN(const ProcessResult answer, ask_engine(engine, words, system));
  if (answer.exit_code != 0)
    return fail(Code::kCannotObserve, engine.name + " cannot tell of its containers: " + said_by(answer));
  std::vector<std::string> ids;
  each_line(answer.output, [&](std::string_view line) {
    for (std::string& word : words_in(line)) ids.push_back(std::move(word));
  });
  PLUMB_TRY_ASSIGN(const Json containers, inspect(engine, "container", ids, system));
  Json services = Json::object();
  std::set<std::string> running, idle;
  for (const Json& one : containers) {
    const Json& labels = member_of(member_of(one, "Config"), "Labels");
    const std::string service = text_of(labels, "com.docker.compose.service");
    if (service.empty() || text_of(labels, "com.docker.compose.oneoff") == "True") continue;
    const std::string hash = text_of(labels, "com.docker.compose.config-hash");
    services[service] = services.contains(service) && services[service] != Json(hash) ? "several" : hash;
    const Json& state = member_of(one, "State");
    // What did its work and ended well is as it is to be.
    const bool done = text_of(state, "Status") == "exited" && member_of(state, "ExitCode") == Json(0) &&
                      text_of(member_of(member_of(one, "HostConfig"), "RestartPolicy"), "Name").size() <= 2;
    const bool runs = text_of(state, "Status") == "running";
    if (runs) running.insert(service);
    if (!runs && !done) idle.insert(service);
  }
  observed.exists = !services.empty();
  if (!observed.exists) return {};
  observed.attributes["state"] = idle.empty() && !running.empty() ? "running"
                                 : running.empty()                ? "stopped"
                                                                  : "partly running";
  observed.attributes["services"] = std::move(services);
  return {};
}

Result<Observed> observe_project(const Engine& engine, const Desired& desired, System& system) {
  Observed observed;
  const std::vector<std::string> program = program_of(system);
  if (program.empty()) {
    if (!wants_absent(desired))
      observed.missing.push_back({{"", "package", desired.text("compose_package", "docker-compose")}, "path"});
    return observed;
  }
  observed.attributes["program"] = program;
  PLUMB_TRY(note_containers(engine, desired, system, observed));
  if (wants_absent(desired)) return observed;
  std::vector<std::string> files = files_of(desired);
  if (files.empty()) {
    for (const char* name : kUsualFiles) {
      const std::string file = desired.text("path") + "/" + name;
      PLUMB_TRY_ASSIGN(const bool there, is_there(file, system));
      if (!there) continue;
      files.push_back(file);
      break;
    }
    if (files.empty()) files.push_back(desired.text("compose_file", desired.text("path") + "/" + kUsualFiles[0]));
  }
  for (const std::string& file : files) {
    PLUMB_TRY_ASSIGN(const bool there, is_there(file, system));
    if (!there) observed.missing.push_back({{"", "file", file}, "path"});
  }
  if (!observed.missing.empty()) return observed;
  PLUMB_TRY_ASSIGN(Json wanted, wanted_services(engine, program, desired, system));
  Json orphans = Json::array();
  for (const auto& [service, hash] : observed.attribute("services").items()) {
    if (!wanted.contains(service)) orphans.push_back(service);
  }
  // Those that no file has any more are told apart.
  for (const Json& orphan : orphans) observed.attributes["services"].erase(orphan.get<std::string>());
  if (!orphans.empty()) observed.attributes["orphans"] = std::move(orphans);
  observed.attributes["wanted"] = std::move(wanted);
  return observed;
}

class ComposeSteps {
 public:
  ComposeSteps(const Desired& desired, const Observed& observed)
      : steps_(desired, observed), desired_(desired), program_(texts_in(observed.attribute("program"))) {
    if (program_.empty()) program_ = {"docker", "compose"};
  }
  void add(std::vector<std::string> words) {
    std::vector<std::string> all = about_project(program_, desired_);
    all.insert(all.end(), std::make_move_iterator(words.begin()), std::make_move_iterator(words.end()));
    steps_.add_program(std::move(all));
  }
  void bring_up(bool start) {
    if (desired_.text("pull") == "always") add({"pull", "--quiet"});
    std::vector<std::string> words = {"up", start ? "--detach" : "--no-start"};
    if (desired_.flag("remove_orphans", false)) words.emplace_back("--remove-orphans");
    if (desired_.flag("build", false)) words.emplace_back("--build");
    add(std::move(words));
  }
  std::vector<Operation> take() { return steps_.take(); }

 private:
  Steps steps_;
  const Desired& desired_;
  std::vector<std::string> program_;
};

}  // namespace

std::vector<Result<Observed>> ComposeProvider::observe(std::span<const Desired* const> desired, System& system) const {
  return by_engine(desired, system,
                   [](const Engine& engine, const std::vector<const Desired*>& together, System& host) {
                     std::vector<Result<Observed>> results;
                     for (const Desired* one : together) results.push_back(observe_project(engine, *one, host));
                     return results;
                   });
}

Change ComposeProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  ComposeSteps steps(desired, observed);
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before["services"] = observed.attribute("services");
    std::vector<std::string> words = {"down", "--remove-orphans"};
    if (desired.flag("remove_volumes", false)) words.emplace_back("--volumes");
    steps.add(std::move(words));
    change.operations = steps.take();
    return change;
  }
  const std::string state = desired.text("state", "running");
  const bool differs = observed.has("wanted") && observed.attribute("services") != observed.attribute("wanted");
  if (differs) note_change("services", observed.attribute("services"), observed.attribute("wanted"), change);
  if (desired.flag("remove_orphans", false) && !texts_in(observed.attribute("orphans")).empty()) {
    change.before["orphans"] = observed.attribute("orphans");
    change.after["orphans"] = Json::array();
  }
  const bool made = differs || !observed.exists || change.after.contains("orphans");
  if (!observed.exists || observed.text("state") != state)
    note_change("state", observed.exists ? observed.attribute("state") : Json(), state, change);
  if (change.after.empty()) return {};
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  if (!observed.has("wanted")) {
    change.fidelity = Fidelity::kBounded;
    change.note = "what the services are made from is known once compose has read their file";
  }
  if (state == "running") {
    steps.bring_up(true);
  } else {
    if (made) steps.bring_up(false);
    if (observed.text("state", "stopped") != "stopped") steps.add({"stop"});
  }
  change.operations = steps.take();
  return change;
}

std::vector<Address> ComposeProvider::infers(const Desired& desired) const {
  std::vector<Address> edges = engine_edges(desired);
  const std::string folder = desired.text("path");
  for (const char* package : {"docker-compose", "docker-compose-plugin", "docker-compose-v2"})
    edges.push_back({"", "package", package});
  if (wants_absent(desired)) return edges;
  for (Address& edge : infer_path_edges(desired, folder + "/x")) edges.push_back(std::move(edge));
  for (const char* kind : {"git", "archive"}) edges.push_back({"", kind, folder});
  for (const char* name : kUsualFiles) edges.push_back({"", "file", folder + "/" + name});
  edges.push_back({"", "file", folder + "/.env"});
  for (std::string& file : files_of(desired)) edges.push_back({"", "file", std::move(file)});
  for (std::string& file : texts_in(desired.attribute("env_files"))) edges.push_back({"", "file", std::move(file)});
  return edges;
}

std::vector<std::string> ComposeProvider::claims(const Desired& desired) const {
  return {"the compose project " + project_of(desired) + whose(desired)};
}

void ComposeProvider::complete(Desired& desired, std::span<const Desired> host, const SecretOf&) const {
  learn_from_host(desired, host);
  for (const Desired& other : host) {
    const std::string name = other.text("name");
    const bool brings =
        other.address.kind == "package" && !wants_absent(other) && name.find("docker-compose") != std::string::npos;
    if (brings) desired.attributes["compose_package"] = name;
    for (const char* usual : kUsualFiles) {
      const std::string file = desired.text("path") + "/" + usual;
      if (other.address.kind == "file" && other.text("path") == file) desired.attributes["compose_file"] = file;
    }
  }
}

bool ComposeProvider::asks_about(const Desired& desired, std::string_view name) const {
  const std::string folder = desired.text("path");
  if (name == folder || is_below(name, folder) || is_below(folder, name) || desired.text("as") == name) return true;
  const std::vector<std::string> files = files_of(desired), more = texts_in(desired.attribute("env_files"));
  return std::find(files.begin(), files.end(), name) != files.end() ||
         std::find(more.begin(), more.end(), name) != more.end();
}

Change ComposeProvider::triggered(const Desired& desired, const Observed& observed, Op op) const {
  Change change;
  if (op != Op::kRestart || desired.text("state", "running") != "running" || wants_absent(desired)) return change;
  if (observed.text("state") != "running" || !diff(desired, observed).empty()) return change;
  change.op = op;
  ComposeSteps steps(desired, observed);
  steps.add({"restart"});
  change.operations = steps.take();
  return change;
}

Observed ComposeProvider::as_declared(const Desired& desired) const {
  Observed observed = Provider::as_declared(desired);
  if (!observed.exists) return observed;
  observed.attributes["state"] = desired.text("state", "running");
  observed.attributes["services"] = Json::object();
  observed.attributes["wanted"] = Json::object();
  return observed;
}

std::optional<Desired> ComposeProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again;
  again.address = desired.address;
  again.env = desired.env;
  // The files of before are theirs who changed them.
  const bool same = before.exists && before.attribute("services") == before.attribute("wanted");
  if (before.exists && !same) return std::nullopt;
  again.attributes = desired.attributes;
  again.attributes["state"] = !before.exists ? "absent" : before.text("state") == "stopped" ? "stopped" : "running";
  return again;
}

void add_compose_to(Registry& registry) {
  registry.add({.name = "compose",
                .provider = make_provider<ComposeProvider>(),
                .operations = OperationSet::of<Run>(),
                .triggers = {{"restart_on", Op::kRestart}}});
}

}  // namespace plumb::providers::container
