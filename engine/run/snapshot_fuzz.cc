// Arbitrary bytes as a line of a snapshot: the fast reader reads what the other reads, and what is taken is written so
// that it is read as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/run/snapshot.h"
#include "engine/run/snapshot_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static run::SnapshotJson fast(64);
  if (const auto read = fast.read(text)) {
    const Result<Json> slow = parse_json(text, Code::kSnapshotUnreadable);
    if (!slow || *slow != *read) std::abort();
  }
  static run::HostReader reader;
  const Result<run::HostSnapshot> host = reader.read(text);
  if (!host) return 0;
  const std::string line = run::write_snapshot(*host);
  const Result<run::HostSnapshot> again = reader.read(line);
  if (!again || run::write_snapshot(*again) != line) std::abort();
  return 0;
}
