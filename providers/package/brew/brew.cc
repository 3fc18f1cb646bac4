// brew: its commands. It is what a Mac has, and stands beside what a Linux host has.
#include "providers/package/brew/brew.h"

#include <algorithm>

#include "providers/package/rpm_version.h"
#include "providers/sdk/is_there.h"
#include "providers/sdk/json_answer.h"

namespace plumb::providers::package::brew {
namespace {

constexpr auto kTransaction = std::chrono::seconds(7200);

class Brew : public BackEnd {
 public:
  std::string_view name() const override { return "brew"; }
  bool is_beside() const override { return true; }
  Result<bool> manages(System& system) const override {
    PLUMB_TRY_ASSIGN(const bool mac, is_there("/System/Library/CoreServices", system));
    if (!mac) return false;
    PLUMB_TRY_ASSIGN(const std::string prefix, find_prefix(system));
    return !prefix.empty();
  }
  bool is_source(std::string_view path) const override { return path.find("/Taps/") != std::string_view::npos; }
  int compare_versions(std::string_view one, std::string_view other) const override {
    return compare_rpm_versions(one, other);
  }
  std::vector<std::string> locks() const override { return {}; }
  Result<std::optional<std::string>> installed_version(const std::string& package, System& system) const override {
    PLUMB_TRY_ASSIGN(const std::string prefix, find_prefix(system));
    PLUMB_TRY_ASSIGN(const std::optional<Keg> keg, find_keg(prefix, package, system));
    return keg ? std::optional(keg->version) : std::optional<std::string>();
  }
  std::unique_ptr<HostPackages> on(System& system) const override { return packages_of(system); }
  void survey(const SurveyedHost& host, Survey& survey) const override {
    const std::string prefix = find_prefix(host.system).value_or("");
    for (const std::string& name : keg_names(prefix, host.system).value_or(std::vector<std::string>())) {
      const auto keg = find_keg(prefix, name, host.system).value_or(std::nullopt);
      if (keg && keg->requested) survey.add(name, keg->pinned ? Json{{"hold", true}} : Json::object());
    }
  }

  std::vector<Step> steps(const PackageTransaction& transaction) const override {
    std::vector<Step> steps;
    const auto add = [&](const char* doing, std::vector<std::string> words, const std::vector<std::string>& names) {
      if (!names.empty()) words.emplace_back("--");
      words.insert(words.end(), names.begin(), names.end());
      Step step{doing, program(words), false};
      step.program.user = transaction.user;
      step.program.timeout = kTransaction;
      steps.push_back(std::move(step));
    };
    if (!transaction.release.empty()) add("releasing packages that are held", {"unpin"}, transaction.release);
    if (transaction.refresh) add("reading the sources", {"update"}, {});
    if (!transaction.upgrade.empty()) {
      add("asking what would change", {"outdated", "--json=v2"}, {});
      steps.back().preview = true;
      add("upgrading packages", {"upgrade"}, {});
      if (transaction.autoremove) add("removing what nothing needs", {"autoremove"}, {});
    } else {
      if (!transaction.remove.empty()) add("removing packages", {"uninstall"}, transaction.remove);
      std::vector<std::string> coming;
      for (const PackageRequest& one : transaction.install) coming.push_back(one.name);
      // What is there in an older version is upgraded by it.
      if (!coming.empty()) add("installing packages", {"install"}, coming);
    }
    // What is there already counts as asked for then.
    if (!transaction.manual.empty()) add("marking packages as asked for", {"install"}, transaction.manual);
    if (!transaction.hold.empty()) add("holding packages", {"pin"}, transaction.hold);
    return steps;
  }

  Result<> judge(const PackageTransaction& transaction, const Step& step, const ProcessResult& result,
                 const std::string&) const override {
    const std::string doing = "while " + step.doing;
    if (result.timed_out) return fail(Code::kPackageFailed, doing + ": brew did not end in time");
    if (result.exit_code == 0) {
      return step.preview ? judge_simulation(transaction, parse_outdated(json_answer(result.output))) : Result<>();
    }
    if (result.errors.find("has already locked") != std::string::npos ||
        result.errors.find("Another active Homebrew") != std::string::npos)
      return fail(Code::kPackageLock, "brew is at work for somebody else");
    const bool unknown = result.errors.find("No available formula") != std::string::npos;
    return fail(unknown ? Code::kPackageUnknown : Code::kPackageFailed,
                doing + " (exit code " + std::to_string(result.exit_code) +
                    "): " + last_lines(result.errors.empty() ? result.output : result.errors, 5));
  }
};

}  // namespace

const BackEnd& back_end() {
  static const Brew brew;
  return brew;
}

}  // namespace plumb::providers::package::brew
