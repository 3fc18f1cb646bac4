// What a host with zypper tells of its packages.
#include <algorithm>

#include "providers/package/rpm.h"
#include "providers/package/rpm_version.h"
#include "providers/package/zypper/answer.h"
#include "providers/package/zypper/zypper.h"

namespace plumb::providers::package::zypper {
namespace {

constexpr std::size_t kLargestFile = std::size_t{16} << 20U;
constexpr const char* kRaw = "/var/cache/zypp/raw";

// zypper writes what it made of its sources and of rpm's database beside them, whatever it is asked. So it has a folder
// of its own, in which those of sources are by links. Package files are a source more. What is held it forgets by a
// setting alone.
constexpr const char* kApart = R"(d=$(mktemp -d) || exit 70
trap 'rm -rf "$d"' EXIT
mkdir "$d/raw" "$d/solv" "$d/sources" "$d/files" || exit 70
for file in /var/cache/zypp/raw/* /var/cache/zypp/solv/* /etc/zypp/repos.d/*; do
  case $file in
    *"/*" | */@System) ;;
    /etc/*) ln -s "$file" "$d/sources/" ;;
    */raw/*) ln -s "$file" "$d/raw/" ;;
    *) ln -s "$file" "$d/solv/" ;;
  esac
done
export ZYPP_READONLY_HACK=1 ZYPP_LOGFILE=/dev/null
if [ "$1" = unlocked ]; then
  { cat /etc/zypp/zypp.conf 2>/dev/null; printf '\n[main]\nlocksfile.apply = no\n'; } >"$d/conf"
  export ZYPP_CONF="$d/conf"
fi
shift
if [ "$1" != . ]; then
  printf '[plumb-files]\nbaseurl=dir:%s\ntype=plaindir\nenabled=1\ngpgcheck=0\n' "$d/files" >"$d/sources/plumb-files.repo"
fi
while [ "$1" != . ]; do
  ln -s "$1" "$d/files/"
  shift
done
shift
zypper --xmlout --non-interactive --no-refresh --cache-dir "$d" --reposd-dir "$d/sources" "$@")";

// What somebody held: `solvable_name: jq` of a lock on packages.
std::set<std::string> read_locks(std::string_view text) {
  std::set<std::string> names;
  while (!text.empty()) {
    constexpr std::string_view kName = "solvable_name: ";
    const std::string_view line = take_line(text);
    if (line.starts_with(kName)) names.emplace(line.substr(kName.size()));
  }
  return names;
}

class ZypperPackages : public HostPackages {
 public:
  explicit ZypperPackages(System& system) : system_(system) {}

  Result<Installed> installed(const std::set<std::string>& names) override {
    PLUMB_TRY_ASSIGN(const std::vector<RpmPackage> packages, ask_rpm(names, system_));
    Installed installed = installed_of(packages, names);
    PLUMB_TRY_ASSIGN(const std::string locks, read("/etc/zypp/locks"));
    held_ = read_locks(locks);
    PLUMB_TRY_ASSIGN(const std::string marks, read("/var/lib/zypp/AutoInstalled"));
    std::set<std::string> automatic;
    for (std::string_view rest = marks; !rest.empty();) automatic.emplace(take_line(rest));
    for (auto& [name, entry] : installed.entries) {
      const std::string base = name.substr(0, name.find(':'));
      entry.held = entry.installed && held_.contains(base);
      entry.automatic = entry.installed && automatic.contains(base);
    }
    return installed;
  }

  std::optional<Diagnostic> why_not_purged() override { return why_rpm_does_not_purge(); }

  Result<bool> have_old_lists(std::optional<std::chrono::seconds> age) override {
    PLUMB_TRY_ASSIGN(const auto folder, system_.stat(kRaw, true));
    if (!folder) return true;
    PLUMB_TRY_ASSIGN(const auto sources, system_.list(kRaw));
    if (sources.empty()) return true;
    if (!age) return false;
    PLUMB_TRY_ASSIGN(const bool young, is_some_younger({kRaw, "-name", "repomd.xml"}, *age, system_));
    return !young;
  }

  Result<bool> has_unread_sources() override {
    // <repo alias="tools" … enabled="1" …
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(ask({"repos"})));
    PLUMB_TRY_ASSIGN(const auto folder, system_.stat(kRaw, true));
    std::vector<std::string> read;
    if (folder) {
      PLUMB_TRY_ASSIGN(read, system_.list(kRaw));
    }
    for (std::string_view rest = result.output; !rest.empty();) {
      const std::string_view line = take_line(rest);
      constexpr std::string_view kAlias = "<repo alias=\"";
      if (!line.starts_with(kAlias) || line.find(" enabled=\"1\"") == std::string_view::npos) continue;
      const std::string_view alias = line.substr(kAlias.size(), line.find('"', kAlias.size()) - kAlias.size());
      if (std::find(read.begin(), read.end(), alias) == read.end()) return true;
    }
    return false;
  }

  Result<PackageFile> look_at_file(const std::string& path) override { return look_at_rpm_file(path, system_); }

  Result<Simulation> simulate(const std::vector<Wish>& wishes, const Allowed& allowed) override {
    return simulate_each(wishes, [&](const std::vector<Wish>& these) { return simulate_these(these, allowed); });
  }

  Result<Simulation> simulate_upgrade(const std::string& extent, bool autoremove) override {
    PLUMB_TRY_ASSIGN(Simulation simulation, ask_for(upgrade_words(extent), {}, false));
    if (extent == "safe" && !simulation.removes.empty()) {
      // What takes the place of others stays away.
      Orders orders;
      for (const auto& [name, version] : simulation.installs) {
        if (simulation.versions.contains(name)) orders.come.push_back(spec(name, version));
      }
      if (orders.come.empty()) return Simulation();
      PLUMB_TRY_ASSIGN(simulation, ask_for(words_for(orders), {}, false));
    }
    if (autoremove)
      simulation.errors.emplace_back("it does not take away what nothing needs any more; leave out `autoremove`");
    return simulation;
  }

  std::string release_command(const std::string& package) const override { return "zypper removelock " + package; }
  std::string unknown_hint(const std::string& name) const override {
    return "check the name with `zypper search -s " + name +
           "`; what was read of sources is as old as `zypper refresh`";
  }

 private:
  Result<std::string> read(const std::string& path) {
    PLUMB_TRY_ASSIGN(const auto info, system_.stat(path, true));
    if (!info) return std::string();
    return system_.read_file(path, kLargestFile);
  }

  Result<Simulation> simulate_these(const std::vector<Wish>& wishes, const Allowed& allowed) {
    Orders orders{.may_erase = true, .older = allowed.older, .recommended = allowed.recommended};
    std::vector<std::string> files;
    for (const Wish& wish : wishes) {
      if (wish.goes) {
        orders.go.push_back(rpm_argument(wish.package));
      } else if (!wish.file.empty()) {
        // Among the versions of sources it is one more.
        PLUMB_TRY_ASSIGN(const PackageFile file, look_at_file(wish.file));
        orders.come.push_back(spec(wish.name, file.version));
        files.push_back(wish.file);
      } else {
        std::string version = wish.version;
        if (version.ends_with('*')) {
          PLUMB_TRY_ASSIGN(version, newest(wish));
        }
        orders.come.push_back(spec(wish.name, version));
      }
    }
    PLUMB_TRY_ASSIGN(Simulation simulation, ask_for(words_for(orders), files, allowed.held));
    for (const Wish& wish : wishes) {
      name_as_asked(wish, simulation);
      PLUMB_TRY(note_selected(wish, simulation));
    }
    const auto note_held = [&](const std::string& name) {
      if (held_.contains(name)) simulation.held.insert(name);
    };
    for (const auto& [name, version] : simulation.installs) note_held(name);
    for (const std::string& name : simulation.removes) note_held(name);
    return simulation;
  }

  // The newest version that begins as is asked for, since zypper takes whole ones only; what was asked for where there
  // is none.
  Result<std::string> newest(const Wish& wish) {
    const std::string name = rpm_argument(wish.name);
    PLUMB_TRY_ASSIGN(const ProcessResult result,
                     system_.run(ask({"search", "-s", "--match-exact", "-t", "package", name})));
    std::string best;
    for (const std::string& one : parse_answer(result.output).found) {
      const std::string version = one.substr(one.find('=') + 1);
      if (!rpm_version_matches(wish.version, version)) continue;
      if (best.empty() || compare_rpm_versions(version, best) > 0) best = version;
    }
    return best.empty() ? wish.version : best;
  }

  // What comes in the place of a name that no package has.
  Result<> note_selected(const Wish& wish, Simulation& simulation) {
    if (wish.goes || wish.there || !wish.file.empty() || simulation.installs.empty() ||
        simulation.installs.contains(wish.name))
      return {};
    const std::string name = rpm_argument(wish.name);
    PLUMB_TRY_ASSIGN(const ProcessResult result,
                     system_.run(ask({"search", "-s", "--provides", "--match-exact", "-t", "package", name})));
    for (const std::string& one : parse_answer(result.output).found) {
      const std::string provider = one.substr(0, one.find('='));
      if (!simulation.installs.contains(provider)) continue;
      simulation.selected[wish.name] = provider;
      break;
    }
    return {};
  }

  Result<Simulation> ask_for(std::vector<std::string> words, const std::vector<std::string>& files, bool unlocked) {
    words.insert(words.begin() + 1, "--dry-run");
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(ask(words, files, unlocked)));
    Answer answer = parse_answer(result.output);
    Simulation& simulation = answer.simulation;
    // A source that cannot be read is no reason where the others have what comes.
    if (answer.ended) simulation.errors.clear();
    if (!answer.ended && simulation.errors.empty() && simulation.unknown.empty()) {
      const std::string& said = result.errors.empty() ? result.output : result.errors;
      simulation.errors.push_back("it ended with " + std::to_string(result.exit_code) + ": " + last_lines(said, 3));
    }
    return std::move(simulation);
  }

  static void name_as_asked(const Wish& wish, Simulation& simulation) {
    std::string gone;
    for (const auto& [asked, why] : simulation.unknown) {
      if (asked == spec(wish.name, wish.version)) gone = asked;
    }
    if (!gone.empty()) {
      simulation.unknown.erase(gone);
      if (!wish.goes) {
        simulation.unknown[wish.name] = wish.version.empty()
                                            ? "no package is called " + wish.name
                                            : wish.name + " is not available in version " + wish.version;
      }
    }
  }

  System& system_;
  std::set<std::string> held_;
};

}  // namespace

std::string spec(const std::string& name, const std::string& version) {
  return version.empty() ? rpm_argument(name) : rpm_argument(name) + '=' + version;
}

ProcessRequest ask(const std::vector<std::string>& words, const std::vector<std::string>& files, bool unlocked) {
  ProcessRequest request;
  request.argv = {"sh", "-c", kApart, "plumb", unlocked ? "unlocked" : "as it is"};
  request.argv.insert(request.argv.end(), files.begin(), files.end());
  request.argv.emplace_back(".");
  request.argv.insert(request.argv.end(), words.begin(), words.end());
  request.changes_nothing = true;
  request.decided_by = {"/var/lib/rpm",         "/usr/lib/sysimage/rpm", "/var/cache/zypp/raw",
                        "/var/cache/zypp/solv", "/var/lib/zypp",         "/etc/zypp"};
  request.decided_by.insert(request.decided_by.end(), files.begin(), files.end());
  request.timeout = std::chrono::seconds(300);
  request.output_limit = std::size_t{16} << 20U;
  return request;
}

std::vector<std::string> words_for(const Orders& orders) {
  std::vector<std::string> words = {"install"};
  if (orders.may_erase) words.emplace_back("--force-resolution");
  if (orders.older) words.emplace_back("--oldpackage");
  if (!orders.recommended) words.emplace_back("--no-recommends");
  words.emplace_back("--");
  words.insert(words.end(), orders.come.begin(), orders.come.end());
  for (const std::string& name : orders.go) words.push_back('!' + name);
  return words;
}

std::vector<std::string> upgrade_words(const std::string& extent) {
  return extent == "full" ? std::vector<std::string>{"dist-upgrade"} : std::vector<std::string>{"update"};
}

std::unique_ptr<HostPackages> packages_of(System& system) {
  return std::make_unique<ZypperPackages>(system);
}

}  // namespace plumb::providers::package::zypper
