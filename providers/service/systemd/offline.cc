// systemd that does not run: units are files, and enabled by links.
#include "providers/service/systemd/units.h"

namespace plumb::providers::service::systemd {
namespace {

// The unit's file; of an instance its own, else the template's. Sets found, masked, and the name that an alias means.
Result<std::string> find_file(const std::string& name, Unit& unit, System& system) {
  std::vector<std::string> names = {name};
  if (std::string pattern = template_of(name); !pattern.empty()) names.push_back(std::move(pattern));
  for (const std::string& candidate : names) {
    for (const std::string_view folder : kFolders) {
      const std::string path = std::string(folder) + '/' + candidate;
      PLUMB_TRY_ASSIGN(const auto info, system.stat(path, false));
      if (!info) continue;
      unit.found = true;
      if (info->type != FileType::kLink) {
        if (folder == kFolders.front()) unit.own_file = path;
        return path;
      }
      if (info->link_target == "/dev/null") {
        unit.masked = true;
        return path;
      }
      PLUMB_TRY_ASSIGN(const std::string target, system.resolve(path));
      const std::string real_name = target.substr(target.rfind('/') + 1);
      if (candidate == name && real_name.find('@') == std::string::npos) unit.name = real_name;
      return target;
    }
  }
  return std::string();
}

Result<bool> is_linked(const std::string& name, System& system) {
  const std::string folder(kFolders.front());
  PLUMB_TRY_ASSIGN(const auto entries, system.list(folder));
  for (const std::string& entry : entries) {
    if (!entry.ends_with(".wants") && !entry.ends_with(".requires")) continue;
    PLUMB_TRY_ASSIGN(const auto link, system.stat(folder + '/' + entry + '/' + name, false));
    if (link) return true;
  }
  return false;
}

Result<Unit> read_one(const std::string& name, System& system) {
  Unit unit;
  unit.name = name;
  unit.not_enabled = no_install_section();
  PLUMB_TRY_ASSIGN(const std::string file, find_file(name, unit, system));
  if (file.empty() || unit.masked) return unit;
  PLUMB_TRY_ASSIGN(const bool linked, is_linked(unit.name, system));
  if (linked) {
    unit.enabled = Enabled::kYes;
    return unit;
  }
  constexpr std::size_t kLargestUnit = std::size_t{1} << 20U;
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(file, kLargestUnit));
  const bool installable = text.starts_with("[Install]") || text.find("\n[Install]") != std::string::npos;
  unit.enabled = installable ? Enabled::kNo : Enabled::kImpossible;
  return unit;
}

}  // namespace

Result<std::vector<Unit>> read_offline(std::span<const std::string> units, System& system) {
  std::vector<Unit> result;
  for (const std::string& unit : units) {
    PLUMB_TRY_ASSIGN(Unit one, read_one(unit, system));
    result.push_back(std::move(one));
  }
  return result;
}

}  // namespace plumb::providers::service::systemd
