// What a host remembers of its project, as it tells it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/json.h"
#include "engine/base/outcome.h"

namespace plumb::wire {

// A restart, reload, run or probe that an earlier run owed and did not do.
struct Owed {
  std::string address;
  Op op = Op::kRestart;
  std::string run;                   // that owed it
  std::vector<std::string> because;  // addresses that changed
};

// An outcome that the host's journal holds and no controller has acknowledged.
struct Unreported {
  std::string run;
  std::string plan;
  std::string address;
  JournalOutcome outcome = JournalOutcome::kUnknown;  // never kNone
  std::string text;
  Op op = Op::kNone;  // that the action was about
};

// Until then the resources that `items` matches are left alone, whatever is asked for. Times are the host's, RFC 3339
// in UTC, so that they compare as text.
struct ItemLock {
  std::string items;  // an address, or a glob of addresses
  std::string owner;
  std::string reason;
  std::string since;
  std::string until;
  friend bool operator==(const ItemLock&, const ItemLock&) = default;
};

// What another project of the host manages of what this one asked about, and when it last ran.
struct Claim {
  std::string project;
  std::vector<std::string> addresses;
  std::string run;  // "" where it was not written down yet, and so the others
  std::string who;
  std::string when;
};

struct Record {
  std::int64_t serial = 0;  // counts the runs that changed this host for this project
  bool damaged = false;
  std::map<std::string, Json> resources;  // address -> attributes as the last run left them
  std::vector<Owed> owed;
  std::vector<Unreported> unreported;
  std::vector<ItemLock> locks;  // in force
  // A warning: a run works on the host, so that nothing of its journal is in `unreported`; or what an earlier one left
  // cannot be undone.
  std::optional<Diagnostic> busy;
  std::vector<Claim> claims;
  std::string image;  // which image it is of; "" for the host itself and for one that was never applied to
  std::set<std::string> prevented;  // addresses that no plan may remove, whether they are declared still or not
};

}  // namespace plumb::wire
