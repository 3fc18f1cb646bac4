// pacman: its commands, and what it says.
#include "providers/package/pacman/pacman.h"

#include <algorithm>

#include "providers/package/answer_words.h"
#include "providers/package/pacman/answer.h"
#include "providers/package/pacman/database.h"
#include "providers/package/pacman/versions.h"
#include "providers/sdk/is_there.h"

namespace plumb::providers::package::pacman {
namespace {

constexpr auto kTransaction = std::chrono::seconds(3600);

// It gives up at once where somebody else works with it.
constexpr const char* kWait = R"(n=0
while [ -e /var/lib/pacman/db.lck ] && [ $n -lt 120 ]; do
  sleep 1
  n=$((n + 1))
done
)";
constexpr const char* kChange = R"(exec pacman --noconfirm --color never "$@")";
// Those of them that are still there; what made room for others is gone.
constexpr const char* kRemove = R"sh(option=$1 there=
shift
for one; do
  if [ "$(pacman -Qq -- "$one" 2>/dev/null)" = "$one" ]; then there="$there $one"; fi
done
[ -z "$there" ] || exec pacman --noconfirm --color never "$option" -- $there)sh";

Step step_of(std::string doing, std::vector<std::string> argv) {
  Step step;
  step.doing = std::move(doing);
  step.program.argv = std::move(argv);
  step.program.timeout = kTransaction;
  return step;
}

Step script(std::string doing, const char* what, const std::vector<std::string>& words) {
  Step step = step_of(std::move(doing), {"sh", "-c", std::string(kWait) + what, "pacman"});
  step.program.argv.insert(step.program.argv.end(), words.begin(), words.end());
  return step;
}
Step program(std::string doing, const std::vector<std::string>& words) {
  return script(std::move(doing), kChange, words);
}
Step removal(std::string doing, std::string option, std::vector<std::string> names) {
  names.insert(names.begin(), std::move(option));
  return script(std::move(doing), kRemove, names);
}

// As a regular expression of sed.
std::string escaped(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (c == '.' || c == '+') {
      text.append("[").append(1, c).append("]");
    } else {
      text += c;
    }
  }
  return text;
}

class Pacman : public BackEnd {
 public:
  std::string_view name() const override { return "pacman"; }
  Result<bool> manages(System& system) const override {
    PLUMB_TRY_ASSIGN(const bool records, is_there(std::string(kRecords) + "/ALPM_DB_VERSION", system));
    return records && (system.is_image() || !system.find_program("pacman").empty());
  }
  bool is_source(std::string_view path) const override {
    return path == kConfiguration || path.starts_with("/etc/pacman.d/");
  }
  int compare_versions(std::string_view one, std::string_view other) const override {
    return pacman::compare_versions(one, other);
  }
  bool version_matches(std::string_view wanted, std::string_view version) const override {
    return wanted.ends_with('*') ? BackEnd::version_matches(wanted, version) : compare_versions(wanted, version) == 0;
  }
  Result<std::vector<std::string>> goes_with(const std::vector<std::string>& packages,
                                             const std::function<bool(const std::string& path)>& matters,
                                             System& system) const override {
    return pacman::goes_with(packages, matters, system);
  }
  // It locks by a file that is there.
  std::vector<std::string> locks() const override { return {}; }
  Result<std::optional<std::string>> installed_version(const std::string& package, System& system) const override {
    PLUMB_TRY_ASSIGN(const auto versions, installed_versions(system));
    const auto found = versions.find(package);
    return found == versions.end() ? std::optional<std::string>() : std::optional(found->second);
  }
  std::unique_ptr<HostPackages> on(System& system) const override { return packages_of(system); }
  Result<std::shared_ptr<const Packaged>> packaged(System& system) const override { return pacman::packaged(system); }
  void survey(const SurveyedHost& host, Survey& survey) const override {
    const Result<std::vector<std::string>> names = asked_for(host.system);
    if (!names) return survey.leave_out("the packages", names.error().summary());
    const Held held = Held::parse(surveyed_text(host, kConfiguration, survey).value_or(""));
    for (const std::string& name : *names)
      survey.add(name, held.contains(name) ? Json{{"hold", true}} : Json::object());
  }

