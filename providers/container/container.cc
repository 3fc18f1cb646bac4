#include "providers/container/container.h"

#include <algorithm>
#include <set>

#include "providers/container/asked.h"
#include "providers/container/found.h"
#include "providers/container/image.h"
#include "providers/container/image_name.h"
#include "providers/container/images.h"
#include "providers/container/kinds.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::container {
namespace {

// A container that takes another one's place is created beside it, so that nothing is lost where that fails.
constexpr const char* kNext = "-plumb-next";

bool runs(const Desired& desired) {
  return desired.text("state", "running") == "running";
}

// What is known of a host's images and networks, for many containers.
struct Around {
  HeldImages images;
  std::set<std::string> networks;
  Json containers;
};

Result<Around> look_around(const Engine& engine, const std::vector<const Desired*>& desired, System& system) {
  Around around;
  std::vector<std::string> names, images, networks;
  for (const Desired* one : desired) {
    names.push_back(one->text("name"));
    if (wants_absent(*one)) continue;
    images.push_back(one->text("image"));
    for (std::string& network : networks_of(*one)) {
      if (is_own_network(network)) networks.push_back(std::move(network));
    }
  }
  PLUMB_TRY_ASSIGN(around.containers, inspect(engine, "container", names, system));
  PLUMB_TRY_ASSIGN(around.images, HeldImages::of(engine, images, system));
  PLUMB_TRY_ASSIGN(const Json found, inspect(engine, "network", networks, system));
  for (const Json& network : found) around.networks.insert(text_of(network, engine.is_podman() ? "name" : "Name"));
  return around;
}

// Which image the container has, and which it is to have.
Result<> note_image(const Engine& engine, const Desired& desired, const Json* info, const HeldImages& images,
                    System& system, Observed& observed) {
  const std::string name = desired.text("image");
  const std::optional<HeldImage> held = images.find(name);
  std::optional<Offer> offer;
  const std::string pull = desired.text("pull");
  if (pull == "always" || (!held && pull != "never")) offer = ask_registry(engine, name, system);
  if (pull == "always" && held && !offer)
    return fail(Code::kCannotObserve, "nothing tells what " + name + " means in its registry now")
        .hint("the package skopeo can; with `pull: missing`, or a digest in the name, it is not asked");
  const bool stays = held && (!offer || is_current(*held, *offer));
  if (stays) {
    observed.attributes["offered"] = offer && held->digests.contains(offer->digest) ? offer->digest : held->digest;
  } else if (offer) {
    observed.attributes["offered"] = offer->digest;
  }
  if (!stays && pull != "never") observed.attributes["to_pull"] = true;
  if (!stays && offer && offer->by_name) observed.attributes["by_name"] = true;
  if (info == nullptr) return {};
  const std::string id = bare_id(text_of(*info, "Image"));
  observed.attributes["held"] = "sha256:" + id;
  observed.attributes["image"] = text_of(member_of(*info, "Config"), "Image");
  if (stays && held->id == id) {
    observed.attributes["digest"] = observed.attribute("offered");
    observed.attributes["image"] = name;
  } else {
    observed.attributes["digest"] = text_of(*info, "ImageDigest", "sha256:" + id);
    // Of one that has another image and the same digest the name told something else.
    if (observed.text("digest") == observed.text("offered")) observed.attributes["digest"] = "sha256:" + id;
  }
  return {};
}

Result<> note_needs(const Engine& engine, const Desired& desired, const Around& around, System& system,
                    Observed& observed) {
  for (const std::string& network : networks_of(desired)) {
    if (is_own_network(network) && !around.networks.contains(network))
      observed.missing.push_back({{"", "container_network", network}, "networks"});
  }
  if (!engine.is_podman()) return {};
  // docker makes a folder of what is not there.
  const std::vector<std::string> files = texts_in(desired.attribute("mounted_files"));
  for (const std::string& text : texts_in(desired.attribute("volumes"))) {
    const VolumeText volume = volume_text(text);
    if (!volume.source.starts_with('/')) continue;
    PLUMB_TRY_ASSIGN(const auto there, system.stat(volume.source, true));
    const bool is_file = std::find(files.begin(), files.end(), volume.source) != files.end();
    if (!there) observed.missing.push_back({{"", is_file ? "file" : "directory", volume.source}, "volumes"});
  }
  return {};
}

// A variable of the engine's own cannot come to it in secret.
std::string tells_engine(const Json& env) {
  for (const auto& [name, value] : texts_by_name(env)) {
    if (name == "PATH" || name == "HOME" || name.starts_with("LD_") || name.starts_with("DOCKER_") ||
        name.starts_with("CONTAINER") || name.starts_with("XDG_"))
      return name;
  }
  return {};
}

Result<Observed> observe_container(const Engine& engine, const Desired& desired, const Around& around, System& system) {
  Observed observed;
  const Json* info = nullptr;
  for (const Json& one : around.containers) {
    if (name_of_container(one) == desired.text("name")) info = &one;
  }
  if (info != nullptr) note_found(*info, desired, engine.is_podman(), observed);
  if (wants_absent(desired)) return observed;
  PLUMB_TRY(note_image(engine, desired, info, around.images, system, observed));
  PLUMB_TRY(note_needs(engine, desired, around, system, observed));
  const std::string variable = desired.sensitive.contains("env") ? tells_engine(desired.attribute("env")) : "";
  if (!variable.empty())
    observed.obstacle =
        refused("`env` is sensitive, and " + variable + " means something to " + engine.name + " itself")
            .with_hint("set it in the image, or by `options: [--env=…]`");
  return observed;
}

// Creates it under `name`.
void create(const Desired& desired, const Observed& observed, const std::string& name, Steps& steps) {
  const bool podman = steps.engine() == "podman";
  std::vector<std::string> words = {"create", "--name", name};
  for (std::string& word : creation_words(desired, podman)) words.push_back(std::move(word));
  const Json& env = desired.attribute("env");
  if (observed.flag("to_pull", false))
    add_pull(steps, desired.text("image"), observed.flag("by_name", false) ? "" : observed.text("offered"));
  steps.add(std::move(words), env.is_string() ? env.get<std::string>() : std::string());
  if (podman) return;
  const std::vector<std::string> networks = networks_of(desired);
  for (std::size_t i = 1; i < networks.size(); ++i) steps.add({"network", "connect", networks[i], name});
}

void stop(const std::string& name, const Observed& observed, Steps& steps) {
  const std::string state = observed.text("state");
  if (state == "paused") steps.add({"unpause", name});
  if (state != "stopped") steps.add({"stop", name});
}

void replace(const Desired& desired, const Observed& observed, Steps& steps) {
  const std::string name = desired.text("name");
  // What a run that was cut off left.
  steps.add_lenient({"rm", "--force", name + kNext});
  create(desired, observed, name + kNext, steps);
  stop(name, observed, steps);
  steps.add({"rm", name});
  steps.add({"rename", name + kNext, name});
}

// What is not as it is asked for, and cannot be changed while the container lives.
void compare(const Desired& desired, const Observed& observed, Change& change) {
  for (const std::string& name : created_attributes()) {
    if (!desired.has(name) || name == "image" || observed.attribute(name) == desired.attribute(name)) continue;
    // In secret, and what it is nobody knew who looked.
    if (name == "env" && !observed.has(name)) continue;
    note_change(name, observed.attribute(name), desired.attribute(name), change);
  }
  if (observed.has("offered") && observed.text("digest") != observed.text("offered")) {
    note_change("digest", observed.attribute("digest"), observed.attribute("offered"), change);
  } else if (!observed.has("offered") && observed.text("image") != desired.text("image")) {
    note_change("image", observed.attribute("image"), desired.attribute("image"), change);
  }
}

void bound_by_image(const Observed& observed, Change& change) {
  const bool by_name = observed.flag("by_name", false);
  if (observed.has("offered") && !by_name) return;
  change.fidelity = Fidelity::kBounded;
  change.note = by_name ? kByName : "which image it is created from is known once that is there";
}

Change remove(const Desired& desired, const Observed& observed) {
  Change change;
  if (!observed.exists) return change;
  change.op = Op::kDelete;
  for (const char* attribute : {"state", "image"}) {
    if (observed.has(attribute)) change.before[attribute] = observed.attribute(attribute);
  }
  Steps steps(desired, observed);
  stop(desired.text("name"), observed, steps);
  steps.add({"rm", desired.text("name")});
  change.operations = steps.take();
  return change;
}

}  // namespace

