#include "providers/container/asked.h"

#include <algorithm>
#include <array>

#include "engine/base/json.h"
#include "providers/container/host_engine.h"

namespace plumb::providers::container {
namespace {

enum class Shape {
  kText,   // --option VALUE
  kFlag,   // --option
  kEach,   // --option ITEM, for each
  kPairs,  // --option NAME=VALUE, for each
  kHosts,  // --option NAME:VALUE, for each
};

struct OptionRow {
  std::string_view attribute;
  std::string_view option;
  Shape shape;
  bool by_label;
};

constexpr std::array kOptions = {
    OptionRow{"hostname", "--hostname", Shape::kText, false},
    OptionRow{"user", "--user", Shape::kText, false},
    OptionRow{"workdir", "--workdir", Shape::kText, false},
    OptionRow{"labels", "--label", Shape::kPairs, false},
    OptionRow{"ports", "--publish", Shape::kEach, false},
    OptionRow{"volumes", "--volume", Shape::kEach, false},
    OptionRow{"privileged", "--privileged", Shape::kFlag, false},
    OptionRow{"read_only", "--read-only", Shape::kFlag, false},
    OptionRow{"memory", "--memory", Shape::kText, false},
    OptionRow{"cpus", "--cpus", Shape::kText, false},
    OptionRow{"tmpfs", "--tmpfs", Shape::kEach, true},
    OptionRow{"shm_size", "--shm-size", Shape::kText, true},
    OptionRow{"pids_limit", "--pids-limit", Shape::kText, true},
    OptionRow{"init", "--init", Shape::kFlag, true},
    OptionRow{"tty", "--tty", Shape::kFlag, true},
    OptionRow{"interactive", "--interactive", Shape::kFlag, true},
    OptionRow{"add_capabilities", "--cap-add", Shape::kEach, true},
    OptionRow{"drop_capabilities", "--cap-drop", Shape::kEach, true},
    OptionRow{"security", "--security-opt", Shape::kEach, true},
    OptionRow{"devices", "--device", Shape::kEach, true},
    OptionRow{"ulimits", "--ulimit", Shape::kPairs, true},
    OptionRow{"sysctls", "--sysctl", Shape::kPairs, true},
    OptionRow{"dns", "--dns", Shape::kEach, true},
    OptionRow{"hosts", "--add-host", Shape::kHosts, true},
    OptionRow{"log_driver", "--log-driver", Shape::kText, true},
    OptionRow{"log_options", "--log-opt", Shape::kPairs, true},
    OptionRow{"stop_signal", "--stop-signal", Shape::kText, true},
    OptionRow{"stop_timeout", "--stop-timeout", Shape::kText, true},
    OptionRow{"pid", "--pid", Shape::kText, true},
    OptionRow{"ipc", "--ipc", Shape::kText, true},
    OptionRow{"userns", "--userns", Shape::kText, true},
    OptionRow{"options", "", Shape::kEach, true},
};

// Beside the rows.
constexpr std::array<std::string_view, 7> kOthers = {"image",    "command", "entrypoint", "env",
                                                     "networks", "restart", "health"};

std::string as_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void add_option(const OptionRow& row, const Json& value, std::vector<std::string>& words) {
  const auto option = [&](std::string text) {
    if (!row.option.empty()) words.emplace_back(row.option);
    words.push_back(std::move(text));
  };
  switch (row.shape) {
    case Shape::kText:
      return option(as_text(value));
    case Shape::kFlag:
      if (value == Json(true)) words.emplace_back(row.option);
      return;
    case Shape::kEach:
      for (std::string& text : texts_in(value)) option(std::move(text));
      return;
    case Shape::kPairs:
    case Shape::kHosts:
      for (const auto& [name, text] : texts_by_name(value))
        option(name + (row.shape == Shape::kHosts ? ":" : "=") + text);
      return;
  }
}

void add_health(const Json& health, std::vector<std::string>& words) {
  const Json& command = member_of(health, "command");
  if (command.is_null()) return;
  if (command == Json("none")) {
    words.emplace_back("--no-healthcheck");
    return;
  }
  words.insert(words.end(), {"--health-cmd", as_text(command)});
  for (const char* part : {"interval", "timeout", "start_period"}) {
    const Json& seconds = member_of(health, part);
    std::string option = "--health-" + std::string(part);
    std::replace(option.begin() + 2, option.end(), '_', '-');
    if (!seconds.is_null()) words.insert(words.end(), {option, as_text(seconds) + "s"});
  }
  const Json& retries = member_of(health, "retries");
  if (!retries.is_null()) words.insert(words.end(), {"--health-retries", retries.dump()});
}

// `env` in clear as options; of a sealed one the names alone, which the engine takes from its own environment.
void add_env(const Desired& desired, std::vector<std::string>& words) {
  for (const auto& [name, value] : texts_by_name(desired.attribute("env")))
    words.insert(words.end(), {"--env", name + "=" + value});
  for (const std::string& name : texts_in(desired.attribute("env_names"))) words.insert(words.end(), {"--env", name});
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "8000-8010" as its first and its last; {-1, -1} for what is none.
std::pair<int, int> range_of(std::string_view text) {
  const std::size_t dash = text.find('-');
  const std::string first(text.substr(0, dash));
  const std::string last(dash == std::string_view::npos ? text : text.substr(dash + 1));
  if (!is_digits(first) || !is_digits(last)) return {-1, -1};
  return {std::stoi(first), std::stoi(last)};
}

}  // namespace

std::vector<std::string> labelled_attributes() {
  std::vector<std::string> names;
  for (const OptionRow& row : kOptions) {
    if (row.by_label) names.emplace_back(row.attribute);
  }
  return names;
}

std::vector<std::string> created_attributes() {
  std::vector<std::string> names(kOthers.begin(), kOthers.end());
  for (const OptionRow& row : kOptions) names.emplace_back(row.attribute);
  return names;
}

Json asked_for_creation(const Desired& desired) {
  Json asked = Json::object();
  for (const std::string& name : created_attributes()) {
    if (desired.has(name) && !desired.sensitive.contains(name)) asked[name] = desired.attribute(name);
  }
  return asked;
}

bool is_own_network(const std::string& network) {
  static constexpr std::array<std::string_view, 8> kGiven = {"host",        "none",  "bridge",  "default",
                                                             "slirp4netns", "pasta", "private", "podman"};
  return network.find(':') == std::string::npos && std::find(kGiven.begin(), kGiven.end(), network) == kGiven.end();
}

std::vector<std::string> networks_of(const Desired& desired) {
  return texts_in(desired.attribute("networks"));
}

std::vector<std::string> creation_words(const Desired& desired, bool podman) {
  std::vector<std::string> words;
  for (const OptionRow& row : kOptions) {
    if (desired.has(std::string(row.attribute))) add_option(row, desired.attribute(std::string(row.attribute)), words);
  }
  add_env(desired, words);
  // Of docker a container is created in one network, and comes into others before it starts.
  const std::vector<std::string> networks = networks_of(desired);
  for (std::size_t i = 0; i < networks.size() && (podman || i == 0); ++i)
    words.insert(words.end(), {"--network", networks[i]});
  if (std::string restart = desired.text("restart"); !restart.empty()) {
    // The two differ in what a daemon does when it starts anew. podman's service for that knows the one only.
    if (podman && restart == "unless-stopped") restart = "always";
    words.insert(words.end(), {"--restart", restart});
  }
  add_health(desired.attribute("health"), words);
  if (desired.text("pull") == "never") words.insert(words.end(), {"--pull", "never"});
  words.insert(words.end(), {"--label", std::string(kAskedLabel) + "=" + canonical(asked_for_creation(desired))});
  std::vector<std::string> command = texts_in(desired.attribute("command"));
  const std::vector<std::string> entry = texts_in(desired.attribute("entrypoint"));
  if (!entry.empty()) {
    // docker takes one word; the others come before those of the command.
    words.insert(words.end(), {"--entrypoint", podman ? Json(entry).dump() : entry.front()});
    if (!podman) command.insert(command.begin(), entry.begin() + 1, entry.end());
  }
  words.push_back(desired.text("image"));
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

VolumeText volume_text(const std::string& text) {
  VolumeText volume;
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) {
    volume.target = text;
  } else {
    volume.source = text.substr(0, colon);
    const std::size_t next = std::min(text.find(':', colon + 1), text.size());
    volume.target = text.substr(colon + 1, next - colon - 1);
    for (std::size_t at = next + 1; at < text.size();) {
      const std::size_t end = std::min(text.find(',', at), text.size());
      volume.read_only = volume.read_only || text.compare(at, end - at, "ro") == 0;
      at = end + 1;
    }
  }
  for (std::string* path : {&volume.source, &volume.target}) {
    while (path->size() > 1 && path->ends_with('/')) path->pop_back();
  }
  return volume;
}

std::vector<PortText> port_texts(const std::string& text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string protocol = slash < text.size() ? text.substr(slash) : "/tcp";
  std::string rest = text.substr(0, slash);
  const std::size_t colon = rest.rfind(':');
  const std::string inside = colon == std::string::npos ? rest : rest.substr(colon + 1);
  std::string address, published;
  if (colon != std::string::npos) {
    rest.resize(colon);
    const std::size_t before = rest.rfind(':');
    published = before == std::string::npos ? rest : rest.substr(before + 1);
    address = before == std::string::npos ? "" : rest.substr(0, before);
    // An address alone: "127.0.0.1::80".
    if (before == std::string::npos && published.find('.') != std::string::npos) std::swap(address, published);
  }
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  if (address == "0.0.0.0") address.clear();
  const auto [first, last] = range_of(inside);
  const auto [from, to] = range_of(published);
  std::vector<PortText> ports;
  for (int port = first; port >= 0 && port <= last; ++port) {
    std::string outside = from < 0 ? "" : std::to_string(to - from == last - first ? from + port - first : from);
    ports.push_back({address, std::move(outside), std::to_string(port) + protocol});
  }
  return ports;
}

}  // namespace plumb::providers::container
