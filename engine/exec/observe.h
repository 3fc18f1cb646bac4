// Observing: what the host has for each resource, with sensitive values sealed.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/wire/messages.h"
#include "providers/outside/outside_provider.h"
#include "providers/sdk/foresight.h"
#include "providers/sdk/kind.h"
#include "providers/sdk/system.h"

namespace plumb::exec {

// One result for each, in order. Resources of one kind are observed together. `secrets`: sensitive values by their
// keyed digests, for those that a kind has to be given in clear. `elsewhere` tells of those that the controller looks
// at; null where nobody does.
std::vector<Result<Observed>> observe_resources(const Registry& registry, System& system,
                                                std::span<const Desired* const> desired, const std::string& key,
                                                const std::map<std::string, Json>& secrets,
                                                outside::Elsewhere* elsewhere);

// Replaces the values of sensitive attributes by their keyed digests: of the text itself, of the canonical JSON of what
// is not text, and of a content's bytes.
Result<> seal(const Kind& kind, const Desired& desired, Observed& observed, System& system, const std::string& key);

// The answer to a question, in chunks of bounded size and in its order: each resource as it will be found when its turn
// comes, if those before it do what they are to. Those that are locked will do nothing; like
// those that are left out, they are observed apart, and lend the others nothing.
void answer_observe(const Registry& registry, System& system, const wire::Observe& question,
                    const std::vector<wire::ItemLock>& locks, outside::Elsewhere* elsewhere,
                    const std::function<void(wire::ObservedChunk)>& send);

// Whose new files are that nobody is named for.
ForeseenSystem::Self who_we_are();

}  // namespace plumb::exec
