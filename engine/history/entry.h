// Entries of the chain as the documents that their digests are of: canonical JSON, and in an export a line each
// (docs/formats/history.md). Private to this folder but for what export.h shows.
//
// Of a finished run it is {"actions":[…],"hosts":[…],"notes":{…},"previous":DIGEST,"run":{…}}, of a late report
// {"late":{…},"previous":DIGEST}; `previous` is the digest of the entry before, "" for the first. A run without notes
// has no member `notes`: it is sealed as it was before there were any.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/byte_sink.h"
#include "engine/history/history.h"

namespace plumb::history {

struct RunEntry {
  RunSummary run;  // without totals
  std::vector<HostEntry> hosts;
  std::vector<ActionRecord> actions;
  std::map<std::string, std::string> notes;
};

struct Entry {
  std::variant<RunEntry, LateReport> content;
  std::string previous;
};

// The document of a run piece by piece, since a large one is never whole in memory: begin, each action, the rest.
class RunDocument {
 public:
  explicit RunDocument(TakePiece take);
  void add(const ActionRecord& action);
  void finish(const std::vector<HostEntry>& hosts, const std::map<std::string, std::string>& notes,
              const std::string& previous, const RunSummary& run);

 private:
  TakePiece take_;
  bool first_ = true;
};

std::string document_of(const LateReport& late, const std::string& previous);

// Strict: what is not written as the above writes it is refused. Errors: kNotAnExport.
Result<Entry> read_entry(std::string_view document);

}  // namespace plumb::history
