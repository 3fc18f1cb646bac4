// One host's part of a plan as the host itself reads it, and whether it belongs to what was approved (slices.h makes
// both). For who has no more of the plan than that.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/plan/action.h"
#include "providers/sdk/reading.h"

namespace plumb::plan {

// Of a slice, bytes: most of it are digests of contents.
inline constexpr std::size_t kMostSlice = std::size_t{16} << 20;
// Of a path: a tree of 2^63 hosts has no more.
inline constexpr std::size_t kMostSteps = 63;

// Digests are "" where there is nothing.
struct ReadSlice {
  std::string plan;    // its id
  std::string engine;  // version of the program that made it
  std::string host;
  std::int64_t record = 0;
  std::string actions;
  std::string record_changes;
  std::string readings;
};

// Strict: canonical JSON of known members. Errors: kPlanUnreadable.
Result<ReadSlice> read_slice(std::string_view bytes);

// Of a Merkle tree (RFC 6962, section 2.1): a leaf, and the head over two heads. Neither can be taken for the other,
// whatever a leaf holds.
std::string leaf_hash(std::string_view slice);
std::string node_hash(std::string_view left, std::string_view right);

// Whether the leaf is the one at `index` of `count` under that head (RFC 9162, section 2.1.3.2).
bool is_under(std::string_view tree_head, std::string_view slice, std::uint64_t index, std::uint64_t count,
              const std::vector<std::string>& path);

// The list of a slice's `actions`. Errors: kPlanUnreadable.
Result<Actions> read_actions(std::string_view text);

// What a plan changes of a host's record besides what its actions leave.
struct RecordChanges {
  std::map<std::string, std::string> moved;  // by the address that the record has: the new one
  std::vector<std::string> forget;           // addresses without an action
  std::vector<std::string> prevents;
  std::vector<std::string> permits;

  bool empty() const { return moved.empty() && forget.empty() && prevents.empty() && permits.empty(); }
};

// Canonical JSON, whose digests are in a slice; "" of nothing.
std::string text_of(const RecordChanges& changes);
std::string text_of(const std::vector<UsedReading>& readings);
// Errors: kPlanUnreadable.
Result<RecordChanges> read_record_changes(std::string_view text);
Result<std::vector<UsedReading>> read_used_readings(std::string_view text);

}  // namespace plumb::plan
