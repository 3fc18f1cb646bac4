#include "engine/exec/observe.h"

#include <deque>
#include <map>
#include <utility>

#include <unistd.h>

#include "engine/base/host_text.h"
#include "engine/base/sealed.h"
#include "engine/exec/item_locks.h"
#include "engine/wire/codec.h"
#include "providers/sdk/edit_provider.h"
#include "providers/sdk/foresee.h"
#include "providers/sdk/via.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kMaxSensitiveFile = std::size_t{64} << 20;
// Those that were told are read while the next are put into words.
constexpr std::size_t kChunkStates = 128;
constexpr std::size_t kChunkBytes = std::size_t{4} << 20;

// The same with values in clear where the kind has to be given them; nothing where it need not be.
std::optional<Desired> revealed(const Kind& kind, const Desired& desired, const std::map<std::string, Json>& secrets) {
  if (desired.sensitive.empty()) return std::nullopt;
  std::optional<Desired> open;
  for (const std::string& name : kind.provider->observed_with(desired)) {
    const auto value = desired.sensitive.contains(name) ? secrets.find(desired.text(name)) : secrets.end();
    if (value == secrets.end()) continue;
    if (!open) open = desired;
    open->attributes[name] = value->second;
  }
  return open;
}

// Who changes a part of a file finds it as those before it leave it, of whatever kinds they are. Others are asked kind
// by kind.
std::string batch_of(const Registry& registry, const Desired& desired) {
  const Provider* provider = registry.provider(desired.address.kind);
  return provider != nullptr && provider->editor() != nullptr ? "" : desired.address.kind;
}

// A kind from outside asks it itself, and nothing is asked for an image.
bool asks_controller(const Registry& registry, const Desired& desired, const System& system) {
  const Kind* kind = registry.find(desired.address.kind);
  return kind != nullptr && kind->package == nullptr && is_by_controller(*kind, desired) && !system.is_image();
}

std::vector<Result<Observed>> observe_batch(const Registry& registry, std::string_view name,
                                            std::vector<const Desired*> batch, System& system,
                                            const std::map<std::string, Json>& secrets) {
  std::deque<Desired> open;
  for (const Desired*& one : batch) {
    const Kind& kind = *registry.find(one->address.kind);
    if (std::optional<Desired> clear = revealed(kind, *one, secrets)) one = &open.emplace_back(std::move(*clear));
  }
  return name.empty() ? observe_edits(registry, batch, system) : registry.provider(name)->observe(batch, system);
}

}  // namespace

Result<> seal(const Kind& kind, const Desired& desired, Observed& observed, System& system, const std::string& key) {
  for (const std::string& name : desired.sensitive) {
    const auto found = observed.attributes.find(name);
    const ContentAttribute* content = kind.content(name);
    if (content != nullptr) observed.content_text.reset();
    if (found == observed.attributes.end() || found->is_null()) continue;
    // Whoever observed it there had the key.
    if (is_by_controller(kind, desired) && is_sealed(*found)) continue;
    if (key.empty()) return fail(Code::kProtocol, "a sensitive value was asked for without the project's key");
    // Of a file that is only foreseen the bytes are known by the digest that they will have.
    if (content != nullptr && is_sealed(*found)) continue;
    if (content != nullptr && found->is_string() && is_digest(found->get_ref<const std::string&>())) {
      // A plain digest of a short secret can be guessed, so the bytes are read once more under the key.
      PLUMB_TRY_ASSIGN(const std::string bytes, system.read_file(desired.text(content->path), kMaxSensitiveFile));
      *found = Sealed::of(key, bytes).encode();
    } else {
      *found = Sealed::of(key, found->is_string() ? found->get<std::string>() : canonical(*found)).encode();
    }
  }
  return {};
}

