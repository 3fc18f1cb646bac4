// What a host with pacman tells of its packages.
#include <algorithm>

#include "providers/package/pacman/answer.h"
#include "providers/package/pacman/database.h"
#include "providers/package/pacman/pacman.h"
#include "providers/package/pacman/versions.h"
#include "providers/sdk/is_there.h"

namespace plumb::providers::package::pacman {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20U;

// pacman tells of conflicts only where it would go on, and then it locks its records and writes a log. So it has a
// folder of its own in which the records are by links, and is asked over and over, with an answer more for each
// question that it came to. The last one, whether to go on, gets none, which is a no.
constexpr const char* kApart = R"sh(d=$(mktemp -d) || exit 70
trap 'rm -rf "$d"' EXIT
ln -s /var/lib/pacman/local /var/lib/pacman/sync "$d/" || exit 70
sed '/^[[:space:]]*VerbosePkgLists/d' /etc/pacman.conf >"$d/conf" || exit 70
conflicts=$1 replaces=$2
shift 2
: >"$d/answers"
for one in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  pacman --config "$d/conf" --dbpath "$d" --cachedir "$d" --logfile "$d/log" --color never "$@" \
    <"$d/answers" >"$d/output" 2>"$d/errors"
  code=$?
  grep -oE '\(default=[0-9]+\)|Remove [^ ]+\? \[y/N\]|Replace [^?]+\? \[Y/n\]|Install anyway\? \[Y/n\]|this upgrade\? \[y/N\]' \
    "$d/errors" | sed "s/^Remove.*/$conflicts/;s/^Replace.*/$replaces/;s/^Install.*/y/;s/^this.*/n/;s/^(.*/1/" >"$d/next"
  [ "$(cat "$d/answers")" = "$(cat "$d/next")" ] && break
  mv "$d/next" "$d/answers"
done
cat "$d/output"
cat "$d/errors" >&2
exit $code)sh";

class PacmanPackages : public HostPackages {
 public:
  explicit PacmanPackages(System& system) : system_(system) {}

  Result<Installed> installed(const std::set<std::string>& names) override {
    PLUMB_TRY(read());
    Installed installed;
    bool some_missing = false;
    for (const std::string& name : names) {
      PackageEntry& entry = installed.entries[name];
      entry.package = name;
      const auto found = there_.find(name);
      some_missing = some_missing || found == there_.end();
      if (found == there_.end()) continue;
      PLUMB_TRY_ASSIGN(const std::string record, read_record(name, found->second, "desc", system_));
      const auto reason = section_of(record, "%REASON%");
      entry.installed = true;
      entry.version = found->second;
      entry.automatic = !reason.empty() && reason.front() == "1";
      entry.held = held_.contains(name);
    }
    if (some_missing) PLUMB_TRY(find_providers(names, installed));
    return installed;
  }

  Result<bool> have_old_lists(std::optional<std::chrono::seconds> age) override {
    PLUMB_TRY_ASSIGN(const bool was_read, is_there(kLists, system_));
    if (!was_read) return true;
    PLUMB_TRY_ASSIGN(const auto lists, system_.list(kLists));
    if (std::none_of(lists.begin(), lists.end(), [](const std::string& one) { return one.ends_with(".db"); }))
      return true;
    if (!age) return false;
    // A list has the age that its server tells; the folder is touched when they are read.
    PLUMB_TRY_ASSIGN(const bool young, is_some_younger({kLists, "-maxdepth", "0"}, *age, system_));
    return !young;
  }

