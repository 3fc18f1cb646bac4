// Arbitrary bytes as what plumb keeps on a host, and as what the kernel and web servers answer there: what is read of
// the former is written as the same, and nothing of the latter ends the executor. The first byte chooses.
#include <cstdint>
#include <cstdlib>

#include "engine/exec/interpreter/http_answer.h"
#include "engine/exec/network_facts.h"
#include "engine/exec/record.h"
#include "engine/exec/undo.h"

namespace {

using namespace plumb;
using namespace plumb::exec;

std::optional<Json> object_in(std::string_view text) {
  Result<Json> json = parse_json(text, Code::kDamagedRecord);
  if (!json || !json->is_object()) return std::nullopt;
  return std::move(*json);
}

void record(const Json& json) {
  std::optional<HostRecord> read = record_from_json(json);
  if (!read) return;
  const Json written = to_json(*read);
  const std::optional<HostRecord> again = record_from_json(written);
  if (!again || to_json(*again) != written) std::abort();
  (void)to_wire(*read);
  see_with_key(*read, "a key");
  move(*read, {{"file:/a", "file:/b"}, {"file:/b", "file:/a"}});
}

void undo_list(const Json& json) {
  const std::optional<UndoList> read = undo_from_json(json);
  if (!read) return;
  const Json written = to_json(*read);
  const std::optional<UndoList> again = undo_from_json(written);
  if (!again || to_json(*again) != written) std::abort();
}

// Entries of a journal, one a line.
void journal(std::string_view text) {
  HostRecord record;
  Folding folding(record);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto body = object_in(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto entry = body ? entry_from_json(*body) : std::nullopt;
    if (!entry) continue;
    std::string line = journal_line(journal_text(*entry));
    line.pop_back();
    const auto again = parse_journal_line(line);
    if (!again || entry_from_json(*again) != entry) std::abort();
    folding.add(*entry);
  }
  folding.close();
  (void)to_json(record);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      if (const auto json = object_in(text)) record(*json);
      break;
    case 1:
      if (const auto json = object_in(text)) undo_list(*json);
      break;
    case 2:
      journal(text);
      break;
    case 3:
      (void)default_route(std::string(text));
      break;
    default:
      for (const bool ended : {false, true}) (void)parse_http_answer(text, ended);
  }
  return 0;
}
