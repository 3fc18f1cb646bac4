// The record: what plumb knows about a host for one project, kept on that host.
//
// record.json is canonical JSON, replaced atomically. The journal is newer than the record until it is folded in; each
// journal has a generation, and the record names the last one that it holds, so that a crash between the two writes
// folds nothing twice.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/exec/journal.h"
#include "engine/exec/owed.h"
#include "engine/exec/state_folder.h"
#include "engine/wire/messages.h"

namespace plumb::exec {

// Of a record that is read.
inline constexpr std::size_t kMaxRecord = std::size_t{256} << 20;

struct AppliedPlan {
  std::string plan;
  std::string run;
  std::string when;  // RFC 3339
  friend bool operator==(const AppliedPlan&, const AppliedPlan&) = default;
};

// What another project is told of this one: the last run that the record had something new from.
struct LastRun {
  std::string run;
  std::string who;
  std::string when;
};

struct HostRecord {
  std::int64_t serial = 0;
  std::map<std::string, Json> resources;
  OwedList owed;
  std::vector<wire::Unreported> unreported;
  std::vector<AppliedPlan> applied;   // the last 16, oldest first
  std::set<std::string> temporaries;  // folders in which a killed run may have left temporary files
  std::int64_t journal = 0;           // generation of the last journal that is folded in
  LastRun last;
  std::string sealed_by;  // key_id() of the key that its sealed values were sealed with; "" where it is not known
  std::string image;      // which image this is the record of; "" on a host itself
  std::set<std::string> prevented;  // addresses that no plan may remove
  bool damaged = false;             // not written: it could not be read and starts anew

  // A probe, or anything but one.
  bool owes(const std::string& address, bool probe = false) const;
};

// What is known by an address is known by another from here on, with what is owed to it; what the record has by the new
// one already stays.
void move(HostRecord& record, const std::map<std::string, std::string>& moved);

// The record for whoever has this key. What another one sealed stays sealed and can be compared with nothing, so that
// it is not taken for a change. "" is no key, and changes nothing.
void see_with_key(HostRecord& record, const std::string& key);

Json to_json(const HostRecord& record);
std::optional<HostRecord> record_from_json(Json json);

// Puts journal entries into a record, in their order.
class Folding {
 public:
  explicit Folding(HostRecord& record) : record_(record) {}

  void add(const JournalEntry& entry);
  // What was begun and never concluded is unknown from here on.
  void close();

 private:
  void begin(const Intent& intent);
  void conclude(const Outcome& outcome);
  void tell(wire::Unreported told);
  void index_told();

  struct Begun {
    Intent intent;
    std::vector<Triggered> contributed;  // owed because of this action and of none before it
  };
  HostRecord& record_;
  std::map<std::pair<std::string, std::string>, Begun> begun_;       // by run and address
  std::map<std::pair<std::string, std::string>, std::size_t> told_;  // by run and address: where in `unreported`
  std::set<std::string> counted_;                                    // runs that have raised the serial
};

// That the record there, if there is one, is of a version that this executor knows: what a newer one wrote is neither
// understood nor written over. Errors: kDamagedRecord.
Result<> expect_known_record(const StateFolder& folder);

// Whose journal it is: of a run that works, nothing is unknown yet, and what it did it tells itself.
enum class JournalOf { kEndedRun, kWorkingRun };

// A host's record with its journal folded in, as it is now. Reads only.
HostRecord load_record(const StateFolder& folder, JournalOf journal_of = JournalOf::kEndedRun);
wire::Record to_wire(HostRecord record);

// The record while a run lasts. Only the holder of the host lock has one.
class RunLog {
 public:
  explicit RunLog(const StateFolder& folder);
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  const HostRecord& record() const { return record_; }
  HostRecord& record() { return record_; }
  // Synced before it returns.
  Result<> write(std::span<const JournalEntry> entries);
  // Folds the journal in and writes the record, unless it would say nothing new.
  Result<> save();
  // A controller has stored what these runs did, so it need not be told again.
  Result<> settle(const std::set<std::string>& runs);

 private:
  const StateFolder& folder_;
  Result<> known_;  // whether the record there is one to go on with
  HostRecord record_;
  Json written_;  // the record on disk, null where there is none
  LastRun written_last_;
  std::int64_t folded_ = 0;
  std::int64_t generation_ = 0;
  bool has_journal_ = false;
  Folding folding_;
  Journal journal_;
};

// Seconds of the host's clock as RFC 3339 in UTC.
std::string now_rfc3339();
std::string rfc3339_after(std::chrono::seconds span);

}  // namespace plumb::exec
