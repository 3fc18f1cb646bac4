// What a host with dnf tells of its packages.
#include <algorithm>
#include <memory>

#include "providers/package/dnf/answer.h"
#include "providers/package/dnf/dnf.h"
#include "providers/package/dnf/question.h"
#include "providers/package/look.h"
#include "providers/package/rpm.h"
#include "providers/sdk/is_there.h"

namespace plumb::providers::package::dnf {
namespace {

constexpr std::size_t kLargestLocks = std::size_t{1} << 20U;

// Names of packages that are held: of "jq-0:1.6-17.el9.*" in a list, of `name = "jq"` in TOML. A line with "!"
// excludes.
std::set<std::string> read_locks(std::string_view text, bool toml) {
  std::set<std::string> names;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    constexpr std::string_view kName = "name = \"";
    if (toml) {
      if (line.starts_with(kName)) names.emplace(line.substr(kName.size(), line.rfind('"') - kName.size()));
      continue;
    }
    if (line.empty() || line.front() == '#' || line.front() == '!') continue;
    const std::size_t release = line.rfind('-');
    const std::size_t version = release == std::string_view::npos ? release : line.rfind('-', release - 1);
    std::string_view name = line.substr(0, version);
    // yum has the epoch in front.
    if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) name.remove_prefix(colon + 1);
    if (!name.empty()) names.emplace(name);
  }
  return names;
}

class DnfPackages : public HostPackages {
 public:
  DnfPackages(const Flavour& flavour, System& system) : flavour_(flavour), system_(system) {}

  Result<Installed> installed(const std::set<std::string>& names) override {
    PLUMB_TRY_ASSIGN(const std::vector<RpmPackage> packages, ask_rpm(names, system_));
    Installed installed = installed_of(packages, names);
    PLUMB_TRY_ASSIGN(held_, held());
    std::vector<std::string> there;
    for (auto& [name, entry] : installed.entries) {
      entry.held = entry.installed && held_.contains(name.substr(0, name.find(':')));
      if (entry.installed) there.push_back(rpm_argument(entry.package));
    }
    PLUMB_TRY(note_automatic(there, installed));
    return installed;
  }

  std::optional<Diagnostic> why_not_held() override {
    if (flavour_.locker.empty() || shows(std::string(flavour_.locker), system_)) return std::nullopt;
    return refused(std::string(flavour_.name) + " holds packages by its plugin versionlock, which is not there",
                   "declare its package before this one (python3-dnf-plugin-versionlock, yum-plugin-versionlock)");
  }

  std::optional<Diagnostic> why_not_purged() override { return why_rpm_does_not_purge(); }

  Result<bool> have_old_lists(std::optional<std::chrono::seconds> age) override {
    const std::string cache(flavour_.cache);
    PLUMB_TRY_ASSIGN(const bool some, has_lists(cache));
    if (!some) return true;
    if (!age) return false;
    PLUMB_TRY_ASSIGN(const bool young, is_some_younger({cache, "-path", "*/repodata/repomd.xml"}, *age, system_));
    return !young;
  }

