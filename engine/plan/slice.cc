#include "engine/plan/slice.h"

#include <algorithm>

#include "engine/base/digest.h"
#include "engine/plan/action_json.h"
#include "engine/plan/object_reader.h"
#include "engine/plan/take_action.h"

namespace plumb::plan {
namespace {

constexpr std::string_view kSliceForm = "slice/v1";
constexpr char kLeaf = 0;
constexpr char kNode = 1;

// Of a digest's text, which is well formed; of other texts nothing that is one's.
std::string bytes_of(std::string_view digest) {
  const auto value = [](char c) { return c >= 'a' ? c - 'a' + 10 : c - '0'; };
  std::string bytes;
  for (std::size_t i = kDigestPrefix.size(); i + 1 < digest.size(); i += 2)
    bytes += static_cast<char>(value(digest[i]) << 4 | value(digest[i + 1]));
  return bytes;
}

bool is_digest_or_nothing(const std::string& text) {
  return text.empty() || is_digest(text);
}

// The document, where it is written as we write it.
Result<Json> canonical_json(std::string_view text, const std::string& what) {
  PLUMB_TRY_ASSIGN(Json json, parse_json(text, Code::kPlanUnreadable));
  if (canonical(json) != text) return unreadable(what + " is not written as plumb writes it");
  return json;
}

}  // namespace

std::string leaf_hash(std::string_view slice) {
  return digest(std::string(1, kLeaf).append(slice));
}

std::string node_hash(std::string_view left, std::string_view right) {
  return digest(std::string(1, kNode).append(bytes_of(left)).append(bytes_of(right)));
}

bool is_under(std::string_view tree_head, std::string_view slice, std::uint64_t index, std::uint64_t count,
              const std::vector<std::string>& path) {
  if (index >= count || path.size() > kMostSteps) return false;
  std::uint64_t at = index;
  std::uint64_t last = count - 1;
  std::string head = leaf_hash(slice);
  for (const std::string& beside : path) {
    if (last == 0 || !is_digest(beside)) return false;
    if (at % 2 == 1 || at == last) {
      head = node_hash(beside, head);
      for (; at % 2 == 0 && at != 0; at /= 2) last /= 2;
    } else {
      head = node_hash(head, beside);
    }
    at /= 2;
    last /= 2;
  }
  return last == 0 && head == tree_head;
}

Result<ReadSlice> read_slice(std::string_view bytes) {
  if (bytes.size() > kMostSlice) return unreadable("a slice is too large");
  PLUMB_TRY_ASSIGN(const Json json, canonical_json(bytes, "a slice"));
  ObjectReader reader(json, "a slice");
  if (reader.text("plumb") != kSliceForm) reader.complain("is not of the form " + std::string(kSliceForm));
  ReadSlice slice;
  slice.plan = reader.text("plan");
  slice.engine = reader.text("engine");
  slice.host = reader.text("host");
  slice.record = reader.integer("record");
  slice.actions = reader.text("actions");
  slice.record_changes = reader.text("record_changes", false);
  slice.readings = reader.text("readings", false);
  (void)reader.find("contents");
  std::vector<std::string> digests = reader.texts("contents");
  for (const char* other : {"facts", "ir"}) digests.push_back(reader.text(other));
  digests.push_back(reader.text("around", false));
  digests.insert(digests.end(), {slice.actions, slice.record_changes, slice.readings});
  if (!is_digest(slice.plan) || !std::all_of(digests.begin(), digests.end(), is_digest_or_nothing))
    reader.complain("names something that is no digest");
  if (slice.record < 0) reader.complain("counts less than no runs");
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  return slice;
}

Result<Actions> read_actions(std::string_view text) {
  Actions actions;
  if (text.empty()) return actions;
  PLUMB_TRY_ASSIGN(Json json, parse_json(text, Code::kPlanUnreadable));
  if (!json.is_array()) return unreadable("its actions are no list");
  for (Json& item : json) {
    PLUMB_TRY_ASSIGN(Action action, take_action(item));
    actions.push_back(std::move(action));
  }
  return actions;
}

std::string text_of(const RecordChanges& changes) {
  if (changes.empty()) return {};
  return canonical({{"forget", changes.forget},
                    {"moved", changes.moved},
                    {"permits", changes.permits},
                    {"prevents", changes.prevents}});
}

std::string text_of(const std::vector<UsedReading>& readings) {
  if (readings.empty()) return {};
  Json list = Json::array();
  for (const UsedReading& one : readings)
    list.push_back({{"name", one.name}, {"source", one.source}, {"told", one.told}});
  return canonical(list);
}

Result<RecordChanges> read_record_changes(std::string_view text) {
  RecordChanges changes;
  if (text.empty()) return changes;
  PLUMB_TRY_ASSIGN(const Json json, canonical_json(text, "what changes of a record"));
  ObjectReader reader(json, "what changes of a record");
  changes.forget = reader.texts("forget");
  changes.prevents = reader.texts("prevents");
  changes.permits = reader.texts("permits");
  const Json moved = reader.object("moved");
  for (const auto& [from, to] : moved.items()) {
    if (to.is_string()) {
      changes.moved.emplace(from, to.get<std::string>());
    } else {
      reader.complain("moves something to no address");
    }
  }
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  return changes;
}

Result<std::vector<UsedReading>> read_used_readings(std::string_view text) {
  std::vector<UsedReading> readings;
  if (text.empty()) return readings;
  PLUMB_TRY_ASSIGN(const Json json, canonical_json(text, "a list of readings"));
  if (!json.is_array()) return unreadable("its readings are no list");
  for (const Json& item : json) {
    ObjectReader reader(item, "a reading");
    UsedReading one{reader.text("name"), reader.object("source"), reader.text("told")};
    if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
    readings.push_back(std::move(one));
  }
  return readings;
}

}  // namespace plumb::plan
