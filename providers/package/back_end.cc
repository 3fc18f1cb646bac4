#include "providers/package/back_end.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "engine/base/joined.h"
#include "providers/package/look.h"
#include "providers/sdk/is_there.h"

namespace plumb::providers::package {
namespace {

// Words that say nothing about which software something belongs to.
constexpr std::array<std::string_view, 44> kCommonWords = {
    "bin",   "client", "common", "conf",  "config", "core",   "daemon",  "data",  "debian", "default", "dev",
    "doc",   "docs",   "etc",    "extra", "files",  "group",  "home",    "lib",   "local",  "log",     "logs",
    "main",  "opt",    "plugin", "run",   "sbin",   "server", "service", "share", "spool",  "src",     "srv",
    "state", "sys",    "system", "tmp",   "tools",  "user",   "users",   "usr",   "util",   "utils",   "var"};

// Managers without a back end, which facts and messages know by name. A mark is a path that is there where the system
// is installed with it.
struct Other {
  const char* program;
  std::array<const char*, 2> marks;
};

constexpr std::array kOthers = {Other{"zypper", {"/usr/bin/zypper"}},
                                Other{"dnf5", {"/usr/bin/dnf5"}},
                                Other{"dnf", {"/usr/bin/dnf"}},
                                Other{"yum", {"/usr/bin/yum"}},
                                Other{"apk", {"/lib/apk/db/installed"}},
                                Other{"pacman", {"/var/lib/pacman/local"}},
                                Other{"xbps-install", {}},
                                Other{"emerge", {}}};

bool is_common(const std::string& word) {
  return word.size() < 3 || std::find(kCommonWords.begin(), kCommonWords.end(), word) != kCommonWords.end();
}

// "Debian-exim4" -> {"exim"}: runs of letters, small, without the common ones.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!is_common(word)) words.push_back(word);
    word.clear();
  };
  for (const char c : text) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else {
      end_word();
    }
  }
  end_word();
  return words;
}

// The same word but for a short ending, as in postgres and postgresql.
bool same_but_ending(std::string_view a, std::string_view b) {
  constexpr std::size_t kEnding = 3;
  constexpr std::size_t kStem = 4;
  if (a == b) return true;
  if (a.size() > b.size()) std::swap(a, b);
  return a.size() >= kStem && b.starts_with(a) && b.size() - a.size() <= kEnding;
}

bool within(std::string_view a, std::string_view b) {
  return a.find(b) != std::string_view::npos || b.find(a) != std::string_view::npos;
}

template <class Related>
bool any_related(const std::vector<std::string>& left, const std::vector<std::string>& packages, Related related) {
  for (const std::string& package : packages) {
    for (const std::string& word : words_of(package)) {
      for (const std::string& other : left) {
        if (related(word, other)) return true;
      }
    }
  }
  return false;
}

Result<const BackEnd*> first_that_manages(System& system) {
  return first_of(back_ends(), [&](const BackEnd& one) { return one.manages(system); });
}

}  // namespace

Result<const BackEnd*> find_back_end(System& system, std::string_view name) {
  for (const BackEnd* one : back_ends()) {
    if (one->name() == name) return one;
  }
  PLUMB_TRY_ASSIGN(const BackEnd* found, first_that_manages(system));
  if (found != nullptr) return found;
  std::vector<std::string> names;
  for (const BackEnd* one : back_ends()) names.emplace_back(one->name());
  const std::string handled = "packages are managed through " + listed(names);
  for (const Other& other : kOthers) {
    if (system.find_program(other.program).empty()) continue;
    return fail(Code::kNoBackEnd, handled + ", and this host has " + other.program);
  }
  return fail(Code::kNoBackEnd, "no package manager was found; " + handled);
}

std::string package_manager(System& system) {
  const Result<const BackEnd*> found = first_that_manages(system);
  if (!found) return "unknown";
  if (*found != nullptr) return std::string((*found)->name());
  for (const Other& other : kOthers) {
    for (const char* mark : other.marks) {
      if (mark != nullptr && shows(mark, system)) return other.program;
    }
  }
  return "unknown";
}

bool is_comparison(std::string_view wanted) {
  return wanted.starts_with('<') || wanted.starts_with('>');
}

bool is_version_pattern(std::string_view wanted) {
  return wanted.ends_with('*') || is_comparison(wanted);
}

std::vector<Result<Observed>> BackEnd::observe(std::span<const Desired* const> desired, System& system) const {
  Result<std::vector<Observed>> looked = look(desired, *this, system);
  if (!looked) return std::vector<Result<Observed>>(desired.size(), Result<Observed>(Error(looked.error())));
  return std::vector<Result<Observed>>(std::make_move_iterator(looked->begin()),
                                       std::make_move_iterator(looked->end()));
}

