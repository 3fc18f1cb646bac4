// container_volume: a volume of the host's engine, with what containers keep in it.
#include "providers/container/host_engine.h"
#include "providers/container/kinds.h"

namespace plumb::providers::container {
namespace {

constexpr const char* kVolumeAttributes[] = {"driver", "options", "labels"};

void note_volume(const Json& volume, const Desired& desired, Observed& observed) {
  observed.exists = true;
  observed.attributes["driver"] = text_of(volume, "Driver", "local");
  bool differs = false;
  for (const char* attribute : kVolumeAttributes) {
    const bool is_map = std::string_view(attribute) != "driver";
    if (!desired.has(attribute)) continue;
    if (is_map) {
      Json members = Json::object();
      const std::map<std::string, std::string> wanted = texts_by_name(desired.attribute(attribute));
      const bool options = std::string_view(attribute) == "options";
      for (const auto& [name, value] : texts_by_name(member_of(volume, options ? "Options" : "Labels"))) {
        if (wanted.contains(name)) members[name] = value;
      }
      observed.attributes[attribute] = std::move(members);
    }
    differs = differs || observed.attribute(attribute) != desired.attribute(attribute);
  }
  if (!differs || wants_absent(desired)) return;
  observed.obstacle = refused("the volume " + desired.text("name") + " is there and is another one than is asked for")
                          .with_hint(
                              "an engine changes none, and what is in it would be lost with it: move it to a "
                              "volume of another name");
}

}  // namespace

std::vector<Result<Observed>> ContainerVolumeProvider::observe(std::span<const Desired* const> desired,
                                                               System& system) const {
  return by_engine(desired, system,
                   [](const Engine& engine, const std::vector<const Desired*>& together, System& host) {
                     std::vector<Result<Observed>> results;
                     std::vector<std::string> names;
                     for (const Desired* one : together) names.push_back(one->text("name"));
                     const Result<Json> volumes = inspect(engine, "volume", names, host);
                     for (const Desired* one : together) {
                       if (!volumes) {
                         results.emplace_back(Error(volumes.error()));
                         continue;
                       }
                       Observed observed;
                       for (const Json& volume : *volumes) {
                         if (text_of(volume, "Name") == one->text("name")) note_volume(volume, *one, observed);
                       }
                       results.emplace_back(std::move(observed));
                     }
                     return results;
                   });
}

Change ContainerVolumeProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  Steps steps(desired, observed);
  const std::string name = desired.text("name");
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before["driver"] = observed.attribute("driver");
    steps.add({"volume", "rm", name});
    change.operations = steps.take();
    return change;
  }
  for (const char* attribute : kVolumeAttributes) {
    if (!desired.has(attribute) || (observed.exists && observed.attribute(attribute) == desired.attribute(attribute)))
      continue;
    note_change(attribute, observed.exists ? observed.attribute(attribute) : Json(), desired.attribute(attribute),
                change);
  }
  if (observed.exists && change.after.empty()) return change;
  change.op = observed.exists ? Op::kReplace : Op::kCreate;
  if (observed.exists) {
    steps.add({"volume", "rm", name});
  } else {
    change.after["name"] = name;
  }
  std::vector<std::string> words = {"volume", "create"};
  if (desired.has("driver")) words.insert(words.end(), {"--driver", desired.text("driver")});
  for (const auto& [option, value] : texts_by_name(desired.attribute("options")))
    words.insert(words.end(), {"--opt", option + "=" + value});
  for (const auto& [label, value] : texts_by_name(desired.attribute("labels")))
    words.insert(words.end(), {"--label", label + "=" + value});
  words.push_back(name);
  steps.add(std::move(words));
  change.operations = steps.take();
  return change;
}

std::vector<Address> ContainerVolumeProvider::infers(const Desired& desired) const {
  return engine_edges(desired);
}

std::vector<std::string> ContainerVolumeProvider::claims(const Desired& desired) const {
  return {"the container volume " + desired.text("name") + whose(desired)};
}

void ContainerVolumeProvider::complete(Desired& desired, std::span<const Desired> host, const SecretOf&) const {
  learn_from_host(desired, host);
}

std::optional<Desired> ContainerVolumeProvider::restore(const Desired& desired, const Observed& before) const {
  // What was in it went with it.
  if (before.exists) return std::nullopt;
  Desired again;
  again.address = desired.address;
  again.env = desired.env;
  again.attributes = {{"name", desired.text("name")}, {"state", "absent"}};
  for (const char* attribute : {"engine", "as"}) {
    if (desired.has(attribute)) again.attributes[attribute] = desired.attribute(attribute);
  }
  return again;
}

void add_volume_to(Registry& registry) {
  registry.add({.name = "container_volume",
                .provider = make_provider<ContainerVolumeProvider>(),
                .operations = OperationSet::of<Run>(),
                .adoption = {survey_volumes, "containers"}});
}

}  // namespace plumb::providers::container