  std::vector<Step> steps(const PackageTransaction& transaction) const override {
    std::vector<Step> steps;
    const auto asked_and_done = [&](const char* doing, const Consent& consent, std::vector<std::string> words) {
      steps.push_back({"asking what would change", ask(consent, words), true});
      words.insert(words.begin() + 1, consent_option(consent));
      steps.push_back(program(doing, words));
    };
    if (!transaction.release.empty()) {
      Step release = step_of("releasing packages that are held", {"sed", "-E", "-i"});
      for (const std::string& name : transaction.release) {
        release.program.argv.push_back("-e/^[[:space:]]*IgnorePkg[[:space:]]*=/{s/([=[:space:]])" + escaped(name) +
                                       "([[:space:]]|$)/\\1\\2/;/=[[:space:]]*$/d}");
      }
      release.program.argv.emplace_back(kConfiguration);
      steps.push_back(std::move(release));
    }
    if (transaction.refresh) {
      steps.push_back(program("reading the sources", {"-Sy"}));
      steps.push_back(step_of("noting when the sources were read", {"touch", "-c", kLists}));
    }
    if (!transaction.upgrade.empty()) {
      const bool full = transaction.upgrade == "full";
      asked_and_done("upgrading packages", {full, full}, {"-Su"});
      if (transaction.autoremove && !transaction.remove.empty())
        steps.push_back(removal("removing what nothing needs any more", "-R", transaction.remove));
    } else {
      add_changes(transaction, asked_and_done, steps);
    }
    if (!transaction.manual.empty()) {
      std::vector<std::string> words = {"-D", "--asexplicit", "--"};
      words.insert(words.end(), transaction.manual.begin(), transaction.manual.end());
      steps.push_back(program("marking packages as manually installed", words));
    }
    if (!transaction.hold.empty()) {
      Step hold = step_of("holding packages", {"sed", "-i"});
      for (const std::string& name : transaction.hold)
        hold.program.argv.push_back("-e/^\\[options\\]/aIgnorePkg = " + name);
      hold.program.argv.emplace_back(kConfiguration);
      steps.push_back(std::move(hold));
    }
    return steps;
  }

  Result<> judge(const PackageTransaction& transaction, const Step& step, const ProcessResult& result,
                 const std::string&) const override {
    const std::string doing = "while " + step.doing;
    if (result.timed_out) return fail(Code::kPackageFailed, doing + ": pacman did not end in time");
    if (step.preview) return judge_preview(transaction, step, result);
    if (result.exit_code == 0) return {};
    if (holds(result.errors, "unable to lock database")) {
      return fail(Code::kPackageLock, "the package database is locked")
          .hint("where no pacman runs any more, remove /var/lib/pacman/db.lck");
    }
    const Answer answer = parse_answer(result.output, result.errors, false);
    if (!answer.simulation.unknown.empty())
      return fail(Code::kPackageUnknown, answer.simulation.unknown.begin()->second);
    std::string said = last_lines(result.errors.empty() ? result.output : result.errors, 5);
    if (!answer.simulation.errors.empty() && !holds(said, answer.simulation.errors.front()))
      said += "; " + answer.simulation.errors.front();
    return fail(Code::kPackageFailed, doing + " (exit code " + std::to_string(result.exit_code) + "): " + said);
  }

 private:
  template <class AskedAndDone>
  static void add_changes(const PackageTransaction& transaction, const AskedAndDone& asked_and_done,
                          std::vector<Step>& steps) {
    const Consent consent{.conflicts = !transaction.remove.empty()};
    std::vector<std::string> names = {"-S", "--needed", "--"};
    std::vector<std::string> files = {"-U", "--"};
    for (const PackageRequest& one : transaction.install) {
      if (one.file.empty()) {
        names.push_back(spec(one.name, one.version));
        continue;
      }
      // It may be another than the plan saw.
      steps.push_back({"looking at " + one.file, ask_file(one.file), true});
      files.push_back(one.file);
    }
    if (names.size() > 3) asked_and_done("changing packages", consent, names);
    if (files.size() > 2) asked_and_done("installing package files", consent, files);
    std::vector<std::string> gone;
    for (const std::string& name : transaction.remove) {
      if (std::find(transaction.purge.begin(), transaction.purge.end(), name) == transaction.purge.end())
        gone.push_back(name);
    }
    if (!transaction.purge.empty())
      steps.push_back(removal("removing packages and their configuration files", "-Rn", transaction.purge));
    if (!gone.empty()) steps.push_back(removal("removing packages", "-R", gone));
  }

  Result<> judge_preview(const PackageTransaction& transaction, const Step& step, const ProcessResult& result) const {
    if (step.program.argv.front() == "pacman")
      return judge_file(transaction, step.program.argv.back(), parse_file(result));
    const Answer answer = parse_answer(result.output, result.errors, false);
    if (!answer.ended) return told_unfinished(step, answer.simulation, result);
    return judge_simulation(transaction, answer.simulation);
  }
};

}  // namespace

const BackEnd& back_end() {
  static const Pacman pacman;
  return pacman;
}

}  // namespace plumb::providers::package::pacman
