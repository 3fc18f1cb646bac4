// zypper: its commands, and what it says.
#include "providers/package/zypper/zypper.h"

#include <algorithm>
#include <array>

#include "providers/package/answer_words.h"
#include "providers/package/rpm.h"
#include "providers/package/rpm_version.h"
#include "providers/package/zypper/answer.h"

namespace plumb::providers::package::zypper {
namespace {

constexpr const char* kAutomatic = "/var/lib/zypp/AutoInstalled";
constexpr auto kTransaction = std::chrono::seconds(3600);
// It is done: nothing was to do for a patch, the host or zypper itself should start again, a script behind an
// installation failed.
constexpr std::array kDone = {0, 100, 101, 102, 103, 107};

// Of what zypper prints between two packages, why one failed.
std::string said_by_scripts(std::string_view output) {
  constexpr std::string_view kError = "Error: Subprocess failed. Error: RPM failed: ";
  const std::size_t at = output.find(kError);
  if (at == std::string_view::npos) return {};
  output.remove_prefix(at + kError.size());
  return last_lines(output.substr(0, output.find("\n\n")), 6);
}

Step program(std::string doing, std::vector<std::string> words) {
  Step step;
  step.doing = std::move(doing);
  step.program.argv = {"zypper", "--non-interactive", "--no-refresh"};
  step.program.argv.insert(step.program.argv.end(), std::make_move_iterator(words.begin()),
                           std::make_move_iterator(words.end()));
  // It waits for another one that works.
  step.program.env = {{"ZYPP_LOCK_TIMEOUT", "120"}};
  step.program.timeout = kTransaction;
  return step;
}

// As a regular expression of sed.
std::string escaped(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (c == '.') text += '\\';
    text += c;
  }
  return text;
}

class Zypper : public BackEnd {
 public:
  std::string_view name() const override { return "zypper"; }
  Result<bool> manages(System& system) const override {
    PLUMB_TRY_ASSIGN(const bool database, has_rpm_database(system));
    return database ? is_of_suse(system) : Result<bool>(false);
  }
  bool is_source(std::string_view path) const override {
    return path.starts_with("/etc/zypp/") || path.starts_with("/etc/pki/rpm-gpg/");
  }
  bool is_source_of(const Desired& other) const override {
    return other.address.kind == "yum_repository" || BackEnd::is_source_of(other);
  }
  int compare_versions(std::string_view one, std::string_view other) const override {
    return compare_rpm_versions(one, other);
  }
  bool version_matches(std::string_view wanted, std::string_view version) const override {
    return rpm_version_matches(wanted, version);
  }
  Result<std::vector<std::string>> goes_with(const std::vector<std::string>& packages,
                                             const std::function<bool(const std::string& path)>& matters,
                                             System& system) const override {
    return rpm_goes_with(packages, matters, system);
  }
  std::vector<std::string> locks() const override { return rpm_locks(); }
  Result<std::optional<std::string>> installed_version(const std::string& package, System& system) const override {
    return rpm_installed_version(package, system);
  }
  std::unique_ptr<HostPackages> on(System& system) const override { return packages_of(system); }
  Result<std::shared_ptr<const Packaged>> packaged(System& system) const override { return rpm_packaged(system); }
  // zypper keeps a list of what came along with others.
  void survey(const SurveyedHost& host, Survey& survey) const override {
    if (host.system.is_image()) return survey.leave_out("the packages", "programs of an image are not run");
    const Result<std::vector<std::string>> names = rpm_names(host.system);
    if (!names) return survey.leave_out("the packages", names.error().summary());
    const std::string text = surveyed_text(host, kAutomatic, survey).value_or("");
    const std::vector<std::string> automatic = entry_lines(text);
    for (const std::string& name : *names) {
      if (std::find(automatic.begin(), automatic.end(), name) == automatic.end()) survey.add(name);
    }
  }

