// The journal: what a run is about to do and what became of it, one checksummed line each, synced before the act and
// after it. A line that was cut short by a crash ends the journal; everything before it counts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/outcome.h"
#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/exec/state_folder.h"
#include "providers/sdk/provider.h"

namespace plumb::exec {

// An action that this one sets off.
struct Triggered {
  std::string address;
  Op op = Op::kRestart;
  friend bool operator==(const Triggered&, const Triggered&) = default;
};

// Written before an action begins.
struct Intent {
  std::string run;
  std::string plan;
  std::string address;
  Op op = Op::kNone;
  std::vector<Triggered> triggers;       // owed from now on
  std::vector<std::string> temporaries;  // folders in which it may leave a temporary file
  friend bool operator==(const Intent&, const Intent&) = default;
};

// Written once it is known what became of it.
struct Outcome {
  std::string run;
  std::string plan;
  std::string address;
  Op op = Op::kNone;
  JournalOutcome outcome = JournalOutcome::kNone;
  bool touched = true;           // the host is no longer as it was before the action
  bool discharges = false;       // a restart, reload or run that was owed has been done
  std::optional<Json> resource;  // what the record says of the address from now on
  bool forget = false;           // the record no longer holds the address
  std::string text;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

using JournalEntry = std::variant<Intent, Outcome>;

struct JournalContent {
  std::int64_t generation = 0;  // 0: there is no journal
  std::vector<JournalEntry> entries;
};

// One line with its checksum and line end, of canonical JSON; nothing where the line is not whole.
std::string journal_line(const std::string& body);
std::optional<Json> parse_journal_line(std::string_view line);
std::string journal_text(const JournalEntry& entry);
std::optional<JournalEntry> entry_from_json(const Json& json);

bool has_journal(const StateFolder& folder);
JournalContent read_journal(const StateFolder& folder);

class Journal {
 public:
  // A journal of this generation; one that is there already is continued after its last whole line.
  Journal(const StateFolder& folder, std::int64_t generation) : folder_(&folder), generation_(generation) {}

  // One write and one sync for all of them. The file is made with the first entry.
  Result<> append(std::span<const JournalEntry> entries);
  Result<> remove();

 private:
  Result<> open();

  const StateFolder* folder_;
  std::int64_t generation_;
  UniqueFd file_;
};

}  // namespace plumb::exec
