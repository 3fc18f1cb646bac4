#include "providers/package/apt/owned.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "providers/package/apt/dpkg_status.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::package::apt {
namespace {

constexpr const char* kPackageFiles = "/var/lib/dpkg/info";
constexpr std::size_t kLargestList = std::size_t{256} << 20U;

std::string file_of(const std::string& package, const char* ending) {
  return std::string(kPackageFiles) + '/' + package + ending;
}

// Nothing where it is not there.
Result<std::string> read_lines(const std::string& path, System& system) {
  PLUMB_TRY_ASSIGN(const auto info, system.stat(path, true));
  if (!info) return std::string();
  return system.read_file(path, kLargestList);
}

// Where files lie that are diverted, by where their packages have them; the package that diverts them keeps its own.
struct Diversion {
  std::string to;
  std::string by;
};
Result<std::map<std::string, Diversion>> read_diversions(System& system) {
  PLUMB_TRY_ASSIGN(const std::string text, read_lines("/var/lib/dpkg/diversions", system));
  std::map<std::string, Diversion> diversions;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string from(take_line(rest));
    std::string to(take_line(rest));
    diversions[from] = {std::move(to), std::string(take_line(rest))};
  }
  return diversions;
}

// Lists call by its architecture too what can be there for several.
std::string listed_as(const std::string& package, const PackageEntry& entry, const std::set<std::string>& lists) {
  const std::string base = package.substr(0, package.find(':'));
  std::string full = base + ':' + entry.architecture;
  return lists.contains(full + ".list") ? full : base;
}

class Owned {
 public:
  Owned(const std::function<bool(const std::string& path)>& matters, System& system)
      : matters_(matters), system_(system) {}

  Result<std::vector<std::string>> of(const std::vector<std::string>& packages) {
    PLUMB_TRY_ASSIGN(const auto folder, system_.stat(kPackageFiles, true));
    if (!folder) return std::vector<std::string>();
    PLUMB_TRY_ASSIGN(const std::vector<std::string> names, system_.list(kPackageFiles));
    const std::set<std::string> lists(names.begin(), names.end());
    PLUMB_TRY_ASSIGN(const std::string text, system_.read_file("/var/lib/dpkg/status", kLargestList));
    const Installed status = read_dpkg_status(text, {packages.begin(), packages.end()});
    PLUMB_TRY_ASSIGN(diversions_, read_diversions(system_));
    std::set<std::string> own;
    for (const std::string& package : packages) {
      const std::string name = listed_as(package, status.entries.at(package), lists);
      own.insert(name + ".list");
      PLUMB_TRY(add(name));
    }
    std::erase_if(places_, [this](const auto& one) { return stays(one.second); });
    if (places_.empty()) return std::vector<std::string>();
    for (const std::string& list : lists) {
      if (list.ends_with(".list") && !own.contains(list)) PLUMB_TRY(leave_to(list));
    }
    std::vector<std::string> paths;
    for (auto& [listed, place] : places_) paths.push_back(std::move(place));
    std::sort(paths.begin(), paths.end());
    return paths;
  }

 private:
  Result<> add(const std::string& package) {
    PLUMB_TRY_ASSIGN(const std::string kept, read_lines(file_of(package, ".conffiles"), system_));
    std::set<std::string_view> configuration;
    for (std::string_view rest = kept; !rest.empty();) {
      const std::string_view line = take_line(rest);
      if (line.starts_with('/')) configuration.insert(line);
    }
    PLUMB_TRY_ASSIGN(const std::string text, read_lines(file_of(package, ".list"), system_));
    const std::string base = package.substr(0, package.find(':'));
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view line = take_line(rest);
      if (!line.starts_with('/') || line == "/." || configuration.contains(line)) continue;
      const auto diverted = diversions_.find(std::string(line));
      const bool elsewhere = diverted != diversions_.end() && diverted->second.by != base;
      std::string place = place_of(elsewhere ? diverted->second.to : std::string(line));
      if (matters_(place)) places_.emplace(line, place);
      all_.insert(std::move(place));
    }
    return {};
  }

  // A folder with something in it that is not these packages'.
  bool stays(const std::string& place) {
    const auto info = system_.stat(place, false);
    if (!info || !*info || (*info)->type != FileType::kDirectory) return false;
    const auto names = system_.list(place);
    return !names || std::any_of(names->begin(), names->end(),
                                 [&](const std::string& name) { return !all_.contains(place + '/' + name); });
  }

  // What another package has too stays.
  Result<> leave_to(const std::string& list) {
    PLUMB_TRY_ASSIGN(const std::string text, system_.read_file(std::string(kPackageFiles) + '/' + list, kLargestList));
    for (std::string_view rest = text; !rest.empty();) {
      if (const auto found = places_.find(take_line(rest)); found != places_.end()) places_.erase(found);
    }
    return {};
  }

  // Lists have folders by names that are links by now: /lib is /usr/lib.
  std::string place_of(const std::string& path) {
    const std::string folder = parent_of(path);
    auto known = folders_.find(folder);
    if (known == folders_.end()) known = folders_.emplace(folder, system_.resolve(folder).value_or(folder)).first;
    return (known->second == "/" ? "" : known->second) + path.substr(path.rfind('/'));
  }

  const std::function<bool(const std::string& path)>& matters_;
  System& system_;
  std::map<std::string, Diversion> diversions_;
  std::map<std::string, std::string> folders_;              // by their names in lists
  std::set<std::string> all_;                               // places of what is owned
  std::map<std::string, std::string, std::less<>> places_;  // of what matters of it, by its name in lists
};

}  // namespace

Result<std::vector<std::string>> goes_with(const std::vector<std::string>& packages,
                                           const std::function<bool(const std::string& path)>& matters,
                                           System& system) {
  return Owned(matters, system).of(packages);
}

Result<bool> shares_folder(const std::string& folder, System& system) {
  PLUMB_TRY_ASSIGN(const auto info, system.stat(kPackageFiles, true));
  if (!info) return false;
  PLUMB_TRY_ASSIGN(const std::vector<std::string> names, system.list(kPackageFiles));
  for (const std::string& name : names) {
    if (!name.ends_with(".list")) continue;
    PLUMB_TRY_ASSIGN(const std::string text, system.read_file(std::string(kPackageFiles) + '/' + name, kLargestList));
    for (std::string_view rest = text; !rest.empty();) {
      if (take_line(rest) == folder) return true;
    }
  }
  return false;
}

}  // namespace plumb::providers::package::apt
