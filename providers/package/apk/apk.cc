// apk: its commands, and what it says.
#include "providers/package/apk/apk.h"

#include <algorithm>

#include "providers/package/apk/answer.h"
#include "providers/package/apk/database.h"
#include "providers/package/apk/versions.h"
#include "providers/sdk/is_there.h"

namespace plumb::providers::package::apk {
namespace {

constexpr auto kTransaction = std::chrono::seconds(3600);

// What is asked for in one version is held at it.
constexpr const char* kHold = R"sh(for name; do
  version=$(awk -v name="$name" '/^P:/ { one = substr($0, 3) } /^V:/ && one == name { print substr($0, 3) }' /lib/apk/db/installed)
  set -- "$@" "$name=$version"
  shift
done
exec apk --wait 120 --no-progress add -- "$@")sh";

Step step_of(std::string doing, std::vector<std::string> argv) {
  Step step;
  step.doing = std::move(doing);
  step.program.argv = std::move(argv);
  step.program.timeout = kTransaction;
  return step;
}

Step program(std::string doing, const std::vector<std::string>& words) {
  // It waits for another one that works.
  Step step = step_of(std::move(doing), {"apk", "--wait", "120", "--no-progress"});
  step.program.argv.insert(step.program.argv.end(), words.begin(), words.end());
  return step;
}

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& names) {
  words.insert(words.end(), names.begin(), names.end());
  return words;
}

class Apk : public BackEnd {
 public:
  std::string_view name() const override { return "apk"; }
  Result<bool> manages(System& system) const override {
    PLUMB_TRY_ASSIGN(const bool records, is_there(kRecords, system));
    return records && (system.is_image() || !system.find_program("apk").empty());
  }
  bool is_source(std::string_view path) const override {
    return path.starts_with("/etc/apk/repositories") || path.starts_with("/etc/apk/keys/");
  }
  int compare_versions(std::string_view one, std::string_view other) const override {
    return apk::compare_versions(one, other);
  }
  Result<std::vector<std::string>> goes_with(const std::vector<std::string>& packages,
                                             const std::function<bool(const std::string& path)>& matters,
                                             System& system) const override {
    return apk::goes_with(packages, matters, system);
  }
  // Its lock is none of fcntl's.
  std::vector<std::string> locks() const override { return {}; }
  Result<std::optional<std::string>> installed_version(const std::string& package, System& system) const override {
    PLUMB_TRY_ASSIGN(const std::string text, read_records(system));
    const auto records = parse_records(text);
    const auto found =
        std::find_if(records.begin(), records.end(), [&](const Record& one) { return one.name == package; });
    return found == records.end() ? std::optional<std::string>() : std::optional(found->version);
  }
  std::unique_ptr<HostPackages> on(System& system) const override { return packages_of(system); }
  Result<std::shared_ptr<const Packaged>> packaged(System& system) const override { return apk::packaged(system); }
  void survey(const SurveyedHost& host, Survey& survey) const override {
    const std::string world = surveyed_text(host, kWorld, survey).value_or("");
    for (const auto& [name, condition] : parse_world(world)) {
      if (condition == "!") {
        survey.add(name, {{"state", "absent"}});
      } else {
        survey.add(name, condition.starts_with('=') ? Json{{"hold", true}} : Json::object());
      }
    }
  }

  std::vector<Step> steps(const PackageTransaction& transaction) const override {
    std::vector<Step> steps;
    const auto asked_and_done = [&](const char* doing, const std::vector<std::string>& words) {
      steps.push_back({"asking what would change", ask(words), true});
      steps.push_back(program(doing, words));
    };
    if (!transaction.release.empty())
      steps.push_back(program("releasing packages that are held", with({"add", "--"}, transaction.release)));
    if (transaction.refresh) {
      steps.push_back(program("reading the sources", {"update"}));
      steps.push_back(step_of("noting when the sources were read", {"touch", "-c", kLists}));
    }
    if (!transaction.upgrade.empty()) {
      asked_and_done("upgrading packages", {"upgrade"});
    } else {
      std::vector<std::string> gone;
      for (const std::string& name : transaction.remove) {
        if (std::find(transaction.purge.begin(), transaction.purge.end(), name) == transaction.purge.end())
          gone.push_back(name);
      }
      if (!transaction.purge.empty())
        asked_and_done("removing packages and their configuration files",
                       with({"del", "--purge", "--"}, transaction.purge));
      if (!transaction.install.empty()) {
        add_changes(transaction.install, gone, asked_and_done, steps);
      } else if (!gone.empty()) {
        asked_and_done("removing packages", with({"del", "--"}, gone));
      }
    }
    if (!transaction.manual.empty())
      steps.push_back(program("marking packages as asked for", with({"add", "--"}, transaction.manual)));
    if (!transaction.hold.empty())
      steps.push_back(step_of("holding packages", with({"sh", "-c", kHold, "plumb"}, transaction.hold)));
    return steps;
  }

  Result<> judge(const PackageTransaction& transaction, const Step& step, const ProcessResult& result,
                 const std::string&) const override {
    const std::string doing = "while " + step.doing;
    if (result.timed_out) return fail(Code::kPackageFailed, doing + ": apk did not end in time");
    if (step.preview && step.program.argv.front() == "tar")
      return judge_file(transaction, step.program.argv.at(2), parse_file(result));
    if (!step.preview && result.exit_code == 0) return {};
    if (result.errors.find("Unable to lock database") != std::string::npos)
      return fail(Code::kPackageLock, "the package database is locked");
    const Answer answer = parse_answer(result.output + '\n' + result.errors);
    const Simulation& simulation = answer.simulation;
    if (step.preview && answer.ended && simulation.errors.empty()) return judge_simulation(transaction, simulation);
    if (!simulation.unknown.empty()) return fail(Code::kPackageUnknown, simulation.unknown.begin()->second);
    const std::string said = last_lines(result.errors.empty() ? result.output : result.errors, 5);
    return fail(Code::kPackageFailed, doing + " (exit code " + std::to_string(result.exit_code) +
                                          "): " + (simulation.errors.empty() ? said : simulation.errors.front()));
  }

 private:
  // What goes does so in the same transaction, as something that is not to be there; behind it nobody asks for that.
  template <class AskedAndDone>
  static void add_changes(const std::vector<PackageRequest>& install, const std::vector<std::string>& gone,
                          const AskedAndDone& asked_and_done, std::vector<Step>& steps) {
    std::vector<std::string> coming, free;
    bool some_open = false;
    bool some_file = false;
    for (const PackageRequest& one : install) {
      coming.push_back(one.file.empty() ? spec(one.name, one.version) : one.file);
      some_open = some_open || one.version.empty();
      some_file = some_file || !one.file.empty();
      // It may be another than the plan saw.
      if (!one.file.empty()) steps.push_back({"looking at " + one.file, ask_file(one.file), true});
      if (!one.version.empty() || !one.file.empty()) free.push_back(one.name);
    }
    // What was not to be had when the plan was made comes in its newest version.
    std::vector<std::string> words = with(words_to_add({.newest = some_open, .files = some_file}), coming);
    for (const std::string& name : gone) words.push_back('!' + name);
    asked_and_done("changing packages", words);
    // To be asked for in one version is to be held at it.
    if (!free.empty()) steps.push_back(program("leaving versions open", with({"add", "--"}, free)));
    if (!gone.empty()) steps.push_back(program("forgetting what went", with({"del", "--"}, gone)));
  }
};

}  // namespace

const BackEnd& back_end() {
  static const Apk apk;
  return apk;
}

}  // namespace plumb::providers::package::apk
