#include "providers/systemd_unit/sections.h"

#include <algorithm>
#include <array>

#include "engine/base/joined.h"
#include "engine/base/trimmed.h"
#include "providers/sdk/managers.h"

namespace plumb::providers::systemd_unit {
namespace {

// As the kind's attributes call them, in the order of the file.
constexpr std::array<const char*, 11> kSections = {"Unit",      "Service", "Socket", "Timer", "Path",   "Mount",
                                                   "Automount", "Swap",    "Slice",  "Scope", "Install"};

Json* values_at(Json& sections, const std::string& section, const std::string& key) {
  Json& keys = sections[section];
  if (!keys.is_object()) keys = Json::object();
  Json& values = keys[key];
  if (!values.is_array()) values = Json::array();
  return &values;
}

}  // namespace

Json asked_sections(const Desired& desired) {
  Json sections = Json::object();
  for (const char* section : kSections) {
    const Json& keys = desired.attribute(section);
    if (!keys.is_object()) continue;
    for (const auto& [key, value] : keys.items()) {
      for (const std::string& text : texts_in(value))
        values_at(sections, section, key)->push_back(std::string(trimmed(text)));
    }
  }
  return sections;
}

Json sections_in(std::string_view text) {
  Json sections = Json::object();
  std::string section;
  std::string whole;  // a line with those that go on from it
  while (!text.empty()) {
    const std::string_view line = trimmed(take_line(text));
    const bool remark = line.starts_with('#') || line.starts_with(';');
    if (remark) continue;
    whole += whole.empty() ? std::string(line) : " " + std::string(line);
    if (whole.ends_with('\\')) {
      whole = std::string(trimmed(std::string_view(whole).substr(0, whole.size() - 1)));
      continue;
    }
    const std::string complete = std::exchange(whole, {});
    if (complete.size() > 1 && complete.front() == '[' && complete.back() == ']') {
      section = complete.substr(1, complete.size() - 2);
      continue;
    }
    const std::size_t equals = complete.find('=');
    if (section.empty() || equals == std::string::npos) continue;
    const std::string key(trimmed(std::string_view(complete).substr(0, equals)));
    values_at(sections, section, key)->push_back(std::string(trimmed(std::string_view(complete).substr(equals + 1))));
  }
  return sections;
}

std::string text_of(const Json& sections) {
  std::string text;
  for (const char* section : kSections) {
    const Json& keys = member_of(sections, section);
    if (!keys.is_object() || keys.empty()) continue;
    append_item(text, std::string("[") + section + "]\n", "\n");
    for (const auto& [key, values] : keys.items()) {
      for (const std::string& value : texts_in(values)) text += key + "=" + value + "\n";
    }
  }
  return text;
}

}  // namespace plumb::providers::systemd_unit
