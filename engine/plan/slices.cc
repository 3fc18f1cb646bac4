#include "engine/plan/slices.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <span>

#include "engine/base/digest.h"
#include "engine/base/json.h"
#include "engine/plan/slice.h"

namespace plumb::plan {
namespace {

constexpr std::string_view kSliceFormat = "slice/v1";
constexpr std::size_t kDigestSize = kDigestPrefix.size() + 64;

// The largest power of two below `count`, which is at least 2.
std::size_t left_size(std::size_t count) {
  return std::bit_floor(count - 1);
}

using Path = std::vector<std::string>;

// The head over the leaves, which are some; to the path of each is added what stands beside it.
std::string climb(std::span<const std::string> leaves, std::span<Path> paths) {
  if (leaves.size() == 1) return leaves.front();
  const std::size_t left = left_size(leaves.size());
  const std::string left_head = climb(leaves.first(left), paths.first(left));
  const std::string right_head = climb(leaves.subspan(left), paths.subspan(left));
  for (Path& path : paths.first(left)) path.push_back(right_head);
  for (Path& path : paths.subspan(left)) path.push_back(left_head);
  return node_hash(left_head, right_head);
}

std::string head_of(std::span<const std::string> leaves) {
  if (leaves.empty()) return digest("");
  if (leaves.size() == 1) return leaves.front();
  const std::size_t left = left_size(leaves.size());
  return node_hash(head_of(leaves.first(left)), head_of(leaves.subspan(left)));
}

std::vector<std::string> leaves_of(const Slices& slices) {
  std::vector<std::string> leaves;
  leaves.reserve(slices.all.size());
  for (const Slice& slice : slices.all) leaves.push_back(leaf_hash(slice.bytes));
  return leaves;
}

// The plan's contents that stand in the list by their digests.
std::set<std::string> contents_in(const ActionList& actions, const Plan& plan) {
  std::set<std::string> found;
  const std::string text = actions.text();
  for (std::size_t at = text.find(kDigestPrefix); at != std::string::npos; at = text.find(kDigestPrefix, at + 1)) {
    std::string name = text.substr(at, kDigestSize);
    if (plan.blobs.contains(name) || plan.contents.contains(name)) found.insert(std::move(name));
  }
  return found;
}

}  // namespace

std::string record_changes_text(const HostPlan& host) {
  RecordChanges changes;
  for (const auto& [to, from] : host.moved) changes.moved.emplace(from, to);
  for (const Forgotten& one : host.forgotten) changes.forget.push_back(one.address);
  changes.prevents = host.prevents;
  changes.permits = host.permits;
  return text_of(changes);
}

Slices slices(const Plan& plan, const std::string& id) {
  Slices slices;
  std::map<std::string, std::set<std::string>> contents;  // by the digest of the actions, which many hosts may share
  for (const auto& [name, host] : plan.hosts) {
    const std::string& actions = host.actions.digest();
    auto found = contents.find(actions);
    if (found == contents.end()) found = contents.emplace(actions, contents_in(host.actions, plan)).first;
    Json slice = {{"plumb", kSliceFormat},    {"plan", id},          {"host", name},  {"engine", plan.engine},
                  {"record", host.record},    {"facts", host.facts}, {"ir", host.ir}, {"actions", actions},
                  {"contents", found->second}};
    if (!host.around.empty()) slice["around"] = digest(canonical(to_json(host.around)));
    if (const std::string text = record_changes_text(host); !text.empty()) slice["record_changes"] = digest(text);
    if (const std::string text = text_of(host.readings); !text.empty()) slice["readings"] = digest(text);
    slices.all.push_back({name, canonical(slice)});
  }
  slices.tree_head = head_of(leaves_of(slices));
  return slices;
}

std::vector<std::vector<std::string>> paths_of(const Slices& slices) {
  std::vector<Path> paths(slices.all.size());
  if (!paths.empty()) climb(leaves_of(slices), paths);
  return paths;
}

}  // namespace plumb::plan
