// What a resource does on the host that is foreseen.
#include <algorithm>
#include <optional>
#include <utility>

#include "providers/sdk/edit_provider.h"
#include "providers/sdk/foresight.h"
#include "providers/sdk/login.h"
#include "providers/sdk/ownership.h"

namespace plumb {
namespace {

// What it needs and does not make is there behind it as before. What a program does to such a path nobody knows.
std::set<std::string> paths_left_there(const Kind& kind, const Desired& desired) {
  std::set<std::string> paths;
  if (kind.runs) return paths;
  for (ImpliedPath& implied : kind.provider->implies_paths(desired)) {
    if (implied.needed && !implied.whole && !implied.maker) paths.insert(std::move(implied.path));
  }
  return paths;
}

// Files and accounts ask no server and have none answer, and neither do packages that only go.
bool may_serve(const Operation& operation) {
  if (ForeseenSystem::foresees(operation)) return false;
  const auto* packages = std::get_if<PackageTransaction>(&operation);
  return packages == nullptr || !packages->install.empty() || !packages->upgrade.empty();
}

}  // namespace

Result<> Foresight::carry_out(std::size_t index, std::span<const Operation> operations, bool finds_unknown) {
  const Provider* provider = provider_of(index);
  if (provider == nullptr) return {};
  Acted acted{index, paths_of(index)};
  acted.names.push_back(desired_[index]->address.identity);
  for (std::string& path : provider->clears_paths(*desired_[index])) acted.names.push_back(std::move(path));
  acted.stands_on = paths_left_there(*kinds_.find(desired_[index]->address.kind), *desired_[index]);
  acted.unforeseen = std::any_of(operations.begin(), operations.end(),
                                 [](const Operation& one) { return !ForeseenSystem::foresees(one); });
  acted.may_serve = std::any_of(operations.begin(), operations.end(), may_serve);
  const bool by_programs = std::any_of(operations.begin(), operations.end(),
                                       [](const Operation& one) { return std::holds_alternative<Run>(one); });
  for (const Operation& operation : operations) {
    if (const auto* transaction = std::get_if<PackageTransaction>(&operation)) follow_packages(*transaction, acted);
    if (const auto* unpack = std::get_if<Unpack>(&operation)) acted.group = unpack->ownership.group;
  }
  acted_.push_back(std::move(acted));
  for (const Operation& operation : operations) {
    if (Result<> done = foreseen_.carry_out(operation, index); !done && !finds_unknown) return done;
  }
  if (by_programs) {
    if (Result<> done = expect_effects(index); !done && !finds_unknown) return done;
  }
  for (const Operation& operation : operations) {
    if (Result<> reached = check_reached(operation); !reached && !finds_unknown) return reached;
  }
  return {};
}

// What is made or given away behind a link of somebody is looked at again by that link, which leads to that one's own
// alone.
Result<> Foresight::check_reached(const Operation& operation) {
  const std::string* path = path_of(operation);
  if (path == nullptr || !follows_link(operation)) return {};
  const Result<std::optional<FileInfo>> itself = foreseen_.stat(*path, false);
  if (!itself || !*itself || (*itself)->type != FileType::kLink) return {};
  const Result<std::optional<FileInfo>> behind = foreseen_.stat(*path, true);
  if (behind || behind.error().code() != Code::kSymlinkRefused) return {};
  return Error(behind.error()).hint("name the place that is meant, or give it to the user whose link it is (`owner`)");
}

// What the resources say of paths, as they write them and as links lead now.
const std::set<std::string>& Foresight::paths_asked_about() {
  if (paths_asked_about_) return *paths_asked_about_;
  std::set<std::string>& paths = paths_asked_about_.emplace();
  if (!now_.reached_by().empty()) paths.insert(kSshdPrograms.begin(), kSshdPrograms.end());
  for (std::size_t i = 0; i < desired_.size(); ++i) {
    if (provider_of(i) == nullptr) continue;
    for (std::string& path : paths_stood_on(i)) {
      if (const Result<std::string> place = now_.resolve(path)) paths.insert(*place);
      paths.insert(std::move(path));
    }
  }
  return paths;
}

bool Foresight::is_asked_for_before(std::size_t index, const std::string& path) {
  for (std::size_t i = 0; i < index; ++i) {
    const Provider* provider = provider_of(i);
    if (provider == nullptr || provider->is_unwanted(*desired_[i])) continue;
    const std::vector<std::string> paths = paths_of(i);
    if (std::find(paths.begin(), paths.end(), path) != paths.end()) return true;
  }
  return false;
}

// What is removed takes its files along. What comes may bring those again that went with another.
void Foresight::follow_packages(const PackageTransaction& transaction, Acted& acted) {
  const PackageManager* manager = kinds_.managers().packages(transaction.manager);
  if (manager == nullptr) return;
  if (!transaction.remove.empty()) {
    removed_packages_.insert(removed_packages_.end(), transaction.remove.begin(), transaction.remove.end());
    const std::set<std::string>& asked = paths_asked_about();
    const auto matters = [&](const std::string& path) {
      if (asked.contains(path)) return true;
      const auto below = asked.lower_bound(path + "/");
      if (below != asked.end() && is_below(*below, path)) return true;
      const std::vector<std::string> above = ancestors_of(path);
      return std::any_of(above.begin(), above.end(), [&](const std::string& one) { return asked.contains(one); }) ||
             std::any_of(desired_.begin(), desired_.end(), [&](const Desired* one) {
               const Provider* provider = kinds_.provider(one->address.kind);
               return provider != nullptr && provider->asks_about(*one, path);
             });
    };
    Result<std::vector<std::string>> paths = manager->goes_with(removed_packages_, matters, foreseen_);
    for (std::size_t i = paths ? paths->size() : 0; i-- > 0;) {
      std::string& path = (*paths)[i];
      // A folder in which something is left stays.
      if (!foreseen_.carry_out(Remove{path, false, false}, acted.index)) continue;
      acted.took_along.push_back(path);
      gone_with_packages_.push_back(std::move(path));
    }
  }
  if (!transaction.install.empty() || !transaction.upgrade.empty()) acted.brings = manager;
  if (transaction.install.empty()) return;
  for (const std::string& path : gone_with_packages_) {
    // What somebody asked for there before is lost, whatever comes in its place.
    if (is_asked_for_before(acted.index, path)) continue;
    const Result<std::optional<FileInfo>> info = foreseen_.stat(path, false);
    if (info && !*info) (void)foreseen_.expect_made(path, acted.index);
  }
  gone_with_packages_.clear();
}

// What a program does nobody knows, but what its guards say is so afterwards, and which folders are its own.
Result<> Foresight::expect_effects(std::size_t index) {
  const Provider& provider = *provider_of(index);
  const bool runs = kinds_.find(desired_[index]->address.kind)->runs;
  // Where a path cannot be looked at even now, nothing is expected there.
  for (const std::string& path : runs ? provider.clears_paths(*desired_[index]) : std::vector<std::string>())
    (void)foreseen_.expect_gone(path, index);
  for (const ImpliedPath& implied : provider.implies_paths(*desired_[index])) {
    if (implied.maker && (runs || implied.needed)) (void)foreseen_.expect_made(implied.path, index);
    if (implied.whole && implied.needed) PLUMB_TRY(foreseen_.expect_filled(implied.path, {}, index));
  }
  return {};
}

}  // namespace plumb
