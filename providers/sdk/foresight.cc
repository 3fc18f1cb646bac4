#include "providers/sdk/foresight.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "providers/sdk/edit_provider.h"
#include "providers/sdk/ownership.h"

namespace plumb {
namespace {

bool is_path(std::string_view identity) {
  return identity.starts_with('/');
}

bool is_same_obstacle(const std::optional<Obstacle>& one, const std::optional<Obstacle>& other) {
  return one.has_value() == other.has_value() && (!one || (one->summary == other->summary && one->goes == other->goes));
}

bool is_as_it_was(const Observed& before, const Observed& now) {
  return before.exists == now.exists && before.attributes == now.attributes && before.missing == now.missing &&
         is_same_obstacle(before.obstacle, now.obstacle) && before.undone_by == now.undone_by;
}

std::vector<std::string> paths_of(const Provider& provider, const Desired& desired, System& host) {
  std::vector<std::string> paths = provider.manages_paths(desired);
  if (const EditProvider* editor = provider.editor()) {
    paths.push_back(editor->path_on(desired, host));
  } else {
    for (std::string& path : provider.edits_paths(desired)) paths.push_back(std::move(path));
  }
  for (ImpliedPath& implied : provider.implies_paths(desired)) paths.push_back(std::move(implied.path));
  return paths;
}

// What it needs and does not make is there behind it as before. What a program does to such a path nobody knows.
std::set<std::string> paths_left_there(const Kind& kind, const Desired& desired) {
  std::set<std::string> paths;
  if (kind.runs) return paths;
  for (ImpliedPath& implied : kind.provider->implies_paths(desired)) {
    if (implied.needed && !implied.whole && !implied.maker) paths.insert(std::move(implied.path));
  }
  return paths;
}

// Of a kind that is no program: whether all that changes is what its host only judges.
bool is_only_judged(const Kind& kind, const Change& change) {
  const auto judged = [&](const auto& attribute) {
    return std::find(kind.judged.begin(), kind.judged.end(), attribute.key()) != kind.judged.end();
  };
  if (kind.runs || (change.before.empty() && change.after.empty())) return false;
  for (const Json* state : {&change.before, &change.after}) {
    for (auto attribute = state->begin(); attribute != state->end(); ++attribute) {
      if (!judged(attribute)) return false;
    }
  }
  return true;
}

// Told as not there, or there, so that the change which the obstacle refuses is never empty.
Observed told_as_refused(const Provider& provider, const Desired& desired, Obstacle why) {
  Observed observed;
  observed.exists = provider.is_unwanted(desired);
  observed.obstacle = std::move(why);
  return observed;
}

}  // namespace

Foresight::Foresight(const Registry& kinds, System& now, ForeseenSystem::Self self,
                     std::span<const Desired* const> desired, Observe observe)
    : kinds_(kinds), now_(now), foreseen_(now, self), desired_(desired), observe_(std::move(observe)) {}

const Provider* Foresight::provider_of(std::size_t index) const {
  return kinds_.provider(desired_[index]->address.kind);
}

std::vector<std::string> Foresight::addresses_of(const std::set<std::size_t>& indexes) const {
  std::vector<std::string> addresses;
  addresses.reserve(indexes.size());
  for (const std::size_t index : indexes) addresses.push_back(desired_[index]->address.str());
  return addresses;
}

bool Foresight::is_in_chain(std::size_t index) const {
  const Provider* provider = provider_of(index);
  return provider != nullptr && provider->editor() != nullptr;
}

std::vector<std::string> Foresight::paths_stood_on(std::size_t index) {
  const Provider& provider = *provider_of(index);
  const Desired& desired = *desired_[index];
  std::vector<std::string> paths = paths_of(provider, desired, foreseen_);
  if (!kinds_.find(desired.address.kind)->runs) return paths;
  for (std::string& path : provider.clears_paths(desired)) paths.push_back(std::move(path));
  for (Address& need : provider.infers(desired)) {
    if (is_path(need.identity)) paths.push_back(std::move(need.identity));
  }
  return paths;
}

Foresight::Touch Foresight::who_touched(std::size_t index, const Observed* found) {
  const Provider& provider = *provider_of(index);
  const Desired& desired = *desired_[index];
  Touch touch;
  std::vector<std::string> paths = paths_stood_on(index);
  if (found != nullptr) {
    for (std::string& path : provider.looked_at(desired, *found)) paths.push_back(std::move(path));
  }
  touch.named = foreseen_.who_touched(paths);
  if (is_in_chain(index)) {
    // What the others of the chain do it knows from observing them together.
    std::erase_if(touch.named, [&](std::size_t who) { return is_in_chain(who); });
  }
  touch.all = touch.named;
  if (!foreseen_.has_touched_accounts()) return touch;
  std::set<std::string> names;
  for (const Address& need : provider.infers(desired)) {
    if (!is_path(need.identity)) names.insert(need.identity);
  }
  // What is about accounts itself asks about all of them; a file about those that it names.
  const bool about_accounts = !is_path(desired.address.identity);
  if (about_accounts) names.insert(desired.address.identity);
  if (!names.empty()) touch.named.merge(foreseen_.who_touched_accounts(names));
  touch.all.insert(touch.named.begin(), touch.named.end());
  if (about_accounts) touch.all.merge(foreseen_.who_touched_accounts({}));
  return touch;
}

std::set<std::size_t> Foresight::who_took_its_stand(std::size_t index) {
  if (foreseen_.is_untouched()) return {};
  std::set<std::size_t> who = foreseen_.who_touched(paths_stood_on(index));
  if (kinds_.find(desired_[index]->address.kind)->runs) {
    std::set<std::string> names;
    for (const Address& need : provider_of(index)->infers(*desired_[index])) {
      if (!is_path(need.identity)) names.insert(need.identity);
    }
    if (!names.empty()) who.merge(foreseen_.who_touched_accounts(names));
  }
  if (who.empty() || !provider_of(index)->is_lost(*desired_[index], now_, foreseen_)) return {};
  return who;
}

Foresight::Chains& Foresight::chains() {
  if (chains_.ways == foreseen_.ways()) return chains_;
  chains_ = Chains{foreseen_.ways(), {}, {}, {}};
  for (std::size_t i = 0; i < desired_.size(); ++i) {
    if (!is_in_chain(i)) continue;
    const std::string path = provider_of(i)->editor()->path_on(*desired_[i], foreseen_);
    const std::string place = foreseen_.resolve(path).value_or(path);
    chains_.places.emplace(i, place);
    chains_.members[place].push_back(i);
  }
  return chains_;
}

// As it will be after `since`, the last of whom comes before it. Those that change parts of a file are observed
// together.
Result<Observed> Foresight::observe_again(std::size_t index, const std::set<std::size_t>& since,
                                          std::set<std::size_t>& unknown) {
  const Desired* one = desired_[index];
  const auto nothing = [&] { return fail(Code::kInternal, "nothing was told of " + one->address.str()); };
  foreseen_.take_met_unknown();
  if (!is_in_chain(index)) {
    std::vector<Result<Observed>> found = observe_({&one, 1}, foreseen_);
    unknown = foreseen_.take_met_unknown();
    return found.size() == 1 ? std::move(found.front()) : Result<Observed>(nothing());
  }
  const std::string& place = chains().places.at(index);
  Chain& chain = chains_.chains[place];
  if (chain.found.empty() || *since.rbegin() >= chain.seen) {
    const std::vector<std::size_t>& indexes = chains_.members.at(place);
    std::vector<const Desired*> together;
    for (const std::size_t i : indexes) together.push_back(desired_[i]);
    std::vector<Result<Observed>> found = observe_(together, foreseen_);
    chain = {acted_.back().index + 1, {}, {}};
    for (std::size_t i = 0; i < std::min(found.size(), indexes.size()); ++i)
      chain.found.emplace(indexes[i], std::move(found[i]));
    chain.unknown = foreseen_.take_met_unknown();
  }
  unknown = chain.unknown;
  const auto found = chain.found.find(index);
  return found == chain.found.end() ? Result<Observed>(nothing()) : found->second;
}

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
  // What it misses something else may bring again by then.
  if (!then.obstacle) then.open_until = now.open_until;
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
    for (const Acted& earlier : acted_) {
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

Result<> Foresight::carry_out(std::size_t index, std::span<const Operation> operations, bool finds_unknown) {
  const Provider* provider = provider_of(index);
  if (provider == nullptr) return {};
  Acted acted{index, paths_of(*provider, *desired_[index], foreseen_)};
  acted.names.push_back(desired_[index]->address.identity);
  for (std::string& path : provider->clears_paths(*desired_[index])) acted.names.push_back(std::move(path));
  acted.stands_on = paths_left_there(*kinds_.find(desired_[index]->address.kind), *desired_[index]);
  acted.unforeseen = std::any_of(operations.begin(), operations.end(),
                                 [](const Operation& one) { return !ForeseenSystem::foresees(one); });
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
    const std::vector<std::string> paths = paths_of(*provider, *desired_[i], foreseen_);
    if (std::find(paths.begin(), paths.end(), path) != paths.end()) return true;
  }
  return false;
}

// What is removed takes its files along. What comes may bring those again that went with another.
void Foresight::follow_packages(const PackageTransaction& transaction, Acted& acted) {
  const PackageManager* manager = kinds_.managers().packages(transaction.manager, now_);
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
    if (implied.maker && runs) (void)foreseen_.expect_made(implied.path, index);
    if (implied.whole && implied.needed) PLUMB_TRY(foreseen_.expect_filled(implied.path, {}, index));
  }
  return {};
}

