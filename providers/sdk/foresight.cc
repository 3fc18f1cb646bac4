#include "providers/sdk/foresight.h"

#include <algorithm>
#include <utility>

#include "providers/sdk/edit_provider.h"
#include "providers/sdk/ownership.h"

namespace plumb {
namespace {

bool is_path(std::string_view identity) {
  return identity.starts_with('/');
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

std::vector<std::string> Foresight::paths_of(std::size_t index) {
  const Provider& provider = *provider_of(index);
  const Desired& desired = *desired_[index];
  std::vector<std::string> paths = provider.manages_paths(desired);
  if (const EditProvider* editor = provider.editor()) {
    paths.push_back(editor->path_on(desired, foreseen_));
  } else {
    for (std::string& path : provider.edits_paths(desired)) paths.push_back(std::move(path));
  }
  for (ImpliedPath& implied : provider.implies_paths(desired)) paths.push_back(std::move(implied.path));
  return paths;
}

std::vector<std::string> Foresight::paths_stood_on(std::size_t index) {
  const Provider& provider = *provider_of(index);
  const Desired& desired = *desired_[index];
  std::vector<std::string> paths = paths_of(index);
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

}  // namespace plumb
