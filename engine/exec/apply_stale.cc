// What has vanished since the plan was made, so that the host is refused before its first change.
#include <algorithm>

#include "engine/exec/accounts.h"
#include "engine/exec/apply_run.h"
#include "providers/sdk/foreseen_system.h"

namespace plumb::exec {

// Of what is set off as the plan says, and not as is found out in its turn: it was there then, and so it has to be.
bool ApplyRun::was_there(std::size_t index) const {
  const wire::Action& what = action(index);
  return (what.op == Op::kRestart || what.op == Op::kReload) && !what.explained && !what.operations.empty();
}

// Who its programs are run as, where that one is not there and nothing that it needs may bring them. Programs were run
// as them, or it was known what does, as the plan was made.
std::string ApplyRun::lost_user(std::size_t index) const {
  const auto may_bring = [this](std::size_t need, const std::string& user) {
    const std::vector<Operation>& operations = action(need).operations;
    return action(need).desired.address.identity == user || operations.empty() ||
           std::any_of(operations.begin(), operations.end(),
                       [](const Operation& one) { return !ForeseenSystem::foresees(one); });
  };
  // A plan that broke off behind that is gone on with.
  const auto goes_later = [this, index](const std::string& user) {
    for (std::size_t i = index + 1; i < progress_.states.size(); ++i) {
      if (action(i).op == Op::kDelete && action(i).desired.address.identity == user) return true;
    }
    return false;
  };
  for (const Operation& operation : action(index).operations) {
    const auto* run = std::get_if<Run>(&operation);
    if (run == nullptr || run->user.empty()) continue;
    const std::optional<std::uint32_t> id = parse_id(run->user);
    if (id ? tools_.system.user_by_id(*id) : tools_.system.user_by_name(run->user)) continue;
    if (goes_later(run->user)) continue;
    const std::vector<std::size_t>& needs = action(index).needs;
    if (std::none_of(needs.begin(), needs.end(), [&](std::size_t need) { return may_bring(need, run->user); }))
      return run->user;
  }
  return {};
}

void ApplyRun::refuse_as_stale(std::size_t index, const Diagnostic& why, bool& stale) {
  stale = true;
  progress_.states[index] = State::kSkipped;
  progress_.event(wire::EventKind::kStale, index, why.summary, why);
}

bool ApplyRun::is_foreseen(const std::vector<Operation>& operations) {
  return !operations.empty() && std::all_of(operations.begin(), operations.end(), ForeseenSystem::foresees);
}

// Of one that finds out when its turn comes what there is to do: whether it is looked at all the same.
bool ApplyRun::may_be_hindered(std::size_t index) const {
  const wire::Action& what = action(index);
  return what.explained && !what.triggered && what.op != Op::kDelete && what.when.empty() && !is_rescue(index) &&
         !kind(index).runs;
}

// By what no plan would have been made over: it lies there, and stays, whatever those before it do.
bool ApplyRun::is_hindered(Foresight& foresight, std::size_t index, Result<Observed>& found) const {
  foresight.look(index, found);
  if (!found || !found->obstacle || !found->open_until.empty()) return false;
  // What programs told of the host as it is now, those before it may change.
  return !found->shaped_by.empty() || kind(index).provider->is_foreseeable(action(index).desired);
}

// What it cannot be done without, and none of those that it needs brings: it was there as the plan was made. What they
// bring is foreseen as a rule, but not all of it. An explained one finds out when its turn comes.
const Missing* ApplyRun::lost_since_the_plan(std::size_t index, const Observed& observed) const {
  if (action(index).explained || action(index).op == Op::kDelete) return nullptr;
  const auto brings = [&](std::size_t need, const Missing& missing) {
    const Desired& desired = action(need).desired;
    std::vector<Address> brought = {desired.address};
    for (Address& more : kind(need).provider->provides(desired)) brought.push_back(std::move(more));
    for (const std::string& path : kind(need).provider->manages_paths(desired)) {
      for (const ServiceManager* manager : tools_.registry.managers().all_services()) {
        if (std::optional<Address> unit = manager->made_by(path)) brought.push_back(std::move(*unit));
      }
    }
    return std::any_of(brought.begin(), brought.end(), [&](const Address& one) {
      return one.kind == missing.what.kind && one.identity == missing.what.identity;
    });
  };
  for (const Missing& missing : observed.missing) {
    const std::vector<std::size_t>& needs = action(index).needs;
    if (std::none_of(needs.begin(), needs.end(), [&](std::size_t need) { return brings(need, missing); }))
      return &missing;
  }
  return nullptr;
}

}  // namespace plumb::exec
