// A case of a plan: a project, what its hosts told when they were observed, and what is planned from that. The one
// place where these tests touch the run layer.
//
//   -- plumb.yaml --   the project, with whatever files it reads
//   -- hosts.yaml --   its inventory; without: one host, h1
//   -- observed --     JSON: {HOST: {"resources": {ADDRESS: STATE}, "facts"?, "record"?}}. STATE is what a snapshot
//   holds
//                      as `observed` (schemas/snapshot.json), `exists` and `attributes` left out where they are true
//                      and empty, or {"problem": …}. {"digest_of": TEXT} stands for a text's digest; a state with a
//                      `content_text` needs no `content`. Facts are those of the sample machine, but for what is given.
//   -- scope --        JSON: {"on"?, "limit"?, "tags"?, "skip_tags"?, "addresses"?,
//                      "start_at"?}
#pragma once

#include <string>

#include "engine/plan/artifact.h"
#include "engine/testing/case_file.h"
#include "providers/sdk/kind.h"

namespace plumb::testing {

struct Planned {
  plan::Plan plan;
  plan::Artifact artifact;
  std::string said;  // every diagnostic, as people see it
};

// The built-in ones.
const Registry& kinds();

// Errors: the case itself cannot be used. What is wrong with its project or hosts is in `said`.
Result<Planned> plan_case(CaseFile& file);

}  // namespace plumb::testing
