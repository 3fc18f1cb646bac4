#include "providers/package/dnf/dnf.h"

#include <algorithm>
#include <array>

#include "engine/base/joined.h"
#include "providers/package/answer_words.h"
#include "providers/package/dnf/answer.h"
#include "providers/package/dnf/question.h"
#include "providers/package/rpm.h"
#include "providers/package/rpm_version.h"

namespace plumb::providers::package::dnf {
namespace {

constexpr auto kTransaction = std::chrono::seconds(3600);
// Sources, their keys, and settings.
constexpr std::array<std::string_view, 6> kSources = {"/etc/yum.repos.d/", "/etc/dnf/",         "/etc/yum/",
                                                      "/etc/yum.conf",     "/etc/pki/rpm-gpg/", "/etc/distro.repos.d/"};

// What scripts of packages said: rpm's own errors say only that they failed, and what they printed stands above.
std::string said_by_scripts(std::string_view output) {
  std::string text;
  std::string before;
  while (!output.empty()) {
    const std::string_view line = take_line(output);
    if (line.starts_with("error: %") || line.starts_with("Error in ")) {
      append_item(text, (before.empty() ? "" : before + "; ") + std::string(line), "; ");
      before.clear();
    } else {
      before = line.starts_with("  ") ? std::string() : std::string(line);
    }
  }
  return text;
}

}  // namespace

Result<bool> Dnf::manages(System& system) const {
  PLUMB_TRY_ASSIGN(const bool database, has_rpm_database(system));
  if (!database) return false;
  PLUMB_TRY_ASSIGN(const bool of_suse, is_of_suse(system));
  if (of_suse) return false;
  // Where there is a newer one, the other is a name for it.
  for (const char* newer : {"dnf5", "dnf"}) {
    if (!system.find_program(newer).empty()) return flavour_.name == newer;
  }
  return false;
}

bool Dnf::is_source(std::string_view path) const {
  return std::any_of(kSources.begin(), kSources.end(),
                     [&](std::string_view folder) { return path.starts_with(folder); });
}

bool Dnf::is_source_of(const Desired& other) const {
  return other.address.kind == "yum_repository" || BackEnd::is_source_of(other);
}

int Dnf::compare_versions(std::string_view one, std::string_view other) const {
  return compare_rpm_versions(one, other);
}

bool Dnf::version_matches(std::string_view wanted, std::string_view version) const {
  return rpm_version_matches(wanted, version);
}

Result<std::vector<std::string>> Dnf::goes_with(const std::vector<std::string>& packages,
                                                const std::function<bool(const std::string& path)>& matters,
                                                System& system) const {
  return rpm_goes_with(packages, matters, system);
}

std::vector<std::string> Dnf::locks() const {
  return rpm_locks();
}

Result<std::optional<std::string>> Dnf::installed_version(const std::string& package, System& system) const {
  return rpm_installed_version(package, system);
}

Result<std::shared_ptr<const Packaged>> Dnf::packaged(System& system) const {
  return rpm_packaged(system);
}

// dnf keeps who wanted a package; it need not read sources for that.
void Dnf::survey(const SurveyedHost& host, Survey& survey) const {
  if (host.system.is_image()) return survey.leave_out("the packages", "programs of an image are not run");
  const Result<ProcessResult> asked = host.system.run(ask_reasons(flavour_, {}));
  if (!asked) return survey.leave_out("the packages", asked.error().summary());
  if (asked->exit_code != 0)
    return survey.leave_out("the packages", std::string(flavour_.name) + ": " + last_lines(asked->errors, 1));
  for (const auto& [name, automatic] : parse_reasons(asked->output)) {
    if (!automatic && !name.starts_with("gpg-pubkey")) survey.add(name);
  }
}

std::vector<Step> Dnf::steps(const PackageTransaction& transaction) const {
  std::vector<Step> steps;
  const std::string program(flavour_.name);
  const auto add = [&](std::string doing, std::vector<std::string> words) {
    Step step;
    step.doing = std::move(doing);
    // What was read of sources when the plan was made is what holds, however old it is by now.
    step.program.argv = {program, "-y", "--setopt=*.metadata_expire=-1"};
    step.program.argv.insert(step.program.argv.end(), std::make_move_iterator(words.begin()),
                             std::make_move_iterator(words.end()));
    step.program.env = {{"DNF_DISABLE_ALIASES", "1"}};
    step.program.timeout = kTransaction;
    steps.push_back(std::move(step));
  };
  const auto with = [](std::vector<std::string> words, const std::vector<std::string>& names) {
    for (const std::string& name : names) words.push_back(rpm_argument(name));
    return words;
  };
  const auto asked_and_done = [&](const char* asking, const char* doing, const std::vector<std::string>& words) {
    std::vector<std::string> question = {"--assumeno"};
    question.insert(question.end(), words.begin(), words.end());
    steps.push_back({asking, ask(flavour_, std::move(question)), true});
    add(doing, words);
  };

  if (!transaction.release.empty())
    add("releasing packages that are held", with({"versionlock", "delete"}, transaction.release));
  if (transaction.refresh) {
    add("reading the sources", {"--setopt=*.skip_if_unavailable=0", "--refresh", "makecache"});
    Step stamp;
    stamp.doing = "noting when the sources were read";
    stamp.program.argv = {
        "find", std::string(flavour_.cache), "-path", "*/repodata/repomd.xml", "-exec", "touch", "-c", "{}", "+"};
    steps.push_back(std::move(stamp));
  }
  const bool may_erase = !transaction.remove.empty();
  if (!transaction.upgrade.empty()) {
    std::vector<std::string> words = words_for("upgrade", {.may_erase = transaction.upgrade == "full"});
    // Newly read sources bring versions that no plan has seen.
    if (!transaction.refresh) {
      for (const PackageRequest& one : transaction.install) words.push_back(spec(one.name, one.version));
    }
    if (transaction.refresh || !transaction.install.empty())
      asked_and_done("asking what an upgrade would change", "upgrading packages", words);
  } else if (!transaction.install.empty()) {
    std::vector<std::string> words =
        words_for("install", {.may_erase = may_erase, .recommended = !transaction.without_recommends});
    for (const PackageRequest& one : transaction.install) {
      // It may be another than the plan saw.
      if (!one.file.empty()) steps.push_back({"looking at " + one.file, ask_rpm_file(one.file), true});
      words.push_back(one.file.empty() ? spec(one.name, one.version) : one.file);
    }
    asked_and_done("asking what would change", "changing packages", words);
  }
  // What makes room for others is gone by then.
  if (may_erase) {
    asked_and_done("asking what would go", "removing packages", words_for("remove"));
    for (std::size_t i = steps.size() - 2; i < steps.size(); ++i) add_those_there(steps[i].program, transaction.remove);
  }
  if (!transaction.manual.empty()) {
    add("marking packages as manually installed", with({"mark", std::string(flavour_.marks)}, transaction.manual));
  }
  if (!transaction.hold.empty()) add("holding packages", with({"versionlock", "add"}, transaction.hold));
  return steps;
}

Result<> Dnf::judge(const PackageTransaction& transaction, const Step& step, const ProcessResult& result,
                    const std::string& holder) const {
  const std::string program(flavour_.name);
  const std::string doing = "while " + step.doing;
  if (result.timed_out) return fail(Code::kPackageFailed, doing + ": " + program + " did not end in time");
  if (step.preview) return judge_preview(transaction, step, result);
  if (result.exit_code == 0) return {};
  const std::string both = result.output + '\n' + result.errors;
  const std::string said = last_lines(result.errors.empty() ? result.output : result.errors);
  if (holds(both, "can't create transaction lock") || holds(both, "Failed to obtain the transaction lock")) {
    return fail(Code::kPackageLock, "the package database is locked" + (holder.empty() ? "" : " by " + holder));
  }
  const Answer answer = parse_answer(both);
  if (!answer.simulation.unknown.empty()) return fail(Code::kPackageUnknown, answer.simulation.unknown.begin()->second);
  const std::string scripts = said_by_scripts(both);
  return fail(Code::kPackageFailed, doing + " (exit code " + std::to_string(result.exit_code) +
                                        "): " + (scripts.empty() ? "" : scripts + "; ") + said);
}

Result<> Dnf::judge_preview(const PackageTransaction& transaction, const Step& step,
                            const ProcessResult& result) const {
  if (step.program.argv.front() == "rpm")
    return judge_file(transaction, step.program.argv.back(), parse_rpm_file(result));
  const Answer answer = parse_answer(result.output + '\n' + result.errors);
  if (!answer.ended || !answer.simulation.errors.empty()) return told_unfinished(step, answer.simulation, result);
  return judge_simulation(transaction, answer.simulation);
}

const BackEnd& back_end() {
  static constexpr Flavour kDnf = {.name = "dnf",
                                   .cache = "/var/cache/dnf",
                                   .records = "/var/lib/dnf/history.sqlite /var/lib/dnf/history.sqlite-wal",
                                   .locks = "/etc/dnf/plugins/versionlock.list",
                                   .locker = "/etc/dnf/plugins/versionlock.conf",
                                   .unlocks = "--disableplugin=versionlock",
                                   .marks = "install"};
  static const Dnf dnf(kDnf);
  return dnf;
}

}  // namespace plumb::providers::package::dnf