std::vector<Result<Observed>> ContainerProvider::observe(std::span<const Desired* const> desired,
                                                         System& system) const {
  return by_engine(desired, system,
                   [](const Engine& engine, const std::vector<const Desired*>& together, System& host) {
                     std::vector<Result<Observed>> results;
                     const Result<Around> around = look_around(engine, together, host);
                     for (const Desired* one : together) {
                       results.push_back(around ? observe_container(engine, *one, *around, host)
                                                : Result<Observed>(Error(around.error())));
                     }
                     return results;
                   });
}

Change ContainerProvider::diff(const Desired& desired, const Observed& observed) const {
  if (wants_absent(desired)) return remove(desired, observed);
  Change change;
  Steps steps(desired, observed);
  const std::string name = desired.text("name");
  const std::string state = desired.text("state", "running");
  if (!observed.exists) {
    change.op = Op::kCreate;
    change.after["image"] = desired.text("image");
    if (observed.has("offered")) change.after["digest"] = observed.attribute("offered");
    for (const std::string& attribute : created_attributes()) {
      if (desired.has(attribute)) change.after[attribute] = desired.attribute(attribute);
    }
    create(desired, observed, name, steps);
    bound_by_image(observed, change);
  } else {
    compare(desired, observed, change);
    if (!change.after.empty()) {
      change.op = Op::kReplace;
      replace(desired, observed, steps);
      bound_by_image(observed, change);
    }
  }
  const bool anew = change.op != Op::kNone;
  const std::string found = anew ? "stopped" : observed.text("state");
  // Nobody said whether it is to run: then as the one before.
  const bool goes_on = anew && state == "present" && observed.text("state") == "running";
  if ((state == "running" && found != "running") || goes_on) {
    steps.add({found == "paused" ? "unpause" : found == "restarting" ? "restart" : "start", name});
  } else if (state == "stopped" && found != "stopped") {
    stop(name, observed, steps);
  } else if (!anew) {
    return change;
  }
  if (!anew) change.op = Op::kUpdate;
  if (state != "present" && observed.text("state") != state)
    note_change("state", observed.attribute("state"), state, change);
  change.operations = steps.take();
  return change;
}

