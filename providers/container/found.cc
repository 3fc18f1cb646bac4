#include "providers/container/found.h"

#include <algorithm>
#include <set>

#include "providers/container/asked.h"
#include "providers/container/host_engine.h"
#include "providers/sdk/json_answer.h"

namespace plumb::providers::container {
namespace {

constexpr std::int64_t kNano = 1000000000;

// Engines tell -1 of what has no limit, and 0 of what was not said.
std::int64_t number_of(const Json& object, const char* name) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  const Json& value = member_of(object, name);
  return value.is_number_integer() ? std::clamp<std::int64_t>(value.get<std::int64_t>(), 0, kMost) : 0;
}

Json list_of(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

class Finder {
 public:
  Finder(const Json& info, const Desired& desired, bool podman)
      : info_(info),
        config_(member_of(info, "Config")),
        host_(member_of(info, "HostConfig")),
        desired_(desired),
        podman_(podman) {}

  // Null where it has nothing of the kind.
  Json find(const std::string& name) const {
    if (name == "command" || name == "entrypoint") return command(name);
    // In secret, and not known here, as to whoever takes a run back: nothing is compared.
    if (name == "env") return asked("env").is_string() ? Json() : env();
    if (name == "labels") return labels();
    if (name == "ports") return ports();
    if (name == "volumes") return volumes();
    if (name == "networks") return networks();
    if (name == "restart") return restart();
    if (name == "health") return health();
    if (name == "hostname") return text_of(config_, "Hostname");
    if (name == "user") return text_of(config_, "User");
    if (name == "workdir") return text_of(config_, "WorkingDir");
    if (name == "privileged") return flag_of(host_, "Privileged", false);
    if (name == "read_only") return flag_of(host_, "ReadonlyRootfs", false);
    if (name == "memory") return number_of(host_, "Memory");
    if (name == "cpus") return cpus();
    return Json();
  }

 private:
  const Json& asked(const std::string& name) const { return desired_.attribute(name); }

  // With an entrypoint all that is run counts: the engines put the words of one into different places.
  Json command(const std::string& name) const {
    std::vector<std::string> wanted = texts_in(asked("entrypoint"));
    if (wanted.empty()) return list_of(texts_in(member_of(config_, "Cmd")));
    for (std::string& word : texts_in(asked("command"))) wanted.push_back(std::move(word));
    std::vector<std::string> runs = {text_of(info_, "Path")};
    for (std::string& word : texts_in(member_of(info_, "Args"))) runs.push_back(std::move(word));
    return runs == wanted ? asked(name) : list_of(runs);
  }

  Json env() const {
    Json found = Json::object();
    const std::map<std::string, std::string> wanted = texts_by_name(asked("env"));
    for (const std::string& variable : texts_in(member_of(config_, "Env"))) {
      const std::size_t equals = std::min(variable.find('='), variable.size());
      const std::string name = variable.substr(0, equals);
      if (wanted.contains(name)) found[name] = variable.substr(std::min(equals + 1, variable.size()));
    }
    return found;
  }

  Json labels() const {
    Json found = Json::object();
    const std::map<std::string, std::string> wanted = texts_by_name(asked("labels"));
    for (const auto& [name, value] : texts_by_name(member_of(config_, "Labels"))) {
      if (wanted.contains(name)) found[name] = value;
    }
    return found;
  }

  Json ports() const {
    std::set<PortText> wanted, found;
    for (const std::string& text : texts_in(asked("ports"))) {
      for (PortText& port : port_texts(text)) wanted.insert(std::move(port));
    }
    std::vector<std::string> texts;
    const Json& bindings = member_of(host_, "PortBindings");
    for (auto at = bindings.is_object() ? bindings.begin() : bindings.end(); at != bindings.end(); ++at) {
      for (const Json& one : at.value()) {
        PortText port{text_of(one, "HostIp"), text_of(one, "HostPort"), at.key()};
        if (port.address == "0.0.0.0") port.address.clear();
        const std::string before = port.address.empty() ? "" : port.address + ":";
        texts.push_back(before + port.published + ":" + port.inside);
        // Whichever is free is as it was asked for.
        if (wanted.contains({port.address, "", port.inside})) port.published.clear();
        found.insert(std::move(port));
      }
    }
    return found == wanted ? asked("ports") : list_of(texts);
  }

  Json volumes() const {
    using Mounted = std::tuple<std::string, std::string, bool>;
    std::set<Mounted> wanted, found;
    std::set<std::string> unnamed;
    for (const std::string& text : texts_in(asked("volumes"))) {
      VolumeText volume = volume_text(text);
      if (volume.source.empty()) unnamed.insert(volume.target);
      wanted.emplace(std::move(volume.source), std::move(volume.target), volume.read_only);
    }
    std::vector<std::string> texts;
    for (const Json& mount : member_of(info_, "Mounts")) {
      const bool bind = text_of(mount, "Type") == "bind";
      if (!bind && text_of(mount, "Type") != "volume") continue;
      const VolumeText place = volume_text("x:" + text_of(mount, "Destination"));
      std::string source = volume_text(text_of(mount, bind ? "Source" : "Name") + ":x").source;
      const bool is_unnamed = !bind && source.size() == 64;
      // The image's own.
      if (is_unnamed && !unnamed.contains(place.target)) continue;
      if (is_unnamed) source.clear();
      const bool read_only = !flag_of(mount, "RW", true);
      texts.push_back(source + (source.empty() ? "" : ":") + place.target + (read_only ? ":ro" : ""));
      found.emplace(std::move(source), place.target, read_only);
    }
    return found == wanted ? asked("volumes") : list_of(texts);
  }

  Json networks() const {
    const std::string mode = text_of(host_, "NetworkMode");
    std::set<std::string> wanted, found;
    for (const std::string& network : networks_of(desired_)) {
      // Such as another container's, which the engines tell by its id; one with options; what differs from user to
      // user.
      if (network.find(':') != std::string::npos || network == "private") return label("networks");
      wanted.insert(network == "default" || network == "podman" ? "bridge" : network);
    }
    if (mode == "host" || mode == "none" || mode == "slirp4netns" || mode == "pasta") {
      found.insert(mode);  // of which podman lists no networks
    } else {
      const Json& all = member_of(member_of(info_, "NetworkSettings"), "Networks");
      for (auto at = all.is_object() ? all.begin() : all.end(); at != all.end(); ++at)
        found.insert(at.key() == "podman" ? "bridge" : at.key());
    }
    if (found == wanted) return asked("networks");
    return list_of({found.begin(), found.end()});
  }

  Json label(const std::string& name) const {
    const Json kept = json_answer(text_of(member_of(config_, "Labels"), kAskedLabel));
    return member_of(kept, name);
  }

  Json restart() const {
    const Json& policy = member_of(host_, "RestartPolicy");
    std::string name = text_of(policy, "Name");
    if (name.empty()) name = "no";
    const std::int64_t most = number_of(policy, "MaximumRetryCount");
    if (name == "on-failure" && most > 0) name += ":" + std::to_string(most);
    const auto alike = [&](const std::string& one) { return podman_ && one == "unless-stopped" ? "always" : one; };
    return alike(name) == alike(desired_.text("restart")) ? asked("restart") : Json(name);
  }

  // The parts that are asked for.
  Json health() const {
    const Json& check = member_of(config_, "Healthcheck");
    Json found = Json::object();
    const std::vector<std::string> test = texts_in(member_of(check, "Test"));
    if (!test.empty() && test.front() == "NONE") {
      found["command"] = "none";
    } else if (test.size() > 1) {
      std::string words = test[1];
      for (std::size_t i = 2; i < test.size(); ++i) words += " " + test[i];
      found["command"] = words;
    }
    const Json& wanted = asked("health");
    const std::pair<const char*, const char*> times[] = {
        {"interval", "Interval"}, {"timeout", "Timeout"}, {"start_period", "StartPeriod"}};
    for (const auto& [ours, theirs] : times) {
      if (!member_of(wanted, ours).is_null()) found[ours] = number_of(check, theirs) / kNano;
    }
    if (!member_of(wanted, "retries").is_null()) found["retries"] = number_of(check, "Retries");
    if (member_of(wanted, "command").is_null()) found.erase("command");
    return found;
  }

  Json cpus() const {
    std::int64_t nano = number_of(host_, "NanoCpus");
    const std::int64_t period = number_of(host_, "CpuPeriod");
    constexpr std::int64_t kMostQuota = std::int64_t{1} << 33;  // microseconds, so that the product is a number
    if (nano == 0 && period > 0) nano = std::min(number_of(host_, "CpuQuota"), kMostQuota) * kNano / period;
    if (nano == nano_of(desired_.text("cpus"))) return asked("cpus");
    std::string part = std::to_string(nano % kNano);
    part.insert(0, 9 - part.size(), '0');
    return std::to_string(nano / kNano) + "." + part.substr(0, 2);
  }

  // "1.5" in billionths.
  static std::int64_t nano_of(const std::string& text) {
    std::int64_t whole = 0, part = 0, unit = kNano;
    bool behind = false;
    for (const char c : text) {
      if (c == '.') {
        behind = true;
      } else if (c < '0' || c > '9' || whole > 100000) {
        return -1;
      } else if (!behind) {
        whole = whole * 10 + (c - '0');
      } else if (unit > 1) {
        unit /= 10;
        part += unit * (c - '0');
      }
    }
    return whole * kNano + part;
  }

  const Json& info_;
  const Json& config_;
  const Json& host_;
  const Desired& desired_;
  bool podman_;
};

}  // namespace

std::string name_of_container(const Json& info) {
  const std::string name = text_of(info, "Name");
  return name.starts_with('/') ? name.substr(1) : name;
}

void note_found(const Json& info, const Desired& desired, bool podman, Observed& observed) {
  observed.exists = true;
  const std::string status = text_of(member_of(info, "State"), "Status");
  const bool told = status == "running" || status == "paused" || status == "restarting";
  observed.attributes["state"] = told ? status : "stopped";
  const Json kept = json_answer(text_of(member_of(member_of(info, "Config"), "Labels"), kAskedLabel));
  if (kept.is_object()) observed.attributes["asked"] = kept;
  const std::vector<std::string> by_label = labelled_attributes();
  const Finder finder(info, desired, podman);
  for (const std::string& name : created_attributes()) {
    if (!desired.has(name) || name == "image") continue;
    const bool labelled = std::find(by_label.begin(), by_label.end(), name) != by_label.end();
    Json value = labelled ? member_of(kept, name) : finder.find(name);
    if (!value.is_null()) observed.attributes[name] = std::move(value);
  }
}

}  // namespace plumb::providers::container
