// Containers, images, volumes and networks that root's engine has, and those of users who linger.
#include "providers/sdk/survey.h"

#include <algorithm>
#include <functional>
#include <set>

#include "providers/container/asked.h"
#include "providers/container/found.h"
#include "providers/container/host_engine.h"
#include "providers/container/kinds.h"
#include "providers/sdk/is_there.h"
#include "providers/sdk/json_answer.h"
#include "providers/sdk/managers.h"

namespace plumb::providers::container {
namespace {

// Of the engine, when it is there and answers; its objects by name otherwise none.
std::vector<std::string> names_of(const SurveyedHost& host, const Engine& engine, const std::vector<std::string>& words,
                                  Survey& found) {
  std::vector<std::string> names;
  if (host.system.is_image() || !engine.is_there) return names;
  const Result<ProcessResult> answer = ask_engine(engine, words, host.system);
  if (!answer || answer->exit_code != 0) {
    found.leave_out("what " + engine.name + " has", answer ? last_lines(answer->errors, 1) : answer.error().summary());
    return names;
  }
  for (std::string_view rest = answer->output; !rest.empty();) {
    const std::string name(take_line(rest));
    if (!name.empty()) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Variables and words that the image does not bring.
void add_beyond_image(const Json& config, const Json& image, Json& attributes) {
  const Json& of_image = member_of(image, "Config");
  const std::vector<std::string> known = texts_in(member_of(of_image, "Env"));
  Json env = Json::object();
  for (const std::string& variable : texts_in(member_of(config, "Env"))) {
    const std::size_t equals = variable.find('=');
    if (equals == std::string::npos || std::find(known.begin(), known.end(), variable) != known.end()) continue;
    const std::string name = variable.substr(0, equals);
    if (name == "container" || name == "HOSTNAME" || name == "HOME" || name == "PATH" || name == "TERM") continue;
    env[name] = variable.substr(equals + 1);
  }
  if (!env.empty()) attributes["env"] = std::move(env);
  const Json& command = member_of(config, "Cmd");
  if (!texts_in(command).empty() && texts_in(command) != texts_in(member_of(of_image, "Cmd")))
    attributes["command"] = texts_in(command);
}

Json attributes_of(const Json& info, const Json& image, bool podman) {
  const Json& config = member_of(info, "Config");
  const Json kept = json_answer(text_of(member_of(config, "Labels"), kAskedLabel));
  Desired asked;
  for (const char* list : {"ports", "volumes", "networks"}) asked.attributes[list] = Json::array();
  asked.attributes["restart"] = "";
  Observed observed;
  note_found(info, asked, podman, observed);
  Json attributes = kept.is_object() ? kept : Json::object();
  attributes["image"] = text_of(config, "Image");
  if (observed.text("state") == "stopped") attributes["state"] = "stopped";
  if (kept.is_object()) return attributes;
  for (const char* list : {"ports", "volumes", "networks"}) {
    const Json& value = observed.attribute(list);
    if (value.is_array() && !value.empty() && value != Json::array({"bridge"})) attributes[list] = value;
  }
  if (const std::string restart = observed.text("restart"); !restart.empty() && restart != "no")
    attributes["restart"] = restart;
  add_beyond_image(config, image, attributes);
  return attributes;
}

// Root's engine, and podman of each user whose services run without a login and who has containers.
void each_engine(const SurveyedHost& host, Survey& found, const std::function<void(const Engine&)>& look) {
  look(find_engine({}, host.system));
  for (const std::string& user : surveyed_names(host, "/var/lib/systemd/linger", found)) {
    const std::optional<Account> account = host.system.user_by_name(user);
    if (!account || !shows(account->home + "/.local/share/containers/storage", host.system)) continue;
    Desired whose;
    whose.attributes["as"] = user;
    whose.attributes["engine"] = "podman";
    look(find_engine(whose, host.system));
  }
}

void add_names(const SurveyedHost& host, Survey& found, const std::vector<std::string>& words,
               bool (*is_taken)(const std::string&)) {
  each_engine(host, found, [&](const Engine& engine) {
    for (const std::string& name : names_of(host, engine, words, found)) {
      if (!is_taken(name)) continue;
      FoundThing& thing = found.add(name);
      if (!engine.user.empty()) thing.attributes["as"] = engine.user;
    }
  });
}

void add_containers(const SurveyedHost& host, const Engine& engine, Survey& found) {
  const auto names = names_of(host, engine, {"ps", "--all", "--format", "{{.Names}}"}, found);
  if (names.empty()) return;
  const Result<Json> containers = inspect(engine, "container", names, host.system);
  if (!containers) return found.leave_out("containers", containers.error().summary());
  std::set<std::string> ids;
  for (const Json& one : *containers) ids.insert(text_of(one, "Image"));
  const Result<Json> images = inspect(engine, "image", {ids.begin(), ids.end()}, host.system);
  for (const Json& one : *containers) {
    const Json& labels = member_of(member_of(one, "Config"), "Labels");
    // Those of a compose file are its own.
    if (labels.is_object() && labels.contains("com.docker.compose.project")) {
      found.leave_out("container " + name_of_container(one), "it is of a compose file");
      continue;
    }
    Json image;
    for (const Json& other : images ? *images : Json::array()) {
      const std::string id = text_of(other, "Id");
      if (!id.empty() && text_of(one, "Image").ends_with(id.substr(id.find(':') + 1))) image = other;
    }
    Json attributes = attributes_of(one, image, engine.is_podman());
    if (!engine.user.empty()) attributes["as"] = engine.user;
    found.add(name_of_container(one), std::move(attributes));
  }
}

}  // namespace

void survey_containers(const SurveyedHost& host, Survey& found) {
  each_engine(host, found, [&](const Engine& engine) { add_containers(host, engine, found); });
}

void survey_images(const SurveyedHost& host, Survey& found) {
  // Those that a build or a newer one of the name left have no name.
  add_names(host, found, {"images", "--format", "{{.Repository}}:{{.Tag}}"},
            [](const std::string& name) { return name.find("<none>") == std::string::npos; });
}

void survey_volumes(const SurveyedHost& host, Survey& found) {
  constexpr std::size_t kUnnamed = 64;
  add_names(host, found, {"volume", "ls", "--format", "{{.Name}}"},
            [](const std::string& name) { return name.size() != kUnnamed; });
}

void survey_networks(const SurveyedHost& host, Survey& found) {
  add_names(host, found, {"network", "ls", "--format", "{{.Name}}"}, is_own_network);
}

}  // namespace plumb::providers::container
