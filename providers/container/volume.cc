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
      const bool options = std::string_view(attribute) == "options";
      observed.attributes[attribute] =
          asked_members(desired.attribute(attribute), member_of(volume, options ? "Options" : "Labels"));
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
  const auto note = [](const Json& volume, const Desired& one, const Engine&, Observed& observed) {
    note_volume(volume, one, observed);
  };
  return observe_inspected(desired, system, {"volume", "Name", "Name", note});
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
  note_differences(desired, observed, kVolumeAttributes, change);
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

std::vector<std::string> ContainerVolumeProvider::claims(const Desired& desired) const {
  return {"the container volume " + desired.text("name") + whose(desired)};
}

std::optional<Desired> ContainerVolumeProvider::restore(const Desired& desired, const Observed& before) const {
  // What was in it went with it.
  if (before.exists) return std::nullopt;
  Desired again = of_same_engine(desired, "name");
  again.attributes["state"] = "absent";
  return again;
}

void add_volume_to(Registry& registry) {
  registry.add({.name = "container_volume",
                .provider = make_provider<ContainerVolumeProvider>(),
                .operations = OperationSet::of<Run>(),
                .adoption = {survey_volumes, "containers"}});
}

}  // namespace plumb::providers::container