  Result<bool> has_unread_sources() override {
    ProcessRequest request;
    request.argv = {"pacman-conf", "--repo-list"};
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(request));
    for (std::string_view rest = result.output; !rest.empty();) {
      const std::string list = std::string(kLists) + '/' + std::string(take_line(rest)) + ".db";
      PLUMB_TRY_ASSIGN(const bool was_read, is_there(list, system_));
      if (!was_read) return true;
    }
    return false;
  }

  Result<PackageFile> look_at_file(const std::string& path) override {
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(ask_file(path)));
    return parse_file(result);
  }

  Result<Simulation> simulate(const std::vector<Wish>& wishes, const Allowed&) override {
    return simulate_each(wishes, [this](const std::vector<Wish>& these) { return simulate_these(these); });
  }

  Result<Simulation> simulate_upgrade(const std::string& extent, bool autoremove) override {
    PLUMB_TRY(read());
    const bool full = extent == "full";
    PLUMB_TRY_ASSIGN(Simulation simulation, answer_to({full, full}, {"-Su"}));
    if (!autoremove) return simulation;
    // What nothing needs, and all that is there for its sake alone.
    ProcessRequest orphans;
    orphans.argv = {"pacman", "-Qdtq"};
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(orphans));
    std::vector<std::string> words = {"-Rs", "--"};
    for (std::string_view rest = result.output; !rest.empty();) words.emplace_back(take_line(rest));
    if (words.size() == 2) return simulation;
    PLUMB_TRY_ASSIGN(Simulation removal, answer_to({}, words));
    simulation.merge(std::move(removal));
    return simulation;
  }

  std::string release_command(const std::string&) const override { return std::string("sudoedit ") + kConfiguration; }
  std::string unknown_hint(const std::string& name) const override {
    return "check the name with `pacman -Ss " + name + "`; the lists are as old as the last `pacman -Sy`";
  }

 private:
  Result<> read() {
    PLUMB_TRY_ASSIGN(there_, installed_versions(system_));
    PLUMB_TRY_ASSIGN(const bool is_configured, is_there(kConfiguration, system_));
    if (!is_configured) return {};
    PLUMB_TRY_ASSIGN(const std::string configuration, system_.read_file(kConfiguration, kLargestFile));
    held_ = Held::parse(configuration);
    return {};
  }

  // "pvirt=2" provides the name pvirt.
  Result<> find_providers(const std::set<std::string>& names, Installed& installed) {
    for (const auto& [name, version] : there_) {
      PLUMB_TRY_ASSIGN(const std::string record, read_record(name, version, "desc", system_));
      for (const std::string& provided : section_of(record, "%PROVIDES%")) {
        const std::string its = provided.substr(0, provided.find('='));
        if (its != name && names.contains(its) && !there_.contains(its)) installed.provided_by[its].push_back(name);
      }
    }
    return {};
  }

  // It installs by name, or from files, or removes.
  Result<Simulation> simulate_these(std::vector<Wish> wishes) {
    std::vector<std::string> files = {"-U", "--"};
    std::vector<std::string> going = {"-Rc", "--"};
    std::vector<Wish> coming;
    for (Wish& wish : wishes) {
      if (wish.goes) {
        going.push_back(wish.package);
      } else if (!wish.file.empty()) {
        files.push_back(wish.file);
      } else {
        coming.push_back(std::move(wish));
      }
    }
    Simulation all;
    if (!coming.empty()) {
      PLUMB_TRY_ASSIGN(all, simulate_coming(std::move(coming)));
    }
    for (const std::vector<std::string>& words : {files, going}) {
      if (words.size() == 2) continue;
      PLUMB_TRY_ASSIGN(Simulation part, answer_to({.conflicts = true}, words));
      all.merge(std::move(part));
    }
    return all;
  }

  Result<Simulation> simulate_coming(std::vector<Wish> wishes) {
    std::vector<std::string> words = {"-S", "--needed", "--"};
    for (const Wish& wish : wishes) words.push_back(spec(wish.name, wish.version));
    PLUMB_TRY_ASSIGN(Simulation simulation, answer_to({.conflicts = true}, words));
    for (const Wish& wish : wishes) {
      name_as_asked(wish, simulation);
      PLUMB_TRY(note_selected(wish, simulation));
    }
    // What somebody brought in a newer version is at its latest, though pacman would go back.
    const auto goes_back = [&](const Wish& wish) {
      return wish.version.empty() && simulation.downgrades.contains(wish.package);
    };
    const std::size_t asked = wishes.size();
    std::erase_if(wishes, goes_back);
    if (wishes.empty()) return Simulation();
    return wishes.size() == asked ? simulation : simulate_coming(std::move(wishes));
  }

  Result<Simulation> answer_to(const Consent& consent, const std::vector<std::string>& words) {
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(ask(consent, words)));
    Answer answer = parse_answer(result.output, result.errors, words.front().starts_with("-R"));
    Simulation& simulation = answer.simulation;
    if (!answer.ended && simulation.errors.empty() && simulation.unknown.empty())
      simulation.errors.push_back("it ended with " + std::to_string(result.exit_code) + ": " +
                                  last_lines(result.errors.empty() ? result.output : result.errors, 3));
    const auto note = [&](const std::string& name) {
      if (held_.contains(name)) simulation.held.insert(name);
      const auto there = there_.find(name);
      if (there == there_.end()) return std::string();
      return simulation.versions[name] = there->second;
    };
    for (const auto& [name, version] : simulation.installs) {
      const std::string old = note(name);
      if (!old.empty() && compare_versions(version, old) < 0) simulation.downgrades.insert(name);
    }
    for (const std::string& name : simulation.removes) note(name);
    return std::move(simulation);
  }

  static void name_as_asked(const Wish& wish, Simulation& simulation) {
    const std::string none = wish.name + " is not available in version " + wish.version;
    if (!wish.version.empty() && simulation.unknown.erase(spec(wish.name, wish.version)) != 0) {
      simulation.unknown[wish.name] = none;
    } else if (wish.version.ends_with('*') && simulation.errors.empty() && simulation.unknown.empty()) {
      // It is the newest that can be had.
      const auto found = simulation.installs.find(wish.name);
      const std::string_view begin = std::string_view(wish.version).substr(0, wish.version.size() - 1);
      if (found == simulation.installs.end() || !found->second.starts_with(begin)) simulation.unknown[wish.name] = none;
    }
  }

  // What comes in the place of a name that no package has.
  Result<> note_selected(const Wish& wish, Simulation& simulation) {
    if (wish.there || simulation.installs.empty() || simulation.installs.contains(wish.name)) return {};
    ProcessRequest request;
    request.argv = {"pacman", "-Sp", "-dd", "--noconfirm", "--print-format", "%n", "--", wish.name};
    request.changes_nothing = true;
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(request));
    std::string_view rest = result.output;
    std::string provider;
    while (!rest.empty()) provider = take_line(rest);
    if (simulation.installs.contains(provider)) simulation.selected[wish.name] = provider;
    return {};
  }

  System& system_;
  std::map<std::string, std::string> there_;  // the versions of all packages, by name
  Held held_;
};

}  // namespace

