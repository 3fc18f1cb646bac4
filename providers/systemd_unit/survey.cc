// Units that somebody wrote, and files that add to units.
#include "providers/sdk/survey.h"

#include <algorithm>
#include <array>

#include "providers/systemd_unit/sections.h"
#include "providers/systemd_unit/systemd_unit.h"

namespace plumb::providers::systemd_unit {
namespace {

constexpr const char* kFolder = "/etc/systemd/system";
constexpr std::array<std::string_view, 9> kEndings = {".service",   ".socket", ".timer",  ".path", ".mount",
                                                      ".automount", ".swap",   ".target", ".slice"};

bool names_unit(const std::string& path) {
  return std::any_of(kEndings.begin(), kEndings.end(), [&](std::string_view ending) { return path.ends_with(ending); });
}

void add_unit(const std::string& path, const SurveyedHost& host, Survey& found) {
  const auto info = host.system.stat(path, false);
  if (is_packaged(host, path) || !info || !*info || (*info)->type != FileType::kFile) return;
  const std::optional<std::string> text = surveyed_text(host, path, found);
  if (!text) return;
  Json sections = sections_in(*text);
  // What the kind has no section for stays a file.
  if (sections.empty() || asked_sections({{}, sections, {}}) != sections) return;
  for (auto& [section, keys] : sections.items()) {
    for (auto& [key, values] : keys.items()) {
      if (values.is_array() && values.size() == 1) values = Json(values.front());
    }
  }
  FoundThing& unit = found.add(path, std::move(sections));
  unit.covers.push_back(path);
  if (path.ends_with(".conf")) unit.covers.push_back(path.substr(0, path.rfind('/')));
}

}  // namespace

void survey(const SurveyedHost& host, Survey& found) {
  for (const std::string& name : surveyed_names(host, kFolder, found)) {
    const std::string path = std::string(kFolder) + "/" + name;
    if (names_unit(path)) add_unit(path, host, found);
    if (!name.ends_with(".d") || !names_unit(name.substr(0, name.size() - 2))) continue;
    for (const std::string& part : surveyed_names(host, path, found)) {
      if (part.ends_with(".conf")) add_unit(path + "/" + part, host, found);
    }
  }
}

}  // namespace plumb::providers::systemd_unit