  Result<bool> has_unread_sources() override {
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(ask(flavour_, {"repolist"})));
    return !parse_answer(result.output + '\n' + result.errors).unread.empty();
  }

  Result<PackageFile> look_at_file(const std::string& path) override { return look_at_rpm_file(path, system_); }

  Result<Simulation> simulate(const std::vector<Wish>& wishes, const Allowed& allowed) override {
    std::vector<std::string> come, lift, go, asked;
    for (const Wish& wish : wishes) {
      if (wish.goes) {
        go.push_back(rpm_argument(wish.package));
        continue;
      }
      asked.push_back(wish.file.empty() ? wish.name : wish.package);
      const bool newer = wish.there && wish.latest && wish.file.empty();
      (newer ? lift : come).push_back(wish.file.empty() ? spec(wish.name, wish.version) : wish.file);
    }
    Simulation all;
    if (allowed.held && flavour_.unlocks.empty()) {
      all.errors.push_back("it cannot be asked what it would do with packages that are held; release them first");
      return all;
    }
    for (const auto& [verb, specs] : {std::pair{"install", &come}, {"upgrade", &lift}, {"remove", &go}}) {
      if (specs->empty()) continue;
      PLUMB_TRY_ASSIGN(Answer answer, ask_for(verb, *specs, allowed));
      // What is there and no source has is at its newest; what makes room for others is gone.
      if (specs != &come) answer.simulation.unknown.clear();
      if (specs != &go) PLUMB_TRY(explain(asked, answer));
      all.merge(std::move(answer.simulation));
    }
    for (const Wish& wish : wishes) name_as_asked(wish, all);
    // An older version only where one is asked for.
    if (!allowed.older && !all.downgrades.empty())
      all.errors.push_back(*all.downgrades.begin() + " would become older");
    for (const auto& [name, version] : all.installs) {
      if (held_.contains(name)) all.held.insert(name);
    }
    for (const std::string& name : all.removes) {
      if (held_.contains(name)) all.held.insert(name);
    }
    return all;
  }

  Result<Simulation> simulate_upgrade(const std::string& extent, bool autoremove) override {
    PLUMB_TRY_ASSIGN(Answer answer, ask_upgrade(extent, {}));
    if (extent == "safe" && !answer.takes_place.empty()) {
      PLUMB_TRY_ASSIGN(answer, ask_upgrade(extent, {answer.takes_place.begin(), answer.takes_place.end()}));
    }
    Simulation simulation = std::move(answer.simulation);
    if (autoremove) {
      PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(ask(flavour_, {"--assumeno", "autoremove"})));
      simulation.merge(parse_answer(result.output + '\n' + result.errors).simulation);
    }
    std::set<std::string> names;
    for (const auto& [name, version] : simulation.installs) names.insert(name);
    PLUMB_TRY_ASSIGN(const std::vector<RpmPackage> packages, ask_rpm(names, system_));
    for (const auto& [name, entry] : installed_of(packages, names).entries) {
      if (entry.installed) simulation.versions[name] = entry.version;
    }
    return simulation;
  }

  std::string release_command(const std::string& package) const override {
    return std::string(flavour_.name) + " versionlock delete " + package;
  }
  std::string unknown_hint(const std::string& name) const override {
    const std::string program(flavour_.name);
    return "check the name with `" + program + " list " + name + "`; what was read of sources is as old as `" +
           program + " makecache`";
  }

 private:
  Result<bool> has_lists(const std::string& cache) {
    PLUMB_TRY_ASSIGN(const bool some, is_there(cache, system_));
    if (!some) return false;
    PLUMB_TRY_ASSIGN(const auto entries, system_.list(cache));
    for (const std::string& entry : entries) {
      PLUMB_TRY_ASSIGN(const bool was_read, is_there(cache + '/' + entry + "/repodata/repomd.xml", system_));
      if (was_read) return true;
    }
    return false;
  }

  Result<std::set<std::string>> held() {
    const std::string path(flavour_.locks);
    if (path.empty()) return std::set<std::string>();
    PLUMB_TRY_ASSIGN(const bool some, is_there(path, system_));
    if (!some) return std::set<std::string>();
    PLUMB_TRY_ASSIGN(const std::string text, system_.read_file(path, kLargestLocks));
    return read_locks(text, path.ends_with(".toml"));
  }

  // Why packages are there only dnf knows.
  Result<> note_automatic(const std::vector<std::string>& there, Installed& installed) {
    if (there.empty() || system_.is_image()) return {};
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(ask_reasons(flavour_, there)));
    if (result.exit_code != 0)
      return fail(Code::kCannotObserve, std::string(flavour_.name) + " cannot tell why packages are there: " +
                                            last_lines(result.errors.empty() ? result.output : result.errors, 3));
    const std::map<std::string, bool> automatic = parse_reasons(result.output);
    for (auto& [name, entry] : installed.entries) {
      const auto found = automatic.find(entry.package);
      entry.automatic = entry.installed && found != automatic.end() && found->second;
    }
    return {};
  }

  Result<Answer> ask_for(const char* verb, const std::vector<std::string>& specs, const Allowed& allowed) {
    const bool goes = std::string_view(verb) == "remove";
    std::vector<std::string> words = {"--assumeno"};
    if (allowed.held) words.emplace_back(flavour_.unlocks);
    for (std::string& word : words_for(verb, {.may_erase = !goes, .recommended = allowed.recommended}))
      words.push_back(std::move(word));
    words.insert(words.end(), specs.begin(), specs.end());
    PLUMB_TRY_ASSIGN(Answer answer, answer_to(std::move(words)));
    // Without a source nothing is to be had; one may be on its way.
    Simulation& simulation = answer.simulation;
    const bool none = std::any_of(simulation.errors.begin(), simulation.errors.end(), [](const std::string& error) {
      return error.find("no enabled repositories") != std::string::npos;
    });
    if (!none) return answer;
    simulation.errors.clear();
    for (const std::string& spec : specs) simulation.unknown[spec] = "no package is called " + spec;
    return answer;
  }

  Result<Answer> ask_upgrade(const std::string& extent, const std::vector<std::string>& without) {
    std::vector<std::string> words = {"--assumeno"};
    for (const std::string& name : without) words.push_back("--exclude=" + rpm_argument(name));
    for (std::string& word : words_for("upgrade", {.may_erase = extent == "full"})) words.push_back(std::move(word));
    words.pop_back();
    return answer_to(std::move(words));
  }

  Result<Answer> answer_to(std::vector<std::string> words) {
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(ask(flavour_, std::move(words))));
    Answer answer = parse_answer(result.output + '\n' + result.errors);
    Simulation& simulation = answer.simulation;
    if (result.exit_code != 0 && !answer.ended && simulation.errors.empty() && simulation.unknown.empty()) {
      const std::string& said = result.errors.empty() ? result.output : result.errors;
      simulation.errors.push_back("it ended with " + std::to_string(result.exit_code) + ": " + last_lines(said, 3));
    }
    return answer;
  }

  // On whose behalf packages come, and which ones stand for names that no package has: asked only where that is open.
  Result<> explain(const std::vector<std::string>& asked, Answer& answer) {
    Simulation& simulation = answer.simulation;
    const bool some_along = answer.full.size() > asked.size();
    const bool some_other = std::any_of(answer.main.begin(), answer.main.end(), [&](const std::string& name) {
      return std::find(asked.begin(), asked.end(), name) == asked.end();
    });
    if (!some_along && !some_other) return {};
    std::vector<std::string> words = {"repoquery", "--qf", kDetailsFormat, "--"};
    words.insert(words.end(), answer.full.begin(), answer.full.end());
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(ask(flavour_, std::move(words))));
    note_selected(result.output, asked, answer);
    std::vector<std::string> roots;
    for (const std::string& name : asked) {
      const auto selected = simulation.selected.find(name);
      const std::string& root = selected == simulation.selected.end() ? name : selected->second;
      if (simulation.installs.contains(root)) roots.push_back(root);
    }
    note_children(result.output, roots, answer);
    return {};
  }

  static void name_as_asked(const Wish& wish, Simulation& simulation) {
    const auto found = simulation.unknown.find(spec(wish.name, wish.version));
    if (found == simulation.unknown.end()) return;
    const bool excluded = found->second.starts_with("the settings");
    simulation.unknown.erase(found);
    simulation.unknown[wish.name] = excluded               ? "the settings of the host exclude " + wish.name
                                    : wish.version.empty() ? "no package is called " + wish.name
                                                           : wish.name + " is not available in version " + wish.version;
  }

  const Flavour& flavour_;
  System& system_;
  std::set<std::string> held_;
};

}  // namespace

std::unique_ptr<HostPackages> Dnf::on(System& system) const {
  return std::make_unique<DnfPackages>(flavour_, system);
}

}  // namespace plumb::providers::package::dnf
