#include "engine/exec/observe.h"

#include <map>

#include "engine/base/host_text.h"
#include "engine/base/sealed.h"
#include "engine/wire/codec.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kMaxSensitiveFile = std::size_t{64} << 20;
constexpr std::size_t kChunkStates = 512;
constexpr std::size_t kChunkBytes = std::size_t{4} << 20;

}  // namespace

Result<> seal(const Kind& kind, const Desired& desired, Observed& observed, System& system, const std::string& key) {
  for (const std::string& name : desired.sensitive) {
    const auto found = observed.attributes.find(name);
    const ContentAttribute* content = kind.content(name);
    if (content != nullptr) observed.content_text.reset();
    if (found == observed.attributes.end() || found->is_null()) continue;
    if (key.empty()) return fail(Code::kProtocol, "a sensitive value was asked for without the project's key");
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
                                                std::span<const Desired* const> desired, const std::string& key) {
  std::vector<Result<Observed>> out(desired.size());
  system.set_key(key);
  std::map<std::string, std::vector<std::size_t>> kinds;
  for (std::size_t i = 0; i < desired.size(); ++i) kinds[desired[i]->address.kind].push_back(i);
  for (const auto& [name, places] : kinds) {
    const Kind* kind = registry.find(name);
    std::vector<const Desired*> batch;
    for (const std::size_t place : places) batch.push_back(desired[place]);
    std::vector<Result<Observed>> found;
    if (kind != nullptr) found = kind->provider->observe(batch, system);
    for (std::size_t i = 0; i < places.size(); ++i) {
      Result<Observed>& slot = out[places[i]];
      if (kind == nullptr) {
        slot = fail(Code::kCannotObserve, "this executor has no provider for `" + name + "`");
      } else if (i >= found.size()) {
        slot = fail(Code::kInternal, "the provider of `" + name + "` gave fewer answers than it was asked for");
      } else {
        slot = std::move(found[i]);
        if (!slot) continue;
        if (Result<> sealed = seal(*kind, *batch[i], *slot, system, key); !sealed) {
          slot = std::move(sealed.error());
          continue;
        }
        // As the controller is told it, so that what a plan saw is compared with the same form of what is there.
        slot->attributes = with_texts(slot->attributes);
      }
    }
  }
  return out;
}

void answer_observe(const Registry& registry, System& system, const wire::Observe& question,
                    const std::function<void(const wire::ObservedChunk&)>& send) {
  std::vector<const Desired*> desired;
  for (const Desired& one : question.resources) desired.push_back(&one);
  std::vector<Result<Observed>> found = observe_resources(registry, system, desired, question.key);
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
    send(chunk);
    chunk.states.clear();
    bytes = 0;
  }
  if (!chunk.states.empty()) send(chunk);
}

}  // namespace plumb::exec
