// What a host needs of a plan, and proof that it belongs to what was approved: the plan's hosts as leaves of a Merkle
// tree of the form of RFC 6962 (section 2.1, SHA-256), whose head an approval names. All of it follows from the plan
// alone.
#pragma once

#include <string>
#include <vector>

#include "engine/plan/plan.h"

namespace plumb::plan {

// One host's part: canonical JSON of the plan's id, the host's name, the engine, the record's serial, the digests of
// its facts, graph and action list, and of the contents that its actions name; those of the steps around its turn, of
// what it changes of the record besides, and of the readings that it stands on, if there are any.
struct Slice {
  std::string host;
  std::string bytes;
};

struct Slices {
  std::vector<Slice> all;  // in the order of the hosts' names
  std::string tree_head;   // "sha256:…"
};

// What a host's plan changes of its record besides what actions leave, as slice.h reads it; "" for nothing.
std::string record_changes_text(const HostPlan& host);

// `id` is the plan's.
Slices slices(const Plan& plan, const std::string& id);

// Of each slice the heads of the trees beside its way to the top, from below: "sha256:…" each (RFC 6962,
// section 2.1.1).
std::vector<std::vector<std::string>> paths_of(const Slices& slices);

}  // namespace plumb::plan
