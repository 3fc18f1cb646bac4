// What the kinds of an engine's things have in common.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/container/host_engine.h"
#include "providers/sdk/provider.h"

namespace plumb::providers::container {

class EngineProvider : public Provider {
 public:
  std::vector<Address> infers(const Desired& desired) const override { return engine_edges(desired); }
  void complete(Desired& desired, std::span<const Desired> host, const SecretOf& /*secret_of*/) const override {
    learn_from_host(desired, host);
  }
  bool asks_about(const Desired& desired, std::string_view name) const override { return desired.text("as") == name; }
};

// Things that `inspect` tells of by their names. `note` takes what it tells of one.
struct Inspected {
  const char* type;  // "volume"
  // The member that has the name, in each engine's words.
  const char* podman_name;
  const char* docker_name;
  std::function<void(const Json& told, const Desired& desired, const Engine& engine, Observed& observed)> note;
};
std::vector<Result<Observed>> observe_inspected(std::span<const Desired* const> desired, System& system,
                                                const Inspected& what);

// Of a map that is told, the members that are asked for.
Json asked_members(const Json& asked, const Json& told);

// Puts into a change what differs of these attributes, as far as they are asked for.
void note_differences(const Desired& desired, const Observed& observed, std::span<const char* const> attributes,
                      Change& change);

// The same thing of the same engine's, with nothing more said of it.
Desired of_same_engine(const Desired& desired, const char* identity, std::initializer_list<const char*> also = {});

}  // namespace plumb::providers::container
