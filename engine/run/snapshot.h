// Snapshot: what hosts told when they were observed, so that they can be planned again without a connection.
//
// A file of lines of JSON, described by schemas/snapshot.json: one that says what the file is, then one a host.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/unique_fd.h"
#include "engine/ir/graph.h"
#include "engine/simulate/simulate.h"
#include "engine/wire/messages.h"

namespace plumb::run {

// What a reading was asked and told.
struct SnapshotReading {
  Json source;
  ToldReading told;
};

struct HostSnapshot {
  std::string host;
  Json facts = Json::object();
  std::map<std::string, SnapshotReading> readings;  // but for those that are sensitive
  std::map<std::string, Result<Observed>> states;   // by address
  std::int64_t serial = 0;
  bool damaged_record = false;
  std::map<std::string, Json> recorded;
  std::set<std::string> prevented;
  std::map<std::string, simulate::OwedAction> owed;
  std::vector<plan::Lock> locks;
};

HostSnapshot take_snapshot(std::string host, const Json& facts, const ir::HostGraph& graph,
                           simulate::Observation observation);
std::vector<plan::Lock> plan_locks(std::vector<wire::ItemLock> locks);
// In the terms of a graph, which may be another than the one it was taken of: what the snapshot does not hold is a
// kNotInSnapshot in its place, and what no host would tell of the resource a kSnapshotUnreadable.
simulate::Observation observation_of(HostSnapshot snapshot, const ir::HostGraph& graph, const Registry* kinds);

// One line each, without the line break. `scope`: with which tags the hosts were asked.
std::string snapshot_header(const std::string& project, const std::string& taken_at, const plan::Scope& scope);
std::string write_snapshot(const HostSnapshot& snapshot);

class SnapshotJson;

// Reads such lines of hosts, whose facts are judged as those that a host tells. For one thread.
class HostReader {
 public:
  HostReader();
  ~HostReader();
  // Errors: kSnapshotUnreadable.
  Result<HostSnapshot> read(std::string_view line);

 private:
  std::unique_ptr<SnapshotJson> json_;
};

// The lines of a snapshot, one after the other, so that a large one need not lie in memory, and of a line without an
// end no more than what a line may hold.
class SnapshotReader {
 public:
  // Errors: kSnapshotUnreadable.
  static Result<SnapshotReader> open(const std::filesystem::path& path);

  const std::string& project() const { return project_; }
  // As timestamp() writes it.
  const std::string& taken_at() const { return taken_at_; }
  // The tags that it was taken with; its hosts mean nothing.
  const plan::Scope& scope() const { return scope_; }
  // Nothing at the end. Errors: kSnapshotUnreadable with the line's number.
  Result<std::optional<std::string>> next();

 private:
  explicit SnapshotReader(UniqueFd file);

  // False at the end.
  Result<bool> read_line(std::string& line);
  Result<bool> read_piece();

  UniqueFd file_;
  std::unique_ptr<char[]> room_;
  std::string_view piece_;  // of room_: what was read and is in no line yet
  std::string project_;
  std::string taken_at_;
  plan::Scope scope_;
  int line_ = 0;
};

}  // namespace plumb::run
