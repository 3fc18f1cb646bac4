// One action of a plan: what is done to one resource, why, and what it stands on.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/manner.h"
#include "providers/sdk/provider.h"

namespace plumb::plan {

// A restart, reload or run that a change makes due and that this plan leaves to a later one.
struct Due {
  std::string address;
  Op op = Op::kRestart;
  friend bool operator==(const Due&, const Due&) = default;
};

// A further declaration of the resource: several modules ask for the same.
struct AlsoDeclared {
  std::string address;
  std::string source;  // "modules/web/module.yaml:5:5"
  friend bool operator==(const AlsoDeclared&, const AlsoDeclared&) = default;
};

// What the kind's code read of the host when it decided on an action, so that anybody can have it decide again. Of a
// probe it is nothing.
struct Seen {
  bool exists = false;
  bool obstacle = false;             // something was in the way, that an earlier action may take away
  Json attributes = Json::object();  // sealed where they are sensitive

  bool empty() const { return !exists && !obstacle && attributes.empty(); }
  friend bool operator==(const Seen&, const Seen&) = default;
};

struct Action {
  // All addresses of the resource, that of the action first.
  std::vector<std::string> addresses() const {
    std::vector<std::string> addresses = {desired.address.str()};
    for (const AlsoDeclared& one : also) addresses.push_back(one.address);
    return addresses;
  }

  Desired desired;
  Op op = Op::kNone;
  Fidelity fidelity = Fidelity::kExact;
  Seen seen;
  Json before = Json::object();
  Json after = Json::object();
  std::vector<Operation> operations;
  // Addresses of earlier actions of this list without which this one is not tried.
  std::vector<std::string> needs;
  // Attribute -> config, drift, both, first.
  std::map<std::string, std::string> because;
  bool undo = false;
  std::string source;              // "plumb.yaml:31:5"
  std::vector<AlsoDeclared> also;  // sorted by address
  std::string note;                // what bounds it, why a command runs; "" for nothing to say
  // A restart, reload or run that changes elsewhere set off: the addresses, and whether an earlier run owed it.
  bool triggered = false;
  std::vector<std::string> triggered_by;
  bool pending = false;
  // Addresses of earlier actions that make known what this one finds: it runs only if there is then something to do.
  std::vector<std::string> unknown_until;
  // Seconds in which a new login must confirm it, or else the host undoes it; 0: it stays as it is.
  int confirm_within = 0;
  // Of resources that the plan's tags leave out: owed once this action has begun.
  std::vector<Due> owes;
  Manner manner;
  // Addresses of earlier actions: it is done only where one of these fails.
  std::vector<std::string> rescues;
  // A condition that is decided when its turn comes, as to_json(TurnCondition) has it: it is done only where that
  // holds. Empty where it is done in any case.
  Json when = Json::object();
  bool forget = false;  // the host's record holds the address no longer once it is done
};

using Actions = std::vector<Action>;

}  // namespace plumb::plan
