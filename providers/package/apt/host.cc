#include "providers/package/apt/host.h"

#include <algorithm>

#include "providers/package/apt/dpkg_status.h"
#include "providers/package/apt/simulation.h"

namespace plumb::providers::package::apt {
namespace {

constexpr std::size_t kLargestStatus = std::size_t{256} << 20U;
constexpr const char* kStatusFile = "/var/lib/dpkg/status";
constexpr const char* kStatesFile = "/var/lib/apt/extended_states";

// For apt-get install: "nginx", "nginx=1.2*", "nginx-", "/srv/nginx.deb".
std::string order_for(const Wish& wish) {
  if (wish.goes) return argument_of(wish.name) + '-';
  if (!wish.file.empty()) return wish.file;
  return wish.version.empty() ? argument_of(wish.name) : argument_of(wish.name) + '=' + wish.version;
}

// What was said by the name that apt-get was given, by the one that was asked for.
void name_as_asked(const Wish& wish, std::map<std::string, std::string>& by_name) {
  const std::string given = argument_of(wish.name);
  const auto found = by_name.find(given);
  if (given == wish.name || found == by_name.end()) return;
  std::string said = std::move(found->second);
  if (const std::size_t at = said.find(given); at != std::string::npos) said.replace(at, given.size(), wish.name);
  by_name.erase(found);
  by_name[wish.name] = std::move(said);
}

class AptPackages : public HostPackages {
 public:
  explicit AptPackages(System& system) : system_(system) {}

  Result<Installed> installed(const std::set<std::string>& names) override {
    PLUMB_TRY_ASSIGN(const std::string text, system_.read_file(kStatusFile, kLargestStatus));
    Installed status = read_dpkg_status(text, names);
    if (system_.is_image()) return status;
    PLUMB_TRY_ASSIGN(const auto states, system_.stat(kStatesFile, true));
    if (!states) return status;
    PLUMB_TRY_ASSIGN(const std::string marks, system_.read_file(kStatesFile, kLargestStatus));
    const std::set<std::string> automatic = read_automatic(marks);
    for (auto& [name, entry] : status.entries) {
      const std::string base = entry.package.substr(0, entry.package.find(':'));
      entry.automatic = entry.installed && automatic.contains(base + ':' + entry.architecture);
    }
    return status;
  }

  Result<std::optional<Diagnostic>> find_hindrance() override {
    PLUMB_TRY_ASSIGN(const auto updates, system_.stat("/var/lib/dpkg/updates", true));
    if (!updates) return std::optional<Diagnostic>();
    PLUMB_TRY_ASSIGN(const auto entries, system_.list("/var/lib/dpkg/updates"));
    const bool interrupted = std::any_of(entries.begin(), entries.end(), [](const std::string& entry) {
      return entry.find_first_not_of("0123456789") == std::string::npos;
    });
    if (!interrupted) return std::optional<Diagnostic>();
    return std::optional(refused("dpkg was interrupted and has not finished", "run `dpkg --configure -a` on the host"));
  }

  Result<bool> have_old_lists(std::optional<std::chrono::seconds> age) override {
    const std::string lists(kLists);
    PLUMB_TRY_ASSIGN(const auto folder, system_.stat(lists, true));
    if (!folder) return true;
    PLUMB_TRY_ASSIGN(const auto entries, system_.list(lists));
    const bool some = std::any_of(entries.begin(), entries.end(), [](const std::string& entry) {
      return entry.find("_Packages") != std::string::npos;
    });
    if (!some) return true;
    if (!age) return false;
    PLUMB_TRY_ASSIGN(const bool young, is_some_younger({lists, std::string(kStamp), "-maxdepth", "0"}, *age, system_));
    return !young;
  }

  Result<bool> has_unread_sources() override {
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(ask_sources()));
    if (result.exit_code != 0) return false;
    PLUMB_TRY_ASSIGN(const auto lists, system_.list("/var/lib/apt/lists"));
    const std::vector<std::string> sources = parse_sources(result.output);
    return std::any_of(sources.begin(), sources.end(), [&](const std::string& source) {
      return std::none_of(lists.begin(), lists.end(),
                          [&](const std::string& list) { return list.starts_with(source); });
    });
  }

  Result<PackageFile> look_at_file(const std::string& path) override {
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(ask_file(path)));
    PackageFile file = parse_file(result.output);
    if (result.exit_code != 0) file.name.clear();
    if (file.name.empty()) file.trouble = last_lines(result.errors, 1);
    return file;
  }

  Result<Simulation> simulate(const std::vector<Wish>& wishes, const Allowed& allowed) override {
    std::vector<std::string> arguments;
    for (const Wish& wish : wishes) arguments.push_back(order_for(wish));
    PLUMB_TRY_ASSIGN(Simulation simulation, ask(question(arguments, allowed)));
    for (const Wish& wish : wishes) {
      name_as_asked(wish, simulation.unknown);
      name_as_asked(wish, simulation.selected);
    }
    return simulation;
  }

  Result<Simulation> simulate_upgrade(const std::string& extent, bool autoremove) override {
    return ask(upgrade_question(extent, autoremove));
  }

  std::string release_command(const std::string& package) const override { return "apt-mark unhold " + package; }
  std::string unknown_hint(const std::string& name) const override {
    return "check the name with `apt-cache policy " + name + "`; a stale list needs `apt-get update`";
  }

 private:
  Result<Simulation> ask(const ProcessRequest& request) {
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(request));
    Simulation simulation = parse_simulation(result.output + '\n' + result.errors);
    if (result.exit_code != 0 && simulation.errors.empty() && simulation.unknown.empty())
      simulation.errors.push_back("apt-get ended with " + std::to_string(result.exit_code));
    return simulation;
  }

  System& system_;
};

}  // namespace

std::unique_ptr<HostPackages> packages_of(System& system) {
  return std::make_unique<AptPackages>(system);
}

Result<std::optional<std::string>> installed_version(const std::string& package, System& system) {
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(kStatusFile, kLargestStatus));
  const Installed status = read_dpkg_status(text, {package});
  const PackageEntry& entry = status.entries.at(package);
  return entry.installed ? std::optional(entry.version) : std::nullopt;
}

}  // namespace plumb::providers::package::apt
