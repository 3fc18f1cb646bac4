// systemd that does not run: units are files, and enabled by links.
#include <algorithm>

#include "providers/sdk/ownership.h"
#include "providers/service/systemd/units.h"

namespace plumb::providers::service::systemd {
namespace {

// The unit's file; of an instance its own, else the template's. Sets found, masked, and the name that an alias means.
Result<std::string> find_file(const std::string& name, Unit& unit, const Place& place, System& system) {
  const std::vector<std::string>& folders = place.folders;
  std::vector<std::string> names = {name};
  if (std::string pattern = template_of(name); !pattern.empty()) names.push_back(std::move(pattern));
  for (const std::string& candidate : names) {
    for (const std::string& folder : folders) {
      const std::string path = folder + '/' + candidate;
      PLUMB_TRY_ASSIGN(const auto info, system.stat(path, false));
      if (!info) continue;
      unit.found = true;
      if (info->type != FileType::kLink) {
        if (folder == folders.front()) unit.own_file = path;
        if (info->type == FileType::kFile) return path;
        unit.broken = path + " is no file";
        return std::string();
      }
      if (info->link_target == "/dev/null") {
        unit.masked = true;
        return path;
      }
      const Result<std::string> resolved = system.resolve(path);
      if (!resolved) {
        unit.broken = path + " leads to no file";
        return std::string();
      }
      const std::string& target = *resolved;
      PLUMB_TRY_ASSIGN(const auto real, system.stat(target, false));
      const std::string real_name = target.substr(target.rfind('/') + 1);
      // A link to a file that is called otherwise than units are is a unit of the link's own name.
      const bool alias = full_name(real_name) == real_name && real_name != candidate;
      if (candidate == name && alias && real_name.find('@') == std::string::npos) unit.name = real_name;
      if (!alias && folder == folders.front()) unit.own_file = path;
      if (!real || real->type != FileType::kFile) {
        unit.broken = path + " leads to no file";
        return std::string();
      }
      // Where units lie, systemd takes a link for an alias.
      const bool among_units =
          std::any_of(folders.begin(), folders.end(), [&](const std::string& one) { return is_below(target, one); });
      if (!alias && real_name != candidate && among_units)
        unit.broken = path + " leads to " + target + ", and no unit is called so";
      return target;
    }
  }
  return std::string();
}

constexpr std::size_t kLargestUnit = std::size_t{1} << 20U;

Result<UnitFile> read_unit_file(const std::string& path, System& system) {
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(path, kLargestUnit));
  return parse_unit_file(text);
}

// Whether the administrator's units have the file under one of these names: of some units all that enabling makes.
Result<bool> is_called(const std::vector<std::string>& aliases, const std::string& file, const Place& place,
                       System& system) {
  for (const std::string& alias : aliases) {
    const std::string path = place.folders.front() + '/' + alias;
    PLUMB_TRY_ASSIGN(const auto link, system.stat(path, false));
    if (!link || link->type != FileType::kLink || path == file) continue;
    const Result<std::string> target = system.resolve(path);
    if (target && *target == system.resolve(file).value_or(file)) return true;
  }
  return false;
}

// Of a unit that nothing is to pull in itself: whether those are enabled that go along with it. kEither where none of
// them can be, and kImpossible where none of them is there.
Result<Enabled> enabled_along(const std::vector<std::string>& also, const Place& place, System& system) {
  Enabled enabled = Enabled::kImpossible;
  for (const std::string& name : also) {
    const std::string other = full_name(name);
    PLUMB_TRY_ASSIGN(const std::vector<UnitFile> files, files_on_disk(other, place, system));
    if (!files.empty() && enabled == Enabled::kImpossible) enabled = Enabled::kEither;
    if (std::all_of(files.begin(), files.end(), [](const UnitFile& file) { return file.install.empty(); })) continue;
    PLUMB_TRY_ASSIGN(const std::vector<std::string> links, links_of(other, place, system));
    if (links.empty()) return Enabled::kNo;
    enabled = Enabled::kYes;
  }
  return enabled;
}

Result<Unit> read_one(const std::string& name, const Place& place, System& system) {
  Unit unit;
  unit.name = name;
  unit.not_enabled = no_install_section();
  PLUMB_TRY_ASSIGN(const std::string path, find_file(name, unit, place, system));
  if (path.empty() || unit.masked) return unit;
  PLUMB_TRY_ASSIGN(const bool blocked, note_no_file_among_files(unit, place, system));
  PLUMB_TRY_ASSIGN(const std::vector<std::string> links, links_of(unit.name, place, system));
  const Result<std::vector<UnitFile>> files = files_on_disk(unit.name, place, system);
  if (!files) {
    // Whatever they say.
    const bool known = (blocked && links.empty()) || !unit.broken.empty();
    if (!known) return Error(files.error());
    if (!links.empty()) unit.enabled = Enabled::kYes;
    return unit;
  }
  UnitFile whole;
  bool pulled_in = false;
  for (const UnitFile& file : *files) {
    whole.has_install = whole.has_install || file.has_install;
    if (!file.type.empty()) whole.type = file.type;
    if (!file.remains.empty()) whole.remains = file.remains;
    whole.aliases.insert(whole.aliases.end(), file.aliases.begin(), file.aliases.end());
    whole.also.insert(whole.also.end(), file.also.begin(), file.also.end());
    pulled_in = pulled_in || !file.install.empty();
  }
  unit.ends_by_itself = ends_by_itself(whole);
  unit.has_install = whole.has_install;
  PLUMB_TRY_ASSIGN(const bool called, is_called(whole.aliases, path, place, system));
  if (!links.empty() || called) {
    unit.enabled = Enabled::kYes;
  } else if (!blocked && !pulled_in && whole.aliases.empty() && !whole.also.empty()) {
    PLUMB_TRY_ASSIGN(unit.enabled, enabled_along(whole.also, place, system));
    unit.not_enabled = nobody_along();
  } else if (!blocked) {
    unit.enabled = whole.has_install ? Enabled::kNo : Enabled::kImpossible;
  }
  return unit;
}

}  // namespace

