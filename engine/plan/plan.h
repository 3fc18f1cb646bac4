// The plan: hosts, actions, before and after, reasons, digests. What was reviewed is what runs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/plan/action.h"
#include "engine/plan/action_list.h"
#include "engine/plan/around.h"
#include "engine/plan/rollout.h"
#include "providers/sdk/reading.h"

namespace plumb::plan {

// A lock that stood on the host when it was observed.
struct Lock {
  std::string items;  // an address, or a glob of addresses
  std::string owner;
  std::string reason;
  std::string until;  // RFC 3339 in UTC, by the host's clock
  friend bool operator==(const Lock&, const Lock&) = default;
};

// What is not as asked for and is left alone.
struct HeldBack {
  std::string address;
  Op op = Op::kNone;  // what would be done; none where the resource could not be observed
  // One of them: the items of the lock on it, or the address of what it needs and is itself held back; with a reading,
  // of the action that may change what that tells.
  std::string lock;
  std::string needs;
  std::string reading = {};
  friend bool operator==(const HeldBack&, const HeldBack&) = default;
};

// What could act and does not, since it says itself that it need not.
struct PassedOver {
  std::string address;
  std::string why;
  friend bool operator==(const PassedOver&, const PassedOver&) = default;
};

// A resource that another host does for this one too. Where that one has an action for it, this one waits for it.
struct Elsewhere {
  std::string address;
  std::string host;
  friend bool operator==(const Elsewhere&, const Elsewhere&) = default;
};

// What the host's record holds no longer although nothing is done to it.
struct Forgotten {
  std::string address;
  std::string why;
  friend bool operator==(const Forgotten&, const Forgotten&) = default;
};

struct HostPlan {
  std::string facts;        // digest
  bool image = false;       // it is of an image (--root), and not of the host itself
  std::string image_id;     // which, as its record says; "" where it has none
  std::string ir;           // digest
  std::int64_t record = 0;  // serial of the host's record
  int unchanged = 0;
  int left_out = 0;                          // resources that the plan is not asked for
  std::vector<std::string> orphans;          // addresses that the record holds and the configuration does not, sorted
  std::vector<Forgotten> forgotten;          // sorted by address
  std::map<std::string, std::string> moved;  // by address: the one that the record knows the resource by
  std::vector<std::string> prevents;         // addresses that no plan may remove from now on, sorted
  std::vector<std::string> permits;          // and those that one may again
  std::vector<Lock> locks;
  std::vector<HeldBack> held_back;  // in the order in which it would be done
  std::vector<PassedOver> passed_over;
  std::vector<Elsewhere> elsewhere;   // in declared order
  std::vector<UsedReading> readings;  // that the plan stands on, in the order of their names
  // Readings that an action of the plan may change, with its address. What comes of them is for the next plan.
  std::map<std::string, std::string> moving;
  ActionList actions;
  Around around;  // its turn; empty where it has nothing to do

  // Whether it changes what the host's record says, beyond what its actions leave.
  bool changes_record() const { return !forgotten.empty() || !moved.empty() || !prevents.empty() || !permits.empty(); }
};

// What a plan was asked for: of which hosts, and of which of their resources.
struct Scope {
  std::string on;                        // host pattern
  std::string limit;                     // hosts of `on` that do not match this too are left out; "" for none
  std::set<std::string> tags;            // resources with none of these are left out; empty: all are meant
  std::set<std::string> skip_tags;       // those with one of these are
  std::set<std::string> addresses = {};  // those that none of these patterns means are left out; empty: all are meant
  std::string start_at = {};             // what comes before the first one that this pattern means is; "" for nothing
  bool prune = false;                    // orphans go
  std::string undoes = {};               // the run that it takes back; "" for what the configuration asks for

  // Where in its host's order it stands aside.
  bool takes(const std::string& address, const std::set<std::string>& resource_tags) const;
  bool narrows_resources() const {
    return !tags.empty() || !skip_tags.empty() || !addresses.empty() || !start_at.empty();
  }
};

// A content of more bytes is named by a plan and stands elsewhere.
inline constexpr std::size_t kLargeContent = std::size_t{1} << 20;

struct LargeContent {
  std::uint64_t size = 0;
  std::string source;  // the file of the project that it comes from; "" for a text that was rendered
  friend bool operator==(const LargeContent&, const LargeContent&) = default;
};

struct Plan {
  std::string engine;  // version of the program that made it
  std::string project;
  Scope scope;
  std::map<std::string, std::string> inputs;  // config, inventory, values -> digest
  std::map<std::string, HostPlan> hosts;
  std::map<std::string, std::string> unplanned;  // host -> code of why there is no plan for it
  std::optional<Rollout> rollout;                // nothing: all hosts at once
  // Contents by digest: what the plan writes, and the text it replaces. Never a sensitive one.
  std::map<std::string, std::string> blobs;
  std::map<std::string, LargeContent> contents;  // what it writes besides, by digest

  bool changes_nothing() const;
  // Whether a host's record is another one afterwards, beyond what actions leave.
  bool changes_records() const;
  // Whether something is left to the next plan.
  bool is_half() const;
};

// Steps around turns are not counted.
std::size_t action_count(const Plan& plan);
std::size_t step_count(const Plan& plan);
// Whether it holds keyed digests of sensitive values: whoever has the key could try guesses against them.
bool holds_sealed(const Plan& plan);

}  // namespace plumb::plan
