// Who takes back in the end what a resource asks for.
#include <algorithm>
#include <optional>
#include <utility>

#include "providers/sdk/edit_provider.h"
#include "providers/sdk/foresight.h"
#include "providers/sdk/ownership.h"

namespace plumb {
namespace {

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

}  // namespace

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
