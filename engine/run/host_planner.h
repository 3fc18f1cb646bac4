// Plans hosts from what they told. Hosts with one graph that told the same share a plan: it is made once and kept once.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/base/packed.h"
#include "engine/ir/graph.h"
#include "engine/simulate/simulate.h"

namespace plumb::run {

// What is kept of a host's planning until its plan is carried out.
class PlannedHost {
 public:
  using Attributes = std::map<std::string, Json>;  // by address

  PlannedHost(plan::HostPlan plan, Attributes left, bool packs);

  plan::HostPlan plan;                   // but for the facts, which are each host's own
  bool seals = false;                    // some resource has a sensitive value, which left() holds sealed
  bool record_outdated = false;          // the record does not say what left() does, or holds probes owed in vain
  std::vector<std::string> moot_probes;  // those

  // Attributes as they are once the plan is applied, for the host's record. An error where memory no longer holds what
  // was packed.
  Result<Attributes> left() const;

 private:
  struct Packed {
    std::string bytes;  // CBOR, packed
    std::size_t size = 0;
  };
  std::variant<Attributes, Packed> left_;
};

// Null where there is none; `simulated` where it was made now, and not for another host before.
struct Planning {
  std::shared_ptr<const PlannedHost> host;
  std::optional<simulate::Simulation> simulated;
};

// Thread-safe.
class HostPlanner {
 public:
  // `providers` outlive this.
  HostPlanner(const Registry& providers, plan::Scope scope) : providers_(providers), scope_(std::move(scope)) {}

  // `told` is the digest of what `observation` was read from; "" where no other host has that graph, so that neither it
  // nor the plan need be kept here. `text_of`: of the graph's contents. None where `diagnostics` holds an error for the
  // host.
  Planning plan(const std::string& host, const std::shared_ptr<const ir::HostGraph>& graph,
                const simulate::Observation& observation, const std::string& told, const simulate::TextOf& text_of,
                Diagnostics& diagnostics);

 private:
  const Registry& providers_;
  const plan::Scope scope_;
  Room actions_{plan::kMostUnpacked};
  Room resources_{plan::kMostUnpacked};
  std::mutex mutex_;
  // Guarded by mutex_. Plans about which there was nothing to say.
  std::map<std::pair<std::shared_ptr<const ir::HostGraph>, std::string>, std::shared_ptr<const PlannedHost>> known_;
};

}  // namespace plumb::run
