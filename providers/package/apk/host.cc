// What a host with apk tells of its packages.
#include <algorithm>

#include "providers/package/apk/answer.h"
#include "providers/package/apk/apk.h"
#include "providers/package/apk/database.h"

namespace plumb::providers::package::apk {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20U;
constexpr const char* kSources = "/etc/apk/repositories";

Result<std::string> read(const std::string& path, System& system) {
  PLUMB_TRY_ASSIGN(const auto info, system.stat(path, true));
  return info ? system.read_file(path, kLargestFile) : std::string();
}

class ApkPackages : public HostPackages {
 public:
  explicit ApkPackages(System& system) : system_(system) {}

  Result<Installed> installed(const std::set<std::string>& names) override {
    PLUMB_TRY_ASSIGN(const std::string records, read_records(system_));
    PLUMB_TRY_ASSIGN(const std::string text, read(kWorld, system_));
    const auto world = parse_world(text);
    Installed installed;
    for (const std::string& name : names) installed.entries[name].package = name;
    for (const Record& record : parse_records(records)) {
      there_.insert(record.name);
      for (const std::string& provided : record.provides) {
        if (provided != record.name && names.contains(provided)) installed.provided_by[provided].push_back(record.name);
      }
      const auto found = installed.entries.find(record.name);
      if (found == installed.entries.end()) continue;
      PackageEntry& entry = found->second;
      const auto asked = world.find(record.name);
      entry.installed = true;
      entry.version = record.version;
      entry.automatic = asked == world.end();
      // One version, or those that begin so.
      entry.held = asked != world.end() && (asked->second.starts_with('=') || asked->second.starts_with('~'));
    }
    return installed;
  }

  Result<bool> have_old_lists(std::optional<std::chrono::seconds> age) override {
    PLUMB_TRY_ASSIGN(const std::size_t lists, count_lists());
    PLUMB_TRY_ASSIGN(const std::size_t sources, count_sources());
    if (lists == 0 && sources > 0) return true;
    if (!age) return false;
    PLUMB_TRY_ASSIGN(const bool young, is_some_younger({kLists, "-maxdepth", "0"}, *age, system_));
    return !young;
  }

  Result<bool> has_unread_sources() override {
    PLUMB_TRY_ASSIGN(const std::size_t lists, count_lists());
    PLUMB_TRY_ASSIGN(const std::size_t sources, count_sources());
    return lists < sources;
  }

  Result<PackageFile> look_at_file(const std::string& path) override {
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(ask_file(path)));
    return parse_file(result);
  }

  Result<Simulation> simulate(const std::vector<Wish>& wishes, const Allowed&) override {
    return simulate_each(wishes, [this](const std::vector<Wish>& these) { return simulate_these(these); });
  }

  Result<Simulation> simulate_upgrade(const std::string& extent, bool) override {
    PLUMB_TRY_ASSIGN(Answer answer, answer_to({"upgrade"}));
    if (extent == "safe" && !answer.simulation.removes.empty())
      answer.simulation.errors.push_back("it would take away " + listed(answer.simulation.removes) +
                                         "; say `upgrade: full`");
    return std::move(answer.simulation);
  }

  std::string release_command(const std::string& package) const override { return "apk add " + package; }
  std::string unknown_hint(const std::string& name) const override {
    return "check the name with `apk search -v " + name + "`; the lists are as old as the last `apk update`";
  }

