#include "engine/simulate/simulate.h"

#include "engine/base/checked.h"
#include "engine/plan/verify.h"
#include "engine/simulate/simulator.h"

namespace plumb::simulate {

std::optional<Simulation> simulate_host(const ir::HostGraph& graph, const Registry& kinds,
                                        const Observation& observation, const std::string& host_name,
                                        Diagnostics& diagnostics, const plan::Scope& scope, const TextOf& text_of) {
  Diagnostics found;
  if (observation.damaged_record) {
    found.add(Diagnostic(Code::kDamagedRecord, "the record on the host is damaged and will be rebuilt")
                  .as(Severity::kWarning)
                  .on(host_name));
  }
  Simulation result = Simulator(graph, kinds, observation, host_name, found, scope, text_of).run();
  if (const std::string broken =
          kChecked && !found.has_errors() ? plan::verify(result.host, *result.actions, kinds) : "";
      !broken.empty()) {
    found.add(Diagnostic(Code::kInternal, "a plan does not hold together: " + broken).on(host_name));
  }
  const bool failed = found.has_errors();
  diagnostics.extend(std::move(found));
  if (failed) return std::nullopt;
  return result;
}

}  // namespace plumb::simulate
