// apt and dpkg: their commands, their locks, and what they say.
#include <algorithm>
#include <array>

#include "engine/base/joined.h"
#include "providers/package/answer_words.h"
#include "providers/package/apt/host.h"
#include "providers/package/apt/owned.h"
#include "providers/package/apt/simulation.h"
#include "providers/package/apt/survey.h"
#include "providers/package/apt/versions.h"
#include "providers/package/back_end.h"
#include "providers/sdk/is_there.h"

namespace plumb::providers::package::apt {
namespace {

constexpr auto kTransaction = std::chrono::seconds(3600);
// Sources, their keys, pins and settings.
constexpr std::array<std::string_view, 2> kSources = {"/etc/apt/", "/usr/share/keyrings/"};
// What dpkg's lines begin with where it goes on to another package.
constexpr std::array<std::string_view, 6> kSteps = {"Setting up ", "Removing ",   "Unpacking ",
                                                    "Preparing ",  "Processing ", "Errors "};

// The lines of `output` below the one that begins with `begin`, up to the next step of dpkg; "" where there is none. A
// package's name may be followed by its architecture.
std::string section(std::string_view output, const std::string& begin) {
  std::string text;
  bool inside = false;
  while (!output.empty()) {
    const std::string_view line = take_line(output);
    const auto starts = [&](std::string_view step) { return line.starts_with(step); };
    if (std::any_of(kSteps.begin(), kSteps.end(), starts)) {
      inside = line.starts_with(begin) && (line.substr(begin.size()).find_first_of(" :") == 0);
    } else if (inside) {
      text.append(line).push_back('\n');
    }
  }
  return last_lines(text, 5);
}

// Why scripts of packages failed: dpkg's own errors say only that they did, and what they printed stands in the output
// below the step that they are part of.
std::string said_by_scripts(const ProcessResult& result) {
  constexpr std::string_view kFailed = "error processing package ";
  std::string text;
  for (std::size_t at = 0; (at = result.errors.find(kFailed, at)) != std::string::npos;) {
    at += kFailed.size();
    const std::string name = result.errors.substr(at, result.errors.find_first_of(" :\n", at) - at);
    for (const std::string_view step : {"Setting up ", "Removing "}) {
      const std::string said = section(result.output, std::string(step) + name);
      if (!said.empty()) append_item(text, name + " said: " + said, "; ");
    }
  }
  return text;
}

// Nothing may ask: not debconf, not the list of services to restart, not the list of changes. `conffiles`: as in
// PackageTransaction.
Step program(std::string doing, std::vector<std::string> arguments, std::string_view conffiles = {}) {
  Step step;
  step.doing = std::move(doing);
  const bool fresh = conffiles == "new";
  step.program.argv = {"apt-get", "-y", "-q"};
  if (!fresh) step.program.argv.insert(step.program.argv.end(), {"-o", "Dpkg::Options::=--force-confdef"});
  // Between a look at the locks and apt's own somebody else may have taken one.
  step.program.argv.insert(step.program.argv.end(),
                           {"-o", fresh ? "Dpkg::Options::=--force-confnew" : "Dpkg::Options::=--force-confold", "-o",
                            "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0"});
  step.program.argv.insert(step.program.argv.end(), std::make_move_iterator(arguments.begin()),
                           std::make_move_iterator(arguments.end()));
  step.program.env = {{"DEBIAN_FRONTEND", "noninteractive"},
                      {"DEBIAN_PRIORITY", "critical"},
                      {"NEEDRESTART_MODE", "a"},
                      {"NEEDRESTART_SUSPEND", "1"},
                      {"APT_LISTCHANGES_FRONTEND", "none"},
                      {fresh ? "UCF_FORCE_CONFFNEW" : "UCF_FORCE_CONFFOLD", "1"}};
  step.program.timeout = kTransaction;
  return step;
}

class Apt : public BackEnd {
 public:
  std::string_view name() const override { return "apt"; }
  Result<bool> manages(System& system) const override {
    PLUMB_TRY_ASSIGN(const bool database, is_there("/var/lib/dpkg/status", system));
    return database && (system.is_image() || !system.find_program("apt-get").empty());
  }
  bool chooses_conffiles() const override { return true; }
  bool is_source(std::string_view path) const override {
    return std::any_of(kSources.begin(), kSources.end(),
                       [&](std::string_view folder) { return path.starts_with(folder); });
  }

  Result<std::vector<std::string>> goes_with(const std::vector<std::string>& packages,
                                             const std::function<bool(const std::string& path)>& matters,
                                             System& system) const override {
    return apt::goes_with(packages, matters, system);
  }

  Result<bool> shares_folder(const std::string& folder, System& system) const override {
    return apt::shares_folder(folder, system);
  }

  Result<std::shared_ptr<const Packaged>> packaged(System& system) const override { return apt::packaged(system); }
  void survey(const SurveyedHost& host, Survey& survey) const override { apt::survey(host, survey); }

  bool is_source_of(const Desired& other) const override {
    return other.address.kind == "apt_repository" || BackEnd::is_source_of(other);
  }

  std::vector<std::string> locks() const override {
    return {"/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock",
            "/var/cache/apt/archives/lock"};
  }

  Result<std::optional<std::string>> installed_version(const std::string& package, System& system) const override {
    return apt::installed_version(package, system);
  }