Result<std::vector<Unit>> read_offline(std::span<const std::string> units, const Place& place, System& system) {
  std::vector<Unit> result;
  for (const std::string& unit : units) {
    PLUMB_TRY_ASSIGN(Unit one, read_one(unit, place, system));
    result.push_back(std::move(one));
  }
  return result;
}

Result<std::vector<std::string>> links_of(const std::string& unit, const Place& place, System& system) {
  const std::string& folder = place.folders.front();
  std::vector<std::string> links;
  PLUMB_TRY_ASSIGN(const auto there, system.stat(folder, true));
  if (!there) return links;
  PLUMB_TRY_ASSIGN(const auto entries, system.list(folder));
  for (const std::string& entry : entries) {
    const bool holds_links = std::any_of(kLinkFolders.begin(), kLinkFolders.end(),
                                         [&](const auto& one) { return entry.ends_with(one.second); });
    if (!holds_links) continue;
    PLUMB_TRY_ASSIGN(const auto link, system.stat(folder + '/' + entry + '/' + unit, false));
    if (link) links.push_back(entry + '/' + unit);
  }
  std::sort(links.begin(), links.end());
  return links;
}

namespace {

// By their names. Of files of one name the one in the earlier folder counts.
Result<std::map<std::string, std::string>> added_to(const std::string& unit, const Place& place, System& system) {
  std::map<std::string, std::string> added;
  for (const std::string& name : names_in_files(unit)) {
    for (const std::string& folder : place.folders) {
      const std::string below = folder + '/' + name + ".d";
      PLUMB_TRY_ASSIGN(const auto there, system.stat(below, true));
      if (!there || there->type != FileType::kDirectory) continue;
      PLUMB_TRY_ASSIGN(const auto entries, system.list(below));
      for (const std::string& entry : entries) {
        if (entry.ends_with(".conf")) added.try_emplace(entry, below + '/' + entry);
      }
    }
  }
  return added;
}

}  // namespace

// systemd enables no unit that a folder, or nothing, is to add to.
Result<bool> note_no_file_among_files(Unit& unit, const Place& place, System& system) {
  const auto added = added_to(unit.name, place, system);
  if (!added && added.error().code() == Code::kSymlinkRefused) {
    unit.broken = added.error().summary();
    return false;
  }
  if (!added) return Error(added.error());
  for (const auto& [name, path] : *added) {
    const Result<std::optional<FileInfo>> found = system.stat(path, true);
    if (!found && found.error().code() == Code::kSymlinkRefused) {
      unit.broken = found.error().summary();
      return false;
    }
    PLUMB_TRY_ASSIGN(const auto there, found);
    if (there && there->type != FileType::kDirectory) continue;
    unit.enabled = Enabled::kImpossible;
    unit.not_enabled = {"because " + path + (there ? " is a folder" : " leads to nothing"),
                        "remove it, or call it otherwise than `.conf`"};
    return true;
  }
  return false;
}

Result<std::vector<UnitFile>> files_on_disk(const std::string& unit, const Place& place, System& system) {
  std::vector<UnitFile> files;
  Unit found;
  PLUMB_TRY_ASSIGN(const std::string main, find_file(unit, found, place, system));
  if (main.empty() || found.masked) return files;
  PLUMB_TRY_ASSIGN(UnitFile first, read_unit_file(main, system));
  files.push_back(std::move(first));
  PLUMB_TRY_ASSIGN(const auto added, added_to(unit, place, system));
  for (const auto& [name, path] : added) {
    PLUMB_TRY_ASSIGN(const auto there, system.stat(path, true));
    if (!there || there->type != FileType::kFile) continue;
    PLUMB_TRY_ASSIGN(UnitFile more, read_unit_file(path, system));
    files.push_back(std::move(more));
  }
  return files;
}

}  // namespace plumb::providers::service::systemd
