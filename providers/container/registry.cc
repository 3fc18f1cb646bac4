// container_registry: who the host's engine is at a registry.
#include <array>

#include <unistd.h>

#include "providers/container/host_engine.h"
#include "providers/container/kinds.h"
#include "providers/sdk/json_answer.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::container {
namespace {

constexpr const char* kLogin[] = {"username", "password"};

constexpr std::size_t kLongestFile = std::size_t{1} << 20;

// What stands in it up to the first character that is none of base64's.
std::string from_base64(std::string_view text) {
  constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = kBase64.find(c);
    if (digit == std::string_view::npos) break;
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>((bits >> count) & 0xff);
  }
  return bytes;
}

std::string home_of(const Engine& engine, System& system) {
  std::optional<Account> account;
  if (engine.user.empty()) {
    account = system.user_by_id(::geteuid());
  } else if (is_number(engine.user)) {
    account = system.user_by_id(static_cast<std::uint32_t>(std::stoul(engine.user)));
  } else {
    account = system.user_by_name(engine.user);
  }
  return account ? account->home : "/root";
}

// A file that stays when the host is started anew, which podman's own choice does not.
std::string auth_file_of(const Engine& engine, System& system) {
  return home_of(engine, system) + (engine.is_podman() ? "/.config/containers/auth.json" : "/.docker/config.json");
}

std::string key_in_file(const std::string& registry, const Engine& engine) {
  return registry == "docker.io" && !engine.is_podman() ? "https://index.docker.io/v1/" : registry;
}

Result<Observed> observe_login(const Engine& engine, const Desired& desired, System& system) {
  Observed observed;
  const std::string path = auth_file_of(engine, system);
  observed.attributes["auth_file"] = path;
  PLUMB_TRY_ASSIGN(const auto there, system.stat(path, true));
  if (!there) return observed;
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(path, kLongestFile));
  const Json file = json_answer(text);
  if (!file.is_object()) {
    observed.obstacle = refused(path + " is no JSON");
    return observed;
  }
  const Json& entry = member_of(member_of(file, "auths"), key_in_file(desired.text("registry"), engine));
  observed.exists = entry.is_object();
  if (!observed.exists) return observed;
  observed.attributes["state"] = "present";
  const std::string pair = from_base64(text_of(entry, "auth"));
  const std::size_t colon = pair.find(':');
  if (colon == std::string::npos) {
    // A helper keeps it, and tells nobody.
    for (const char* attribute : kLogin) {
      if (desired.has(attribute)) observed.attributes[attribute] = desired.attribute(attribute);
    }
    return observed;
  }
  observed.attributes["username"] = pair.substr(0, colon);
  observed.attributes["password"] = pair.substr(colon + 1);
  return observed;
}

// Behind `login` and `logout`.
std::vector<std::string> login_words(const char* verb, const Observed& observed, const Steps& steps) {
  std::vector<std::string> words = {verb};
  if (steps.engine() == "podman" && observed.has("auth_file"))
    words.insert(words.end(), {"--authfile", observed.text("auth_file")});
  return words;
}

}  // namespace

std::vector<Result<Observed>> ContainerRegistryProvider::observe(std::span<const Desired* const> desired,
                                                                 System& system) const {
  return by_engine(desired, system,
                   [](const Engine& engine, const std::vector<const Desired*>& together, System& host) {
                     std::vector<Result<Observed>> results;
                     for (const Desired* one : together) results.push_back(observe_login(engine, *one, host));
                     return results;
                   });
}

Change ContainerRegistryProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  Steps steps(desired, observed);
  const std::string registry = desired.text("registry");
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before["state"] = "present";
    std::vector<std::string> words = login_words("logout", observed, steps);
    words.push_back(registry);
    steps.add(std::move(words));
    change.operations = steps.take();
    return change;
  }
  note_differences(desired, observed, kLogin, change);
  if (change.after.empty()) return change;
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  std::vector<std::string> words = login_words("login", observed, steps);
  words.insert(words.end(), {"--username", desired.text("username"), "--password-stdin", registry});
  words.insert(words.begin(), steps.engine());
  steps.add_program(std::move(words), desired.text("password"));
  change.operations = steps.take();
  return change;
}

std::vector<std::string> ContainerRegistryProvider::claims(const Desired& desired) const {
  return {"the login at the registry " + desired.text("registry") + whose(desired)};
}

std::optional<Desired> ContainerRegistryProvider::restore(const Desired& desired, const Observed& before) const {
  if (before.exists) return std::nullopt;
  Desired again = of_same_engine(desired, "registry");
  again.attributes["state"] = "absent";
  return again;
}

void add_registry_to(Registry& registry) {
  registry.add({.name = "container_registry",
                .provider = make_provider<ContainerRegistryProvider>(),
                .operations = OperationSet::of<Run>()});
}

}  // namespace plumb::providers::container
