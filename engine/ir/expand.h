// From a project to the resources of one host: values worked out, conditions decided, loops and modules unrolled.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/config/functions.h"
#include "engine/config/inventory.h"
#include "engine/config/project.h"
#include "engine/config/resource.h"

namespace plumb::ir {

using Resources = std::vector<config::Resolved>;

// What becomes of a sensitive input without a value. Left out: what needs it is, with a warning; for who looks at
// hosts. Unknown: only what it makes is, and what has it is there all the same, since no address and no order hangs on
// it; for who asks about addresses, and applies nothing.
enum class MissingSecrets { kErrors, kLeftOut, kUnknown };

// For one thread. Everything referred to outlives it.
class Expander {
 public:
  // `recorded` are the facts of hosts as they were last told, for host() and hosts().
  Expander(const config::Project& project, const config::Inventory& inventory, const lang::SourceMap& sources,
           const std::map<std::string, Json>& recorded, MissingSecrets secrets = MissingSecrets::kErrors)
      : project_(project), inventory_(inventory), sources_(sources), recorded_(recorded), secrets_(secrets) {}

  // In declared order. Without `facts` what reads them is left out. Faults are told on the host.
  Resources expand(const config::Host& host, const Json* facts, Diagnostics& diagnostics);

  // The value of a question on a host (see config::check_question); `host` and `facts` may be null where it reads
  // neither. Nothing after a fault was told.
  std::optional<cel::Value> answer(const config::Expression& question, const config::Host* host, const Json* facts,
                                   Diagnostics& diagnostics);

  // What the project, or a module in its place, gives out on a host, as a map.
  cel::Value outputs(const config::Host& host, const Json* facts, Diagnostics& diagnostics);

  // Whether a pattern selects the host; a pattern that selects none is told once.
  bool selects(const config::Pattern& pattern, const std::string& host, Diagnostics& diagnostics);

 private:
  class Instance;

  void set_up(Instance& root, const config::Host& host, const Json* facts) const;

  const config::Project& project_;
  const config::Inventory& inventory_;
  const lang::SourceMap& sources_;
  const std::map<std::string, Json>& recorded_;
  const MissingSecrets secrets_;
  std::map<std::string, std::set<std::string>> selected_;  // by pattern
  config::KnownValues known_;
  // Both by declaration, module path and the keys of its loops.
  using Place = std::tuple<const config::Declaration*, std::string, std::string>;
  std::map<Place, std::shared_ptr<const config::Resource>> constant_;  // the same on every host
  std::map<Place, config::LastResource> last_;
};

// Whether an expression reads facts in the end.
bool reads_facts(const config::Reads& reads);

}  // namespace plumb::ir
