#include "engine/run/snapshot.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "engine/base/json_member.h"
#include "engine/base/outside_text.h"
#include "engine/config/told_facts.h"
#include "engine/run/host_claims.h"
#include "engine/run/snapshot_json.h"
#include "engine/wire/messages.h"

namespace plumb::run {
namespace {

constexpr std::string_view kVersion = "snapshot/v1";
constexpr std::size_t kMaxLine = std::size_t{64} << 20;
constexpr std::size_t kPiece = std::size_t{256} << 10;
constexpr int kMaxDepth = 72;
constexpr std::size_t kLongestTime = 64;

Error unreadable(const std::string& why) {
  return fail(Code::kSnapshotUnreadable, "the snapshot cannot be read: " + why)
      .hint("make one with `plumb observe -o FILE`");
}

Result<Json> read_object(std::string_view line) {
  JsonLimits limits;
  limits.bytes = kMaxLine;
  limits.depth = kMaxDepth;
  Result<Json> json = parse_json(line, Code::kSnapshotUnreadable, limits);
  if (!json) return unreadable(json.error().summary());
  if (!json->is_object()) return unreadable("a line is an object");
  return json;
}

wire::Record record_of(const HostSnapshot& snapshot) {
  wire::Record record;
  record.serial = snapshot.serial;
  record.damaged = snapshot.damaged_record;
  record.resources = snapshot.recorded;
  record.prevented = snapshot.prevented;
  for (const auto& [address, owed] : snapshot.owed) {
    if (owed.op != Op::kNone) record.owed.push_back({address, owed.op, "", owed.because});
    if (!owed.unverified.empty()) record.owed.push_back({address, Op::kVerify, "", owed.unverified});
  }
  for (const plan::Lock& lock : snapshot.locks) {
    record.locks.push_back({lock.items, lock.owner, lock.reason, "", lock.until});
  }
  return record;
}

Result<std::set<std::string>> texts_in(const Json& header, const char* member) {
  std::set<std::string> texts;
  const auto found = header.find(member);
  if (found == header.end()) return texts;
  if (!found->is_array()) return unreadable(std::string("`") + member + "` is a list");
  for (const Json& text : *found) {
    if (!text.is_string()) return unreadable(std::string("`") + member + "` is a list of texts");
    texts.insert(text.get<std::string>());
  }
  return texts;
}

// What a file says of a host is worth no more than what the host would say now.
Result<> take_facts(Json&& told, HostSnapshot& snapshot) {
  Result<Json> facts = config::checked_facts(std::move(told));
  if (!facts) return unreadable(snapshot.host + ": " + facts.error().summary());
  snapshot.facts = std::move(*facts);
  return {};
}

Result<> take_readings(const Json& json, HostSnapshot& snapshot) {
  if (!json.is_object()) return unreadable("`readings` is an object");
  for (const auto& [name, entry] : json.items()) {
    const bool has_source = entry.is_object() && entry.size() == 2 && entry.contains("source");
    if (!has_source || !reading_source_from(entry["source"])) return unreadable("a reading without a source");
    SnapshotReading reading{entry["source"], {}};
    if (entry.contains("value")) {
      reading.told.value = entry["value"];
    } else if (entry.contains("absent") && entry["absent"].is_string() && entry["absent"] != Json("")) {
      reading.told.absent = outside_line(entry["absent"].get<std::string>());
    } else {
      return unreadable("a reading that told nothing");
    }
    snapshot.readings.emplace(name, std::move(reading));
  }
  return {};
}

Result<> take_record(Json& json, HostSnapshot& snapshot) {
  wire::Record record;
  if (const Result<> read = wire::from_json(json, record); !read)
    return unreadable("record: " + read.error().summary());
  if (const std::string what = impossible_in(record); !what.empty())
    return unreadable(outside_line(snapshot.host, 80) + ": it " + what);
  snapshot.serial = record.serial;
  snapshot.damaged_record = record.damaged;
  snapshot.recorded = std::move(record.resources);
  snapshot.prevented = std::move(record.prevented);
  simulate::Observation told;
  for (wire::Owed& owed : record.owed) told.owe(owed.address, owed.op, std::move(owed.because));
  snapshot.owed = std::move(told.owed);
  snapshot.locks = plan_locks(std::move(record.locks));
  return {};
}

Result<> read_states(Json& resources, HostSnapshot& snapshot) {
  if (!resources.is_object()) return unreadable("`resources` is an object");
  for (auto& [address, entry] : resources.get_ref<Json::object_t&>()) {
    const bool single = entry.is_object() && entry.size() == 1;
    if (const auto seen = single ? entry.find("observed") : entry.end(); seen != entry.end()) {
      Observed observed;
      if (const Result<> read = wire::from_json(*seen, observed); !read)
        return unreadable(address + ": " + read.error().summary());
      snapshot.states.emplace_hint(snapshot.states.end(), address, std::move(observed));
    } else if (const auto told = single ? entry.find("problem") : entry.end(); told != entry.end()) {
      Diagnostic problem;
      if (const Result<> read = wire::from_json(*told, problem); !read)
        return unreadable(address + ": " + read.error().summary());
      snapshot.states.emplace_hint(snapshot.states.end(), address, Error(std::move(problem)));
    } else {
      return unreadable(address + " is neither observed nor a problem");
    }
  }
  return {};
}

}  // namespace

std::vector<plan::Lock> plan_locks(std::vector<wire::ItemLock> locks) {
  std::vector<plan::Lock> out;
  for (wire::ItemLock& lock : locks) {
    out.push_back({std::move(lock.items), std::move(lock.owner), std::move(lock.reason), std::move(lock.until)});
  }
  return out;
}

HostSnapshot take_snapshot(std::string host, const Json& facts, const ir::HostGraph& graph,
                           simulate::Observation observation) {
  HostSnapshot snapshot;
  snapshot.host = std::move(host);
  snapshot.facts = facts;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    snapshot.states.emplace(graph.nodes[i].desired.address.str(), std::move(observation.states[i]));
  snapshot.serial = observation.serial;
  snapshot.damaged_record = observation.damaged_record;
  snapshot.recorded = std::move(observation.recorded);
  snapshot.prevented = std::move(observation.prevented);
  snapshot.owed = std::move(observation.owed);
  snapshot.locks = std::move(observation.locks);
  return snapshot;
}

simulate::Observation observation_of(HostSnapshot snapshot, const ir::HostGraph& graph, const Registry* kinds) {
  simulate::Observation observation;
  observation.states.reserve(graph.nodes.size());
  for (const ir::Node& node : graph.nodes) {
    const std::string address = node.desired.address.str();
    auto found = snapshot.states.find(address);
    // What others declare too may have been told by another of its addresses.
    for (const ir::AlsoDeclared& one : node.also) {
      if (found == snapshot.states.end()) found = snapshot.states.find(one.address);
    }
    if (found != snapshot.states.end()) {
      // A file may have been changed by anybody, and so may the configuration since.
      const std::string wrong = found->second ? impossible_in(*found->second, node.desired, kinds) : std::string();
      if (!wrong.empty()) {
        observation.states.emplace_back(unreadable("of `" + address + "` it " + wrong));
      } else {
        observation.states.push_back(std::move(found->second));
      }
    } else {
      observation.states.emplace_back(fail(Code::kNotInSnapshot, "the snapshot does not hold `" + address + "`")
                                          .hint("take a new one with `plumb observe -o FILE`"));
    }
  }
  observation.serial = snapshot.serial;
  observation.damaged_record = snapshot.damaged_record;
  observation.recorded = std::move(snapshot.recorded);
  observation.prevented = std::move(snapshot.prevented);
  observation.owed = std::move(snapshot.owed);
  observation.locks = std::move(snapshot.locks);
  return observation;
}

std::string snapshot_header(const std::string& project, const std::string& taken_at, const plan::Scope& scope) {
  Json header = {{"plumb", kVersion}, {"project", project}, {"taken_at", taken_at}};
  if (!scope.tags.empty()) header["tags"] = scope.tags;
  if (!scope.skip_tags.empty()) header["skip_tags"] = scope.skip_tags;
  if (!scope.addresses.empty()) header["addresses"] = scope.addresses;
  if (!scope.start_at.empty()) header["start_at"] = scope.start_at;
  return canonical(header);
}

std::string write_snapshot(const HostSnapshot& snapshot) {
  Json resources = Json::object();
  for (const auto& [address, state] : snapshot.states) {
    resources[address] = state ? Json{{"observed", wire::to_json(*state)}}
                               : Json{{"problem", wire::to_json(state.error().diagnostic())}};
  }
  Json line = {{"host", snapshot.host},
               {"facts", snapshot.facts},
               {"resources", std::move(resources)},
               {"record", wire::to_json(record_of(snapshot))}};
  for (const auto& [name, reading] : snapshot.readings) {
    Json& entry = line["readings"][name];
    entry["source"] = reading.source;
    if (reading.told.absent.empty()) {
      entry["value"] = reading.told.value;
    } else {
      entry["absent"] = reading.told.absent;
    }
  }
  return canonical(line);
}

HostReader::HostReader() : json_(std::make_unique<SnapshotJson>(kMaxDepth)) {}
HostReader::~HostReader() = default;

Result<HostSnapshot> HostReader::read(std::string_view line) {
  Json record;
  if (std::optional<HostSnapshot> usual = json_->read_host(line, record)) {
    PLUMB_TRY(take_facts(std::move(usual->facts), *usual));
    PLUMB_TRY(take_record(record, *usual));
    return std::move(*usual);
  }
  Json json;
  if (std::optional<Json> read = json_->read(line); read && read->is_object()) {
    json = std::move(*read);
  } else {
    PLUMB_TRY_ASSIGN(json, read_object(line));
  }
  for (const char* member : {"host", "facts", "resources", "record"}) {
    if (!json.contains(member)) return unreadable(std::string("a host without `") + member + "`");
  }
  if (!json["host"].is_string() || !json["facts"].is_object()) return unreadable("a host that is none");
  HostSnapshot snapshot;
  snapshot.host = json["host"].get<std::string>();
  PLUMB_TRY(take_facts(std::move(json["facts"]), snapshot));
  PLUMB_TRY(read_states(json["resources"], snapshot));
  PLUMB_TRY(take_record(json["record"], snapshot));
  if (json.contains("readings")) PLUMB_TRY(take_readings(json["readings"], snapshot));
  return snapshot;
}

SnapshotReader::SnapshotReader(UniqueFd file)
    : file_(std::move(file)), room_(std::make_unique_for_overwrite<char[]>(kPiece)) {}

Result<SnapshotReader> SnapshotReader::open(const std::filesystem::path& path) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return unreadable(path.string() + " cannot be opened: " + std::strerror(errno));
  SnapshotReader reader(std::move(file));
  PLUMB_TRY_ASSIGN(const std::optional<std::string> line, reader.next());
  if (!line) return unreadable(path.string() + " is empty");
  PLUMB_TRY_ASSIGN(const Json header, read_object(*line));
  if (header.value("plumb", Json()) != Json(kVersion))
    return unreadable(path.string() + " is no " + std::string(kVersion));
  if (!header.contains("project") || !header["project"].is_string()) return unreadable("it names no project");
  reader.project_ = header["project"].get<std::string>();
  reader.taken_at_ = outside_line(text_of(header, "taken_at"), kLongestTime);
  PLUMB_TRY_ASSIGN(reader.scope_.tags, texts_in(header, "tags"));
  PLUMB_TRY_ASSIGN(reader.scope_.skip_tags, texts_in(header, "skip_tags"));
  PLUMB_TRY_ASSIGN(reader.scope_.addresses, texts_in(header, "addresses"));
  if (const auto start = header.find("start_at"); start != header.end()) {
    if (!start->is_string()) return unreadable("`start_at` is a text");
    reader.scope_.start_at = start->get<std::string>();
  }
  return reader;
}

Result<std::optional<std::string>> SnapshotReader::next() {
  std::string line;
  while (line.empty()) {
    ++line_;
    PLUMB_TRY_ASSIGN(const bool there, read_line(line));
    if (!there) return std::optional<std::string>();
  }
  return std::optional<std::string>(std::move(line));
}

Result<bool> SnapshotReader::read_line(std::string& line) {
  while (true) {
    const std::size_t end = piece_.find('\n');
    const std::string_view part = piece_.substr(0, end);
    if (line.size() + part.size() > kMaxLine) return unreadable("line " + std::to_string(line_) + " is too long");
    line += part;
    piece_.remove_prefix(end == std::string_view::npos ? part.size() : end + 1);
    if (end != std::string_view::npos) return true;
    PLUMB_TRY_ASSIGN(const bool more, read_piece());
    if (!more) return !line.empty();
  }
}

Result<bool> SnapshotReader::read_piece() {
  ssize_t count = 0;
  do {
    count = ::read(file_.get(), room_.get(), kPiece);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return unreadable("line " + std::to_string(line_) + ": " + std::strerror(errno));
  piece_ = {room_.get(), static_cast<std::size_t>(count)};
  return count > 0;
}

}  // namespace plumb::run