Result<Observed> BackEnd::observe_upgrade(const Desired& desired, System& system) const {
  return look_at_upgrade(desired, *this, system);
}

bool takes_version(std::string_view manager, std::string_view wanted, std::string_view version) {
  const auto all = back_ends();
  const auto found = std::find_if(all.begin(), all.end(), [&](const BackEnd* one) { return one->name() == manager; });
  return (found == all.end() ? *all.front() : **found).takes_version(wanted, version);
}

bool BackEnd::takes_version(std::string_view wanted, std::string_view version) const {
  if (!is_comparison(wanted)) return version_matches(wanted, version);
  const bool newer = wanted.front() == '>';
  const bool equal = wanted.size() > 1 && wanted[1] == '=';
  const int order = compare_versions(version, wanted.substr(equal ? 2 : 1));
  return order == 0 ? equal : (order > 0) == newer;
}

bool BackEnd::version_matches(std::string_view wanted, std::string_view version) const {
  if (!wanted.ends_with('*')) return wanted == version;
  return version.starts_with(wanted.substr(0, wanted.size() - 1));
}

Result<> BackEnd::judge_file(const PackageTransaction& transaction, const std::string& path,
                             const PackageFile& file) const {
  const auto named = [](const std::string& name, const std::string& version) {
    return version.empty() ? name : name + ' ' + version;
  };
  for (const PackageRequest& wanted : transaction.install) {
    const bool fits = wanted.version.empty() || version_matches(wanted.version, file.version);
    if (wanted.file != path || (wanted.name.substr(0, wanted.name.find(':')) == file.name && fits)) continue;
    return fail(Code::kPackageFailed, path + " is " +
                                          (file.name.empty() ? "no package" : named(file.name, file.version)) +
                                          ", and not " + named(wanted.name, wanted.version))
        .hint("make the plan anew");
  }
  return {};
}

bool wants_latest(const Desired& desired) {
  return desired.text("state") == "latest";
}

bool wants_purged(const Desired& desired) {
  return desired.text("state") == "purged";
}

bool wants_gone(const Desired& desired) {
  return wants_absent(desired) || wants_purged(desired);
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 8;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i) append_item(text, names[i]);
  if (names.size() > kShown) text += " and " + std::to_string(names.size() - kShown) + " more";
  return text;
}

std::string listed(const std::set<std::string>& names) {
  return listed(std::vector<std::string>(names.begin(), names.end()));
}

Result<> judge_simulation(const PackageTransaction& transaction, const Simulation& simulation) {
  const auto refuse = [](const std::string& what) {
    return fail(Code::kPackageOthers, what).hint("make the plan anew");
  };
  std::set<std::string> others = simulation.removes;
  for (const std::string& name : transaction.remove) others.erase(name);
  if (!others.empty())
    return refuse("changing packages would remove " + listed(others) + " too, which nobody asked for");
  // New lists bring versions that no plan has seen.
  if (transaction.upgrade.empty() || transaction.refresh) return {};
  for (const auto& [name, version] : simulation.installs) others.insert(name + ' ' + version);
  for (const PackageRequest& one : transaction.install) others.erase(one.name + ' ' + one.version);
  if (others.empty()) return {};
  return refuse("the upgrade would bring " + listed(others) + ", which the plan does not have");
}

std::string_view what_of_conffiles(const Desired& desired) {
  return desired.text("conffiles") == "new" ? "configuration files that were changed give way to the package's"
                                            : "configuration files that were changed stay";
}

void note_conffiles(const Desired& desired, const BackEnd& back_end, Observed& observed) {
  if (!desired.has("conffiles") || back_end.chooses_conffiles() || observed.obstacle) return;
  observed.obstacle =
      Diagnostic(Code::kRefusedByState,
                 std::string(back_end.name()) + " cannot be told what becomes of changed configuration files")
          .with_hint("leave out `conffiles`; what it does not take it leaves beside them");
}

Error told_unfinished(const Step& step, const Simulation& simulation, const ProcessResult& result) {
  if (!simulation.unknown.empty()) return fail(Code::kPackageUnknown, simulation.unknown.begin()->second);
  return fail(Code::kPackageFailed, "while " + step.doing + ": " +
                                        (simulation.errors.empty() ? last_lines(result.output + result.errors, 3)
                                                                   : simulation.errors.front()));
}

bool may_belong(const Address& what, const std::vector<std::string>& packages) {
  if (packages.empty()) return false;
  if (what.kind == "unit") return true;
  if (what.kind == "package") return std::find(packages.begin(), packages.end(), what.identity) != packages.end();
  const std::vector<std::string> words = words_of(what.identity);
  if (what.kind == "user" || what.kind == "group") return any_related(words, packages, same_but_ending);
  if (what.kind == "file" || what.kind == "directory" || what.kind == "link")
    return any_related(words, packages, within);
  return false;
}

}  // namespace plumb::providers::package
