// What a resource finds when its turn comes, after what those before it do.
#include <algorithm>
#include <optional>
#include <utility>

#include "providers/sdk/edit_provider.h"
#include "providers/sdk/foresight.h"
#include "providers/sdk/ownership.h"

namespace plumb {
namespace {

bool is_same_obstacle(const std::optional<Obstacle>& one, const std::optional<Obstacle>& other) {
  return one.has_value() == other.has_value() && (!one || (one->summary == other->summary && one->goes == other->goes));
}

bool is_as_it_was(const Observed& before, const Observed& now) {
  return before.exists == now.exists && before.attributes == now.attributes && before.missing == now.missing &&
         is_same_obstacle(before.obstacle, now.obstacle) && before.undone_by == now.undone_by;
}

// Told as not there, or there, so that the change which the obstacle refuses is never empty.
Observed told_as_refused(const Provider& provider, const Desired& desired, Obstacle why) {
  Observed observed;
  observed.exists = provider.is_unwanted(desired);
  observed.obstacle = std::move(why);
  return observed;
}

}  // namespace

void Foresight::look(std::size_t index, Result<Observed>& found) {
  if (provider_of(index) == nullptr || acted_.empty()) return;
  look_through(index, found);
  note_programs(index, found);
}

// A link at a path goes with what changes the path, or a folder above it, whatever the resource asks about besides.
bool Foresight::may_move(std::size_t index, const Obstacle& obstacle, const std::string& name) const {
  if (obstacle.goes != ObstacleGoes::kWithItsPath) return provider_of(index)->asks_about(*desired_[index], name);
  const std::vector<std::string> own = provider_of(index)->manages_paths(*desired_[index]);
  return std::any_of(own.begin(), own.end(),
                     [&](const std::string& path) { return name == path || is_below(path, name); });
}

bool Foresight::may_move(std::size_t index, const Obstacle& obstacle, const Acted& earlier) const {
  return std::any_of(earlier.names.begin(), earlier.names.end(), [&](const std::string& name) {
    return !earlier.stands_on.contains(name) && may_move(index, obstacle, name);
  });
}

// Programs are not asked what they will say by then, but a folder in the place of a file is seen without them.
bool Foresight::stays_in_the_way(std::size_t index, const Observed& found) {
  if (!found.obstacle || found.obstacle->goes == ObstacleGoes::kWithAnything) return false;
  if (found.obstacle->goes == ObstacleGoes::kNever) return true;
  // What a program makes by then, of what it asks about, is not seen here.
  const bool waits = std::any_of(acted_.begin(), acted_.end(), [&](const Acted& earlier) {
    return earlier.unforeseen && may_move(index, *found.obstacle, earlier);
  });
  if (waits) return false;
  if (foreseen_.is_untouched()) return true;
  std::set<std::size_t> unknown;
  std::set<std::size_t> since;
  for (const Acted& earlier : acted_) since.insert(earlier.index);
  const Result<Observed> again = observe_again(index, since, unknown);
  return again && unknown.empty() && again->obstacle && again->obstacle->summary == found.obstacle->summary;
}

std::optional<Observed> Foresight::hindered_by_files(std::size_t index, const Observed& now) {
  if (foreseen_.is_untouched()) return std::nullopt;
  const std::set<std::size_t> who = foreseen_.who_touched(paths_stood_on(index));
  if (who.empty()) return std::nullopt;
  const Desired* one = desired_[index];
  foreseen_.take_met_unknown();
  foreseen_.run_programs(false);
  std::vector<Result<Observed>> found = observe_({&one, 1}, foreseen_);
  foreseen_.run_programs(true);
  const bool needs_more = foreseen_.take_left_out_program();
  if (!foreseen_.take_met_unknown().empty() || needs_more || found.size() != 1) return std::nullopt;
  if (!found.front()) return std::nullopt;
  Observed& then = *found.front();
  const bool lacks_more = std::any_of(then.missing.begin(), then.missing.end(), [&](const Missing& lack) {
    return std::find(now.missing.begin(), now.missing.end(), lack) == now.missing.end();
  });
  if (!then.obstacle && !lacks_more) return std::nullopt;
  then.shaped_by = addresses_of(who);
  // What it misses, or what is to answer, something else may bring by then.
  if (!then.obstacle || then.obstacle->goes == ObstacleGoes::kWithAnything) then.open_until = now.open_until;
  return std::move(then);
}

void Foresight::look_through(std::size_t index, Result<Observed>& found) {
  const Provider* provider = provider_of(index);
  const Desired& desired = *desired_[index];
  if (!provider->is_foreseeable(desired)) {
    if (!found) return;
    if (stays_in_the_way(index, *found)) {
      // Also once the files are changed by which it is judged.
      found->shaped_by = addresses_of(who_took_its_stand(index));
      return;
    }
    const bool needs_server = found->obstacle && found->obstacle->goes == ObstacleGoes::kWithAnything;
    for (const Acted& earlier : acted_) {
      // Its name may be that of a database or of a server's package, all the same.
      if (needs_server && !earlier.may_serve) continue;
      const auto asks = [&](const std::string& name) { return provider->asks_about(desired, name); };
      if (std::any_of(earlier.names.begin(), earlier.names.end(), asks) ||
          (found->obstacle && may_move(index, *found->obstacle, earlier)) ||
          std::any_of(earlier.took_along.begin(), earlier.took_along.end(), asks))
        found->open_until.push_back(desired_[earlier.index]->address.str());
    }
    const std::set<std::size_t> who = who_took_its_stand(index);
    if (who.empty()) {
      if (std::optional<Observed> hindered = hindered_by_files(index, *found)) found = std::move(*hindered);
      return;
    }
    found->undone_by = desired_[*who.rbegin()]->address.str();
    found->obstacle.reset();
    return;
  }
  if (foreseen_.is_untouched()) return;
  const Touch touch = who_touched(index, found ? &*found : nullptr);
  if (touch.all.empty()) return;
  std::set<std::size_t> unknown;
  Result<Observed> again = observe_again(index, touch.all, unknown);
  if (!again && !found) return;
  if (!unknown.empty()) {
    if (!found) return;
    for (std::string& address : addresses_of(unknown)) found->open_until.push_back(std::move(address));
    return;
  }
  if (!again) {
    *found = told_as_refused(*provider, desired, again.error().diagnostic());
  } else if (found && is_as_it_was(*found, *again)) {
    return;
  } else {
    found = std::move(*again);
  }
  found->shaped_by = addresses_of(touch.named.empty() ? touch.all : touch.named);
}

// Whether a package that comes may put files into one of these folders, or bring it.
bool Foresight::may_come_into(const std::vector<std::string>& folders, const PackageManager& manager) {
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
    const auto [known, added] = shared_folders_.try_emplace(folder);
    if (!added) return known->second;
    const Result<std::optional<FileInfo>> info = now_.stat(folder, true);
    const bool is_there = !info || *info;
    // What is not there no package has yet.
    const Result<bool> shared =
        is_there ? manager.shares_folder(folder, now_) : manager.PackageManager::shares_folder(folder, now_);
    return known->second = shared.value_or(true);
  });
}

// A folder with all that is below it is not known while programs may make and remove something there, and packages come
// that may have files in it.
void Foresight::note_programs(std::size_t index, Result<Observed>& found) {
  if (!found || !provider_of(index)->looks_at_paths(*desired_[index])) return;
  const std::vector<std::string> folders = provider_of(index)->manages_paths(*desired_[index]);
  for (const Acted& earlier : acted_) {
    if (!earlier.unforeseen) continue;
    const bool below = std::any_of(earlier.names.begin(), earlier.names.end(), [&](const std::string& name) {
      return std::any_of(folders.begin(), folders.end(),
                         [&](const std::string& folder) { return is_below(name, folder); });
    });
    if (below || (earlier.brings != nullptr && may_come_into(folders, *earlier.brings)))
      found->open_until.push_back(desired_[earlier.index]->address.str());
  }
}

}  // namespace plumb