bool Foresight::is_effect_foreseen(const Desired& desired) const {
  const Provider& provider = *kinds_.provider(desired.address.kind);
  const std::vector<ImpliedPath> implied = provider.implies_paths(desired);
  return !provider.clears_paths(desired).empty() ||
         std::any_of(implied.begin(), implied.end(), [](const ImpliedPath& one) { return one.needed; });
}

bool Foresight::lacks_its_folder(const Desired& asked) {
  const std::vector<ImpliedPath> implied = kinds_.provider(asked.address.kind)->implies_paths(asked);
  return std::any_of(implied.begin(), implied.end(), [this](const ImpliedPath& one) {
    if (!one.whole || !one.needed) return false;
    const Result<std::optional<FileInfo>> info = foreseen_.stat(one.path, true);
    return info && !*info;
  });
}

void Foresight::look_back(std::size_t index, const Desired& asked, Observed& found) {
  const Provider* provider = provider_of(index);
  if (provider == nullptr || foreseen_.is_untouched()) return;
  // What it misses comes from something that is not foreseen, and so does what is found then.
  if (!found.missing.empty() || !found.undone_by.empty()) return;
  if (!provider->is_foreseeable(asked)) {
    const std::set<std::size_t> who = who_took_its_stand(index);
    if (!who.empty() && *who.rbegin() > index) found.undone_by = desired_[*who.rbegin()]->address.str();
    return;
  }
  const bool changes = !provider->diff(asked, found).empty();
  // It is refused for that. Where there is nothing to do it counts only once there is.
  if (found.obstacle && changes) return;
  const std::set<std::size_t> who = who_touched(index, &found).all;
  if (who.empty() || *who.rbegin() <= index) return;
  std::set<std::size_t> unknown;
  if (is_in_chain(index)) {
    // Who of the chain takes back what is told already. What sensitive edits leave is not known.
    const Result<Observed> again = observe_again(index, who, unknown);
    const std::vector<std::size_t>& members = chains().members.at(chains().places.at(index));
    const bool known = std::all_of(members.begin(), members.end(),
                                   [this](std::size_t one) { return desired_[one]->sensitive.empty(); });
    const bool holds =
        again && !again->obstacle && again->missing.empty() && (!known || provider->diff(asked, *again).empty());
    if (unknown.empty() && !holds) found.undone_by = desired_[*who.rbegin()]->address.str();
    return;
  }
  const Desired* one = &asked;
  foreseen_.take_met_unknown();
  std::vector<Result<Observed>> again = observe_({&one, 1}, foreseen_);
  if (const std::set<std::size_t> met = foreseen_.take_met_unknown(); !met.empty()) {
    // A folder that somebody fills is there, whatever is in it.
    if (!provider->is_unwanted(asked)) {
      if (changes && lacks_its_folder(asked)) found.undone_by = desired_[*who.rbegin()]->address.str();
      return;
    }
    ForeseenSystem then = foreseen_;
    for (const std::size_t by : met) then.take_unknown_as_gone(by);
    again = observe_({&one, 1}, then);
    if (!then.take_met_unknown().empty()) return;
  }
  if (again.size() != 1) return;
  if (again.front()) {
    const Change change = provider->diff(asked, *again.front());
    if (change.empty()) return;
    // What a program brings about is not seen here, but for the folder in which it does.
    if (changes && is_only_judged(*kinds_.find(asked.address.kind), change) && !lacks_its_folder(asked)) return;
    // A program that ran did what its guards ask for, as far as those tell.
    if (change.op == Op::kRun && changes && !is_effect_foreseen(asked)) return;
  }
  found.undone_by = desired_[*who.rbegin()]->address.str();
}

