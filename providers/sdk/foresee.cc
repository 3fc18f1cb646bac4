#include "providers/sdk/foresee.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "providers/sdk/login.h"

namespace plumb {
namespace {

// Each part by itself: what is left out lends its wishes to nothing else.
std::vector<Result<Observed>> observe_now(std::span<const ForeseenResource> resources,
                                          const Foresight::Observe& observe, System& host) {
  std::vector<Result<Observed>> found(resources.size());
  for (const bool left_out : {false, true}) {
    std::vector<std::size_t> places;
    std::vector<const Desired*> asked;
    for (std::size_t i = 0; i < resources.size(); ++i) {
      if (resources[i].left_out != left_out) continue;
      places.push_back(i);
      asked.push_back(resources[i].desired);
    }
    if (places.empty()) continue;
    std::vector<Result<Observed>> states = observe(asked, host);
    for (std::size_t i = 0; i < places.size(); ++i) found[places[i]] = std::move(states[i]);
  }
  return found;
}

}  // namespace

std::vector<Result<Observed>> foresee(const Registry& kinds, System& now, ForeseenSystem::Self self,
                                      std::span<const ForeseenResource> resources, const Foresight::Observe& observe) {
  std::vector<const Desired*> desired;
  desired.reserve(resources.size());
  for (const ForeseenResource& resource : resources) desired.push_back(resource.desired);
  Foresight foresight(kinds, now, self, desired, observe);
  std::vector<Result<Observed>> found = observe_now(resources, observe, foresight.host());
  const auto asked_of = [&](std::size_t i) {
    std::optional<Desired> reduced;
    if (!resources[i].ignored.empty() && found[i]->exists) {
      reduced = *resources[i].desired;
      for (const std::string& attribute : resources[i].ignored) reduced->attributes.erase(attribute);
    }
    return reduced;
  };
  LoginStand stand(now);
  bool acted = false;
  std::vector<bool> takes_part(resources.size());
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const Provider* provider = kinds.provider(desired[i]->address.kind);
    if (provider == nullptr) continue;
    foresight.look(i, found[i]);
    if (!found[i]) continue;
    if (resources[i].left_out) continue;
    const std::optional<Desired> reduced = asked_of(i);
    const Change change = provider->diff(reduced ? *reduced : *desired[i], *found[i]);
    // What is in the way counts only where there is something to do.
    takes_part[i] = change.empty() || !found[i]->obstacle;
    if (change.empty()) continue;
    // What keeps a service from being changed may be gone by then, which nobody sees here.
    const bool is_open = !provider->is_foreseeable(*desired[i]) && found[i]->shaped_by.empty() &&
                         std::all_of(change.operations.begin(), change.operations.end(),
                                     [](const Operation& one) { return std::holds_alternative<ServiceAction>(one); });
    if (found[i]->obstacle && !is_open) continue;
    acted = true;
    // One that misses something is refused for that, unless something that is not foreseen brings it.
    const bool finds_unknown =
        !found[i]->missing.empty() || !found[i]->open_until.empty() || found[i]->obstacle.has_value();
    Result<> done = foresight.carry_out(i, change.operations, finds_unknown);
    if (!done) found[i]->obstacle = std::move(done.error()).diagnostic();
    found[i]->cuts = stand.taken_by(i, foresight.host());
    const bool writes = std::any_of(change.operations.begin(), change.operations.end(),
                                    [](const Operation& one) { return std::holds_alternative<WriteFile>(one); });
    if (writes && stand.stands_on(provider->replaces_paths(*desired[i]))) found[i]->login = stand.login()->text();
  }
  for (std::size_t i = 0; acted && i < resources.size(); ++i) {
    if (!takes_part[i]) continue;
    Desired asked = *desired[i];
    for (const std::string& attribute : resources[i].ignored) asked.attributes.erase(attribute);
    // What a sensitive value became is not known, but for contents, of which the digest is.
    const Kind& kind = *kinds.find(asked.address.kind);
    for (const std::string& attribute : desired[i]->sensitive) {
      if (kind.content(attribute) == nullptr) asked.attributes.erase(attribute);
    }
    foresight.look_back(i, asked, *found[i]);
    foresight.look_back_at_programs(i, asked, *found[i]);
  }
  return found;
}

}  // namespace plumb