  std::vector<Step> steps(const PackageTransaction& transaction) const override {
    std::vector<Step> steps;
    const auto with = [](std::vector<std::string> words, const std::vector<std::string>& names) {
      for (const std::string& name : names) words.push_back(name.substr(0, name.find(':')));
      return words;
    };
    const auto asked_and_done = [&](const char* doing, const std::vector<std::string>& question,
                                    const std::vector<std::string>& files, std::vector<std::string> words) {
      std::vector<std::string> dry = question;
      dry.insert(dry.begin() + 1, "--dry-run");
      steps.push_back({"asking what would change", ask(dry, files), true});
      // Who has asked takes what comes with licences too.
      words.insert(words.begin() + 1, "--auto-agree-with-licenses");
      steps.push_back(program(doing, std::move(words)));
    };
    if (!transaction.release.empty())
      steps.push_back(program("releasing packages that are held", with({"removelock", "--"}, transaction.release)));
    if (transaction.refresh) {
      Step read = program("reading the sources", {"refresh"});
      std::erase(read.program.argv, "--no-refresh");
      steps.push_back(std::move(read));
      Step stamp;
      stamp.doing = "noting when the sources were read";
      stamp.program.argv = {"find", "/var/cache/zypp/raw", "-name", "repomd.xml", "-exec", "touch", "-c", "{}", "+"};
      steps.push_back(std::move(stamp));
    }
    if (!transaction.upgrade.empty()) {
      // What is listed, unless sources are read anew, which bring versions that no plan has seen.
      const bool listed = transaction.upgrade == "safe" && !transaction.refresh;
      Orders orders;
      for (const PackageRequest& one : transaction.install) orders.come.push_back(spec(one.name, one.version));
      const auto words = listed ? words_for(orders) : upgrade_words(transaction.upgrade);
      asked_and_done("upgrading packages", words, {}, words);
    } else if (!transaction.install.empty() || !transaction.remove.empty()) {
      Orders orders{.may_erase = !transaction.remove.empty(),
                    .older = transaction.allow_downgrade,
                    .recommended = !transaction.without_recommends};
      for (const std::string& name : transaction.remove) orders.go.push_back(rpm_argument(name));
      Orders question = orders;
      std::vector<std::string> files;
      for (const PackageRequest& one : transaction.install) {
        const std::string its = spec(one.name, one.version);
        question.come.push_back(its);
        orders.come.push_back(one.file.empty() ? its : one.file);
        if (one.file.empty()) continue;
        // It may be another than the plan saw.
        steps.push_back({"looking at " + one.file, ask_rpm_file(one.file), true});
        files.push_back(one.file);
      }
      std::vector<std::string> words = words_for(orders);
      // What holds the file is the matter of whoever brought it.
      if (!files.empty()) words.insert(words.begin() + 1, "--allow-unsigned-rpm");
      asked_and_done("changing packages", words_for(question), files, std::move(words));
    }
    if (!transaction.manual.empty()) {
      Step mark;
      mark.doing = "marking packages as manually installed";
      mark.program.argv = {"sed", "-i"};
      for (const std::string& name : transaction.manual) {
        mark.program.argv.emplace_back("-e");
        mark.program.argv.push_back("/^" + escaped(name.substr(0, name.find(':'))) + "$/d");
      }
      mark.program.argv.emplace_back("/var/lib/zypp/AutoInstalled");
      steps.push_back(std::move(mark));
    }
    if (!transaction.hold.empty())
      steps.push_back(program("holding packages", with({"addlock", "--"}, transaction.hold)));
    return steps;
  }

  Result<> judge(const PackageTransaction& transaction, const Step& step, const ProcessResult& result,
                 const std::string& holder) const override {
    const std::string doing = "while " + step.doing;
    if (result.timed_out) return fail(Code::kPackageFailed, doing + ": zypper did not end in time");
    if (step.preview) return judge_preview(transaction, step, result);
    if (std::find(kDone.begin(), kDone.end(), result.exit_code) != kDone.end()) return {};
    const std::string both = result.output + '\n' + result.errors;
    if (result.exit_code == 7 || holds(both, "can't create transaction lock") ||
        holds(both, "is locked by the application"))
      return fail(Code::kPackageLock, "the package database is locked" + (holder.empty() ? "" : " by " + holder));
    const std::string said = last_lines(result.errors.empty() ? result.output : result.errors, 5);
    if (result.exit_code == 104) return fail(Code::kPackageUnknown, said);
    const std::string scripts = said_by_scripts(both);
    return fail(Code::kPackageFailed, doing + " (exit code " + std::to_string(result.exit_code) +
                                          "): " + (scripts.empty() ? "" : scripts + "; ") + said);
  }

 private:
  Result<> judge_preview(const PackageTransaction& transaction, const Step& step, const ProcessResult& result) const {
    if (step.program.argv.front() == "rpm")
      return judge_file(transaction, step.program.argv.back(), parse_rpm_file(result));
    const Answer answer = parse_answer(result.output);
    if (!answer.ended) return told_unfinished(step, answer.simulation, result);
    return judge_simulation(transaction, answer.simulation);
  }
};

}  // namespace

const BackEnd& back_end() {
  static const Zypper zypper;
  return zypper;
}

}  // namespace plumb::providers::package::zypper
