// What a host with brew tells of its packages: what is there by brew's folders, and what would come by asking it.
#include <algorithm>
#include <array>

#include "providers/package/brew/brew.h"
#include "providers/sdk/is_there.h"
#include "providers/sdk/json_answer.h"

namespace plumb::providers::package::brew {
namespace {

constexpr std::array<const char*, 3> kPrefixes = {"/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew"};
constexpr const char* kCellar = "/Cellar/";
constexpr const char* kCasks = "/Caskroom/";
constexpr std::size_t kLargestReceipt = std::size_t{1} << 20;

Result<std::vector<std::string>> folders_in(const std::string& folder, System& system) {
  PLUMB_TRY_ASSIGN(const auto there, system.stat(folder, true));
  if (!there || there->type != FileType::kDirectory) return std::vector<std::string>();
  PLUMB_TRY_ASSIGN(std::vector<std::string> names, system.list(folder));
  std::erase_if(names, [](const std::string& name) { return name.starts_with('.'); });
  return names;
}

class BrewPackages : public HostPackages {
 public:
  explicit BrewPackages(System& system) : system_(system) {}

  Result<Installed> installed(const std::set<std::string>& names) override {
    PLUMB_TRY_ASSIGN(prefix_, find_prefix(system_));
    PLUMB_TRY(find_owner());
    Installed installed;
    for (const std::string& name : names) {
      PackageEntry& entry = installed.entries[name];
      entry.package = name;
      PLUMB_TRY_ASSIGN(const std::optional<Keg> keg, find_keg(prefix_, name, system_));
      if (!keg) continue;
      entry.installed = true;
      entry.version = keg->version;
      entry.automatic = !keg->requested;
      entry.held = keg->pinned;
      there_.insert(name);
    }
    return installed;
  }

  // It runs as nobody but the owner of its files.
  std::string runs_as() const override { return owner_; }
  Result<std::optional<Diagnostic>> find_hindrance() override {
    PLUMB_TRY_ASSIGN(prefix_, find_prefix(system_));
    PLUMB_TRY(find_owner());
    if (prefix_.empty())
      return std::optional(refused("brew is not on this host", "it is installed once, by its own script, as no root"));
    if (owner_.empty())
      return std::optional(refused(prefix_ + " belongs to no account, so brew cannot be run as its owner",
                                   "give its files to the user who is to have them"));
    if (owner_ != "root") return std::optional<Diagnostic>();
    return std::optional(refused("brew does not run as root, to whom " + prefix_ + " belongs",
                                 "give its files to the user who is to have them"));
  }
  std::optional<Diagnostic> why_not_purged() override {
    return refused("brew keeps no record of what a package left", "say `state: absent`");
  }

  // Its own repository is fetched with all others.
  Result<bool> have_old_lists(std::optional<std::chrono::seconds> age) override {
    if (!age) return false;
    for (const std::string& repository : {prefix_ + "/Homebrew", prefix_}) {
      const std::string fetched = repository + "/.git/FETCH_HEAD";
      PLUMB_TRY_ASSIGN(const bool there, is_there(fetched, system_));
      if (!there) continue;
      PLUMB_TRY_ASSIGN(const bool young, is_some_younger({fetched}, *age, system_));
      return !young;
    }
    return true;
  }
  Result<bool> has_unread_sources() override { return false; }
  Result<PackageFile> look_at_file(const std::string&) override {
    PackageFile file;
    file.trouble = "brew takes formulae of its taps, and no package files";
    return file;
  }

  Result<Simulation> simulate(const std::vector<Wish>& wishes, const Allowed&) override {
    Simulation simulation;
    std::vector<const Wish*> coming;
    for (const Wish& wish : wishes) {
      if (wish.goes) {
        PLUMB_TRY(simulate_going(wish, wishes, simulation));
      } else {
        coming.push_back(&wish);
      }
    }
    if (coming.empty()) return simulation;
    PLUMB_TRY_ASSIGN(const auto candidates, candidates_for(coming, simulation));
    std::vector<std::string> names;
    for (const Wish* wish : coming) {
      const auto found = candidates.find(wish->name);
      if (found == candidates.end()) continue;
      if (!wish->version.empty() && !version_fits(wish->version, found->second)) {
        simulation.unknown[wish->name] = wish->name + " is not available in version " + wish->version + ": brew has " +
                                         found->second + " alone, and older ones by names of their own";
        continue;
      }
      simulation.installs[wish->name] = found->second;
      if (!wish->there) names.push_back(wish->name);
    }
    if (!names.empty()) PLUMB_TRY(add_what_comes_along(names, simulation));
    return simulation;
  }

