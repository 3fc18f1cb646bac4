// The text of unit files.
#include <algorithm>

#include "engine/base/trimmed.h"
#include "providers/sdk/text_lines.h"
#include "providers/service/systemd/units.h"

namespace plumb::providers::service::systemd {
namespace {

// A section without one of these asks for nothing.
bool enables(std::string_view key) {
  return key == "Alias" || key == "Also" ||
         std::any_of(kLinkFolders.begin(), kLinkFolders.end(), [&](const auto& one) { return one.first == key; });
}

// A line with those that continue it.
std::string take_whole_line(std::string_view& text) {
  std::string line;
  while (!text.empty()) {
    line += take_line(text);
    if (!line.ends_with('\\')) break;
    line.back() = ' ';
  }
  return line;
}

}  // namespace

UnitFile parse_unit_file(std::string_view text) {
  UnitFile file;
  std::string section;
  while (!text.empty()) {
    const std::string whole = take_whole_line(text);
    const std::string_view line = trimmed(whole);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      section = line;
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = trimmed(line.substr(0, equals));
    const std::string_view value = trimmed(line.substr(equals + 1));
    if (section == "[Service]" && key == "Type") file.type = value;
    if (section == "[Service]" && key == "RemainAfterExit") file.remains = value;
    if (section != "[Install]") continue;
    file.has_install = file.has_install || (!value.empty() && enables(key));
    if (key == "Alias" || key == "Also") {
      std::vector<std::string>& names = key == "Alias" ? file.aliases : file.also;
      for (std::string& name : words_of(value)) names.push_back(std::move(name));
    }
    for (const auto& [name, folder] : kLinkFolders) {
      if (key == name) file.install.emplace_back(folder, value);
    }
  }
  return file;
}

std::optional<std::vector<std::string>> links_asked_for(std::span<const UnitFile> files, const std::string& unit) {
  std::map<std::string_view, std::set<std::string>> by_folder;
  for (const UnitFile& file : files) {
    for (const auto& [folder, value] : file.install) {
      std::set<std::string>& links = by_folder[folder];
      if (value.empty()) links.clear();
      // What it stands for only systemd knows.
      if (value.find('%') != std::string::npos) return std::nullopt;
      for (std::string_view rest = value; !rest.empty();) {
        const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
        if (end > 0) links.insert(std::string(rest.substr(0, end)) + std::string(folder) + "/" + unit);
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
  }
  std::set<std::string> all;
  for (auto& [folder, links] : by_folder) all.merge(links);
  return std::vector<std::string>(all.begin(), all.end());
}

std::optional<Refusal> ends_by_itself(const UnitFile& file) {
  constexpr std::array<std::string_view, 4> kYes = {"yes", "true", "on", "1"};
  if (file.type != "oneshot" || std::find(kYes.begin(), kYes.end(), file.remains) != kYes.end()) return std::nullopt;
  return one_shot();
}

}  // namespace plumb::providers::service::systemd
