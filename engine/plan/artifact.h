// The plan as a document: canonical JSON (RFC 8785), described by schemas/plan.json and docs/formats/plan.md.
// Its id is the SHA-256 of its bytes.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "engine/plan/plan.h"
#include "providers/sdk/kind.h"

namespace plumb::plan {

inline constexpr std::string_view kFormat = "plan/v1";

struct Artifact {
  std::string bytes;
  std::string id;  // "sha256:…"
};

Artifact write_artifact(const Plan& plan);

// Strict: what write_artifact would not have written is refused (kPlanUnreadable), byte for byte, and so is a plan that
// does not hold together (kPlanBroken; see verify.h).
Result<Plan> read_artifact(std::string_view bytes, const Registry& kinds);

// For machines that read one host at a time, as indented JSON: every host with its actions in place, blobs left out,
// and further `members` beside those of the plan. Written host by host, since a large fleet's is large.
using TextSink = std::function<void(std::string_view)>;
void write_expanded(const Plan& plan, std::map<std::string, Json> members, const TextSink& write);

Json action_to_json(const Action& action);

}  // namespace plumb::plan