std::vector<Address> ContainerProvider::infers(const Desired& desired) const {
  std::vector<Address> edges = engine_edges(desired);
  if (wants_absent(desired)) return edges;
  edges.push_back({"", "container_image", desired.text("image")});
  edges.push_back({"", "container_registry", registry_of(desired.text("image"))});
  for (std::string& network : networks_of(desired)) {
    if (network.starts_with("container:")) {
      edges.push_back({"", "container", network.substr(std::string_view("container:").size())});
    } else {
      edges.push_back({"", "container_network", std::move(network)});
    }
  }
  for (const std::string& text : texts_in(desired.attribute("volumes"))) {
    const VolumeText volume = volume_text(text);
    if (volume.source.empty()) continue;
    if (!volume.is_bind()) {
      edges.push_back({"", "container_volume", volume.source});
      continue;
    }
    for (const char* kind : {"file", "directory", "link", "git", "archive"}) edges.push_back({"", kind, volume.source});
    for (const std::string& folder : ancestors_of(volume.source)) edges.push_back({"", "directory", folder});
  }
  return edges;
}

std::vector<std::string> ContainerProvider::claims(const Desired& desired) const {
  return {"the container " + desired.text("name") + whose(desired)};
}

std::vector<std::string> ContainerProvider::stands_on_claims(const Desired& desired) const {
  std::vector<std::string> claims = {"the image " + desired.text("image") + whose(desired)};
  for (const std::string& network : networks_of(desired))
    claims.push_back("the container network " + network + whose(desired));
  for (const std::string& text : texts_in(desired.attribute("volumes"))) {
    const VolumeText volume = volume_text(text);
    if (!volume.source.empty() && !volume.is_bind())
      claims.push_back("the container volume " + volume.source + whose(desired));
  }
  return claims;
}

