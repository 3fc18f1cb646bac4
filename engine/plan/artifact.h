// The plan as a document: canonical JSON (RFC 8785), described by schemas/plan.json and docs/formats/plan.md.
// Its id is the SHA-256 of its bytes.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "engine/base/byte_sink.h"
#include "engine/plan/action_json.h"
#include "engine/plan/plan.h"
#include "providers/sdk/kind.h"

namespace plumb::plan {

inline constexpr std::string_view kFormat = "plan/v1";
// Of a document that is read from a file: some fifty thousand hosts that are all different.
inline constexpr std::size_t kMaxDocument = std::size_t{4} << 30;

struct Artifact {
  std::string bytes;
  std::string id;  // "sha256:…"
};

Artifact write_artifact(const Plan& plan);
// The same, piece by piece: of a large fleet the document is large. Gives the id.
std::string write_artifact(const Plan& plan, const TakePiece& write);

// Strict: what write_artifact would not have written is refused (kPlanUnreadable), byte for byte, and so is a plan that
// does not hold together (kPlanBroken; see verify.h).
Result<Plan> read_artifact(std::string_view bytes, const Registry& kinds);

// For machines that read one host at a time, as indented JSON: every host with its actions in place, blobs left out,
// and further `members` beside those of the plan. Written host by host, since a large fleet's is large.
void write_expanded(const Plan& plan, std::map<std::string, Json> members, const TakePiece& write);

}  // namespace plumb::plan