  Result<Simulation> simulate_upgrade(const std::string&, bool) override {
    PLUMB_TRY_ASSIGN(prefix_, find_prefix(system_));
    PLUMB_TRY(find_owner());
    PLUMB_TRY_ASSIGN(const ProcessResult told, ask({"outdated", "--json=v2"}));
    if (told.exit_code != 0) return fail(Code::kCannotObserve, "brew outdated: " + last_lines(told.errors, 1));
    return parse_outdated(json_answer(told.output));
  }

  std::string release_command(const std::string& package) const override { return "brew unpin " + package; }
  std::string unknown_hint(const std::string& name) const override {
    return "check the name with `brew search " + short_name(name) + "`, and the tap that it is from";
  }

 private:
  static bool version_fits(const std::string& wanted, const std::string& version) {
    if (!wanted.ends_with('*')) return wanted == version;
    return version.starts_with(wanted.substr(0, wanted.size() - 1));
  }

  Result<> find_owner() {
    if (prefix_.empty()) return {};
    PLUMB_TRY_ASSIGN(const auto info, system_.stat(prefix_ + "/bin/brew", false));
    const std::optional<Account> account = info ? system_.user_by_id(info->uid) : std::nullopt;
    owner_ = account ? account->name : std::string();
    return {};
  }

  Result<ProcessResult> ask(const std::vector<std::string>& words) {
    // As nobody else: it is a program that its owner may change.
    if (owner_.empty()) return fail(Code::kCannotObserve, prefix_ + " belongs to no account, so brew is not asked");
    ProcessRequest request = program(words);
    request.user = owner_;
    request.changes_nothing = true;
    request.output_limit = std::size_t{16} << 20U;
    return system_.run(request);
  }

  // Of one name that it does not know it tells nothing of the others.
  Result<std::map<std::string, std::string>> candidates_for(const std::vector<const Wish*>& coming,
                                                            Simulation& simulation) {
    std::map<std::string, std::string> candidates;
    std::vector<std::string> words = {"info", "--json=v2", "--"};
    for (const Wish* wish : coming) words.push_back(wish->name);
    PLUMB_TRY_ASSIGN(const ProcessResult all, ask(words));
    add_candidates(json_answer(all.output), candidates);
    if (all.exit_code == 0) return candidates;
    for (const Wish* wish : coming) {
      if (candidates.contains(wish->name)) continue;
      PLUMB_TRY_ASSIGN(const ProcessResult alone, ask({"info", "--json=v2", "--", wish->name}));
      add_candidates(json_answer(alone.output), candidates);
      if (candidates.contains(wish->name)) continue;
      const bool unknown = alone.errors.find("No available formula or cask") != std::string::npos ||
                           alone.errors.find("No available formula") != std::string::npos;
      if (!unknown) return fail(Code::kCannotObserve, "brew info: " + last_lines(alone.errors, 1));
      simulation.unknown[wish->name] = "no formula or cask is called " + wish->name;
    }
    return candidates;
  }

  Result<> add_what_comes_along(const std::vector<std::string>& names, Simulation& simulation) {
    std::vector<std::string> words = {"install", "--dry-run", "--"};
    words.insert(words.end(), names.begin(), names.end());
    PLUMB_TRY_ASSIGN(const ProcessResult told, ask(words));
    if (told.exit_code != 0) {
      simulation.errors.push_back(last_lines(told.errors, 1));
      return {};
    }
    for (auto& [name, children] : parse_dry_run(told.output)) {
      for (const std::string& child : children) simulation.installs.try_emplace(child, "");
      simulation.children[name] = std::move(children);
    }
    return {};
  }