 private:
  Result<std::size_t> count_lists() {
    PLUMB_TRY_ASSIGN(const auto folder, system_.stat(kLists, true));
    if (!folder) return std::size_t{0};
    PLUMB_TRY_ASSIGN(const auto names, system_.list(kLists));
    return static_cast<std::size_t>(std::count_if(
        names.begin(), names.end(), [](const std::string& name) { return name.starts_with("APKINDEX."); }));
  }
  // Of folders of the host no list is kept.
  Result<std::size_t> count_sources() {
    PLUMB_TRY_ASSIGN(const std::string text, read(kSources, system_));
    std::size_t count = 0;
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view line = take_line(rest);
      if (!line.starts_with('#') && line.find("://") != std::string_view::npos) ++count;
    }
    return count;
  }

  Result<Simulation> simulate_these(const std::vector<Wish>& wishes) {
    std::vector<std::string> going = {"del", "-r", "--"};
    std::vector<std::string> coming;
    bool newest = false;
    bool files = false;
    for (const Wish& wish : wishes) {
      if (wish.goes) {
        going.push_back(wish.package);
        continue;
      }
      coming.push_back(wish.file.empty() ? spec(wish.name, wish.version) : wish.file);
      newest = newest || wish.latest;
      files = files || !wish.file.empty();
    }
    Simulation all;
    if (going.size() > 3) {
      PLUMB_TRY_ASSIGN(Answer answer, answer_to(going));
      all = std::move(answer.simulation);
    }
    if (coming.empty()) return all;
    std::vector<std::string> words = words_to_add({.newest = newest, .files = files});
    words.insert(words.end(), coming.begin(), coming.end());
    // What goes is no hindrance for what comes.
    for (const std::string& name : all.removes) words.push_back('!' + name);
    PLUMB_TRY_ASSIGN(Simulation part, simulate_coming(words, wishes));
    all.merge(std::move(part));
    return all;
  }

  // Where others are in the way, it is asked once more what would be without them.
  Result<Simulation> simulate_coming(std::vector<std::string> words, const std::vector<Wish>& wishes) {
    PLUMB_TRY_ASSIGN(Answer answer, answer_to(words));
    const auto is_asked_for = [&](const std::string& name) {
      return std::any_of(wishes.begin(), wishes.end(),
                         [&](const Wish& wish) { return !wish.goes && wish.package == name; });
    };
    const std::size_t asked = words.size();
    for (const std::string& name : there_) {
      const auto is_torn = [&](const std::string& one) { return one.starts_with(name + '-'); };
      const bool torn = std::any_of(answer.torn.begin(), answer.torn.end(), is_torn);
      if (torn && !is_asked_for(name)) words.push_back('!' + name);
    }
    if (words.size() > asked) {
      PLUMB_TRY_ASSIGN(Answer without, answer_to(words));
      if (without.ended) answer = std::move(without);
    }
    Simulation& simulation = answer.simulation;
    for (const Wish& wish : wishes) {
      if (!wish.version.empty() && answer.unfit.contains(wish.name))
        simulation.unknown[wish.name] = wish.name + " is not available in version " + wish.version;
      note_selected(wish, wishes, simulation);
    }
    return std::move(simulation);
  }

  // Where one package more comes than was asked for, it provides the name that none of them has.
  static void note_selected(const Wish& wish, const std::vector<Wish>& wishes, Simulation& simulation) {
    if (wish.goes || wish.there || simulation.installs.contains(wish.name)) return;
    std::vector<std::string> others;
    for (const auto& [name, version] : simulation.installs) {
      const auto is_it = [&](const Wish& one) { return one.package == name; };
      if (std::none_of(wishes.begin(), wishes.end(), is_it)) others.push_back(name);
    }
    if (others.size() == 1) simulation.selected[wish.name] = others.front();
  }

  Result<Answer> answer_to(const std::vector<std::string>& words) {
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(ask(words)));
    Answer answer = parse_answer(result.output + '\n' + result.errors);
    Simulation& simulation = answer.simulation;
    if (!answer.ended && simulation.errors.empty() && simulation.unknown.empty())
      simulation.errors.push_back("it ended with " + std::to_string(result.exit_code) + ": " +
                                  last_lines(result.output + result.errors, 3));
    return answer;
  }

  System& system_;
  std::set<std::string> there_;
};

}  // namespace

std::string spec(const std::string& name, const std::string& version) {
  if (version.empty()) return name;
  if (!version.ends_with('*')) return name + '=' + version;
  const std::string begin = version.substr(0, version.find_last_not_of(".*") + 1);
  return name + '~' + begin;
}

std::vector<std::string> words_to_add(const Coming& coming) {
  std::vector<std::string> words = {"add"};
  if (coming.newest) words.emplace_back("-u");
  // What holds a file is the matter of whoever brought it.
  if (coming.files) words.emplace_back("--allow-untrusted");
  words.emplace_back("--");
  return words;
}

ProcessRequest ask(const std::vector<std::string>& words) {
  ProcessRequest request;
  request.argv = {"apk", "--simulate", "--no-progress"};
  request.argv.insert(request.argv.end(), words.begin(), words.end());
  request.changes_nothing = true;
  request.decided_by = {kRecords, kWorld, kLists, kSources};
  for (const std::string& word : words) {
    if (word.starts_with('/')) request.decided_by.push_back(word);
  }
  request.timeout = std::chrono::seconds(300);
  request.output_limit = std::size_t{16} << 20U;
  return request;
}

ProcessRequest ask_file(const std::string& path) {
  ProcessRequest request;
  request.argv = {"tar", "-xzOf", path, ".PKGINFO"};
  request.changes_nothing = true;
  request.decided_by = {path};
  return request;
}

PackageFile parse_file(const ProcessResult& result) {
  PackageFile file;
  for (std::string_view rest = result.output; !rest.empty();) {
    constexpr std::string_view kName = "pkgname = ";
    constexpr std::string_view kVersion = "pkgver = ";
    const std::string_view line = take_line(rest);
    if (line.starts_with(kName)) file.name = line.substr(kName.size());
    if (line.starts_with(kVersion)) file.version = line.substr(kVersion.size());
  }
  if (file.name.empty()) file.trouble = result.errors.empty() ? "it has no .PKGINFO" : last_lines(result.errors, 1);
  return file;
}

std::unique_ptr<HostPackages> packages_of(System& system) {
  return std::make_unique<ApkPackages>(system);
}

}  // namespace plumb::providers::package::apk