std::vector<Result<Observed>> observe_resources(const Registry& registry, System& system,
                                                std::span<const Desired* const> desired, const std::string& key,
                                                const std::map<std::string, Json>& secrets,
                                                outside::Elsewhere* elsewhere) {
  std::vector<Result<Observed>> out(desired.size());
  system.set_key(key);
  system.ask_anew();
  // Those of a kind for which programs have the same variables.
  using Variables = std::map<std::string, std::string>;
  std::map<std::pair<std::string, Variables>, std::vector<std::size_t>> batches;
  for (std::size_t i = 0; i < desired.size(); ++i) {
    if (asks_controller(registry, *desired[i], system)) {
      out[i] = elsewhere != nullptr
                   ? elsewhere->observe(*desired[i])
                   : fail(Code::kCannotObserve, desired[i]->address.str() + ": the controller is not asked here");
      continue;
    }
    const std::string name = batch_of(registry, *desired[i]);
    // Edits run none, and are seen through one another.
    batches[{name, name.empty() ? Variables() : desired[i]->env}].push_back(i);
  }
  for (const auto& [batch_name, places] : batches) {
    const std::string& name = batch_name.first;
    system.set_env(batch_name.second);
    const bool known = name.empty() || registry.find(name) != nullptr;
    std::vector<const Desired*> batch;
    for (const std::size_t place : places) batch.push_back(desired[place]);
    std::vector<Result<Observed>> found;
    if (known) found = observe_batch(registry, name, batch, system, secrets);
    for (std::size_t i = 0; i < places.size(); ++i) {
      Result<Observed>& slot = out[places[i]];
      const std::string& kind = batch[i]->address.kind;
      if (!known) {
        slot = fail(Code::kCannotObserve, "this executor has no provider for `" + kind + "`");
      } else if (i >= found.size()) {
        slot = fail(Code::kInternal, "the provider of `" + kind + "` gave fewer answers than it was asked for");
      } else {
        slot = std::move(found[i]);
        if (!slot) continue;
        if (Result<> sealed = seal(*registry.find(kind), *batch[i], *slot, system, key); !sealed) {
          slot = std::move(sealed.error());
          continue;
        }
        // As the controller is told it, so that what a plan saw is compared with the same form of what is there.
        slot->attributes = with_texts(slot->attributes);
      }
    }
  }
  system.set_env({});
  return out;
}

ForeseenSystem::Self who_we_are() {
  return {::geteuid(), ::getegid()};
}

void answer_observe(const Registry& registry, System& system, const wire::Observe& question,
                    const std::vector<wire::ItemLock>& locks, outside::Elsewhere* elsewhere,
                    const std::function<void(wire::ObservedChunk)>& send) {
  std::vector<ForeseenResource> resources;
  for (const Desired& one : question.resources)
    resources.push_back({&one, lock_on(locks, one.address.str()) != nullptr, {}});
  for (const wire::Aside& aside : question.asides) {
    if (aside.index >= resources.size()) continue;
    const bool locked = lock_on(locks, question.resources[aside.index].address.str(), aside.also) != nullptr;
    resources[aside.index].left_out = resources[aside.index].left_out || aside.left_out || locked;
    resources[aside.index].ignored = aside.ignored;
  }
  const auto observe = [&](std::span<const Desired* const> asked, System& seen) {
    return observe_resources(registry, seen, asked, question.key, question.secrets, elsewhere);
  };
  std::vector<Result<Observed>> found = foresee(registry, system, who_we_are(), resources, observe);
  wire::ObservedChunk chunk;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    wire::ObservedState& state = chunk.states.emplace_back();
    state.index = i;
    if (found[i]) {
      bytes += found[i]->content_text ? found[i]->content_text->size() : 0;
      state.observed = std::move(*found[i]);
    } else {
      state.problem = found[i].error().diagnostic();
    }
    if (chunk.states.size() < kChunkStates && bytes < kChunkBytes) continue;
    send(std::exchange(chunk, {}));
    bytes = 0;
  }
  if (!chunk.states.empty()) send(std::move(chunk));
}

}  // namespace plumb::exec