// Of what is asked for of all that lies below a path: whether what a program makes there later is like that.
void Foresight::look_back_at_programs(std::size_t index, const Desired& asked, Observed& found) {
  const Provider* provider = provider_of(index);
  if (provider == nullptr || !provider->spreads_below(asked)) return;
  if (found.obstacle || !found.missing.empty() || !found.undone_by.empty()) return;
  const std::vector<std::string> folders = provider->manages_paths(asked);
  for (const Acted& later : acted_) {
    if (later.index <= index || !later.unforeseen) continue;
    ForeseenSystem then = foreseen_;
    then.take_unknown_as_gone(later.index);
    bool makes = false;
    for (const ImpliedPath& made : provider_of(later.index)->implies_paths(*desired_[later.index])) {
      const bool below = std::any_of(folders.begin(), folders.end(),
                                     [&](const std::string& folder) { return is_below(made.path, folder); });
      if (!below || !made.maker) continue;
      makes = true;
      // Any name that a glob means does.
      std::string path = made.path;
      std::replace(path.begin(), path.end(), '*', 'x');
      MakeDirectory make{std::move(path), {}, true};
      if (!made.maker->empty()) make.ownership.owner = *made.maker;
      make.ownership.group = later.group;
      if (!then.carry_out(make, later.index)) makes = false;
    }
    if (!makes) continue;
    const Desired* one = &asked;
    const std::vector<Result<Observed>> again = observe_({&one, 1}, then);
    if (again.size() != 1 || !again.front() || provider->diff(asked, *again.front()).empty()) continue;
    found.undone_by = desired_[later.index]->address.str();
    return;
  }
}

}  // namespace plumb