std::string spec(const std::string& name, const std::string& version) {
  return version.empty() || version.ends_with('*') ? name : name + '=' + version;
}

ProcessRequest ask(const Consent& consent, const std::vector<std::string>& words) {
  ProcessRequest request;
  request.argv = {"sh", "-c", kApart, "plumb", consent.conflicts ? "y" : "n", consent.replaces ? "y" : "n"};
  request.argv.insert(request.argv.end(), words.begin(), words.end());
  request.changes_nothing = true;
  request.decided_by = {kRecords, kLists, kConfiguration};
  if (words.front() == "-U") request.decided_by.insert(request.decided_by.end(), words.begin() + 2, words.end());
  request.timeout = std::chrono::seconds(300);
  request.output_limit = std::size_t{16} << 20U;
  return request;
}

std::string consent_option(const Consent& consent) {
  // They turn its own answers around: no to conflicts, yes to what replaces others.
  return "--ask=" + std::to_string((consent.conflicts ? 4 : 0) + (consent.replaces ? 0 : 2));
}

ProcessRequest ask_file(const std::string& path) {
  ProcessRequest request;
  request.argv = {"pacman", "-Qp", "--", path};
  request.changes_nothing = true;
  request.decided_by = {path};
  return request;
}

PackageFile parse_file(const ProcessResult& result) {
  PackageFile file;
  std::string_view rest = result.output;
  const std::string_view line = take_line(rest);
  const std::size_t space = line.find(' ');
  if (result.exit_code != 0 || space == std::string_view::npos) {
    file.trouble = last_lines(result.errors, 1);
    return file;
  }
  file.name = line.substr(0, space);
  file.version = line.substr(space + 1);
  return file;
}

std::unique_ptr<HostPackages> packages_of(System& system) {
  return std::make_unique<PacmanPackages>(system);
}

}  // namespace plumb::providers::package::pacman