  std::vector<Step> steps(const PackageTransaction& transaction) const override {
    std::vector<Step> steps;
    add_mark(steps, "releasing packages that are held", "unhold", transaction.release);
    if (transaction.refresh) {
      // Where a source cannot be read, what is left of its old lists would pass for new ones.
      steps.push_back(program("refreshing the package lists", {"-o", "APT::Update::Error-Mode=any", "update"}));
      Step stamp;
      stamp.doing = "noting when the package lists were read";
      stamp.program.argv = {"touch", "-c", std::string(kLists)};
      steps.push_back(std::move(stamp));
    }
    if (!transaction.upgrade.empty()) {
      steps.push_back(
          {"asking what an upgrade would change", upgrade_question(transaction.upgrade, transaction.autoremove), true});
      steps.push_back(program("upgrading packages", upgrade_words(transaction.upgrade, transaction.autoremove),
                              transaction.conffiles));
    } else if (!transaction.install.empty() || !transaction.remove.empty()) {
      add_changes(transaction, steps);
    }
    if (!transaction.purge.empty()) {
      std::vector<std::string> arguments = {"purge", "--"};
      for (const std::string& name : transaction.purge) arguments.push_back(argument_of(name));
      steps.push_back(program("removing configuration files", std::move(arguments)));
    }
    add_mark(steps, "marking packages as manually installed", "manual", transaction.manual);
    add_mark(steps, "holding packages", "hold", transaction.hold);
    return steps;
  }

  Result<> judge(const PackageTransaction& transaction, const Step& step, const ProcessResult& result,
                 const std::string& holder) const override {
    if (step.preview && result.exit_code == 0 && !result.timed_out) return judge_preview(transaction, step, result);
    if (result.exit_code == 0 && !result.timed_out) return {};
    const std::string said = last_lines(result.errors.empty() ? result.output : result.errors);
    const std::string doing = "while " + step.doing;
    if (result.timed_out) return fail(Code::kPackageFailed, doing + ": apt-get did not end in time");
    if (holds(said, "dpkg --configure -a")) {
      return fail(Code::kPackageFailed, "dpkg was interrupted earlier, so nothing can be installed")
          .hint("run `dpkg --configure -a` on the host, see what it says, then apply again");
    }
    if (holds(said, "Could not get lock") || holds(said, "is another process using it")) {
      return fail(Code::kPackageLock, "the package database is locked" + (holder.empty() ? "" : " by " + holder));
    }
    if (holds(said, "Held packages were changed")) {
      return fail(Code::kPackageOthers, doing + ": a package is held: " + said)
          .hint("release it with `apt-mark unhold`, or leave it out");
    }
    if (holds(said, "Packages need to be removed but remove is disabled")) {
      return fail(Code::kPackageOthers, doing + ": others would have to go: " + last_lines(result.output))
          .hint("make the plan anew");
    }
    if (holds(said, "Unable to locate package") || (holds(said, "Version '") && holds(said, "was not found"))) {
      return fail(Code::kPackageUnknown, said);
    }
    const std::string scripts = said_by_scripts(result);
    return fail(Code::kPackageFailed, doing + " (exit code " + std::to_string(result.exit_code) +
                                          "): " + (scripts.empty() ? "" : scripts + "; ") + said);
  }

  std::optional<FixedQuestion> fixed_question() const override { return apt::fixed_question(); }
  std::unique_ptr<HostPackages> on(System& system) const override { return packages_of(system); }

  int compare_versions(std::string_view one, std::string_view other) const override {
    return apt::compare_versions(one, other);
  }

 private:
  static void add_mark(std::vector<Step>& steps, const char* doing, const char* verb,
                       const std::vector<std::string>& names) {
    if (names.empty()) return;
    Step mark;
    mark.doing = doing;
    mark.program.argv = {"apt-mark", verb, "--"};
    for (const std::string& name : names) mark.program.argv.push_back(argument_of(name));
    mark.program.timeout = kTransaction;
    steps.push_back(std::move(mark));
  }

  static void add_changes(const PackageTransaction& transaction, std::vector<Step>& steps) {
    std::vector<std::string> packages;
    for (const PackageRequest& package : transaction.install) {
      if (!package.file.empty()) {
        // It may be another than the plan saw.
        steps.push_back({"looking at " + package.file, ask_file(package.file), true});
        packages.push_back(package.file);
        continue;
      }
      const std::string name = argument_of(package.name);
      packages.push_back(package.version.empty() ? name : name + "=" + package.version);
    }
    // A minus after the name asks for its removal, so that one transaction does both.
    for (const std::string& name : transaction.remove) packages.push_back(argument_of(name) + "-");
    std::vector<std::string> arguments = {"install"};
    if (transaction.remove.empty()) {
      arguments.emplace_back("--no-remove");
    } else {
      // Where something is to go, apt-get would let others go with it.
      steps.push_back({"asking what would go", question(packages, allowed_by(transaction)), true});
    }
    if (transaction.allow_downgrade) arguments.emplace_back("--allow-downgrades");
    if (transaction.without_recommends) arguments.emplace_back("--no-install-recommends");
    arguments.emplace_back("--");
    arguments.insert(arguments.end(), packages.begin(), packages.end());
    steps.push_back(program("changing packages", std::move(arguments), transaction.conffiles));
  }

  static Allowed allowed_by(const PackageTransaction& transaction) {
    return {.older = transaction.allow_downgrade, .recommended = !transaction.without_recommends};
  }

  Result<> judge_preview(const PackageTransaction& transaction, const Step& step, const ProcessResult& result) const {
    if (step.program.argv.front() == "sh")
      return judge_file(transaction, step.program.argv.back(), parse_file(result.output));
    return judge_simulation(transaction, parse_simulation(result.output));
  }
};

}  // namespace

const BackEnd& back_end() {
  static const Apt apt;
  return apt;
}

}  // namespace plumb::providers::package::apt