void ContainerProvider::complete(Desired& desired, std::span<const Desired> host, const SecretOf& secret_of) const {
  learn_from_host(desired, host, registry_of(desired.text("image")));
  // Of a sealed map only its names stand among what the engine is told.
  const Json& env = desired.attribute("env");
  if (env.is_string() && secret_of) {
    Json names = Json::array();
    for (const auto& [name, value] : texts_by_name(secret_of(env.get<std::string>()))) names.push_back(name);
    desired.attributes["env_names"] = std::move(names);
  }
  std::set<std::string> sources;
  for (const std::string& text : texts_in(desired.attribute("volumes"))) sources.insert(volume_text(text).source);
  Json files = Json::array();
  const ImageName image = image_name(desired.text("image"));
  bool is_earlier = true;
  for (const Desired& other : host) {
    if (&other == &desired) is_earlier = false;
    if (other.address.kind == "file" && sources.contains(other.text("path"))) files.push_back(other.text("path"));
    if (!is_earlier || other.address.kind != "container_image" || wants_absent(other) || wants_absent(desired))
      continue;
    if (image_name(other.text("name")) != image) continue;
    // What that one brings can be seen where a registry has it; else only once it is there.
    const bool made = other.has("build") || other.has("archive") || other.has("digest");
    if (made) desired.attributes["waits_for"].push_back(other.address.str());
    if (!made && other.text("pull") == "always" && desired.text("pull") != "never")
      desired.attributes["pull"] = "always";
  }
  if (!files.empty()) desired.attributes["mounted_files"] = std::move(files);
}

Change ContainerProvider::triggered(const Desired& desired, const Observed& observed, Op op) const {
  Change change;
  if (op != Op::kRestart || !runs(desired) || observed.text("state") != "running") return change;
  if (!diff(desired, observed).empty()) return change;
  change.op = op;
  Steps steps(desired, observed);
  steps.add({"restart", desired.text("name")});
  change.operations = steps.take();
  return change;
}

Observed ContainerProvider::as_declared(const Desired& desired) const {
  Observed observed = Provider::as_declared(desired);
  if (desired.text("state") == "present") observed.attributes["state"] = "stopped";
  return observed;
}

std::optional<Desired> ContainerProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again = of_same_engine(desired, "name");
  if (!before.exists) {
    again.attributes["state"] = "absent";
    return again;
  }
  // Of one that nobody told what it is made of, or in secret, nobody can make another.
  const Json& asked = before.attribute("asked");
  if (!asked.is_object() || desired.sensitive.contains("env")) return std::nullopt;
  for (const std::string& name : created_attributes()) {
    if (asked.contains(name)) again.attributes[name] = asked.at(name);
  }
  if (before.has("held")) again.attributes["image"] = before.attribute("held");
  again.attributes["state"] = before.text("state") == "stopped" ? "stopped" : "running";
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "container",
                .provider = make_provider<ContainerProvider>(),
                .operations = OperationSet::of<Run>(),
                .triggers = {{"restart_on", Op::kRestart}},
                .adoption = {survey_containers, "containers"}});
  add_image_to(registry);
  add_network_to(registry);
  add_volume_to(registry);
  add_registry_to(registry);
  add_compose_to(registry);
}

}  // namespace plumb::providers::container
