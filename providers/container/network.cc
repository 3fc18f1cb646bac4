// container_network: a network of the host's engine.
#include <algorithm>

#include "providers/container/host_engine.h"
#include "providers/container/kinds.h"

namespace plumb::providers::container {
namespace {

// The two engines' words for the same.
struct NetworkWords {
  const char* name;
  const char* driver;
  const char* internal;
  const char* ipv6;
  const char* options;
  const char* labels;
};
constexpr NetworkWords kPodmanWords = {"name", "driver", "internal", "ipv6_enabled", "options", "labels"};
constexpr NetworkWords kDockerWords = {"Name", "Driver", "Internal", "EnableIPv6", "Options", "Labels"};

// Its ranges of addresses, in each engine's words.
std::vector<std::string> texts_of_ranges(const Json& network, bool podman, const std::string& attribute) {
  std::vector<std::string> texts;
  const Json& ranges = podman ? member_of(network, "subnets") : member_of(member_of(network, "IPAM"), "Config");
  for (const Json& range : ranges) {
    std::string text;
    if (attribute == "subnet") text = text_of(range, podman ? "subnet" : "Subnet");
    if (attribute == "gateway") text = text_of(range, podman ? "gateway" : "Gateway");
    if (attribute == "ip_range") text = text_of(range, "IPRange");
    if (!text.empty()) texts.push_back(std::move(text));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

void note_network(const Json& network, const Desired& desired, bool podman, Observed& observed) {
  const NetworkWords& words = podman ? kPodmanWords : kDockerWords;
  observed.exists = true;
  observed.attributes["driver"] = text_of(network, words.driver);
  observed.attributes["internal"] = flag_of(network, words.internal, false);
  observed.attributes["ipv6"] = flag_of(network, words.ipv6, false);
  if (!podman) observed.attributes["attachable"] = flag_of(network, "Attachable", false);
  for (const char* attribute : {"options", "labels"}) {
    const bool options = std::string_view(attribute) == "options";
    if (desired.has(attribute))
      observed.attributes[attribute] =
          asked_members(desired.attribute(attribute), member_of(network, options ? words.options : words.labels));
  }
  for (const char* attribute : {"subnet", "gateway", "ip_range"}) {
    if (!desired.has(attribute)) continue;
    // podman tells the first and the last address of a range, which is left as it was asked for.
    if (podman && std::string_view(attribute) == "ip_range") {
      observed.attributes[attribute] = desired.attribute(attribute);
      continue;
    }
    std::vector<std::string> wanted = texts_in(desired.attribute(attribute));
    std::sort(wanted.begin(), wanted.end());
    const std::vector<std::string> found = texts_of_ranges(network, podman, attribute);
    observed.attributes[attribute] = found == wanted ? desired.attribute(attribute) : Json(found);
  }
}

void add_creation(const Desired& desired, Steps& steps) {
  std::vector<std::string> words = {"network", "create"};
  const std::pair<const char*, const char*> texts[] = {{"driver", "--driver"},
                                                       {"subnet", "--subnet"},
                                                       {"gateway", "--gateway"},
                                                       {"ip_range", "--ip-range"},
                                                       {"ipam_driver", "--ipam-driver"}};
  for (const auto& [attribute, option] : texts) {
    for (std::string& text : texts_in(desired.attribute(attribute)))
      words.insert(words.end(), {option, std::move(text)});
  }
  if (desired.flag("internal", false)) words.emplace_back("--internal");
  if (desired.flag("ipv6", false)) words.emplace_back("--ipv6");
  if (desired.flag("attachable", false) && steps.engine() == "docker") words.emplace_back("--attachable");
  for (const auto& [name, value] : texts_by_name(desired.attribute("options")))
    words.insert(words.end(), {"--opt", name + "=" + value});
  for (const auto& [name, value] : texts_by_name(desired.attribute("labels")))
    words.insert(words.end(), {"--label", name + "=" + value});
  words.push_back(desired.text("name"));
  steps.add(std::move(words));
}

// The last one is docker's alone.
constexpr const char* kCompared[] = {"driver",   "subnet", "gateway", "ip_range",  "options",
                                     "internal", "ipv6",   "labels",  "attachable"};

}  // namespace

std::vector<Result<Observed>> ContainerNetworkProvider::observe(std::span<const Desired* const> desired,
                                                                System& system) const {
  const auto note = [](const Json& network, const Desired& one, const Engine& engine, Observed& observed) {
    note_network(network, one, engine.is_podman(), observed);
  };
  return observe_inspected(desired, system, {"network", kPodmanWords.name, kDockerWords.name, note});
}

Change ContainerNetworkProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  Steps steps(desired, observed);
  const std::string name = desired.text("name");
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before["driver"] = observed.attribute("driver");
    steps.add({"network", "rm", name});
    change.operations = steps.take();
    return change;
  }
  const std::size_t known = steps.engine() == "podman" ? std::size(kCompared) - 1 : std::size(kCompared);
  note_differences(desired, observed, std::span(kCompared).first(known), change);
  if (observed.exists && change.after.empty()) return change;
  change.op = observed.exists ? Op::kReplace : Op::kCreate;
  if (observed.exists) {
    change.note = "containers in it keep it from being removed";
    steps.add({"network", "rm", name});
  } else {
    change.after["name"] = name;
  }
  add_creation(desired, steps);
  change.operations = steps.take();
  return change;
}

std::vector<std::string> ContainerNetworkProvider::claims(const Desired& desired) const {
  return {"the container network " + desired.text("name") + whose(desired)};
}

std::optional<Desired> ContainerNetworkProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again = of_same_engine(desired, "name", {"ipam_driver"});
  again.attributes["state"] = before.exists ? "present" : "absent";
  if (!before.exists) return again;
  // Of what is to go nobody asked more than that.
  if (wants_absent(desired)) return std::nullopt;
  for (const char* attribute : kCompared) {
    if (before.has(attribute)) again.attributes[attribute] = before.attribute(attribute);
  }
  return again;
}

void add_network_to(Registry& registry) {
  registry.add({.name = "container_network",
                .provider = make_provider<ContainerNetworkProvider>(),
                .operations = OperationSet::of<Run>(),
                .adoption = {survey_networks, "containers"}});
}

}  // namespace plumb::providers::container
