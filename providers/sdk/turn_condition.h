// A condition over readings that is decided when the turn of an action comes. It is data: a plan holds it, people sign
// it, and the host decides by it alone, without whoever made the plan.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "providers/sdk/reading.h"

namespace plumb {

// One of its readings. What is told is a value of that type, or is refused.
struct TurnReading {
  std::string name;  // in its module: "web/version"
  Json source;       // as to_json(ReadingSource) has it
  std::string type;  // "string", "integer", "boolean", or "map" of what tells several things
  Json absent;       // stands where nothing is there; null: that is refused
};

struct TurnCondition {
  std::vector<TurnReading> readings;  // by name
  // A map of one member: `all`, `any` of a list of such maps, `not` of one; `is`, a part of a reading that is true;
  // `has`, one that is there; `equal`, `less`, `at_most`, `in`, `begins`, `ends`, `contains`, `matches` of two values.
  // A value is {"value": …}, or a part of a reading: {"reading": NAME} or {"reading": NAME, "member": NAME}.
  Json test;
  std::string text;  // as people wrote it
};

// Of what is there only where a condition holds that is decided in its turn.
struct InTurn {
  TurnCondition condition;
  bool holds = false;  // as things were told now
};

Json to_json(const TurnCondition& condition);
// Strict and bounded. Errors: kProtocol, in words that say what is wrong with it.
Result<TurnCondition> turn_condition_from(const Json& json);

// What a condition is that asks for all of these.
TurnCondition all_of(const std::vector<TurnCondition>& conditions);

struct TurnDecision {
  bool holds = false;
  std::string told;  // "readings.version told 15"
};

// Takes each reading once. Errors: kCannotObserve, where a reading cannot be had, tells something else than its type,
// or lacks what it is asked for.
Result<TurnDecision> decide(const TurnCondition& condition,
                            const std::function<Result<ToldReading>(const ReadingSource&)>& take);

}  // namespace plumb
