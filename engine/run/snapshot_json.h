// Reads lines of a snapshot, several times as fast as the library that the other JSON is read with: a large fleet's
// snapshot is gigabytes.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "engine/base/json.h"
#include "engine/run/snapshot.h"

namespace plumb::run {

// Keeps what it needs from line to line. For one thread.
class SnapshotJson {
 public:
  explicit SnapshotJson(std::size_t depth);
  ~SnapshotJson();

  // Equal to what parse_json() makes of it. Nothing for what parse_json() refuses, so that its messages are told, and
  // for integers and fractions that no snapshot holds.
  std::optional<Json> read(std::string_view text);

  // A host whose resources were all observed, with nothing to tell but what is there: as nearly all are. `record` gets
  // the member of that name, which is left to the caller. Nothing for any other host, which read() is for.
  std::optional<HostSnapshot> read_host(std::string_view text, Json& record);

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace plumb::run