  Result<> simulate_going(const Wish& wish, const std::vector<Wish>& wishes, Simulation& simulation) {
    simulation.removes.insert(wish.package);
    PLUMB_TRY_ASSIGN(const std::optional<Keg> keg, find_keg(prefix_, wish.package, system_));
    if (!keg || keg->cask) return {};
    PLUMB_TRY_ASSIGN(const ProcessResult told, ask({"uses", "--installed", "--", wish.package}));
    if (told.exit_code != 0) return fail(Code::kCannotObserve, "brew uses: " + last_lines(told.errors, 1));
    for (std::string_view rest = told.output; !rest.empty();) {
      const std::string user(take_line(rest));
      const bool goes_too = std::any_of(wishes.begin(), wishes.end(), [&](const Wish& other) {
        return other.goes && short_name(other.package) == short_name(user);
      });
      if (!user.empty() && !goes_too) simulation.removes.insert(user);
    }
    return {};
  }

  System& system_;
  std::string prefix_;
  std::string owner_;
  std::set<std::string> there_;
};

}  // namespace

std::string short_name(std::string_view name) {
  return std::string(name.substr(name.rfind('/') + 1));
}

Result<std::string> find_prefix(System& system) {
  for (const char* prefix : kPrefixes) {
    PLUMB_TRY_ASSIGN(const bool there, is_there(std::string(prefix) + "/bin/brew", system));
    if (there) return std::string(prefix);
  }
  return std::string();
}

Result<std::optional<Keg>> find_keg(const std::string& prefix, const std::string& name, System& system) {
  if (prefix.empty()) return std::optional<Keg>();
  Keg keg;
  keg.name = short_name(name);
  for (const char* room : {kCellar, kCasks}) {
    const std::string folder = prefix + room + keg.name;
    PLUMB_TRY_ASSIGN(const std::vector<std::string> versions, folders_in(folder, system));
    if (versions.empty()) continue;
    keg.cask = room == kCasks;
    keg.version = versions.back();
    // Of several the one that is linked is in use.
    PLUMB_TRY_ASSIGN(const auto link, system.stat(prefix + "/opt/" + keg.name, false));
    if (!keg.cask && link && link->type == FileType::kLink) keg.version = short_name(link->link_target);
    PLUMB_TRY_ASSIGN(keg.pinned, is_entry_there(prefix + "/var/homebrew/pinned/" + keg.name, system));
    const Result<std::string> receipt =
        system.read_file(folder + '/' + keg.version + "/INSTALL_RECEIPT.json", kLargestReceipt);
    if (receipt && !keg.cask) keg.requested = flag_of(json_answer(*receipt), "installed_on_request", true);
    return std::optional(std::move(keg));
  }
  return std::optional<Keg>();
}

Result<std::vector<std::string>> keg_names(const std::string& prefix, System& system) {
  PLUMB_TRY_ASSIGN(std::vector<std::string> names, folders_in(prefix + "/Cellar", system));
  PLUMB_TRY_ASSIGN(std::vector<std::string> casks, folders_in(prefix + "/Caskroom", system));
  names.insert(names.end(), std::make_move_iterator(casks.begin()), std::make_move_iterator(casks.end()));
  return names;
}

ProcessRequest program(const std::vector<std::string>& words) {
  ProcessRequest request;
  request.argv = {"brew"};
  request.argv.insert(request.argv.end(), words.begin(), words.end());
  request.env = {{"PATH",
                  "/opt/homebrew/bin:/opt/homebrew/sbin:/usr/local/bin:/usr/local/sbin:/home/linuxbrew/.linuxbrew/bin:"
                  "/home/linuxbrew/.linuxbrew/sbin:/usr/bin:/bin:/usr/sbin:/sbin"},
                 {"NONINTERACTIVE", "1"}};
  for (const char* no : {"AUTO_UPDATE", "AUTOREMOVE", "INSTALL_CLEANUP", "INSTALLED_DEPENDENTS_CHECK", "ANALYTICS",
                         "ENV_HINTS", "COLOR", "EMOJI"})
    request.env["HOMEBREW_NO_" + std::string(no)] = "1";
  request.timeout = std::chrono::seconds(300);
  return request;
}

std::unique_ptr<HostPackages> packages_of(System& system) {
  return std::make_unique<BrewPackages>(system);
}

}  // namespace plumb::providers::package::brew
