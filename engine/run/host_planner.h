// Plans hosts from what they told. Hosts with one graph that told the same share a plan: it is made once and kept once.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/ir/graph.h"
#include "engine/simulate/simulate.h"

namespace plumb::run {

struct PlannedHost {
  plan::HostPlan plan;                       // but for the facts, which are each host's own
  std::map<std::string, std::string> texts;  // digest -> text that stands on the host now, for the diff
  // CBOR: address -> attributes as they are once the plan is applied, for the host's record.
  std::string left;
  bool record_outdated = false;          // the record does not say that yet, or holds probes that are owed in vain
  std::vector<std::string> moot_probes;  // those
};

// Thread-safe.
class HostPlanner {
 public:
  // `providers` outlive this.
  HostPlanner(const Registry& providers, plan::Scope scope) : providers_(providers), scope_(std::move(scope)) {}

  // `told` is the digest of what `observation` was read from; "" where no other host has that graph, so that neither it
  // nor the plan need be kept here. Null where `diagnostics` holds an error for the host.
  std::shared_ptr<const PlannedHost> plan(const std::string& host, const std::shared_ptr<const ir::HostGraph>& graph,
                                          const simulate::Observation& observation, const std::string& told,
                                          Diagnostics& diagnostics);

 private:
  const Registry& providers_;
  const plan::Scope scope_;
  std::mutex mutex_;
  // Guarded by mutex_. Plans about which there was nothing to say.
  std::map<std::pair<std::shared_ptr<const ir::HostGraph>, std::string>, std::shared_ptr<const PlannedHost>> known_;
};

}  // namespace plumb::run
