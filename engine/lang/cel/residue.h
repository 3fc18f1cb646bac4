// What is left of a condition while fields of a variable are not known: data that whoever learns them can decide by,
// where it is as simple as that.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "engine/base/json.h"
#include "engine/lang/cel/program.h"

namespace plumb::cel {

// The variable whose fields these are; `prefix` stands in front of their names in what is left.
struct UnknownFields {
  int slot = 0;
  std::set<std::string> names;
  std::string prefix;
};

// As TurnCondition::test has it (providers/sdk/turn_condition.h); true or false where nothing is left. Nothing where
// the condition does more with the fields than to compare them, or what it does with the rest is an error.
std::optional<Json> residue(const Program& condition, const Activation& activation, const UnknownFields& unknown);

}  // namespace plumb::cel
