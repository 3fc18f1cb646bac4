// Files of a host in which something sensitive lies, as far as it is known: those of resources with sensitive values,
// and those of resources whose values the host's record holds sealed. They stay so whatever the configuration says of
// them by now, under whatever address.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "engine/base/diagnostic.h"
#include "engine/ir/graph.h"
#include "engine/run/host_readings.h"
#include "engine/simulate/simulate.h"
#include "providers/sdk/kind.h"

namespace plumb::run {

struct SensitivePath {
  std::string address;  // of the resource whose value it is
  std::optional<SourceSpan> declared = std::nullopt;
};
using SensitivePaths = std::map<std::string, SensitivePath>;

// What a record knows. Of addresses in `declared` the configuration says itself what is sensitive.
SensitivePaths recorded_secrets(const std::map<std::string, Json>& recorded, const Registry& kinds,
                                const std::set<std::string>& declared);

// Attributes of a resource that hold what it finds in such files.
std::set<std::string> shown_of(const SensitivePaths& paths, const Kind& kind, const Desired& desired);

// Refuses what would bring the content of such a file to where nobody takes it for sensitive: public readings of it,
// and resources that copy it on the host. kSecretShown, each with the places of both.
void check_copies(const ir::HostGraph& graph, const simulate::Observation& observation,
                  const std::vector<PublicReading>& readings, const Registry& kinds, const std::string& host,
                  Diagnostics& diagnostics);

}  // namespace plumb::run
