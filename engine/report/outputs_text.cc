#include "engine/report/outputs_text.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/report/host_list.h"
#include "engine/report/style.h"

namespace plumb::report {
namespace {

// Of one output: which hosts have which value, in the order of their first hosts.
using Groups = std::vector<std::pair<Json, std::vector<std::string>>>;

// So many values of one output are shown at the end of an apply.
constexpr std::size_t kValuesShown = 5;

Groups groups_of(const run::Outputs& outputs, const std::string& name) {
  Groups groups;
  std::map<std::string, std::size_t> places;  // by canonical value
  for (const auto& [host, values] : outputs.by_host) {
    const auto value = values.find(name);
    if (value == values.end()) continue;
    const auto [place, added] = places.emplace(canonical(*value), groups.size());
    if (added) groups.emplace_back(*value, std::vector<std::string>());
    groups[place->second].second.push_back(host);
  }
  return groups;
}

std::string shown(const run::Outputs& outputs, const std::string& name, const Json& value) {
  if (outputs.sensitive.contains(name)) return "(sensitive)";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// On one line, so that nothing in it can be taken for another output.
std::string on_one_line(const run::Outputs& outputs, const std::string& name, const Json& value) {
  const std::string text = shown(outputs, name, value);
  return text.find('\n') == std::string::npos ? text : value.dump();
}

}  // namespace

std::string outputs_text(const run::Outputs& outputs, bool color) {
  std::set<std::string> names;
  for (const auto& [host, values] : outputs.by_host) {
    for (const auto& [name, value] : values.items()) names.insert(name);
  }
  if (names.empty()) return "";
  std::string out = "\nOutputs:\n";
  for (const std::string& name : names) {
    const Groups groups = groups_of(outputs, name);
    for (std::size_t i = 0; i < std::min(groups.size(), kValuesShown); ++i) {
      out += "  " + name + ": " + on_one_line(outputs, name, groups[i].first);
      if (groups.size() > 1) out += "  " + tint(host_list(groups[i].second), Tone::kDim, color);
      out += "\n";
    }
    if (groups.size() > kValuesShown) {
      out += "  " + name + ": " + std::to_string(groups.size() - kValuesShown) + " more values; `plumb output " + name +
             "` lists them\n";
    }
  }
  return out;
}

std::string output_text(const run::Outputs& outputs, const std::string& name) {
  const Groups groups = groups_of(outputs, name);
  if (groups.size() == 1) return shown(outputs, name, groups.front().first) + "\n";
  std::string out;
  for (const auto& [value, hosts] : groups) {
    for (const std::string& host : hosts) out += host + ": " + on_one_line(outputs, name, value) + "\n";
  }
  return out;
}

Json outputs_json(const run::Outputs& outputs) {
  Json json = Json::object();
  for (const auto& [host, values] : outputs.by_host) json[host] = values;
  return json;
}

Json output_json(const run::Outputs& outputs, const std::string& name) {
  Json json = Json::object();
  for (const auto& [host, values] : outputs.by_host) {
    if (const auto value = values.find(name); value != values.end()) json[host] = *value;
  }
  return json;
}

Json outputs_event(const run::Outputs& outputs, const std::string& host) {
  return {
      {"event", "outputs"}, {"host", host}, {"outputs", outputs.by_host.at(host)}, {"sensitive", outputs.sensitive}};
}

}  // namespace plumb::report
